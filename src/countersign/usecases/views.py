"""What dialects and pages read."""

from __future__ import annotations

from collections.abc import Sequence

from countersign.domain.account import Caller, Credential
from countersign.domain.delivery import WebhookEndpoint
from countersign.domain.document import Document
from countersign.domain.envelope import Envelope
from countersign.domain.evidence import Link
from countersign.domain.project import Project
from countersign.domain.template import Template
from countersign.usecases.outside_ports import Download
from countersign.usecases.owned import owned_envelope
from countersign.usecases.ports import EnvelopeHead, EnvelopeQuery, Ports, ProjectQuery


def get_envelope(envelope_id: str, caller: Caller, origin: str, ports: Ports) -> Envelope:
    """Raises NotFound or Forbidden."""
    with ports.unit_of_work() as uow:
        return owned_envelope(envelope_id, caller, origin, uow)


def get_evidence(
    envelope_id: str, caller: Caller, origin: str, ports: Ports
) -> tuple[Envelope, Sequence[Link]]:
    """The envelope and all that happened to it, in order. Raises NotFound or Forbidden."""
    with ports.unit_of_work() as uow:
        envelope = owned_envelope(envelope_id, caller, origin, uow)
        return envelope, uow.envelopes.evidence(envelope_id)


def find_envelopes(query: EnvelopeQuery, ports: Ports) -> tuple[Sequence[Envelope], int]:
    """One page and the number of all that match."""
    with ports.unit_of_work() as uow:
        return uow.envelopes.find(query)


def list_envelopes(query: EnvelopeQuery, ports: Ports) -> tuple[Sequence[EnvelopeHead], int]:
    """One page of what a list shows, and the number of all that match."""
    with ports.unit_of_work() as uow:
        return uow.envelopes.heads(query)


def list_projects(query: ProjectQuery, ports: Ports) -> tuple[Sequence[Project], int]:
    """One page and the number of all that match."""
    with ports.unit_of_work() as uow:
        return uow.projects.find(query)


def read_project(account_id: str, project_id: str, ports: Ports) -> Project:
    """Raises NotFound, also for another account's."""
    with ports.unit_of_work() as uow:
        return uow.projects.get(account_id, project_id)


def list_templates(account_id: str, ports: Ports) -> Sequence[Template]:
    """All of the account, newest first."""
    with ports.unit_of_work() as uow:
        return uow.templates.all(account_id)


def read_template(account_id: str, template_id: str, ports: Ports) -> Template:
    """Raises NotFound, also for another account's."""
    with ports.unit_of_work() as uow:
        return uow.templates.get(account_id, template_id)


def credentials_of(caller: Caller, ports: Ports) -> Sequence[Credential]:
    """The credentials of the caller's account for the caller's API, oldest first."""
    with ports.unit_of_work() as uow:
        return uow.credentials.of_account(caller.account.id, caller.credential.api)


def endpoints_of(caller: Caller, ports: Ports) -> Sequence[WebhookEndpoint]:
    """Where the caller's own credential wants to be told."""
    with ports.unit_of_work() as uow:
        endpoints = uow.webhooks.endpoints(caller.account.id, caller.credential.api)
    return [each for each in endpoints if each.credential_id == caller.credential.id]


def download_link(envelope: Envelope, document: Document, ports: Ports) -> str:
    """A fresh link to the document as it is now; it expires after `ports.link_lifetime`. Before
    anybody has signed, that is the upload itself."""
    expires = ports.clock() + ports.link_lifetime
    return ports.links.download(envelope, document, expires)


def downloaded(download: Download, ports: Ports) -> Document:
    """The document as it was when the link was made. Raises NotFound."""
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(download.envelope_id)
    if envelope.audit is not None and envelope.audit.id == download.document_id:
        return envelope.audit
    document = envelope.document(download.document_id).until(download.segments)
    return document if document.segments else document.original
