"""DOCX files become PDFs, with text in the place of their tags."""

from __future__ import annotations

from countersign.dialects.nextsign import answers, schemas
from countersign.dialects.nextsign.documents import bytes_of
from countersign.dialects.nextsign.errors import Rejected
from countersign.dialects.nextsign.tags import written
from countersign.dialects.nextsign.uploading import LIFETIME
from countersign.domain.account import Caller
from countersign.domain.document import PDF
from countersign.domain.errors import UnusableFile
from countersign.domain.short_id import new_short_id
from countersign.usecases.ports import Ports
from countersign.usecases.receive_file import StagedBytes
from countersign.usecases.stored_files import StoreFile, store_file

LANGUAGE = "da"


def convert(asked: schemas.Conversion, caller: Caller, ports: Ports) -> answers.Converted:
    """Raises Rejected, UnusableFile, Unavailable."""
    values = written(asked.tags, (), LANGUAGE)
    made = [_one(each, values, caller, ports) for each in asked.documents]
    return answers.Converted(documents=made)


def _one(
    wanted: schemas.Convertible, values: dict[str, str], caller: Caller, ports: Ports
) -> answers.ConvertedDocument:
    """One after the other, so that one at most is in memory."""
    data = _converted(bytes_of(wanted, caller, ports), wanted.name, values, ports)
    name = _pdf_name(wanted.name)
    return answers.ConvertedDocument(name=name, file=_kept(name, data, caller, ports))


def _converted(data: bytes, name: str, values: dict[str, str], ports: Ports) -> bytes:
    """Without values the tags stay as they are: it may be a template that somebody looks at."""
    if b"%PDF-" in data[:1024]:
        return data
    try:
        filled = ports.docx.fill(data, values).data if values else data
        return ports.converter.to_pdf(filled, name)
    except UnusableFile as problem:
        raise _refused(problem, name) from None


def _refused(problem: UnusableFile, name: str) -> Exception:
    if problem.code in ("not_converted", "timed_out", "too_large", "no_converter"):
        why = ": LibreOffice is not installed" if problem.code == "no_converter" else ""
        return Rejected(500, f"Conversion failed: {name}{why}")
    return UnusableFile(problem.code, problem.message, name)


def _kept(name: str, data: bytes, caller: Caller, ports: Ports) -> str:
    """A link to the result, for as long as there is one."""
    command = StoreFile(
        id=new_short_id(),
        caller=caller,
        staged=StagedBytes(data),
        media_type=PDF,
        filename=name,
        lifetime=LIFETIME,
    )
    return ports.links.file(store_file(command, ports), ports.clock() + LIFETIME)


def _pdf_name(name: str) -> str:
    stem, dot, _ = name.rpartition(".")
    return f"{stem if dot and stem else name}.pdf"
