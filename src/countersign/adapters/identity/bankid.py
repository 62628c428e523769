"""Swedish BankID: the relying party's side of its API v6.0.

An order is started with `sign`, the person finds it in their app by a QR code or on the same
device, and `collect` is asked every two seconds how it stands. The server knows us by our client
certificate. What every word means: developers.bankid.com, "API references" and "QR code".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import ssl
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog

from countersign.adapters.outbound_http import TIME_LIMIT, Answered, CallFailed, OutboundHttp
from countersign.domain.errors import Conflict, Invalid, Unavailable
from countersign.usecases.identity_port import Failed, IdentityRequest, Pending, Proved, Started

METHOD = "bankid_se"
SERVICE = "bankid"
API = "/rp/v6.0/"
LONGEST_ANSWER = 1 << 20  # bytes; a signature repeats the text that was signed
LONGEST_TEXT = 40_000  # characters of base64
CHECKED = "signature, certificate, revocation"  # what the evidence says was
QR_AHEAD = 2  # seconds

# Until the app has found the order, the person needs the means to find it
NOT_FOUND_YET = ("outstandingTransaction", "noClient")

log = structlog.get_logger(__name__)


class BankId:
    """`url` is BankID's server, without a path; `tls` shows our certificate and believes only
    BankID's own authority; `roots` (DER) are believed about persons; `limit_s` bounds one call.
    Raises ValueError for an address without TLS."""

    methods = (METHOD,)

    def __init__(
        self,
        url: str,
        tls: ssl.SSLContext,
        roots: Sequence[bytes],
        *,
        limit_s: float = TIME_LIMIT,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if not url.startswith("https://"):
            raise ValueError("must begin with https://")
        self._url = url.rstrip("/") + API
        self._roots, self._clock = roots, clock
        # The operator names this address, so it may be one of the house
        self._http = OutboundHttp(allow_private=True, time_limit=limit_s, tls=tls)

    def start(self, request: IdentityRequest) -> Started:
        order = _order(request)
        status, answer = self._post("sign", order)
        if status == 200 and _is_started(answer):
            return _started(answer, order)
        code = answer.get("errorCode")
        if code == "alreadyInProgress":
            raise Conflict("another order for this person was in progress; both are broken off")
        raise _unavailable("sign", status, answer)

    def collect(
        self,
        method: str,  # noqa: ARG002
        reference: str,
        secret: Mapping[str, str],
        elapsed_s: int,
    ) -> Pending | Proved | Failed:
        status, answer = self._post("collect", {"orderRef": reference})
        if status == 400 and answer.get("errorCode") == "invalidParameters":
            # No such order: BankID forgets one a few minutes after its end, or once it was
            # collected
            return Failed(hint="expiredTransaction")
        outcome = _outcome(answer, secret, elapsed_s) if status == 200 else None
        if outcome is None:
            raise _unavailable("collect", status, answer)
        if isinstance(outcome, Proved):
            self._check(answer["completionData"], outcome.national_id, secret)
        return outcome

    def _check(self, completed: Mapping[str, Any], number: str, secret: Mapping[str, str]) -> None:
        """Nothing is proved by a word of BankID's server alone."""
        # XML and certificate paths, which only who asks BankID needs
        from countersign.adapters.identity.bankid_proof import Expected, ProofRefused, check_proof

        expected = Expected(secret.get("visible", ""), secret.get("hidden", ""), number)
        try:
            check_proof(completed, expected, self._roots, self._clock())
        except ProofRefused as problem:
            log.error("bankid_proof_refused", why=str(problem))
            raise Unavailable(SERVICE) from None

    def cancel(self, method: str, reference: str) -> None:  # noqa: ARG002
        status, answer = self._post("cancel", {"orderRef": reference})
        if status != 200 and answer.get("errorCode") != "invalidParameters":
            raise _unavailable("cancel", status, answer)

    def _post(self, verb: str, body: Mapping[str, object]) -> tuple[int, Mapping[str, Any]]:
        headers = {"Content-Type": "application/json"}  # a charset is refused
        sent = json.dumps(body).encode()
        try:
            answered = self._http.call("POST", self._url + verb, headers, sent, LONGEST_ANSWER)
        except CallFailed as failure:
            log.error("bankid_silent", verb=verb, why=str(failure))
            raise Unavailable(SERVICE) from None
        return answered.status, _parsed(answered)

    def close(self) -> None:
        self._http.close()


