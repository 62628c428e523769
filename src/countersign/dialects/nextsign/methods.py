"""Signing schemas and what they are here: how somebody signs, and what they prove before.

| schema | signs by | proves |
|---|---|---|
| `draw` | drawing | nothing |
| `draw-cpr` | drawing | that they know the CPR number |
| `sms-email` | a click | that they get a code by mail or SMS |
| MitID, Swedish BankID | the eID | who they are, to the account's own provider of that name |
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from countersign.dialects.nextsign.errors import Rejected

DRAW, DRAW_CPR, CODE = "draw", "draw-cpr", "sms-email"
SUBSTANTIAL = "urn:grn:authn:dk:mitid:substantial"
EIDS: Mapping[str, str] = {
    SUBSTANTIAL: "mitid",
    "urn:grn:authn:dk:mitid:low": "mitid_low",
    "urn:grn:authn:dk:mitid:business": "mitid_business",
    "urn:grn:authn:se:bankid": "bankid_se",
}
SCHEMAS = (*EIDS, DRAW_CPR, DRAW, CODE)
CPR = "cpr"
CODES = {"sms": "sms_code", "email": "email_code"}  # by the way that they take
# What tells a CPR number: this eID, and the signing page, which asks for one
COMPARING = (EIDS[SUBSTANTIAL], CPR)
# With these the signing page asks for the number besides, where it is to be compared
WITHOUT_CPR = (CODE, *(schema for schema in EIDS if schema != SUBSTANTIAL))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How a task is signed. Of `choice` one is to be proved, of `identity` each."""

    methods: tuple[str, ...]
    identity: tuple[str, ...] = ()
    choice: tuple[str, ...] = ()


def check_schemas(schemas: Sequence[str], offered: Collection[str]) -> None:
    """`offered` are the eIDs that can be asked. Raises Rejected."""
    for schema in schemas:
        if schema not in SCHEMAS:
            raise Rejected(400, f"Invalid signing schema: {schema}")
        if schema in EIDS and EIDS[schema] not in offered:
            raise Rejected(400, f"Signing schema is not available: {schema}")


def codes_of(ways: Collection[str]) -> tuple[str, ...]:
    """The codes of which one is enough, for somebody who is reached in these ways."""
    return tuple(code for way, code in CODES.items() if way in ways)


def proof_of(schemas: Sequence[str], *, needs_cpr: bool, codes: Sequence[str]) -> Proof:
    """What a recipient who may choose among `schemas` has to do; `codes` are those of which one is
    enough for them. Whoever may draw need prove nothing, whatever else is offered."""
    needed = [_needed(schema, needs_cpr, codes) for schema in schemas]
    proofs = tuple(dict.fromkeys(one for each in needed for one in each))
    free = () in needed
    also = (CPR,) if needs_cpr and not set(schemas).isdisjoint(WITHOUT_CPR) else ()
    methods = _methods(schemas, free=free)
    if free or not proofs:
        return Proof(methods=methods)
    if len(proofs) == 1:
        return Proof(methods=methods, identity=(*proofs, *also))
    return Proof(methods=methods, identity=also, choice=proofs)


def _needed(schema: str, needs_cpr: bool, codes: Sequence[str]) -> tuple[str, ...]:
    """Of which one is enough."""
    if schema == DRAW:
        return (CPR,) if needs_cpr else ()
    if schema == CODE:
        return tuple(codes)
    return (CPR if schema == DRAW_CPR else EIDS[schema],)


def _methods(schemas: Sequence[str], *, free: bool) -> tuple[str, ...]:
    """A click is offered only to who has to prove something before."""
    found = ["drawn"] if DRAW in schemas or DRAW_CPR in schemas else []
    if CODE in schemas and not free:
        found.append("click")
    return (*found, *(EIDS[schema] for schema in schemas if schema in EIDS))


def schema_of(method: str, identified: Collection[str]) -> str:
    """The schema by which somebody signed."""
    named = {eid: schema for schema, eid in EIDS.items()}
    if method in named:
        return named[method]
    if method == "drawn":
        return DRAW_CPR if CPR in identified else DRAW
    return CODE
