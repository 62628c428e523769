"""Members look after the named interfaces of their account's signing pages."""

from __future__ import annotations

from countersign.domain.interface import Interface
from countersign.usecases.add_interface import add_interface, remove_interface
from countersign.usecases.enter_dashboard import record
from countersign.usecases.member_ports import MemberPorts, Visit


def make_look(wanted: Interface, logo: bytes | None, visit: Visit, desk: MemberPorts) -> None:
    """Raises Invalid, UnusableFile, NameTaken."""
    made = add_interface(wanted, logo, desk.ports)
    _record("added an interface", made.name, visit, desk)


def end_look(name: str, visit: Visit, desk: MemberPorts) -> None:
    """Raises NotFound."""
    remove_interface(visit.account.id, name, desk.ports)
    _record("removed an interface", name, visit, desk)


def _record(action: str, about: str, visit: Visit, desk: MemberPorts) -> None:
    with desk.ports.unit_of_work() as uow:
        record(visit.member, action, visit.visitor, uow, desk, about)
        uow.commit()
