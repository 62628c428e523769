"""Passkeys: WebAuthn level 2, of whichever device the browser offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from countersign.domain.errors import Invalid, Unauthorized
from countersign.domain.member import Member, Passkey

REQUIRED = UserVerificationRequirement.REQUIRED
# Whatever else a stranger's JSON may raise inside of the library
BROKEN = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError)


class WebAuthnPasskeys:
    """The port PasskeyChecks, for the site at `public_url`. A passkey is asked to make sure of its
    owner (PIN, finger, face), so it is two factors at once."""

    def __init__(self, public_url: str) -> None:
        parts = urlsplit(public_url)
        self._site = parts.hostname or ""
        self._origin = f"{parts.scheme}://{parts.netloc}"

    @property
    def offered(self) -> bool:
        safe = self._origin.startswith("https://") or self._site == "localhost"
        return safe and not _is_ip(self._site)

    def creation_options(
        self, member: Member, known: Sequence[Passkey]
    ) -> tuple[str, Mapping[str, Any]]:
        options = webauthn.generate_registration_options(
            rp_id=self._site,
            rp_name="Countersign",
            user_id=member.id.encode(),
            user_name=member.email,
            user_display_name=member.name,
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.id)) for one in known
            ],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=REQUIRED
            ),
        )
        return bytes_to_base64url(options.challenge), options_to_json_dict(options)

    def created(
        self, answer: Mapping[str, Any], challenge: str, member: Member, name: str, at: datetime
    ) -> Passkey:
        try:
            made = webauthn.verify_registration_response(
                credential=dict(answer),
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self._site,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except BROKEN:
            raise Invalid("This passkey can't be used.", {"passkey": "not understood"}) from None
        return Passkey(
            id=bytes_to_base64url(made.credential_id),
            member_id=member.id,
            name=name,
            public_key=bytes_to_base64url(made.credential_public_key),
            sign_count=made.sign_count,
            created_at=at,
        )

    def request_options(self) -> tuple[str, Mapping[str, Any]]:
        options = webauthn.generate_authentication_options(
            rp_id=self._site, user_verification=REQUIRED
        )
        return bytes_to_base64url(options.challenge), options_to_json_dict(options)

    def sign_count(self, answer: Mapping[str, Any], challenge: str, passkey: Passkey) -> int:
        try:
            return webauthn.verify_authentication_response(
                credential=dict(answer),
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self._site,
                expected_origin=self._origin,
                credential_public_key=base64url_to_bytes(passkey.public_key),
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            ).new_sign_count
        except BROKEN:
            raise Unauthorized() from None


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
