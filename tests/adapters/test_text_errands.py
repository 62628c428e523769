"""Text documents through the workshop's processes: looked at, shown, signed, checked, packaged."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pikepdf
import pytest

from countersign.adapters.files.local import LocalFiles
from countersign.adapters.pdf_engine import Keyring, errands, text_errands
from countersign.adapters.pdf_engine.foreign import ForeignRecords
from countersign.adapters.pdf_engine.segments import Segments
from countersign.adapters.pdf_engine.signed_upload_chain import SignedUploadChain
from countersign.adapters.workshop import Workshop
from countersign.xades import UnusableText
from countersign.xades.verify import Refused
from tests.pdf.chain import now
from tests.xades.made import TEXT, Maker

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    with closing(Workshop(processes=1)) as opened:
        yield opened


def test_a_text_that_cannot_be_signed_is_refused_with_its_code(workshop: Workshop) -> None:
    with pytest.raises(UnusableText) as refused:
        workshop.run(text_errands.look_at_text, b"a\0b", "text/plain")
    assert (refused.value.code, str(refused.value)) == ("not_text", refused.value.message)


def test_what_was_signed_is_reported_and_what_was_changed_is_refused(workshop: Workshop) -> None:
    maker = Maker.usual()
    xml = maker.signed()
    found = workshop.run(text_errands.text_report, xml, [maker.root])
    assert (found.content, found.trusted, found.level) == (TEXT, True, "B-LT")
    with pytest.raises(Refused, match="media type"):
        workshop.run(
            text_errands.text_report, xml.replace(b'"text/plain"', b'"text/html"'), [maker.root]
        )


def test_a_package_is_sealed_with_the_signed_texts_inside(
    workshop: Workshop, tmp_path: Path
) -> None:
    """The way of a text document from its upload to the file that is downloaded."""
    maker = Maker.usual()
    found = workshop.run(text_errands.look_at_text, TEXT, "text/plain")
    digest = hashlib.sha256(TEXT).hexdigest()
    about = (found.text, "Contract", "text/plain", now(), digest)
    pages = workshop.run(text_errands.text_pages, *about)
    xml = maker.signed()
    stored = tmp_path / "Contract-1.xml"
    stored.write_bytes(xml)
    files = [("Contract-1.xml", "application/xml", [stored])]
    package = workshop.run(errands.container, pages, files)
    keyring = Keyring(maker.world.keys, now)
    files_kept = LocalFiles(tmp_path)
    foreign = ForeignRecords(files_kept)
    chain = SignedUploadChain(Segments(files_kept), keyring, workshop, foreign)
    sealed = b"".join((package, *chain.closed(package, now())))
    report = workshop.run(errands.report, sealed, [maker.root])
    assert (report.verdict, report.level) == ("valid", "B-LTA")
    with pikepdf.open(io.BytesIO(sealed)) as document:
        assert document.attachments["Contract-1.xml"].get_file().read_bytes() == xml
