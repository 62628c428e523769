"""One provider of one account behind the port to eIDs."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode

import structlog

from countersign.adapters.identity.openid.directory import Directory, Json, Metadata
from countersign.adapters.identity.openid.id_token import Believed, Expected, Refused, believe
from countersign.domain.identity import REDIRECT_LIFETIME, reference_of
from countersign.domain.openid import OpenIdProvider
from countersign.usecases.identity_port import (
    RETURNED,
    Failed,
    IdentityRequest,
    Pending,
    Proved,
    Started,
)

FORM = "application/x-www-form-urlencoded"
NOT_DONE = Pending(hint="outstandingTransaction", page={"away": True})
TOO_LATE = Failed(hint="expiredTransaction")
NOT_BELIEVED = Failed(hint="not_believed")
ERROR = re.compile(r"[a-z_]{1,40}")  # RFC 6749, section 4.1.2.1
HINTS = {"access_denied": "userCancel"}  # what other eIDs call it

log = structlog.get_logger(__name__)


class OpenIdConnect:
    """`callback` is the address that the provider sends browsers back to."""

    mark = ""  # begins the state

    def __init__(self, provider: OpenIdProvider, callback: str, directory: Directory) -> None:
        self._provider, self._callback, self._directory = provider, callback, directory
        self.methods = (provider.name,)

    def start(self, request: IdentityRequest) -> Started:
        metadata = self._directory.metadata(self._provider.issuer)
        random, verifier, salt = (secrets.token_urlsafe(32) for _ in range(3))
        state = self.mark + random
        secret = {
            "issuer": metadata.issuer,
            "verifier": verifier,
            "salt": salt,
            "digest": request.digest,
            "names_person": "yes" if request.national_id else "",
        }
        query = self._query(state, secret, request.language)
        mark = "&" if "?" in metadata.authorization_endpoint else "?"
        return Started(
            reference=reference_of(state, request.browser),
            secret=secret,
            page={"redirect_url": metadata.authorization_endpoint + mark + urlencode(query)},
        )

    def _query(self, state: str, secret: Mapping[str, str], language: str) -> dict[str, str]:
        """A proof is for this document, so whoever is logged in at the provider proves it anew."""
        query = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": self._callback,
            "scope": " ".join(dict.fromkeys(("openid", *self._provider.scopes))),
            "state": state,
            "nonce": nonce_of(secret),
            "code_challenge": _challenge(secret["verifier"]),
            "code_challenge_method": "S256",
            "prompt": "login",
            "acr_values": " ".join(self._provider.acr_values),
            "ui_locales": language,
        }
        return {name: value for name, value in query.items() if value}

    def collect(
        self,
        method: str,  # noqa: ARG002
        reference: str,  # noqa: ARG002
        secret: Mapping[str, str],
        elapsed_s: int,
    ) -> Pending | Proved | Failed:
        is_ours = secret.get("issuer") == self._provider.issuer
        if not is_ours or elapsed_s >= REDIRECT_LIFETIME.total_seconds():
            return TOO_LATE
        if RETURNED not in secret:
            return NOT_DONE
        try:
            return self._look(json.loads(secret[RETURNED]), secret)
        except Refused as problem:
            return self._not_believed(str(problem))

    def cancel(self, method: str, reference: str) -> None:
        """What nobody asks for ends by itself."""

    def _look(self, returned: Mapping[str, str], secret: Mapping[str, str]) -> Proved | Failed:
        """Raises Refused, Unavailable."""
        metadata = self._directory.metadata(self._provider.issuer)
        _check_issuer(returned, metadata)
        if error := returned.get("error"):
            return Failed(hint=HINTS.get(error) or _known(error))
        tokens = self._exchange(metadata, _code(returned), secret)
        if isinstance(tokens, Failed):
            return tokens
        believed = believe(
            str(tokens.get("id_token", "")),
            lambda anew: self._directory.keys(metadata, anew=anew),
            self._expected(secret),
            time.time(),
        )
        return self._proved(metadata, tokens, believed, secret)

    def _expected(self, secret: Mapping[str, str]) -> Expected:
        return Expected(
            issuer=self._provider.issuer,
            client_id=self._provider.client_id,
            nonce=nonce_of(secret),
            acr_values=self._provider.acr_values,
        )

    def _exchange(self, metadata: Metadata, code: str, secret: Mapping[str, str]) -> Json | Failed:
        """RFC 6749, section 4.1.3."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._callback,
            "code_verifier": secret["verifier"],
        }
        headers = {"Content-Type": FORM}
        own = (self._provider.client_id, self._provider.client_secret)
        if metadata.posts_secret:
            form |= dict(zip(("client_id", "client_secret"), own, strict=True))
        else:
            headers["Authorization"] = _basic(*own)
        body = urlencode(form).encode()
        told = self._directory.call(metadata.issuer, "POST", metadata.token_endpoint, headers, body)
        if told.status == 200:
            return told.body
        known = _known(str(told.body.get("error", "")))
        self._not_believed(f"no token: status {told.status}, {known}")
        return Failed(hint=known)

    def _proved(
        self, metadata: Metadata, tokens: Json, believed: Believed, secret: Mapping[str, str]
    ) -> Proved:
        provider, claims = self._provider, dict(believed.claims)
        wanted = (provider.national_id_claim, provider.name_claim)
        told: Json = {}
        if not all(_claim(claims, name) for name in wanted) and metadata.userinfo_endpoint:
            told = self._userinfo(metadata, tokens, claims["sub"])
        national_id, name = (_claim(claims, claim) or _claim(told, claim) for claim in wanted)
        if secret["names_person"] and not national_id:
            raise Refused(f"nothing is told as {provider.national_id_claim}")
        return Proved(
            national_id=national_id,
            name=name,
            proof=_proof(tokens, believed, told, secret),
            checked=f"ID token of {provider.issuer}",
        )

    def _userinfo(self, metadata: Metadata, tokens: Json, subject: str) -> Json:
        """OpenID Connect Core 1.0, section 5.3. Raises Refused for somebody else's."""
        headers = {"Authorization": f"Bearer {tokens.get('access_token', '')}"}
        if not headers["Authorization"].isascii() or not headers["Authorization"].isprintable():
            raise Refused("the access token is none")
        told = self._directory.call(metadata.issuer, "GET", metadata.userinfo_endpoint, headers)
        if told.status != 200:
            raise Refused(f"userinfo answers with status {told.status}")
        if told.body.get("sub") != subject:
            raise Refused("userinfo is about somebody else than the ID token")
        return told.body

    def _not_believed(self, why: str) -> Failed:
        log.error("openid_not_believed", issuer=self._provider.issuer, why=why)
        return NOT_BELIEVED


