"""The page of whoever looks after the installation: jobs, room, certificates, versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.rights import Right
from countersign.httpkit import Form, Operation
from countersign.pages.dashboard.access import FORM, needs
from countersign.pages.dashboard.acting import DoneQuery, carry_out, said
from countersign.pages.dashboard.shell import page
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.server_port import ServerFacts
from countersign.usecases.try_job_again import try_job_again

MOST_JOBS = 100
STATES = ("due", "running", "later", "dead")


def _(text: str) -> str:
    return text


DONE = {"again": _("The job is tried again.")}


@dataclass(frozen=True, slots=True)
class Server:
    """What is asked of the process itself: facts, and the number of jobs by (queue, state)."""

    facts: ServerFacts
    counts: Callable[[], Mapping[tuple[str, str], int]]


class OperatorPage:
    """Handlers for the installation as a whole."""

    def __init__(self, desk: MemberPorts, server: Server) -> None:
        self._desk, self._server = desk, server

    def operations(self) -> list[Operation]:
        operate = Right.OPERATE
        return [
            needs(operate, "GET", "/operator", self.show, query=DoneQuery),
            needs(operate, "POST", "/operator/jobs/{job_id:int}/retry", self.retry, body=FORM),
        ]

    def show(self, caller: Visit, request: Request, query: DoneQuery) -> Response:
        """How it is doing."""
        return self._page(caller, request, notice=said(DONE, query.done, request))

    def retry(self, caller: Visit, request: Request, job_id: int, body: Form) -> Response:  # noqa: ARG002
        """At once."""
        return carry_out(
            lambda: try_job_again(job_id, caller, self._desk),
            "/operator?done=again",
            request,
            lambda text, status: self._page(caller, request, status, error=text),
        )

    def _page(self, caller: Visit, request: Request, status: int = 200, **more: Any) -> Response:
        counts = self._server.counts()
        with self._desk.ports.unit_of_work() as uow:
            troubled = uow.dashboard.jobs.troubled(MOST_JOBS)
        return page(
            request,
            "operator.html",
            status,
            visit=caller,
            menu="/operator",
            facts=self._server.facts(),
            queues=_by_queue(counts),
            states=STATES,
            troubled=troubled,
            **more,
        )


def _by_queue(counts: Mapping[tuple[str, str], int]) -> Sequence[tuple[str, list[int]]]:
    queues = sorted({queue for queue, _state in counts})
    return [(queue, [counts.get((queue, state), 0) for state in STATES]) for queue in queues]
