"""Webhook calls: the dialect's body and headers, signed in the Standard Webhooks way besides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

import structlog
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from countersign.adapters.outbound_http import REDIRECTS, CallFailed, OutboundHttp
from countersign.domain.delivery import Delivery, WebhookEndpoint

log = structlog.get_logger(__name__)

SECRET_PREFIX = "whsec_"
USER_AGENT = "Countersign-Webhooks/1"
# What the connection itself needs; nobody's setting may change it
_OUR_OWN = frozenset({"host", "content-length", "transfer-encoding", "connection", "expect"})


def _real_time() -> datetime:
    return datetime.now(UTC)


class HttpWebhookSender:
    """The `WebhookSender` port.

    `now` is what receivers compare with their own clocks, so it is real time even where the
    sandbox's clock has been moved: the Standard Webhooks tolerance is five minutes.
    """

    def __init__(self, http: OutboundHttp, now: Callable[[], datetime] = _real_time) -> None:
        self._http = http
        self._now = now

    def send(self, delivery: Delivery, endpoint: WebhookEndpoint) -> str:
        """One try. Returns the status of the answer ("200"), or what went wrong: timed out,
        connection refused, connection failed, address not allowed, address not understood, name
        not found, TLS failed, headers not allowed, redirect refused."""
        headers = {
            "content-type": "application/json",
            "user-agent": USER_AGENT,
            **_plain(delivery.headers),
            **_plain(endpoint.headers),
            **_signature(delivery, endpoint.secret, self._now()),
        }
        outcome = self._outcome(delivery, headers)
        log.info("webhook_tried", delivery=delivery.id, tries=delivery.tries + 1, outcome=outcome)
        return outcome

    def _outcome(self, delivery: Delivery, headers: Mapping[str, str]) -> str:
        try:
            answer = self._http.call("POST", delivery.url, headers, delivery.body.encode())
        except CallFailed as failure:
            return str(failure)
        return "redirect refused" if answer.status in REDIRECTS else str(answer.status)


def _plain(headers: Mapping[str, str]) -> dict[str, str]:
    """Lower-case names, so that a later header replaces an earlier one of the same name."""
    lower = {name.lower(): value for name, value in headers.items()}
    return {name: value for name, value in lower.items() if name not in _OUR_OWN}


def _signature(delivery: Delivery, secret: str, now: datetime) -> dict[str, str]:
    """The headers of standardwebhooks.com; `webhook-signature` only where there is a secret."""
    headers = {"webhook-id": delivery.id, "webhook-timestamp": str(int(now.timestamp()))}
    if secret:
        headers["webhook-signature"] = _signer(secret).sign(delivery.id, now, delivery.body)
    return headers


def _signer(secret: str) -> Webhook:
    """A secret that isn't written in the Standard Webhooks way is used as its bytes."""
    if secret.startswith(SECRET_PREFIX):
        with suppress(ValueError, EmptyWebhookSecretError):
            return Webhook(secret)
    return Webhook(secret.encode())
