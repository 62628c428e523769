"""This vendor's names of identity methods, and what they stand for here: eIDs, or services that
keep people's own keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping

SMS_CODE = "sms_code"
# By the vendor's name without its ending; the first one that is offered counts. MitID took the
# place of NemID in 2023.
EIDS: Mapping[str, tuple[str, ...]] = {
    "nbid": ("nbid", "bankid_no"),
    "sbid": ("sbid", "bankid_se"),
    "nemid": ("mitid",),
    "mitid": ("mitid",),
    "ftn": ("ftn",),
    "tupas": ("ftn",),
    "smartid": ("smart_id",),
    "smart-id": ("smart_id",),
    "mobileid": ("mobile_id",),
    "mobile-id": ("mobile_id",),
    "scid-sms": (SMS_CODE,),  # no eID: proves that somebody has the subject's phone
}
ENDINGS = ("-sign", "-mobil", "-mobile", "-inapp", "-remote", "-login", "-auth")


def eid_of(name: str, offered: Collection[str]) -> str | None:
    """What a method is called here: as the vendor calls it, or by the eID that it stands for. None
    when this account is not offered it."""
    plain = _plain(name.lower())
    wanted = (name, name.lower(), *EIDS.get(plain, ()), plain, plain.replace("-", "_"))
    return next((eid for eid in wanted if eid in offered), None)


def service_of(name: str, offered: Collection[str]) -> str | None:
    """The account's service that a third party's method goes by: `nbid-sign` → NBID. None when it
    has none of this name."""
    plain = _plain(name.lower())
    wanted = (name, name.upper(), plain.upper(), plain.replace("-", "").upper())
    return next((service for service in wanted if service in offered), None)


def _plain(name: str) -> str:
    """`nbid-mobil-sign` → `nbid`."""
    for ending in ENDINGS:
        if name.endswith(ending):
            return _plain(name.removesuffix(ending))
    return name


def is_by_sms(name: str) -> bool:
    """Whether a method sends a code to the subject's phone."""
    return SMS_CODE in EIDS.get(_plain(name.lower()), ())
