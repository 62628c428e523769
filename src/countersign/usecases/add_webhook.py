"""Who runs the server says where an account's programs want to be told."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from countersign.domain.delivery import WebhookEndpoint
from countersign.domain.errors import Invalid
from countersign.usecases.ports import Ports
from countersign.usecases.set_webhook import check_url

SECRET_BYTES = 32
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddWebhook:
    """`events` are names of `told`, which are those of the API (empty: all of them); without a
    `secret` one is made."""

    account_id: str
    api: str
    url: str
    told: Collection[str]
    events: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""


def add_webhook(command: AddWebhook, ports: Ports) -> WebhookEndpoint:
    """One more endpoint of the account, for the envelopes of all its credentials. Raises Invalid
    with everything that is wrong with it, NotFound for the account."""
    _check(command)
    endpoint = WebhookEndpoint(
        id=str(uuid4()),
        account_id=command.account_id,
        api=command.api,
        url=command.url,
        created_at=ports.clock(),
        events=tuple(dict.fromkeys(command.events)),
        headers=command.headers,
        secret=command.secret or _new_secret(),
    )
    with ports.unit_of_work() as uow:
        uow.accounts.get(command.account_id)
        uow.webhooks.put_endpoint(endpoint)
        uow.commit()
    return endpoint


def _new_secret() -> str:
    """In the way of Standard Webhooks."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _check(command: AddWebhook) -> None:
    check_url(command.url)
    wrong = {
        f"events: {name!r}": f"one of {', '.join(command.told)}"
        for name in command.events
        if name not in command.told
    }
    for name, value in command.headers.items():
        if not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(value):
            wrong[f"headers: {name!r}"] = "a name, and a value of visible ASCII characters"
    if wrong:
        raise Invalid("The webhook was not added.", wrong)
