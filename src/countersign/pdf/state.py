"""What must be known of a file to append to it, captured once, so that no act parses a PDF.

The JSON form is the contract of docs/pdf-format.md, section 2.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Literal, Protocol, Self

from countersign.pdf.errors import BadAct
from countersign.pdf.words import Words

StateKind = Literal["signature", "text", "checkbox", "mark", "initials", "stamp"]
VERSION = 1


class Digest(Protocol):
    """A SHA-256 in progress (`hashlib.sha256()`): the midstate over the file so far."""

    def update(self, data: Any, /) -> None: ...
    def digest(self) -> bytes: ...
    def hexdigest(self) -> str: ...
    def copy(self) -> Self: ...


def digest_of(chunks: Iterable[bytes]) -> Digest:
    """The midstate over a file that is read in chunks, so that memory does not grow with it."""
    midstate: Digest = hashlib.sha256()
    for chunk in chunks:
        midstate.update(chunk)
    return midstate


@dataclass(frozen=True)
class FieldState:
    """One field of the base, which is also its widget. Sizes in points as the viewer sees them."""

    name: str
    label: str
    kind: StateKind
    num: int
    body: str
    box: tuple[float, float]
    rotate: int
    ap: str = ""

    @cached_property
    def head(self) -> bytes:
        """Begin of every new version of the field: all keys it had but the value's."""
        return b"<<" + self.body.encode("latin-1")

    @property
    def visible(self) -> bool:
        return self.box[0] > 0 and self.box[1] > 0

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "FieldState":
        width, height = data["box"]
        return cls(**{**data, "box": (width, height)})

    def to_dict(self) -> dict[str, Any]:
        """As the JSON form has it; what only some kinds of fields have is left out elsewhere."""
        content = {one.name: getattr(self, one.name) for one in fields(self)}
        content["box"] = list(self.box)
        return content if self.ap else {key: content[key] for key in content if key != "ap"}


class SlotState:
    """The fields of one signer: first the signature field; `locked` are the names of the others."""

    def __init__(self, fields_: Iterable[FieldState]) -> None:
        self.signature, *self.others = fields_
        prefix = self.signature.name.removesuffix("sig") + "e_"
        self.evidence = {
            field.name.removeprefix(prefix): field
            for field in self.others
            if field.name.startswith(prefix)
        }
        self.by_label = {field.label: field for field in self.others if field.label}
        self.locked = tuple(field.name for field in self.others)


@dataclass(frozen=True)
class ChainState:
    """The file after its last revision: `size` objects, last xref at `prev`, `length` bytes."""

    size: int
    prev: int
    length: int

    def to_json(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "ChainState":
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Revision:
    """What one step adds: bytes to append, and the state of the file with them.

    `midstate` covers the file up to `hashed` bytes into the segment.
    """

    segment: bytes
    chain: ChainState
    midstate: Digest
    hashed: int

    @cached_property
    def digest(self) -> Digest:
        """The midstate over the longer file, made on demand: the last step needs none."""
        longer = self.midstate.copy()
        longer.update(memoryview(self.segment)[self.hashed :])
        return longer


@dataclass(frozen=True)
class BaseState:
    """All that later steps need of the prepared base. Immutable: it belongs to the base's bytes.

    `sha256` is empty until somebody has read the base whole; no verifier accepts that. `words` are
    those of the base's pages, none of them for English.
    """

    length: int
    sha256: str
    size: int
    prev: int
    root: int
    info: int
    id: str
    font: int
    face: str
    dss: int
    catalog: str
    platform: list[dict[str, Any]]
    slots: list[list[dict[str, Any]]]
    version: int = VERSION
    words: Mapping[str, str] = field(default_factory=dict)

    def with_digest(self, digest: Digest) -> "BaseState":
        """The state that a base is known by; `digest` covers its bytes."""
        return replace(self, sha256=digest.hexdigest())

    @property
    def chain(self) -> ChainState:
        """Where the base itself stands: the start of every chain on it."""
        return ChainState(self.size, self.prev, self.length)

    def platform_field(self, name: str) -> FieldState | None:
        return self._platform.get(name)

    def own_field(self, name: str) -> FieldState:
        """A platform field that every base has."""
        return self._platform[name]

    def slot(self, number: int) -> SlotState:
        """Slot `number`, counted from 0. Raises BadAct when the layout has no such slot."""
        if not 0 <= number < len(self.slots):
            raise BadAct(f"no slot {number}; the layout has {len(self.slots)}")
        if number not in self._slots:
            # On demand: a base may have a thousand slots, and an act needs one of them
            self._slots[number] = SlotState(map(FieldState.from_dict, self.slots[number]))
        return self._slots[number]

    @cached_property
    def page_words(self) -> Words:
        """What the base's pages say in its language, for who writes more into them."""
        return Words(**self.words)

    @cached_property
    def _platform(self) -> dict[str, FieldState]:
        return {field["name"]: FieldState.from_dict(field) for field in self.platform}

    @cached_property
    def _slots(self) -> dict[int, SlotState]:
        return {}

    def to_json(self) -> str:
        """Compact and stable: equal states give equal text."""
        content = {one.name: getattr(self, one.name) for one in fields(self)}
        if not self.words:
            del content["words"]
        return json.dumps(content, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "BaseState":
        return cls(**json.loads(text))

    def digest(self) -> str:
        """SHA-256 (hex) of the JSON form: the root of trust of the verifier."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()
