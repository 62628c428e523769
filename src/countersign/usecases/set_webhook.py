"""Where a credential's owner wants to be told."""

from __future__ import annotations

import base64
from uuid import NAMESPACE_URL, uuid5

from countersign.domain.account import Caller, Credential
from countersign.domain.delivery import WebhookEndpoint
from countersign.domain.errors import Invalid
from countersign.domain.web_address import is_web_address
from countersign.usecases.ports import Ports

LONGEST_URL = 255


def set_webhook(caller: Caller, slot: str, url: str, ports: Ports) -> WebhookEndpoint:
    """Sets the one endpoint of `slot` for this credential, replacing an earlier one. Raises
    Invalid for what is no http(s) address."""
    check_url(url)
    endpoint = WebhookEndpoint(
        id=str(uuid5(NAMESPACE_URL, f"{caller.credential.id} {slot}")),
        account_id=caller.account.id,
        api=caller.credential.api,
        credential_id=caller.credential.id,
        slot=slot,
        url=url,
        secret=secret_of(caller.credential),
        created_at=ports.clock(),
    )
    with ports.unit_of_work() as uow:
        uow.webhooks.put_endpoint(endpoint)
        uow.commit()
    return endpoint


def check_url(url: str) -> None:
    """Raises Invalid. Whether the address may be called is decided at each call."""
    if not is_web_address(url) or len(url) > LONGEST_URL:
        raise Invalid(f"This is not an http(s) address of at most {LONGEST_URL} characters.")


def secret_of(credential: Credential) -> str:
    """The Standard Webhooks secret of a credential's endpoints: made from the SHA-256 of its own
    secret, so that whoever calls with the credential knows it without being told."""
    return "whsec_" + base64.b64encode(bytes.fromhex(credential.secret_hash)).decode()
