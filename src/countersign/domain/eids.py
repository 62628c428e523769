"""eIDs by the names that senders use for them, and what people call them."""

from __future__ import annotations

from collections.abc import Mapping

from countersign.domain.signing_service import service_of

# A sandbox simulates all of these. Names stand in sealed documents, which are compared with them
# when they are verified: none is ever changed, nor added for an eID that accounts use already.
EID_NAMES: Mapping[str, str] = {
    "bankid_se": "BankID",
    "sbid": "BankID (Sweden)",
    "bankid_no": "BankID (Norway)",
    "nbid": "BankID (Norway)",
    "mitid": "MitID",
    "mitid_low": "MitID",
    "mitid_business": "MitID Erhverv",
    "ftn": "Finnish Trust Network",
    "samleikin": "Samleikin",
    "freja": "Freja",
    "smart_id": "Smart-ID",
    "mobile_id": "Mobile-ID",
    "itsme": "itsme",
    "idin": "iDIN",
}

# Services that keep people's own keys, as senders call them
_KEEPERS: Mapping[str, str] = {
    "NBID": "BankID (Norway)",
    "SBID": "BankID (Sweden)",
    "BUYPASS": "Buypass ID",
    "AUDKENNI": "Auðkenni",
    "SMARTID": "Smart-ID",
    "MOBILEID": "Mobile-ID",
}


def eid_name(method: str) -> str:
    """What people call an eID; one that nobody here knows is called as the sender calls it."""
    if service := service_of(method):
        return _KEEPERS.get(service, service)
    return EID_NAMES.get(method, method.replace("_", " "))
