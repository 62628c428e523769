"""eIDs: how a person proves who they are with more than a link."""

from __future__ import annotations

from collections.abc import Mapping

from countersign.domain.errors import Unavailable
from countersign.usecases.identity_port import Failed, IdentityRequest, Pending, Proved, Started


class NoIdentity:
    """An installation without any eID."""

    methods: tuple[str, ...] = ()

    def start(self, request: IdentityRequest) -> Started:
        raise Unavailable(request.method)

    def collect(
        self,
        method: str,
        reference: str,  # noqa: ARG002
        secret: Mapping[str, str],  # noqa: ARG002
        elapsed_s: int,  # noqa: ARG002
    ) -> Pending | Proved | Failed:
        raise Unavailable(method)

    def cancel(self, method: str, reference: str) -> None:  # noqa: ARG002
        raise Unavailable(method)
