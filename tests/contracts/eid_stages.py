"""Providers of eIDs with a person at the other end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from countersign.adapters.identity.bankid import BankId
from countersign.adapters.identity.openid.provider import OpenIdConnect
from countersign.adapters.identity.simulated import SimulatedIdentity
from countersign.usecases.identity_port import RETURNED, IdentityProvider, Started
from tests.support.bankid import BankIdServer
from tests.support.openid_server import OpenIdServer
from tests.usecases.fake_identity import FakeIdentity


class Stage(Protocol):
    """`approve` and `refuse` are what the person does; both return the secret to collect with
    from then on."""

    @property
    def provider(self) -> IdentityProvider: ...
    def approve(self, started: Started, national_id: str, name: str) -> Mapping[str, str]: ...
    def refuse(self, started: Started) -> Mapping[str, str]: ...


@dataclass
class FakeStage:
    provider: FakeIdentity

    def approve(self, started: Started, national_id: str, name: str) -> Mapping[str, str]:
        self.provider.approve(started.reference, national_id, name)
        return started.secret

    def refuse(self, started: Started) -> Mapping[str, str]:
        self.provider.refuse(started.reference)
        return started.secret


@dataclass
class SimulatedStage:
    provider: SimulatedIdentity

    def approve(self, started: Started, national_id: str, name: str) -> Mapping[str, str]:
        return self.provider.approve("bankid_se", started.reference, national_id, name)

    def refuse(self, started: Started) -> Mapping[str, str]:
        return self.provider.refuse(started.reference)


@dataclass
class BankIdStage:
    provider: BankId
    server: BankIdServer

    def approve(self, started: Started, national_id: str, name: str) -> Mapping[str, str]:
        phone = self.server.phone
        phone.approve(phone.scan(started.page["qr"]), national_id, name)
        return started.secret

    def refuse(self, started: Started) -> Mapping[str, str]:
        phone = self.server.phone
        phone.refuse(phone.scan(started.page["qr"]))
        return started.secret


@dataclass
class OpenIdStage:
    provider: OpenIdConnect
    server: OpenIdServer

    def approve(self, started: Started, national_id: str, name: str) -> Mapping[str, str]:
        address = started.page["redirect_url"]
        return returned(started, self.server.log_in(address, national_id=national_id, name=name))

    def refuse(self, started: Started) -> Mapping[str, str]:
        return returned(started, self.server.refuse(started.page["redirect_url"]))


def returned(started: Started, answer: Mapping[str, str]) -> Mapping[str, str]:
    """The secret once the browser came back."""
    brought = {name: value for name, value in answer.items() if name != "state"}
    return {**started.secret, RETURNED: json.dumps(brought)}
