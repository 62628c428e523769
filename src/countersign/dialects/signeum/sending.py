"""A request to create a document, with its project and its file: what becomes of it.

All that is wrong is told at once, and nothing is kept of a request that is refused.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime

from countersign.dialects.signeum import schemas, translate
from countersign.dialects.signeum.auth import API
from countersign.dialects.signeum.checks import wrong_values
from countersign.dialects.signeum.errors import (
    NOT_A_PDF,
    NOT_FETCHED,
    ROLE_MAPPING,
    UNFIT,
    UNFIT_THERE,
    Rejected,
)
from countersign.domain.account import Caller
from countersign.domain.errors import Invalid, NotFetched, UnusableFile
from countersign.domain.project import Project
from countersign.domain.task import Visitor
from countersign.domain.template import Template
from countersign.usecases.file_ports import Staged
from countersign.usecases.ports import Ports, Repeatable
from countersign.usecases.receive_file import ReceivedFile, StagedBytes, inspect_file, keep_file
from countersign.usecases.send_envelope import NewTask, SendEnvelope
from countersign.usecases.use_template import use_template
from countersign.usecases.views import read_project, read_template

LARGEST_PDF = 25 << 20  # bytes
TIME_LIMIT = 10.0  # seconds for fetching a document

Content = tuple[ReceivedFile, tuple[NewTask, ...]]


@dataclass(frozen=True, slots=True)
class NewEnvelope:
    """What was asked for, by whom, and in which project."""

    caller: Caller
    project_id: str
    asked: schemas.NewDocument
    sender: Visitor
    repeatable: Repeatable | None


def to_command(new: NewEnvelope, ports: Ports) -> SendEnvelope:
    """Raises Rejected, NotFound (project, template), QuotaExceeded."""
    caller, asked, now = new.caller, new.asked, ports.clock()
    caller.credential.check_quota()
    project = read_project(caller.account.id, new.project_id, ports)
    content = _content(new, project, wrong_values(asked, project, now), ports)
    return in_project(new, project, content, now)


def in_project(new: NewEnvelope, project: Project, content: Content, now: datetime) -> SendEnvelope:
    """With the settings of the project."""
    asked, (document, tasks) = new.asked, content
    return SendEnvelope(
        caller=new.caller,
        origin=API,
        name=asked.name.strip(),
        documents=(document,),
        tasks=tasks,
        sender_name=new.caller.account.name,
        settings=translate.to_settings(asked, project),
        sender=new.sender,
        due_at=translate.deadline(asked, now),
        project_id=project.id,
        extras={"templateId": asked.templateId} if asked.templateId else {},
        repeatable=new.repeatable,
    )


def _content(new: NewEnvelope, project: Project, wrong: dict[str, str], ports: Ports) -> Content:
    """The file, and who does what with it. Raises Rejected with what is `wrong` besides."""
    tasks = translate.to_tasks(new.asked, project)
    if new.asked.templateId is not None:
        return _from_template(new, new.asked.templateId, tasks, wrong, ports)
    return _from_upload(new.asked, wrong, ports), tasks


def _from_template(
    new: NewEnvelope,
    template_id: str,
    tasks: tuple[NewTask, ...],
    wrong: dict[str, str],
    ports: Ports,
) -> Content:
    template = read_template(new.caller.account.id, template_id, ports)
    return filled(new, template, tasks, wrong)


def filled(
    new: NewEnvelope, template: Template, tasks: tuple[NewTask, ...], wrong: dict[str, str]
) -> Content:
    """The template's file, and its fields in the tasks that take its roles. Raises Rejected."""
    try:
        file, with_fields = use_template(template, tasks, translate.to_mapping(new.asked))
    except Invalid:
        raise Rejected({**wrong, "roleMapping": ROLE_MAPPING}) from None
    if wrong:
        raise Rejected(wrong)
    return replace(file, name=new.asked.name.strip()), with_fields


def _from_upload(asked: schemas.NewDocument, wrong: dict[str, str], ports: Ports) -> ReceivedFile:
    source = asked.document
    if wrong and isinstance(source, schemas.UrlDocument):
        raise Rejected(wrong)  # nobody is called for a request that is refused anyway
    try:
        with _opened(source, ports) as staged:
            inspected = inspect_file(staged, asked.name.strip(), ports)
            if wrong:
                raise Rejected(wrong)
            return keep_file(inspected, ports)
    except UnusableFile as problem:
        raise Rejected({**wrong, **_unfit(source, problem)}) from None


def _opened(source: schemas.Source | None, ports: Ports) -> AbstractContextManager[Staged]:
    if isinstance(source, schemas.UrlDocument):
        return ports.fetcher.fetch(source.url, limit_bytes=LARGEST_PDF, timeout_s=TIME_LIMIT)
    assert source is not None
    if len(source.content) > LARGEST_PDF:
        raise UnusableFile("too_large", f"more than {LARGEST_PDF} bytes")
    return nullcontext(StagedBytes(source.content))


def _unfit(source: schemas.Source | None, problem: UnusableFile) -> dict[str, str]:
    if isinstance(source, schemas.Base64Document):
        return {"document.content": UNFIT.get(problem.code, NOT_A_PDF)}
    came = not isinstance(problem, NotFetched)
    return {"document.url": UNFIT_THERE.get(problem.code, NOT_FETCHED) if came else NOT_FETCHED}
