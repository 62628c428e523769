"""An account gets a named interface for its signing pages, and gives it up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from countersign.domain.envelope import Envelope
from countersign.domain.errors import UnusableFile
from countersign.domain.interface import Interface, check_interface
from countersign.domain.task import Task
from countersign.usecases.keep_logo import keep_logo
from countersign.usecases.ports import Ports
from countersign.usecases.set_project_logo import LARGEST_LOGO


def add_interface(interface: Interface, logo: bytes | None, ports: Ports) -> Interface:
    """From now on tasks of this account may ask for it by name. `logo` is a PNG, JPEG or WebP.
    Raises Invalid, UnusableFile, NotFound for an unknown account, NameTaken when the account has
    one of this name."""
    check_interface(interface)
    with ports.unit_of_work() as uow:
        uow.accounts.get(interface.account_id)  # a picture for nobody is not even opened
    if logo is not None:
        interface = _with_logo(interface, logo, ports)
    with ports.unit_of_work() as uow:
        uow.interfaces.add(interface)
        uow.commit()
    return interface


def _with_logo(interface: Interface, logo: bytes, ports: Ports) -> Interface:
    if len(logo) > LARGEST_LOGO:
        raise UnusableFile("too_large", "a logo has at most 2 MiB", "logo")
    kept = replace(interface.branding, logo=keep_logo(logo, ports))
    return replace(interface, branding=kept)


def list_interfaces(account_id: str, ports: Ports) -> Sequence[Interface]:
    """By name. Raises NotFound for an unknown account."""
    with ports.unit_of_work() as uow:
        uow.accounts.get(account_id)
        return uow.interfaces.all(account_id)


def remove_interface(account_id: str, name: str, ports: Ports) -> None:
    """Pages that asked for it look as their envelopes say from then on. Raises NotFound."""
    with ports.unit_of_work() as uow:
        uow.interfaces.remove(account_id, name)
        uow.commit()


def interface_of(envelope: Envelope, task: Task, ports: Ports) -> Interface | None:
    """What the task's page is to look like; None where it asks for nothing, or for one that is no
    more."""
    if not task.interface:
        return None
    with ports.unit_of_work() as uow:
        return uow.interfaces.find(envelope.account_id, task.interface)