def nonce_of(secret: Mapping[str, str]) -> str:
    """Hex SHA-256 over a random salt and the documents' digest: so the provider signs for which
    documents somebody proved who they are, without learning anything of them."""
    return hashlib.sha256(f"{secret['salt']} {secret['digest']}".encode()).hexdigest()


def _code(returned: Mapping[str, str]) -> str:
    """RFC 6749, appendix A.11. Raises Refused."""
    code = returned.get("code", "")
    if not (code and code.isascii() and code.isprintable()):
        raise Refused("the browser brought back no code")
    return code


def _known(error: str) -> str:
    """Whoever brings an error back may have written it."""
    return error if ERROR.fullmatch(error) else "failed"


def _challenge(verifier: str) -> str:
    """RFC 7636, section 4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _basic(client_id: str, client_secret: str) -> str:
    """RFC 6749, section 2.3.1: both are encoded as in a form first."""
    both = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
    return "Basic " + base64.b64encode(both.encode()).decode()


def _check_issuer(returned: Mapping[str, str], metadata: Metadata) -> None:
    """RFC 9207: the answer of another provider than the one that was asked. Raises Refused."""
    told = returned.get("iss")
    if told is None and not metadata.tells_issuer:
        return
    if told != metadata.issuer:
        raise Refused("the browser came back from another issuer")


def _claim(claims: Json, name: str) -> str:
    """Empty when there is none. A name with a dot in it may also be that of a claim itself."""
    found: Any = claims.get(name)
    if found is None and "." in name:
        first, _, rest = name.partition(".")
        inner = claims.get(first)
        return _claim(inner, rest) if isinstance(inner, dict) else ""
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def _proof(tokens: Json, believed: Believed, told: Json, secret: Mapping[str, str]) -> bytes:
    """All that somebody needs who wants to verify it later: the ID token, the key that signed it,
    and what its nonce was made of."""
    proof = {
        "id_token": tokens["id_token"],
        "key": believed.key,
        "nonce": {"salt": secret["salt"], "digest": secret["digest"]},
        "userinfo": told,
    }
    return json.dumps(proof).encode()
