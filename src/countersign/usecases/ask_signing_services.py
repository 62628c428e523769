"""Whether the keepers of keys that an account has answer at this moment."""

from __future__ import annotations

from collections.abc import Mapping

from countersign.domain.errors import Unavailable
from countersign.domain.signing_service import ServiceKind
from countersign.usecases.add_signing_service import list_signing_services
from countersign.usecases.enter_dashboard import record
from countersign.usecases.member_ports import MemberPorts, Visit

LANGUAGE = "en"


def ask_signing_services(visit: Visit, desk: MemberPorts) -> Mapping[str, bool]:
    """By name. Each is asked where people log in, as for a signer; BankID is asked nothing, as it
    would need a person."""
    known = list_signing_services(visit.account.id, desk.ports)
    found = {
        one.name: _answers(one.name, visit, desk) for one in known if one.kind is ServiceKind.CSC
    }
    with desk.ports.unit_of_work() as uow:
        about = ", ".join(f"{name}: {'yes' if good else 'no'}" for name, good in found.items())
        record(visit.member, "asked the signing services", visit.visitor, uow, desk, about)
        uow.commit()
    return found


def _answers(name: str, visit: Visit, desk: MemberPorts) -> bool:
    pki = desk.ports.pki
    try:
        pki.of_account(visit.account.id, name).start(pki.return_url, LANGUAGE)
    except Unavailable:
        return False
    return True
