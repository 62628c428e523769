"""eIDs of a sandbox: nobody is asked, whoever tests says who it was.

Nothing is kept here. What the person did is the `secret` that collecting goes by, and that is
stored with the attempt, so a simulated proof outlives a restart and is known to every process.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import uuid4

from countersign.domain.errors import Invalid
from countersign.domain.national_id import is_personal_number
from countersign.usecases.identity_port import Failed, IdentityRequest, Pending, Proved, Started

WAITING: Mapping[str, str] = {"did": ""}
PAGE = {"simulated": True}
SWEDISH = "bankid_se"


class SimulatedIdentity:
    """Both sides: the provider, and the person's answer in its place."""

    def __init__(self, methods: tuple[str, ...]) -> None:
        self.methods = methods

    def start(self, request: IdentityRequest) -> Started:  # noqa: ARG002
        return Started(reference=str(uuid4()), secret=WAITING, page=PAGE)

    def collect(
        self,
        method: str,
        reference: str,
        secret: Mapping[str, str],
        elapsed_s: int,  # noqa: ARG002
    ) -> Pending | Proved | Failed:
        did = secret.get("did")  # nothing of what another provider of this name began
        if did == "approve":
            proof = {"simulated": True, "method": method, "reference": reference}
            return Proved(
                national_id=secret["national_id"],
                name=secret["name"],
                proof=json.dumps(proof).encode(),
            )
        if did == "refuse":
            return Failed(hint="userCancel")
        return Pending(hint="outstandingTransaction", page=PAGE)

    def cancel(self, method: str, reference: str) -> None:
        """There is nobody to tell."""

    def approve(
        self,
        method: str,
        reference: str,  # noqa: ARG002
        national_id: str,
        name: str,
    ) -> Mapping[str, str]:
        """Raises Invalid for a number that this eID could not hold."""
        if method == SWEDISH and not is_personal_number(national_id):
            raise Invalid("not a personal number", {"national_id": "Not a personal number"})
        return {"did": "approve", "national_id": national_id, "name": name}

    def refuse(self, reference: str) -> Mapping[str, str]:  # noqa: ARG002
        return {"did": "refuse"}
