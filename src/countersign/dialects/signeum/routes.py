"""Every call of this API: parse, one use case, present. That the organization in the path is the
caller's was looked at with the key."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from countersign.dialects import repeatable_of, visitor_of
from countersign.dialects.signeum import answers, present, schemas, translate
from countersign.dialects.signeum.auth import API
from countersign.dialects.signeum.checks import wrong_settings
from countersign.dialects.signeum.errors import NOT_A_PICTURE, Rejected
from countersign.dialects.signeum.sending import NewEnvelope, to_command
from countersign.domain.account import Caller
from countersign.domain.document import FileRef
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.errors import (
    AlreadyCompleted,
    Conflict,
    Gone,
    NotFound,
    TooSoon,
    Unavailable,
    UnusableFile,
)
from countersign.domain.project import Project, ProjectSettings
from countersign.domain.task import TaskStatus
from countersign.httpkit import Idempotency, Upload
from countersign.usecases.cancel_envelope import cancel_envelope
from countersign.usecases.change_project import change_project
from countersign.usecases.chat_author import sender
from countersign.usecases.create_project import create_project
from countersign.usecases.fetch_logo import fetch_logo
from countersign.usecases.list_deliveries import DeliveryRun, list_deliveries
from countersign.usecases.ports import Ports, Repeatable
from countersign.usecases.post_chat_message import post_chat_message
from countersign.usecases.read_chat import read_chat
from countersign.usecases.remind_task import remind_task
from countersign.usecases.remove_project import remove_project
from countersign.usecases.repeat_answer import answer_once
from countersign.usecases.resend_delivery import resend_delivery
from countersign.usecases.send_envelope import send_envelope
from countersign.usecases.set_project_logo import remove_project_logo, set_project_logo
from countersign.usecases.views import (
    download_link,
    get_envelope,
    get_evidence,
    list_envelopes,
    list_projects,
    list_templates,
    read_project,
    read_template,
)


class Signeum:
    """Handlers over the ports. Their docstrings are the API's documentation."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def _once(
        self,
        caller: Caller,
        idempotency: Idempotency | None,
        make: Callable[[Repeatable | None], BaseModel],
    ) -> Response:
        """201 with what `make` makes, or what it made for the same request before."""
        repeatable = repeatable_of(caller, idempotency)

        def answer() -> bytes:
            return make(repeatable).model_dump_json().encode()

        made = answer_once(repeatable, self._ports, answer)
        return Response(made, 201, media_type="application/json")

    # -------------------------------------------------------------- organization

    def read_organization(self, caller: Caller) -> answers.OrganizationAnswer:
        """Read the organization"""
        return answers.OrganizationAnswer(organization=present.organization(caller.account))

    # -------------------------------------------------------------- projects

    def create_project(
        self, caller: Caller, body: schemas.NewProject, idempotency: Idempotency | None
    ) -> Response:
        """Create a project.

        Its settings hold for the documents that are created in it from then on.
        """

        def make(repeatable: Repeatable | None) -> answers.ProjectAnswer:
            usual = ProjectSettings()
            logo = self._logo(body.settings, usual)
            settings = translate.changed_settings(body.settings, usual, logo)
            made = create_project(
                caller.account.id, body.name.strip(), settings, self._ports, repeatable
            )
            return answers.ProjectAnswer(project=present.project(made))

        return self._once(caller, idempotency, make)

    def list_projects(self, caller: Caller, query: schemas.ListQuery) -> answers.ProjectList:
        """List projects"""
        found, total = list_projects(translate.project_listing(caller, query), self._ports)
        return answers.ProjectList(
            projects=[present.project_summary(each) for each in found],
            pagination=present.pagination(query, total),
        )

    def read_project(self, caller: Caller, projectId: str) -> answers.ProjectAnswer:
        """Read a project with its settings"""
        return answers.ProjectAnswer(project=present.project(self._project(caller, projectId)))

    def change_project(
        self, caller: Caller, projectId: str, body: schemas.ProjectChange
    ) -> answers.ProjectAnswer:
        """Change a project.

        What is left out stays as it is. Documents that were created before keep what they have.
        """
        logo = self._logo(body.settings, self._project(caller, projectId).settings)

        def edit(old: Project) -> tuple[str, ProjectSettings]:
            name = old.name if body.name is None else body.name.strip()
            return name, translate.changed_settings(body.settings, old.settings, logo)

        changed = change_project(caller.account.id, projectId, edit, self._ports)
        return answers.ProjectAnswer(project=present.project(changed))

    def delete_project(self, caller: Caller, projectId: str) -> None:
        """Delete a project.

        Only one of one's own, and only as long as there is no document in it.
        """
        remove_project(caller.account.id, projectId, self._ports)

    def set_logo(self, caller: Caller, projectId: str, body: Upload) -> answers.ProjectAnswer:
        """Upload a project's logo.

        The body is the picture: PNG, JPEG or WebP, at most 2 MB.
        """
        try:
            changed = set_project_logo(caller.account.id, projectId, body.read(), self._ports)
        except UnusableFile:
            raise Rejected({"logo": NOT_A_PICTURE}) from None
        return answers.ProjectAnswer(project=present.project(changed))

    def delete_logo(self, caller: Caller, projectId: str) -> None:
        """Remove a project's logo"""
        remove_project_logo(caller.account.id, projectId, self._ports)

    def _logo(self, asked: schemas.SettingsInput, old: ProjectSettings) -> FileRef | None:
        """The picture at a new address of a logo. Raises Rejected, also for other settings."""
        if wrong := wrong_settings(asked, sandbox=self._ports.simulated is not None):
            raise Rejected(wrong)
        url = asked.branding.logoUrl
        if not url or (url == old.branding.logo_url and old.branding.logo):
            return None
        # The vendor takes any address, so one where there is no picture is kept without
        with suppress(UnusableFile, Unavailable):
            return fetch_logo(url, self._ports)
        return None

    def _project(self, caller: Caller, project_id: str) -> Project:
        return read_project(caller.account.id, project_id, self._ports)

    # -------------------------------------------------------------- documents

    def create_document(
        self,
        request: Request,
        caller: Caller,
        projectId: str,
        body: schemas.NewDocument,
        idempotency: Idempotency | None,
    ) -> Response:
        """Create a document and send it for signing.

        The PDF comes inside the request, from an address, or from a template whose roles
        `roleMapping` gives to participants. `signingUrls` has one link for each participant, also
        for those whose turn has not come. Invitations are mailed unless the project's
        notifications are off.
        """

        def make(repeatable: Repeatable | None) -> answers.CreatedDocument:
            asked = NewEnvelope(caller, projectId, body, visitor_of(request), repeatable)
            envelope = send_envelope(to_command(asked, self._ports), self._ports)
            return present.created(envelope, self._ports.links.signing)

        return self._once(caller, idempotency, make)

    def list_documents(
        self, caller: Caller, projectId: str, query: schemas.DocumentQuery
    ) -> answers.DocumentList:
        """List a project's documents"""
        project = self._project(caller, projectId)
        wanted = translate.listing(caller, project, query, API)
        found, total = list_envelopes(wanted, self._ports)
        return answers.DocumentList(
            documents=[present.document_summary(caller.account.id, each) for each in found],
            pagination=present.pagination(query, total),
        )

    def read_document(self, caller: Caller, documentId: str) -> answers.DocumentAnswer:
        """Read a document and what its participants did"""
        envelope, links = get_evidence(documentId, caller, API, self._ports)
        return answers.DocumentAnswer(
            document=present.document(envelope, links),
            participants=present.participants(envelope, links),
        )

    def cancel_document(
        self, caller: Caller, documentId: str, body: schemas.Cancelling | None
    ) -> answers.CancelledDocument:
        """Cancel a document.

        As long as not everybody has signed. Those who have not are told by mail.
        """
        _check_cancellable(self._envelope(caller, documentId))
        reason = (body.reason if body else None) or ""
        try:
            cancel_envelope(documentId, caller, API, self._ports, reason)
        except (AlreadyCompleted, Gone, Conflict):
            _check_cancellable(self._envelope(caller, documentId))
            raise
        envelope, links = get_evidence(documentId, caller, API, self._ports)
        return answers.CancelledDocument(document=present.document(envelope, links))

    def download_document(self, caller: Caller, documentId: str) -> answers.DownloadAnswer:
        """Get a link to the signed document.

        Once it is completed; the link is good for an hour.
        """
        envelope = self._envelope(caller, documentId)
        if envelope.status is not EnvelopeStatus.COMPLETED:
            raise Rejected(message="Document is not completed")
        expires = self._ports.clock() + self._ports.link_lifetime
        return answers.DownloadAnswer(
            downloadUrl=download_link(envelope, envelope.documents[0], self._ports),
            expiresAt=present.timestamp(expires),
        )

    def remind(
        self, caller: Caller, documentId: str, body: schemas.Reminding | None
    ) -> answers.Reminded:
        """Remind participants by mail.

        Everybody whose turn it is, or the one that is named; each at most once an hour.
        """
        envelope = self._envelope(caller, documentId)
        if not envelope.settings.send_invitations:
            raise Rejected(message="Email notifications are disabled for this project")
        if body and body.participantId is not None:
            wanted = [envelope.task(body.participantId)]
        else:
            wanted = [task for task in envelope.tasks if task.status is TaskStatus.READY]
            if not wanted:
                state = present.status(envelope.status, envelope.begun)
                raise Rejected(message=f"Nobody can be reminded in status {state}")
        return answers.Reminded(reminded=self._reminded(caller, [task.id for task in wanted]))

    def _reminded(self, caller: Caller, task_ids: list[str]) -> list[str]:
        """Those who were reminded. Raises TooSoon when all were a moment ago."""
        reminded, soonest = [], None
        for task_id in task_ids:
            try:
                remind_task(task_id, caller, API, self._ports)
                reminded.append(task_id)
            except TooSoon as problem:
                soonest = min(soonest or problem, problem, key=lambda each: each.retry_after)
        if soonest is not None and not reminded:
            raise soonest
        return reminded

    def read_audit(self, caller: Caller, documentId: str) -> answers.AuditAnswer:
        """Read everything that happened to a document"""
        envelope, links = get_evidence(documentId, caller, API, self._ports)
        return answers.AuditAnswer(events=present.audit_events(envelope, links))

    def _envelope(self, caller: Caller, document_id: str) -> Envelope:
        return get_envelope(document_id, caller, API, self._ports)

    # -------------------------------------------------------------- messages

    def list_messages(
        self, caller: Caller, documentId: str, query: schemas.Query
    ) -> answers.MessageList:
        """List a document's messages, oldest first"""
        who = sender(documentId, caller, API)
        chat = read_chat(who, self._ports, (query.page - 1) * query.limit, query.limit)
        return answers.MessageList(
            messages=[present.message(each) for each in chat.messages],
            pagination=present.pagination(query, chat.total),
        )

    def create_message(
        self,
        caller: Caller,
        documentId: str,
        body: schemas.NewMessage,
        idempotency: Idempotency | None,
    ) -> Response:
        """Write a message to the participants"""

        def make(repeatable: Repeatable | None) -> answers.MessageAnswer:
            who = sender(documentId, caller, API)
            posted = post_chat_message(who, body.body, self._ports, repeatable)
            return answers.MessageAnswer(message=present.message(posted))

        return self._once(caller, idempotency, make)

    # -------------------------------------------------------------- webhook deliveries

    def list_webhooks(self, caller: Caller, documentId: str) -> answers.WebhookList:
        """List what the callback URL was told of a document, and each try"""
        return answers.WebhookList(
            deliveries=[present.delivery(run) for run in self._runs(caller, documentId)]
        )

    def resend_webhook(
        self, caller: Caller, documentId: str, deliveryId: str
    ) -> answers.WebhookAnswer:
        """Call the callback URL again.

        With the same body and the same id. While an earlier delivery waits, that one goes first.
        """
        if deliveryId not in {run.delivery.id for run in self._runs(caller, documentId)}:
            raise NotFound("delivery", deliveryId)
        resend_delivery(deliveryId, caller, API, self._ports)
        (run,) = (r for r in self._runs(caller, documentId) if r.delivery.id == deliveryId)
        return answers.WebhookAnswer(delivery=present.delivery(run))

    def _runs(self, caller: Caller, document_id: str) -> list[DeliveryRun]:
        return list(list_deliveries(document_id, caller, API, self._ports))

    # -------------------------------------------------------------- templates

    def list_templates(self, caller: Caller) -> answers.TemplateList:
        """List templates"""
        found = list_templates(caller.account.id, self._ports)
        return answers.TemplateList(templates=[present.template_summary(each) for each in found])

    def read_template(self, caller: Caller, templateId: str) -> answers.TemplateAnswer:
        """Read a template with its roles and fields"""
        found = read_template(caller.account.id, templateId, self._ports)
        return answers.TemplateAnswer(template=present.template(found))


def _check_cancellable(envelope: Envelope) -> None:
    """What all have signed is as good as completed, and stays when its seal was refused."""
    state = present.status(envelope.status, envelope.begun)
    if envelope.status is EnvelopeStatus.SEALING:
        state = "completed"
    ended = state not in ("pending", "in_progress") or envelope.status is EnvelopeStatus.FAILED
    if ended:
        raise Rejected(message=f"Document cannot be cancelled in status {state}")
