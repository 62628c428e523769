"""Remote signing by whoever speaks the API of the Cloud Signature Consortium, version 2.0.

The person logs in to the service (OAuth 2.0 with PKCE, scope `service`), which tells their
certificate. To sign, the person either goes there once more (scope `credential`, bound to the
hashes) or gives PIN and one-time code to our page, which `credentials/authorize` passes on. Either
yields the signature activation data (SAD) that `signatures/signHash` takes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hmac import compare_digest
from typing import Any
from urllib.parse import urlencode

import structlog

from countersign.adapters.keys.standing import Revoked, Standings
from countersign.adapters.outbound_http import Answered, CallFailed, OutboundHttp
from countersign.adapters.remote_signing.credentials import RSA_PSS, CscCredential, credential_of
from countersign.adapters.remote_signing.owner import owner_of, unusable
from countersign.domain.errors import Conflict, Invalid, Unavailable
from countersign.usecases.pki_port import KeyOwner, PkiIdentified, PkiStep

SERVICE = "remote signing"
API = "/csc/v2/"
SHA256 = "2.16.840.1.101.3.4.2.1"
# RFC 4055, 3.1: SHA-256, MGF1 with SHA-256, 32 bytes of salt
PSS_PARAMETERS = bytes.fromhex(
    "3034a00f300d06096086480165030402010500"
    "a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120"
)
TIME_LIMIT = 20.0  # seconds; some send a message to the person before they answer
LONGEST_ANSWER = 1 << 20  # bytes
MOST_CREDENTIALS = 10

# What a person can mend by typing again, by the service's word for it
_TYPED = {"invalid_pin": "pin", "invalid_otp": "otp", "invalid_authdata": "pin"}
# What has to be begun anew
_OVER = ("access_denied", "invalid_grant", "invalid_token", "expired_token", "sad_expired")

log = structlog.get_logger(__name__)


class CscSigning:
    """`url` is the service's address without a path; `authorities` (DER) are believed to say whose
    key it is; `tls` what the server's certificate is believed by. The port PkiVendor. Raises
    ValueError for an address without TLS."""

    def __init__(
        self,
        url: str,
        client_id: str,
        client_secret: str,
        authorities: Sequence[bytes],
        clock: Callable[[], datetime],
        *,
        tls: ssl.SSLContext | None = None,
        limit_s: float = TIME_LIMIT,
    ) -> None:
        if not url.startswith("https://"):
            raise ValueError("must begin with https://")
        self._url = url.rstrip("/")
        self._client_id, self._client_secret = client_id, client_secret
        self._authorities, self._clock = authorities, clock
        self._standings = Standings()
        # The operator names this address, so it may be one of the house
        self._http = OutboundHttp(allow_private=True, time_limit=limit_s, tls=tls)

    def start(self, return_url: str, language: str) -> PkiStep:
        oauth = self._oauth_address()
        asked = {"scope": "service", "lang": language}
        return self._redirect({"oauth": oauth, "return_url": return_url}, asked)

    def identify(self, secret: Mapping[str, str], answer: Mapping[str, str]) -> PkiIdentified:
        token = self._token(secret, answer)
        credential = self._credential(token)
        kept = {name: secret[name] for name in ("oauth", "return_url")}
        return PkiIdentified(
            secret=kept | {"token": token, "credential": credential.id},
            owner=self._owner(credential),
        )

    def authorize(self, secret: Mapping[str, str], hashes: Sequence[bytes], text: str) -> PkiStep:
        credential = self._info(secret["token"], secret["credential"])
        if credential is None:
            raise Conflict("this certificate cannot be used any more")
        if len(hashes) > credential.most:
            raise Conflict(f"this certificate signs {credential.most} documents at once")
        row = _texts(self._owner(credential).certificates)
        kept = dict(secret) | {
            "hashes": _joined(hashes),
            "algorithm": credential.algorithm,
            "row": ",".join(row),
        }
        if credential.mode == "oauth2code":
            return self._redirect(kept, _scope_of(credential, hashes, text))
        return self._asking(kept, credential)

    def sign(
        self, secret: Mapping[str, str], hashes: Sequence[bytes], answer: Mapping[str, str]
    ) -> Sequence[bytes]:
        if secret["hashes"] != _joined(hashes):
            raise Conflict("other documents than were authorized")
        self._need_good(list(map(base64.b64decode, secret["row"].split(","))))
        activation = (
            self._token(secret, answer)
            if "state" in secret
            else self._activation(secret, hashes, answer)
        )
        body = {
            "credentialID": secret["credential"],
            "SAD": activation,
            "hashes": _texts(hashes),
            "hashAlgorithmOID": SHA256,
            "signAlgo": secret["algorithm"],
            "operationMode": "S",
        }
        if secret["algorithm"] == RSA_PSS:
            body["signAlgoParams"] = base64.b64encode(PSS_PARAMETERS).decode()
        found = self._call("signatures/signHash", body, secret["token"])
        return _signatures(found, len(hashes))

    def close(self) -> None:
        self._http.close()

    # -------------------------------------------------------------- the person's browser

    def _oauth_address(self) -> str:
        address = self._call("info", {}, "").get("oauth2", "")
        if not isinstance(address, str) or not address.startswith("https://"):
            raise _unavailable("info", "no address for logging in")
        return address.rstrip("/")

    def _redirect(self, kept: Mapping[str, str], asked: Mapping[str, str]) -> PkiStep:
        """PKCE (RFC 7636): a code that is caught on its way back is good for nobody else."""
        state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": kept["return_url"],
            "state": state,
            "code_challenge": _urlsafe(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        address = f"{kept['oauth']}/oauth2/authorize?{urlencode(query | dict(asked))}"
        secret = dict(kept) | {"state": state, "verifier": verifier}
        return PkiStep(secret=secret, page={"redirect_url": address}, state=state)

    def _token(self, secret: Mapping[str, str], answer: Mapping[str, str]) -> str:
        """Access token or SAD for the code that the browser came back with."""
        if not compare_digest(answer.get("state", "").encode(), secret["state"].encode()):
            raise Invalid("this answer belongs to another question", {"state": "unknown"})
        if "error" in answer or not answer.get("code"):
            raise Conflict("the person did not agree")
        form = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "redirect_uri": secret["return_url"],
            "code_verifier": secret["verifier"],
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        address = f"{secret['oauth']}/oauth2/token"
        found = self._post("oauth2/token", address, urlencode(form).encode(), headers)
        return _text(found, "access_token", "oauth2/token")

    # -------------------------------------------------------------- the key

    def _credential(self, token: str) -> CscCredential:
        """The first one that can be used here. Raises Conflict when there is none."""
        found = self._call("credentials/list", {"maxResults": MOST_CREDENTIALS}, token)
        ids = found.get("credentialIDs")
        if not isinstance(ids, list):
            raise _unavailable("credentials/list", "no credentialIDs")
        for id in ids[:MOST_CREDENTIALS]:
            if (usable := self._info(token, str(id))) is not None:
                return usable
        raise Conflict("this person has no certificate that can sign here")

    def _info(self, token: str, id: str) -> CscCredential | None:
        asked = {"credentialID": id, "certificates": "chain", "certInfo": False, "authInfo": True}
        return credential_of(id, self._call("credentials/info", asked, token))

    def _owner(self, credential: CscCredential) -> KeyOwner:
        """Raises Invalid for a certificate that can't sign here."""
        owner = owner_of(credential.certificates, self._authorities, self._clock())
        self._need_good(owner.certificates)
        return replace(owner, pss=credential.algorithm == RSA_PSS)

    def _need_good(self, row: Sequence[bytes]) -> None:
        """Before anybody signs, and before each signature: one with a revoked key would be in the
        file, and nobody could take it out again."""
        try:
            if self._standings.of(row, self._clock()).is_silent:
                raise _unavailable("revocation", "nobody answers where the certificate says")
        except Revoked:
            raise unusable("the certificate was revoked") from None

    def _asking(self, kept: Mapping[str, str], credential: CscCredential) -> PkiStep:
        if any(one["sent"] for one in credential.asked):
            self._call("credentials/getChallenge", {"credentialID": credential.id}, kept["token"])
        fields = [
            {name: one[name] for name in ("id", "label", "digits")} for one in credential.asked
        ]
        ids = json.dumps([one["id"] for one in fields])
        return PkiStep(secret=dict(kept) | {"asked": ids}, page={"ask": fields})

    def _activation(
        self, secret: Mapping[str, str], hashes: Sequence[bytes], answer: Mapping[str, str]
    ) -> str:
        asked = json.loads(secret["asked"])
        if missing := [id for id in asked if not answer.get(id)]:
            raise Invalid("something was left empty", {id: "is needed" for id in missing})
        body = {
            "credentialID": secret["credential"],
            "numSignatures": len(hashes),
            "hashes": _texts(hashes),
            "hashAlgorithmOID": SHA256,
            "authData": [{"id": id, "value": answer[id]} for id in asked],
        }
        found = self._call("credentials/authorize", body, secret["token"])
        return _text(found, "SAD", "credentials/authorize")

    # -------------------------------------------------------------- HTTP

    def _call(self, verb: str, body: Mapping[str, object], token: str) -> Mapping[str, Any]:
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self._post(verb, self._url + API + verb, json.dumps(body).encode(), headers)

    def _post(
        self, verb: str, address: str, body: bytes, headers: Mapping[str, str]
    ) -> Mapping[str, Any]:
        try:
            answered = self._http.call("POST", address, headers, body, LONGEST_ANSWER)
        except CallFailed as failure:
            raise _unavailable(verb, str(failure)) from None
        found = _parsed(answered)
        if answered.status == 200:
            return found
        raise _refusal(verb, answered.status, str(found.get("error", "")))


