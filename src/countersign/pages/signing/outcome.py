"""What the page is told when a task is done."""

from __future__ import annotations

from countersign.domain.envelope import Envelope
from countersign.domain.task import Action, Task
from countersign.pages.signing.schemas import Completed, SignedDocument
from countersign.usecases.ports import Ports


def completed(envelope: Envelope, task_id: str, ports: Ports) -> Completed:
    task = envelope.task(task_id)
    return Completed(
        status="completed",
        redirect_url=goes_on_to(envelope, task),
        documents=signed_documents(envelope, task, ports),
    )


def goes_on_to(envelope: Envelope, task: Task) -> str | None:
    """The address that the sender wants the browser to go to after signing."""
    after = envelope.settings.after
    return task.redirect("success") or (after.url if after.type == "redirect" else None) or None


def signed_documents(envelope: Envelope, task: Task, ports: Ports) -> list[SignedDocument]:
    """By the task's own link, so that a page left open gives the newest revision."""
    link = ports.links.signing(task)
    return [
        SignedDocument(id=id, name=envelope.document(id).name, url=f"{link}/documents/{id}")
        for id, action in task.actions.items()
        if action is not Action.UPLOAD
    ]