def qr_code(token: str, secret: str, elapsed_s: int) -> str:
    """What the QR code says `elapsed_s` seconds after the order was started. The app takes it for
    a moment only, so that a picture of it can't be sent to somebody far away."""
    code = hmac.new(secret.encode(), str(elapsed_s).encode(), hashlib.sha256).hexdigest()
    return f"bankid.{token}.{elapsed_s}.{code}"


# ------------------------------------------------------------------ what is sent


def _order(request: IdentityRequest) -> dict[str, object]:
    """The text is plain: names that people chose could say things in Markdown."""
    text = _base64(request.text)
    if len(text) > LONGEST_TEXT:
        raise Invalid("the text is too long for BankID", {"text": "Too long"})
    order: dict[str, object] = {
        "endUserIp": request.ip,
        "returnUrl": request.return_url,
        "userVisibleData": text,
        "userNonVisibleData": _base64(f"SHA-256 {request.digest}"),
    }
    if request.national_id is not None:
        order["requirement"] = {"personalNumber": request.national_id}
    return order


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


# ------------------------------------------------------------------ what is answered

TOKENS = ("orderRef", "autoStartToken", "qrStartToken", "qrStartSecret")


def _is_started(answer: Mapping[str, Any]) -> bool:
    return all(isinstance(answer.get(name), str) for name in TOKENS)


def _started(answer: Mapping[str, Any], order: Mapping[str, object]) -> Started:
    secret = {name: answer[name] for name in TOKENS[1:]}
    secret["visible"] = str(order["userVisibleData"])
    secret["hidden"] = str(order["userNonVisibleData"])
    return Started(reference=answer["orderRef"], secret=secret, page=_page(secret, 0))


def _page(secret: Mapping[str, str], elapsed_s: int) -> Mapping[str, Any]:
    """`qr` is for this second, `qr_next` for those that follow, until the next question; the
    links open the app on the same device. The secret of the QR code stays here."""
    token, qr_secret = secret["qrStartToken"], secret["qrStartSecret"]
    codes = [qr_code(token, qr_secret, elapsed_s + ahead) for ahead in range(QR_AHEAD + 1)]
    query = f"?autostarttoken={secret['autoStartToken']}&redirect=null"
    return {
        "qr": codes[0],
        "qr_next": codes[1:],
        "open_on_phone": f"https://app.bankid.com/{query}",
        "open_on_computer": f"bankid:///{query}",
    }


def _outcome(
    answer: Mapping[str, Any], secret: Mapping[str, str], elapsed_s: int
) -> Pending | Proved | Failed | None:
    """None for an answer that is none of BankID's."""
    hint = str(answer.get("hintCode", ""))
    match answer.get("status"):
        case "pending":
            page = _page(secret, elapsed_s) if hint in NOT_FOUND_YET else {}
            return Pending(hint=hint, page=page)
        case "failed":
            return Failed(hint=hint)
        case "complete":
            return _proved(answer.get("completionData"))
    return None


def _proved(completed: Any) -> Proved | None:
    try:
        user = completed["user"]
        proof = {name: completed[name] for name in ("signature", "ocspResponse", "device")}
        return Proved(
            national_id=str(user["personalNumber"]),
            name=str(user["name"]),
            proof=json.dumps(proof).encode(),
            checked=CHECKED,
        )
    except (KeyError, TypeError):
        return None


def _parsed(answered: Answered) -> Mapping[str, Any]:
    try:
        answer = json.loads(answered.body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _unavailable(verb: str, status: int, answer: Mapping[str, Any]) -> Unavailable:
    """For the operator there is a line in the log, without the digits of whomever it was about."""
    words = f"{answer.get('errorCode')}: {answer.get('details')}"
    log.error("bankid_refused", verb=verb, status=status, why=re.sub(r"\d{6,}", "…", words))
    return Unavailable(SERVICE)
