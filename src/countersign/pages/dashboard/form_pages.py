"""Forms: documents with tags, their versions, and the link by which everybody may fill one in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.errors import DomainError, Invalid
from countersign.domain.form import Form, Tag, TagKind
from countersign.domain.rights import Right
from countersign.domain.short_id import new_short_id
from countersign.httpkit import FilePart, Multipart, Operation, TextPart, Urlencoded
from countersign.httpkit import Form as Body
from countersign.pages.dashboard.access import FORM, go, needs
from countersign.pages.dashboard.acting import DoneQuery, carry_out, said
from countersign.pages.dashboard.library import DONE, files_of, number_of, plain_name, trouble
from countersign.pages.dashboard.shell import page
from countersign.usecases.manage_templates import (
    change_documents,
    change_tags,
    make_form,
    open_form,
    restore_form,
    versions_of_form,
)
from countersign.usecases.member_ports import MemberPorts, Visit

ONE, VERSION = "/forms/{form_id}", "/forms/{form_id}/versions/{version:int}"
TAGS = Urlencoded(limit=2 << 20, max_fields=4000)
ROOM = 1 << 20  # bytes of a form around its files
MOST_FILES = 20
LONGEST_LABEL, LONGEST_VALUE, LONGEST_FORMAT = 200, 10_000, 40


class FormPages:
    """Handlers; `largest_file` is in bytes."""

    def __init__(self, desk: MemberPorts, largest_file: int) -> None:
        self._desk, self._largest = desk, largest_file

    def operations(self) -> list[Operation]:
        manage = Right.MANAGE_TEMPLATES
        upload = Multipart(
            files=(FilePart("file", many=True),),
            texts=(TextPart("name"),),
            limit=2 * self._largest + ROOM,
            file_limit=self._largest,
            max_parts=MOST_FILES + 10,
        )
        return [
            needs(manage, "GET", "/forms/new", self.ask),
            needs(manage, "POST", "/forms", self.make, body=upload),
            needs(manage, "GET", ONE, self.show, query=DoneQuery),
            needs(manage, "POST", ONE + "/tags", self.change_tags, body=TAGS),
            needs(manage, "POST", ONE + "/documents", self.change_documents, body=upload),
            needs(manage, "POST", ONE + "/open", self.open, body=FORM),
            needs(manage, "GET", VERSION, self.show_version),
            needs(manage, "POST", VERSION + "/restore", self.restore, body=FORM),
        ]

    def ask(self, caller: Visit, request: Request) -> Response:
        """For files."""
        return self._ask(caller, request, "")

    def make(self, caller: Visit, request: Request, body: Body) -> Response:
        """The next step is to say what its tags are."""
        try:
            form = make_form(body.text("name") or "", _files(body), caller, self._desk)
        except DomainError as problem:
            text, status = trouble(problem, request)
            return self._ask(caller, request, body.text("name") or "", status, error=text)
        return go(f"/forms/{form.id}?done=made")

    def _ask(
        self, caller: Visit, request: Request, name: str, status: int = 200, **more: Any
    ) -> Response:
        return page(
            request, "new_form.html", status, visit=caller, menu="/templates", name=name,
            largest=self._largest >> 20, **more,
        )  # fmt: skip

    def show(self, caller: Visit, request: Request, form_id: str, query: DoneQuery) -> Response:
        """What it is, and its versions."""
        return self._page(caller, request, form_id, notice=said(DONE, query.done, request))

    def change_tags(self, caller: Visit, request: Request, form_id: str, body: Body) -> Response:
        """A new version."""

        def act() -> None:
            version = number_of(body, "version")
            name, tags = body.text("name") or "", tuple(_tags(body))
            change_tags(form_id, version, name, tags, caller, self._desk)

        return self._done(act, "changed", caller, request, form_id)

    def change_documents(
        self, caller: Visit, request: Request, form_id: str, body: Body
    ) -> Response:
        """A new version."""

        def act() -> None:
            version = number_of(body, "version")
            change_documents(form_id, version, _files(body), caller, self._desk)

        return self._done(act, "changed", caller, request, form_id)

    def open(self, caller: Visit, request: Request, form_id: str, body: Body) -> Response:
        """Or close it."""

        def act() -> None:
            open_form(
                form_id,
                is_public=body.text("public") == "yes",
                is_active=body.text("active") == "yes",
                visit=caller,
                desk=self._desk,
            )

        return self._done(act, "opened", caller, request, form_id)

    def show_version(self, caller: Visit, request: Request, form_id: str, version: int) -> Response:
        """As it was."""
        versions = versions_of_form(form_id, caller, self._desk)
        with self._desk.ports.unit_of_work() as uow:
            old = uow.forms.version(caller.account.id, form_id, version)
        return page(
            request, "form_version.html", visit=caller, menu="/templates", form=old,
            newest=versions[0].version,
        )  # fmt: skip

    def restore(
        self, caller: Visit, request: Request, form_id: str, version: int, body: Body  # noqa: ARG002
    ) -> Response:  # fmt: skip
        """An older one becomes the newest."""
        return self._done(
            lambda: restore_form(form_id, version, caller, self._desk),
            "restored", caller, request, form_id,
        )  # fmt: skip

    def _done(self, act: Any, word: str, caller: Visit, request: Request, form_id: str) -> Response:
        return carry_out(
            act,
            f"/forms/{form_id}?done={word}",
            request,
            lambda text, status: self._page(caller, request, form_id, status, error=text),
            trouble,
        )

    def _page(
        self, caller: Visit, request: Request, form_id: str, status: int = 200, **more: Any
    ) -> Response:
        versions = versions_of_form(form_id, caller, self._desk)
        form: Form = versions[0]
        return page(
            request,
            "form.html",
            status,
            visit=caller,
            menu="/templates",
            form=form,
            versions=versions,
            kinds=list(TagKind),
            link=self._desk.ports.links.form(form),
            largest=self._largest >> 20,
            **more,
        )


def _files(body: Body) -> tuple[tuple[str, bytes], ...]:
    """Raises Invalid."""
    found = files_of(body)
    if len(found) > MOST_FILES:
        raise Invalid(f"At most {MOST_FILES} files.")
    return tuple((plain_name(one), one.read()) for one in found)


def _tags(body: Body) -> Iterator[Tag]:
    """Those of the page. Raises Invalid."""
    names = [value for key, value in body.texts if key == "tag"]
    for number, name in enumerate(names):
        yield _tag(name, number, body)


def _tag(name: str, number: int, body: Body) -> Tag:
    kind = body.text(f"tag.{number}.kind") or TagKind.TEXT
    label = (body.text(f"tag.{number}.label") or name).strip()
    value = (body.text(f"tag.{number}.value") or "").strip()
    style = (body.text(f"tag.{number}.format") or "").strip()
    if kind not in tuple(TagKind):
        raise Invalid("There is no such kind of tag.")
    if len(label) > LONGEST_LABEL or len(value) > LONGEST_VALUE or len(style) > LONGEST_FORMAT:
        raise Invalid(f"What is said of {name[:100]} is too long.")
    return Tag(
        id=new_short_id(),
        name=name,
        label=label or name,
        kind=TagKind(kind),
        value=value,
        format=style,
        sensitive=body.text(f"tag.{number}.sensitive") == "yes",
    )
