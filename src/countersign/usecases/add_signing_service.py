"""An account gets a service that keeps people's own keys, and gives it up."""

from __future__ import annotations

from collections.abc import Sequence

from countersign.domain.signing_service import SigningService, check_service
from countersign.usecases.ports import Ports


def add_signing_service(service: SigningService, ports: Ports) -> None:
    """From now on tasks of this account may be signed by it. Raises Invalid, NotFound for an
    unknown account, NameTaken when the account has one of this name."""
    check_service(service)
    with ports.unit_of_work() as uow:
        uow.accounts.get(service.account_id)
        uow.signing_services.add(service)
        uow.commit()


def list_signing_services(account_id: str, ports: Ports) -> Sequence[SigningService]:
    """By name. Raises NotFound for an unknown account."""
    with ports.unit_of_work() as uow:
        uow.accounts.get(account_id)
        return uow.signing_services.all(account_id)


def remove_signing_service(account_id: str, name: str, ports: Ports) -> None:
    """What was signed by it stays as it is; who is there at this moment begins anew. Raises
    NotFound."""
    with ports.unit_of_work() as uow:
        uow.signing_services.remove(account_id, name)
        uow.commit()
