"""The seal key and the clocks: with what documents are closed, and who confirms when."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.envelope import EnvelopeStatus
from countersign.domain.rights import Right
from countersign.httpkit import Form, Operation, RateLimit
from countersign.pages.dashboard.access import FORM, go, needs
from countersign.pages.dashboard.acting import DoneQuery, said
from countersign.pages.dashboard.settings.shared import SETTINGS, settings_page
from countersign.usecases.account_list import ListQuery
from countersign.usecases.enter_dashboard import record
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.seal_port import SealState

TAB = f"{SETTINGS}/seal"


def _(text: str) -> str:
    return text


DONE = {"asked": _("Each authority was asked. What came of it is below.")}


class SealPage:
    """Handlers for the seal key and timestamps, which are the server's and not the account's."""

    def __init__(self, desk: MemberPorts, sealing: SealState, limit: RateLimit) -> None:
        self._desk, self._sealing, self._limit = desk, sealing, limit

    def operations(self) -> list[Operation]:
        return [
            needs(Right.MANAGE_SETTINGS, "GET", TAB, self.show, query=DoneQuery),
            needs(Right.OPERATE, "POST", f"{TAB}/ask", self.ask, body=FORM),
        ]

    def show(self, caller: Visit, request: Request, query: DoneQuery) -> Response:
        """As this process knows it."""
        return settings_page(
            request, "seal", TAB, caller, seal=self._sealing.seal(), clocks=self._sealing.clocks(),
            newest=self._newest(caller), notice=said(DONE, query.done, request),
        )  # fmt: skip

    def ask(self, caller: Visit, request: Request, body: Form) -> Response:  # noqa: ARG002
        """All authorities, for a timestamp of nothing."""
        self._limit.check(f"settings:{caller.member.id}")
        self._sealing.ask_clocks()
        with self._desk.ports.unit_of_work() as uow:
            record(
                caller.member, "asked the timestamp authorities", caller.visitor, uow, self._desk
            )
            uow.commit()
        return go(f"{TAB}?done=asked")

    def _newest(self, caller: Visit) -> dict[str, Any] | None:
        """The newest document of the account that was sealed, to see which level it reaches."""
        asked = ListQuery(
            account_id=caller.account.id, statuses=(EnvelopeStatus.COMPLETED.value,), limit=1
        )
        with self._desk.ports.unit_of_work() as uow:
            for row in uow.dashboard.envelopes.page(asked):
                envelope = uow.envelopes.get(row.id)
                for document in envelope.documents:
                    if not document.is_text:
                        return {"envelope": envelope, "document": document}
        return None
