"""Every call of this API: parse, one use case, present. That the company in the path is the
caller's was looked at with the key."""

from __future__ import annotations

from starlette.requests import Request

from countersign.dialects import visitor_of
from countersign.dialects.nextsign import answers, forms, present, schemas, translate, uploading
from countersign.dialects.nextsign.auth import API, form_of
from countersign.dialects.nextsign.converting import convert
from countersign.dialects.nextsign.errors import NO_CASE_ID, NO_CASES, REFUSED, Rejected
from countersign.dialects.nextsign.sending import AskedCase, to_command
from countersign.domain.account import Caller
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Forbidden, NotFound
from countersign.domain.short_id import long_id
from countersign.httpkit import Form
from countersign.usecases.erase_envelope import erase_sent
from countersign.usecases.ports import Ports
from countersign.usecases.send_envelope import send_envelope
from countersign.usecases.views import find_envelopes, get_evidence


class NotThere(Exception):
    """None of the cases that were asked for."""


class NextSign:
    """Handlers over the ports. Their docstrings are the API's documentation."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._presigned = uploading.Presigned()

    # -------------------------------------------------------------- cases

    def create_case(
        self, request: Request, caller: Caller, body: schemas.NewCase
    ) -> answers.Created:
        """Create a case and send it for signing.

        Files come inside the request (3.5 MB in all), from an upload, or from an address. With
        `autoSend` false nobody is invited yet.
        """
        new = AskedCase(caller, body, visitor_of(request))
        envelope = send_envelope(to_command(new, self._ports), self._ports)
        return self._created(envelope, caller)

    def _created(self, envelope: Envelope, caller: Caller) -> answers.Created:
        made = self._case(envelope.id, caller)
        return answers.Created(contract=made, data=made)

    def list_cases(self, caller: Caller, query: schemas.CaseQuery) -> answers.CaseList:
        """List cases, newest first"""
        wanted = translate.listing(caller, query, API)
        found, total = find_envelopes(wanted, self._ports)
        now = self._ports.clock()
        cases = [present.case_head(present.Case(each, now), self._ports.links) for each in found]
        data = answers.ListData(cases=cases, total=total, index=query.index, limit=query.limit)
        return answers.CaseList(cases=cases, data=data)

    def read_case(self, caller: Caller, case_id: str) -> answers.CaseFound:
        """Read a case.

        One that is not there is answered with 200 and a `message` alone.
        """
        return answers.CaseFound(case=self._case(_long(case_id), caller))

    def read_cases(self, caller: Caller, case_ids: str) -> answers.CasesFound:
        """Read several cases, by their ids with commas in between.

        Those that are there, in the order asked; 404 when none is.
        """
        ids = list(dict.fromkeys(case_ids.split(",")))
        if len(ids) > schemas.MOST_CASES:
            raise Rejected(400, f"Too many case ids: at most {schemas.MOST_CASES}")
        found = [case for id in ids if (case := self._case_or_none(id, caller))]
        if not found:
            raise NotThere(NO_CASES)
        return answers.CasesFound(cases=found)

    def delete_case(self, request: Request, caller: Caller, case_id: str) -> answers.Removed:
        """Delete a case with its files.

        Its signing links lead nowhere from then on, and nobody is told.
        """
        if request.method == "HEAD":  # which promises to change nothing (RFC 9110, 9.2.1)
            raise Rejected(405, REFUSED[405])
        erase_sent(_long(case_id), caller, API, self._ports)
        return answers.Removed()

    def delete_no_case(self) -> answers.Removed:
        """Refuse to delete without an id"""
        raise Rejected(400, NO_CASE_ID)

    def _case_or_none(self, case_id: str, caller: Caller) -> answers.Case | None:
        try:
            return self._case(_long(case_id), caller)
        except (NotFound, Forbidden):
            return None

    def _case(self, envelope_id: str, caller: Caller) -> answers.Case:
        envelope, history = get_evidence(envelope_id, caller, API, self._ports)
        found = present.Case(envelope, self._ports.clock(), history)
        return present.case(found, self._ports.links)

    # -------------------------------------------------------------- forms

    def read_form(self, caller: Caller, form_id: str) -> answers.Form:
        """Read a form"""
        return forms.shown(form_of(caller.account.id, form_id, self._ports))

    def read_tags(self, caller: Caller, form_id: str) -> list[answers.Tag]:
        """Read the tags of a form"""
        return forms.shown_tags(form_of(caller.account.id, form_id, self._ports))

    def submit_form(
        self, request: Request, caller: Caller, form_id: str, body: schemas.Submission
    ) -> answers.Created:
        """Fill in a form and send it for signing.

        Tags without a value become empty, values without a tag are left out. DOCX files become
        PDFs. What is not given is as the form has it.
        """
        form = form_of(caller.account.id, form_id, self._ports)
        new = forms.Submitted(caller, form, body, visitor_of(request))
        envelope = send_envelope(forms.to_command(new, self._ports), self._ports)
        return self._created(envelope, caller)

    # -------------------------------------------------------------- files

    def convert(self, caller: Caller, body: schemas.Conversion) -> answers.Converted:
        """Convert DOCX files to PDF.

        With values for tags, those take their places. A PDF stays as it is.
        """
        return convert(body, caller, self._ports)

    def upload_file(self, caller: Caller, body: Form | schemas.NewUpload) -> answers.Uploaded:
        """Upload a file before the case.

        As a form with the parts `file`, `name` and `type`, or as JSON with a data URL or base64.
        The `url` of the answer goes into `documents[].file` within 24 hours.
        """
        new = uploading.of_form(body) if isinstance(body, Form) else uploading.of_json(body)
        return uploading.uploaded(uploading.keep(new, caller, self._ports), self._ports)

    def view_file(self, caller: Caller, body: schemas.WantedFile) -> answers.PresignedUrl:
        """Get a link to a stored file.

        For an address out of a case or an upload; the link is good without a key, for an hour at
        most. Asked again soon, the same link is answered.
        """
        if not body.url:
            raise Rejected(400, "Missing url", "missing-url")
        key = self._ports.links.key_of(body.url)
        if key is None:
            raise Rejected(400, "Invalid url", "invalid-url")
        link, media_type, cached = self._presigned.link(key, caller, self._ports)
        return answers.PresignedUrl(key=key, signedUrl=link, type=media_type, cached=cached)


def _long(case_id: str) -> str:
    """Raises NotFound for what can be no id of a case."""
    try:
        return long_id(case_id)
    except ValueError:
        raise NotFound("envelope", case_id) from None