def _refusal(verb: str, status: int, code: str) -> Exception:
    if code in _TYPED:
        field = _TYPED[code]
        return Invalid("the PIN or the one-time code is wrong", {field: "is wrong"})
    if code in _OVER:
        return Conflict("the service let it end; it has to be begun anew")
    # Without the description and without digits: some services repeat what was sent
    return _unavailable(verb, f"status {status}: {re.sub(r'[0-9]{3,}', '…', code[:40])}")


def _unavailable(verb: str, why: str) -> Unavailable:
    log.error("remote_signing_refused", verb=verb, why=why)
    return Unavailable(SERVICE)


def _parsed(answered: Answered) -> Mapping[str, Any]:
    try:
        answer = json.loads(answered.body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _text(found: Mapping[str, Any], name: str, verb: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not value:
        raise _unavailable(verb, f"no {name}")
    return value


def _signatures(found: Mapping[str, Any], count: int) -> list[bytes]:
    values = found.get("signatures")
    try:
        if not isinstance(values, list) or len(values) != count:
            raise ValueError("number of signatures")
        return [base64.b64decode(one, validate=True) for one in values]
    except (TypeError, ValueError):
        raise _unavailable("signatures/signHash", "no signatures") from None


def _scope_of(credential: CscCredential, hashes: Sequence[bytes], text: str) -> Mapping[str, str]:
    return {
        "scope": "credential",
        "credentialID": credential.id,
        "numSignatures": str(len(hashes)),
        "hashes": ",".join(map(_urlsafe, hashes)),
        "hashAlgorithmOID": SHA256,
        "description": text,
    }


def _joined(hashes: Sequence[bytes]) -> str:
    return ",".join(one.hex() for one in hashes)


def _texts(hashes: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in hashes]


def _urlsafe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
