"""The port to eIDs in memory. The contract suite holds it to what the real ones do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from countersign.domain.errors import Unavailable
from countersign.usecases.identity_port import Failed, IdentityRequest, Pending, Proved, Started


@dataclass
class FakeIdentity:
    """`asked` are the requests by reference; `silent` makes it answer nothing."""

    methods: tuple[str, ...] = ("bankid_se",)
    asked: dict[str, IdentityRequest] = field(default_factory=dict)
    outcomes: dict[str, Proved | Failed] = field(default_factory=dict)
    silent: bool = False

    def start(self, request: IdentityRequest) -> Started:
        self._check()
        reference = f"order-{len(self.asked) + 1}"
        self.asked[reference] = request
        return Started(reference=reference, secret={"key": reference}, page={"qr": "0"})

    def collect(
        self, _method: str, reference: str, secret: Mapping[str, str], elapsed_s: int
    ) -> Pending | Proved | Failed:
        self._check()
        assert secret["key"] == reference
        waiting = Pending(hint="outstandingTransaction", page={"qr": str(elapsed_s)})
        return self.outcomes.get(reference, waiting)

    def cancel(self, _method: str, reference: str) -> None:
        self._check()
        self.outcomes.setdefault(reference, Failed(hint="cancelled"))

    def approve(self, reference: str, national_id: str, name: str) -> None:
        """What the person does, on another device."""
        self.outcomes[reference] = Proved(national_id=national_id, name=name, proof=b"signed")

    def refuse(self, reference: str) -> None:
        self.outcomes[reference] = Failed(hint="userCancel")

    def _check(self) -> None:
        if self.silent:
            raise Unavailable("bankid")
