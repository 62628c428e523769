"""An account that sends, with everything around it in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from countersign.domain.account import Caller
from countersign.domain.document import PageSize
from countersign.domain.envelope import Envelope
from countersign.domain.task import Action, Area, FieldKind, Person, Visitor
from countersign.usecases.authenticate import authenticate
from countersign.usecases.create_account import create_account
from countersign.usecases.create_credential import CreateCredential, create_credential
from countersign.usecases.ports import Ports
from countersign.usecases.receive_file import ReceivedFile
from countersign.usecases.send_envelope import NewField, NewTask, SendEnvelope, send_envelope
from countersign.usecases.sign_task import SignTask, sign_task
from countersign.usecases.views import get_envelope
from tests.usecases.fake_engine import pdf
from tests.usecases.world import World

API = "some-api"
PHONE = Visitor(ip="192.0.2.7", user_agent="Phone")


@dataclass
class Office:
    """One account with its fakes."""

    world: World
    ports: Ports
    caller: Caller

    def send(self, *after: tuple[int, ...], **changes: object) -> Envelope:
        """An envelope with one task for each of `after`."""
        upload = self.world.files.put(pdf())
        received = ReceivedFile(name="a.pdf", upload=upload, pages=(PageSize(595, 842),))
        command = SendEnvelope(
            caller=self.caller,
            origin=API,
            name="Contract",
            documents=(received,),
            tasks=tuple(new_task(number, waits) for number, waits in enumerate(after)),
            sender_name="Acme",
        )
        return send_envelope(replace(command, **changes), self.ports)  # type: ignore[arg-type]

    def sign(self, envelope: Envelope, number: int) -> Envelope:
        task = envelope.tasks[number]
        command = SignTask(
            task_id=task.id, method="typed", consent="I agree", visitor=PHONE, text="Ada"
        )
        return sign_task(command, self.ports)

    def work(self) -> None:
        self.world.work(self.ports)

    def found(self, envelope: Envelope) -> Envelope:
        return get_envelope(envelope.id, self.caller, API, self.ports)

    def happened(self, envelope: Envelope) -> Counter[str]:
        with self.ports.unit_of_work() as uow:
            return Counter(str(link.event.kind) for link in uow.envelopes.evidence(envelope.id))


def new_task(number: int, after: tuple[int, ...]) -> NewTask:
    field = NewField(
        document=0, kind=FieldKind.SIGNATURE, name="Sign", area=Area(0, 0.1, 0.1, 0.3, 0.1)
    )
    return NewTask(
        person=Person(name=f"Person {number}", email=f"p{number}@example.org"),
        actions={0: Action.SIGN},
        fields=(field,),
        after=after,
    )


def caller_of(ports: Ports) -> Caller:
    account = create_account("Acme", "owner@acme.example", ports)
    made = create_credential(CreateCredential(account_id=account.id, api=API, name="key"), ports)
    return authenticate(API, made.secret, ports)
