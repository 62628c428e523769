"""Every call of this API: parse, one use case, present."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from countersign.dialects import repeatable_of, visitor_of
from countersign.dialects.signature_nc import schemas, translate
from countersign.dialects.signature_nc.auth import API
from countersign.dialects.signature_nc.checks import read_files, read_texts
from countersign.dialects.signature_nc.errors import Rejected
from countersign.dialects.signature_nc.webhooks import COMPLETED, SENT, SIGNED
from countersign.domain.account import PRODUCTION, TEST, Caller
from countersign.domain.envelope import Envelope, EnvelopeSettings, EnvelopeStatus, OnDecline
from countersign.domain.errors import AlreadyCompleted
from countersign.domain.evidence import timestamp
from countersign.domain.task import Visitor
from countersign.httpkit import Form, Idempotency
from countersign.usecases.cancel_envelope import cancel_envelope
from countersign.usecases.create_credential import (
    CreateCredential,
    create_credential,
    quota_beside,
)
from countersign.usecases.ports import EnvelopeQuery, Ports, Repeatable
from countersign.usecases.receive_file import inspect_file, keep_file
from countersign.usecases.remind_task import remind_task
from countersign.usecases.repeat_answer import answer_once
from countersign.usecases.revoke_credential import revoke_credential
from countersign.usecases.send_envelope import SendEnvelope, send_envelope
from countersign.usecases.set_webhook import set_webhook
from countersign.usecases.views import (
    credentials_of,
    download_link,
    endpoints_of,
    find_envelopes,
    get_envelope,
)

MOST_IN_USAGE = 1000


class SignatureNc:
    """Handlers over the ports. Their docstrings are the API's documentation."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._addresses = translate.Addresses(
            signing=ports.links.signing,
            download=lambda envelope, document: download_link(envelope, document, ports),
        )

    # -------------------------------------------------------------- submissions

    def create_signature(
        self, request: Request, caller: Caller, body: Form, idempotency: Idempotency | None
    ) -> Response:
        """Create a signature request.

        Uploads the PDF documents, creates the submission with its signers and fields, and answers
        each signer's link. All signers may sign at once. With `sendEmail` each of them gets the
        invitation by mail; the signed documents are never mailed.

        `signers` is a JSON array inside a text part. `area` is in PDF points on the page as it is
        shown; `y` counts down from the top unless the account's `y_origin` is `bottom`.
        """
        repeatable = repeatable_of(caller, idempotency)

        def create() -> bytes:
            envelope = self._send(caller, body, visitor_of(request), repeatable)
            answer = translate.submission(envelope, self._addresses)
            return answer.model_dump_json().encode()

        answer = answer_once(repeatable, self._ports, create)
        return Response(answer, media_type="application/json")

    def _send(
        self, caller: Caller, form: Form, sender: Visitor, repeatable: Repeatable | None
    ) -> Envelope:
        caller.credential.check_quota()
        uploads = read_files(form)
        files = [inspect_file(each, each.filename, self._ports) for each in uploads]
        asked = read_texts(form)
        origin = caller.account.settings.get("y_origin", "top")
        tasks = translate.to_tasks(asked, files, origin)
        command = SendEnvelope(
            caller=caller,
            origin=API,
            name=asked.name,
            documents=tuple(keep_file(file, self._ports) for file in files),
            tasks=tasks,
            sender_name=caller.account.name,
            settings=_settings(asked.send_email, asked.skip_intro),
            sender=sender,
            extras={"createdBy": translate.created_by(caller.account)},
            repeatable=repeatable,
        )
        return send_envelope(command, self._ports)

    def list_submissions(self, caller: Caller, query: schemas.ListQuery) -> schemas.SubmissionList:
        """List submissions.

        Those of the token's account and environment, newest first, without deleted ones.
        """
        found, total = find_envelopes(translate.listing(caller, API, query), self._ports)
        return schemas.SubmissionList(
            data=[translate.submission(envelope, self._addresses) for envelope in found],
            meta=translate.list_meta(query, total),
        )

    def read_submission(self, caller: Caller, uuid: str) -> schemas.SubmissionDetail:
        """Read a submission.

        `signedDocuments` of a signer are the documents as they are now: once everybody has signed,
        each copy carries all signatures.
        """
        return translate.submission_detail(self._envelope(caller, uuid), self._addresses)

    def read_documents(self, caller: Caller, uuid: str) -> schemas.Documents:
        """Read a submission's documents.

        The originals until everybody has signed, then the signed documents.
        """
        envelope = self._envelope(caller, uuid)
        done = envelope.status is EnvelopeStatus.COMPLETED
        documents = [each if done else each.original for each in envelope.documents]
        return schemas.Documents(
            uuid=envelope.id, documents=translate.files(envelope, documents, self._addresses)
        )

    def read_audit(self, caller: Caller, uuid: str) -> schemas.File:
        """Read a submission's audit document.

        It is made once everybody has signed.
        """
        envelope = self._envelope(caller, uuid)
        if envelope.audit is None:
            raise Rejected("Audit not available")
        return translate.file(envelope, envelope.audit, self._addresses)

    def delete_submission(self, caller: Caller, uuid: str) -> schemas.Archived:
        """Delete a submission.

        Its links stop at once and it leaves the list; it can still be read. Doing it twice changes
        nothing.
        """
        envelope = cancel_envelope(uuid, caller, API, self._ports)
        return schemas.Archived(uuid=envelope.id, archivedAt=timestamp(envelope.updated_at))

    def remind_submitter(self, caller: Caller, uuid: str) -> schemas.Reminded:
        """Remind a signer.

        Mails the link again, at most once an hour.
        """
        try:
            envelope = remind_task(uuid, caller, API, self._ports)
        except AlreadyCompleted:
            raise Rejected("Already signed") from None
        return translate.reminded(envelope.task(uuid))

    def _envelope(self, caller: Caller, uuid: str) -> Envelope:
        return get_envelope(uuid, caller, API, self._ports)

    # -------------------------------------------------------------- tokens

    def create_token(
        self, caller: Caller, body: schemas.NewToken, idempotency: Idempotency | None
    ) -> Response:
        """Create a token.

        `token` is shown once. It belongs to the account of the token that makes it, and has the
        same limit.
        """
        repeatable = repeatable_of(caller, idempotency)
        command = CreateCredential(
            account_id=caller.account.id,
            api=API,
            name=body.name,
            description=body.description or "",
            environment=PRODUCTION if body.environment == PRODUCTION else TEST,
            quota=self._quota(caller),
            repeatable=repeatable,
        )

        def create() -> bytes:
            made = create_credential(command, self._ports)
            return translate.created_token(made).model_dump_json().encode()

        answer = answer_once(repeatable, self._ports, create)
        return Response(answer, media_type="application/json")

    def _quota(self, caller: Caller) -> int | None:
        """A token for tests has no limit, and passes none of its freedom on."""
        if caller.environment == PRODUCTION:
            return caller.credential.quota
        return quota_beside(credentials_of(caller, self._ports))

    def list_tokens(self, caller: Caller) -> list[schemas.Token]:
        """List tokens.

        Those of the account, of both environments, without their secrets.
        """
        found = credentials_of(caller, self._ports)
        return [translate.token(each) for each in found if each.revoked_at is None]

    def revoke_token(self, caller: Caller, uuid: str) -> None:
        """Delete a token.

        It opens nothing from now on; what it sent stays.
        """
        revoke_credential(uuid, caller, self._ports)

    def read_usage(self, caller: Caller) -> schemas.Usage:
        """Read the usage of the calling token"""
        found, _ = find_envelopes(
            EnvelopeQuery(
                account_id=caller.account.id,
                credential_ids=(caller.credential.id,),
                origin=API,
                environment=caller.environment,
                limit=MOST_IN_USAGE,
            ),
            self._ports,
        )
        return translate.usage(caller.credential, endpoints_of(caller, self._ports), found)

    # -------------------------------------------------------------- webhooks

    def set_sent_url(self, caller: Caller, body: schemas.WebhookUrl) -> schemas.SentWebhookUrl:
        """Set the URL that is told when a submission was created"""
        set_webhook(caller, SENT, body.url, self._ports)
        return schemas.SentWebhookUrl(sentWebhookUrl=body.url)

    def set_signed_url(self, caller: Caller, body: schemas.WebhookUrl) -> schemas.SignedWebhookUrl:
        """Set the URL that is told when a signer has signed or refused"""
        set_webhook(caller, SIGNED, body.url, self._ports)
        return schemas.SignedWebhookUrl(signedWebhookUrl=body.url)

    def set_completed_url(
        self, caller: Caller, body: schemas.WebhookUrl
    ) -> schemas.CompletedWebhookUrl:
        """Set the URL that is told when everybody has signed"""
        set_webhook(caller, COMPLETED, body.url, self._ports)
        return schemas.CompletedWebhookUrl(completedWebhookUrl=body.url)


def _settings(send_email: bool, skip_intro: bool) -> EnvelopeSettings:
    """One signer's refusal leaves the others' links alive: the vendor knows no status for them. The
    vendor's own links end in the signer's uuid."""
    return EnvelopeSettings(
        send_invitations=send_email,
        send_final_copy=False,
        skip_intro=skip_intro,
        on_decline=OnDecline.KEEP_OPEN,
        opens_by_id=True,
    )
