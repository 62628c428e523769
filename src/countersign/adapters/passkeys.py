"""Passkeys: WebAuthn level 2, of whichever device the browser offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from ipaddress import ip_address
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from countersign.domain.errors import Invalid, Unauthorized
from countersign.domain.member import Member, Passkey

# Whatever else a stranger's JSON may raise inside of the library
BROKEN = (ValueError, KeyError, TypeError, AttributeError, IndexError)


class WebAuthnPasskeys:
    """The port PasskeyChecks, for the site at `public_url`. A passkey is asked to make sure of its
    owner (PIN, finger, face), so it is two factors at once."""

    def __init__(self, public_url: str) -> None:
        parts = urlsplit(public_url)
        self._site = parts.hostname or ""
        self._origin = f"{parts.scheme}://{parts.netloc}"

    @cached_property
    def _library(self) -> ModuleType:
        # 5 MB that a server should not need to start
        import webauthn

        return webauthn

    @property
    def _broken(self) -> tuple[type[Exception], ...]:
        return (self._library.helpers.exceptions.WebAuthnException, *BROKEN)

    @property
    def offered(self) -> bool:
        safe = self._origin.startswith("https://") or self._site == "localhost"
        return safe and not _is_ip(self._site)

    def creation_options(
        self, member: Member, known: Sequence[Passkey]
    ) -> tuple[str, Mapping[str, Any]]:
        library = self._library
        structs = library.helpers.structs
        options = library.generate_registration_options(
            rp_id=self._site,
            rp_name="Countersign",
            user_id=member.id.encode(),
            user_name=member.email,
            user_display_name=member.name,
            exclude_credentials=[
                structs.PublicKeyCredentialDescriptor(id=library.base64url_to_bytes(one.id))
                for one in known
            ],
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
        )
        return self._asked(options)

    def created(
        self, answer: Mapping[str, Any], challenge: str, member: Member, name: str, at: datetime
    ) -> Passkey:
        try:
            made = self._library.verify_registration_response(
                credential=dict(answer),
                expected_challenge=self._library.base64url_to_bytes(challenge),
                expected_rp_id=self._site,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except self._broken:
            raise Invalid("This passkey can't be used.", {"passkey": "not understood"}) from None
        encoded = self._library.helpers.bytes_to_base64url
        return Passkey(
            id=encoded(made.credential_id),
            member_id=member.id,
            name=name,
            public_key=encoded(made.credential_public_key),
            sign_count=made.sign_count,
            created_at=at,
        )

    def request_options(self) -> tuple[str, Mapping[str, Any]]:
        options = self._library.generate_authentication_options(
            rp_id=self._site,
            user_verification=self._library.helpers.structs.UserVerificationRequirement.REQUIRED,
        )
        return self._asked(options)

    def sign_count(self, answer: Mapping[str, Any], challenge: str, passkey: Passkey) -> int:
        try:
            count: int = self._library.verify_authentication_response(
                credential=dict(answer),
                expected_challenge=self._library.base64url_to_bytes(challenge),
                expected_rp_id=self._site,
                expected_origin=self._origin,
                credential_public_key=self._library.base64url_to_bytes(passkey.public_key),
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            ).new_sign_count
        except self._broken:
            raise Unauthorized() from None
        return count

    def _asked(self, options: Any) -> tuple[str, Mapping[str, Any]]:
        helpers = self._library.helpers
        challenge: str = helpers.bytes_to_base64url(options.challenge)
        return challenge, helpers.options_to_json_dict(options)


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
