"""What the database knows of a base and of what was done on it: the verifier's root of trust.

The JSON that `prepare` returned with the base is docs/pdf-format.md, section 2.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from countersign.pdf.verify.refusal import Refused, need

Kind = Literal["signature", "text", "checkbox", "mark", "initials", "stamp"]


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """A field of the base. `body` and `ap` are the bytes it had there, `box` points as seen."""

    name: str
    label: str
    kind: Kind
    number: int
    body: bytes
    width: float
    height: float
    rotate: int
    ap: bytes

    @property
    def visible(self) -> bool:
        return self.width > 0 and self.height > 0

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> "FieldFacts":
        width, height = state["box"]
        return cls(
            name=state["name"],
            label=state["label"],
            kind=state["kind"],
            number=state["num"],
            body=state["body"].encode("latin-1"),
            width=width,
            height=height,
            rotate=state["rotate"],
            ap=state.get("ap", "").encode("latin-1"),
        )


@dataclass(frozen=True)
class BaseFacts:
    """The prepared base as it was captured; sizes in bytes and objects."""

    length: int
    sha256: str
    size: int
    prev: int
    root: int
    info: int
    id: bytes
    font: int
    dss: int
    catalog: bytes
    platform: Mapping[str, FieldFacts]
    _slots: tuple[tuple[Mapping[str, Any], ...], ...] = field(repr=False)

    @classmethod
    def from_json(cls, text: str) -> "BaseFacts":
        """Raises Refused for a state of another version."""
        state = json.loads(text)
        need(state["version"] == 1, "state of version", state["version"])
        platform = map(FieldFacts.from_state, state["platform"])
        return cls(
            **{key: state[key] for key in _COPIED},
            id=state["id"].encode("ascii"),
            catalog=state["catalog"].encode("latin-1").rstrip(),
            platform={facts.name: facts for facts in platform},
            _slots=tuple(map(tuple, state["slots"])),
        )

    def slot(self, index: int) -> tuple[FieldFacts, ...]:
        """The fields of slot `index` (from 0), its signature field first."""
        return tuple(map(FieldFacts.from_state, self._slots[index]))

    def slot_that_has(self, number: int) -> int:
        """Index of the slot that object `number` belongs to. Raises Refused."""
        slot = self._owners.get(number)
        if slot is None:
            raise Refused(f"object {number} must not change")
        return slot

    @cached_property
    def _owners(self) -> dict[int, int]:
        return {state["num"]: index for index, slot in enumerate(self._slots) for state in slot}


_COPIED = ("length", "sha256", "size", "prev", "root", "info", "font", "dss")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a signature dictionary says of itself: time (UTC, whole seconds), name and reason."""

    time: datetime
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ExpectedAct:
    """What the database says of one act.

    `slot` counts from 0. `values`: label of a layout field to its text, "Yes" for a ticked
    checkbox. `evidence`: our own fields by the name behind the slot's prefix (`e_name`, …).
    Both name every text field and checkbox that the act fills and no other; None: not compared.
    `certificate`: SHA-256 of the signer's certificate, hex; None: not compared.
    `claims`: time, name and consent text ("" for none) of the signature; None: not compared.
    `foreign`: the signer signed with a key and a certificate of his own, from another authority.
    Such an act is accepted with exactly the certificate that `certificate` names, which then has
    to be there.
    """

    slot: int
    values: Mapping[str, str] | None = None
    evidence: Mapping[str, str] | None = None
    certificate: str | None = None
    claims: Claims | None = None
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """What the database says of a file: its acts in their order, the values of `z_id` and `z_name`.

    `sealed` is False for a file that waits for more signers or for its seal.
    """

    acts: tuple[ExpectedAct, ...]
    envelope: str = ""
    document: str = ""
    sealed: bool = True
