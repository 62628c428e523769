"""The keys of accounts, as they are stored."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from countersign.adapters.keys.material import KeyMaterial, KeysUnusable
from countersign.adapters.keys.pkcs12 import open_pkcs12
from countersign.domain.merchant_key import KeyKind


def open_merchant_key(
    kind: KeyKind, place: Mapping[str, str], secret: Mapping[str, str]
) -> KeyMaterial:
    """`place` and `secret` are as in MerchantKey. Raises KeysUnusable with what is wrong."""
    try:
        if kind is KeyKind.PKCS11:
            # asn1crypto comes with it: few servers have a token
            from countersign.adapters.keys.pkcs11 import TokenPlace, load_pkcs11

            return load_pkcs11(TokenPlace(**place), secret["pin"])
        data = base64.b64decode(secret["file"], validate=True)
        return open_pkcs12(data, secret["password"], "the PKCS#12 file")
    except (KeyError, TypeError, ValueError):
        raise KeysUnusable(f"something is missing to open a {kind.value} key") from None
