"""DOCX to PDF by a real LibreOffice: what comes out, and what hostile or unlucky files can do."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pypdfium2
import pytest
from PIL import Image

from countersign.adapters.office import DocxFiles, Limits, NoOffice, OfficeConverter, find_office
from countersign.adapters.office.process import OfficeProcess
from countersign.adapters.pdf_engine import errands
from countersign.adapters.workshop import Workshop
from countersign.domain.errors import Unavailable, UnusableFile
from tests.support.docx import Making, Relation, docx, paragraph, related, run
from tests.support.full_disk import no_room
from tests.support.processes import wait_until
from tests.support.server import RunningServer, StartServer
from tests.support.tools import require_tool
from tests.support.webhooks import WebhookReceiver

pytestmark = pytest.mark.slow

SHARED: set[int] = set()
CLAUSE = "The tenant pays on the first of each month, and the landlord keeps the roof. " * 6
HELLO = docx("Hello Åse, 王 and Ωμέγα")


def contract(pages: int) -> bytes:
    return docx(*(f"{n}. {CLAUSE}" for n in range(pages * 8)))


@pytest.fixture
def alone() -> None:
    """Processes that start from here on are of this test."""
    SHARED.clear()
    SHARED.update(children())


@pytest.fixture(scope="module")
def files() -> Iterator[DocxFiles]:
    with closing(Workshop()) as workshop:
        yield DocxFiles(workshop)


@pytest.fixture(scope="module")
def converter(files: DocxFiles) -> Iterator[OfficeConverter]:
    require_tool("soffice")
    with closing(OfficeConverter(find_office(), files)) as made:
        yield made


def limited(files: DocxFiles, **limits: float) -> OfficeConverter:
    require_tool("soffice")
    return OfficeConverter(find_office(), files, Limits(**limits))  # type: ignore[arg-type]


def text_of(pdf: bytes) -> str:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def children() -> set[int]:
    """The office processes of this test process, but for those that tests share."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"resident" in (folder / "cmdline").read_bytes():
                found.add(int(folder.name))
    return found - SHARED


# ------------------------------------------------------------------ what comes out


def test_a_document_becomes_a_pdf_that_can_be_signed(converter: OfficeConverter) -> None:
    making = Making(headers=[paragraph("Lease 2025")], footers=[paragraph("Page foot")])
    table = f"<w:tbl><w:tr><w:tc>{paragraph('in a table')}</w:tc></w:tr></w:tbl>"
    body = [paragraph(run("Bold", "<w:b/>"), run(" and plain")), table, paragraph("Last")]
    made = converter.to_pdf(docx(*body, making=making), "lease.docx")
    inspection = errands.look_at(made)
    assert len(inspection.pages) == 1
    assert (round(inspection.pages[0].width), round(inspection.pages[0].height)) == (595, 842)
    assert inspection.content == ()
    shown = text_of(made)
    for text in ("Lease 2025", "Page foot", "Bold and plain", "in a table", "Last"):
        assert text in shown


def test_all_fonts_are_in_the_pdf(converter: OfficeConverter, tmp_path: Path) -> None:
    assert embedded_fonts(converter.to_pdf(HELLO, "a.docx"), tmp_path)


def embedded_fonts(pdf: bytes, folder: Path) -> list[str]:
    """Lines about all fonts of a PDF, which have to be in it."""
    (folder / "a.pdf").write_bytes(pdf)
    listed = subprocess.run(
        [require_tool("pdffonts"), "a.pdf"],
        cwd=folder, capture_output=True, text=True, check=True,
    ).stdout.splitlines()[2:]  # fmt: skip
    assert all(line.split()[-5] == "yes" for line in listed), listed  # the column "emb"
    return listed


def test_filled_tags_are_in_the_pdf(converter: OfficeConverter, files: DocxFiles) -> None:
    control = (
        "<w:sdt><w:sdtPr><w:alias w:val='n'/><w:text/></w:sdtPr><w:sdtContent>"
        f"{paragraph('Name: {{na', run('me}}'))}</w:sdtContent></w:sdt>"
    )
    values = {"name": "Kim <Holm> & Co", "address": "Street 1\n2100 City"}
    filled = files.fill(docx(control, "To {{address}}"), values)
    made = converter.to_pdf(filled.data, "a.docx")
    assert "Name: Kim <Holm> & Co" in text_of(made)
    assert "To Street 1\r\n2100 City" in text_of(made)


def test_the_pdf_has_no_form_and_no_comments(converter: OfficeConverter) -> None:
    control = (
        "<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent>"
        f"{paragraph('content')}</w:sdtContent></w:sdt>"
    )
    noted = paragraph(
        '<w:commentRangeStart w:id="1"/>', run("body"), '<w:commentRangeEnd w:id="1"/>'
        '<w:r><w:commentReference w:id="1"/></w:r>',
    )  # fmt: skip
    comments = f'<w:comment w:id="1" w:author="K">{paragraph("between us")}</w:comment>'
    made = converter.to_pdf(docx(control, noted, making=Making(comments=comments)), "a.docx")
    assert b"/AcroForm" not in made
    assert b"/Annots" not in made
    assert "between us" not in text_of(made)
    assert "content" in text_of(made)


def test_three_hundred_pages_are_no_trouble(converter: OfficeConverter) -> None:
    made = converter.to_pdf(contract(300), "long.docx")
    assert len(errands.look_at(made).pages) >= 300


def test_twenty_at_once_get_each_their_own(converter: OfficeConverter) -> None:
    with ThreadPoolExecutor(20) as pool:
        made = list(pool.map(lambda n: converter.to_pdf(docx(f"I am {n}."), "a.docx"), range(20)))
    assert [f"I am {n}." in text_of(pdf) for n, pdf in enumerate(made)] == [True] * 20


def test_a_font_that_is_not_there_is_replaced_and_the_text_stays(
    converter: OfficeConverter, tmp_path: Path
) -> None:
    strange = '<w:rFonts w:ascii="No Such Font" w:hAnsi="No Such Font" w:cs="No Such Font"/>'
    made = converter.to_pdf(docx(paragraph(run("Rent: 4.500 kr. Ωμέγα", strange))), "a.docx")
    assert "Rent: 4.500 kr. Ωμέγα" in text_of(made)
    assert "NoSuchFont" not in "".join(embedded_fonts(made, tmp_path))


# ------------------------------------------------------------------ files of strangers


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7", "not_docx"),
        (HELLO[:500], "broken"),
        (docx("x", making=Making(parts={"word/vbaProject.bin": b"x"})), "macros"),
        (docx("x", making=Making(parts={"word/document.xml": "<!DOCTYPE a><a/>"})), "broken"),
        (docx("x", making=Making(parts={"word/document.xml": "<a/>"})), "broken"),
        (docx("x", making=Making(parts={"_rels/.rels": related([])})), "not_converted"),
    ],
)
def test_a_file_that_is_no_document_is_refused_by_name(
    data: bytes, code: str, converter: OfficeConverter
) -> None:
    with pytest.raises(UnusableFile) as problem:
        converter.to_pdf(data, "offer.docx")
    assert (problem.value.code, problem.value.name) == (code, "offer.docx")
    assert "Hello" in text_of(converter.to_pdf(HELLO, "next.docx"))


def linking(address: str) -> bytes:
    """A document that shows the picture at an address."""
    picture = paragraph(
        '<w:r><w:drawing><wp:inline><wp:extent cx="900000" cy="900000"/><wp:docPr id="1" name="a"/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        '<pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="a"/><pic:cNvPicPr/></pic:nvPicPr>'
        '<pic:blipFill><a:blip r:link="rId7"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="900000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>'
        "</a:graphic></wp:inline></w:drawing></w:r>"
    )
    link = Relation(id="rId7", kind="image", target=address, external=True)
    return docx("Before", picture, "After", making=Making(relations=[link]))


def by_plain_soffice(data: bytes, folder: Path) -> bytes:
    (folder / "a.docx").write_bytes(data)
    subprocess.run(
        [require_tool("soffice"), f"-env:UserInstallation={(folder / 'profile').as_uri()}",
         "--headless", "--convert-to", "pdf", "a.docx"],
        cwd=folder, capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    return (folder / "a.pdf").read_bytes()


@pytest.fixture
def bare_process() -> Iterator[OfficeProcess]:
    """LibreOffice as it is confined, given documents as they came."""
    require_tool("soffice")
    process = OfficeProcess(find_office(), memory_bytes=1536 << 20, pdf_bytes=200 << 20)
    try:
        process.ready(60)
        yield process
    finally:
        process.end()


def test_a_linked_picture_is_not_fetched(
    converter: OfficeConverter,
    bare_process: OfficeProcess,
    webhook_receiver: WebhookReceiver,
    tmp_path: Path,
) -> None:
    """Neither when the link is taken out, nor when LibreOffice gets to see it; by itself it would
    ask for the picture, so this test can fail."""
    data = linking(f"{webhook_receiver.url}/spy.png")
    assert "After" in text_of(converter.to_pdf(data, "a.docx"))
    assert "After" in text_of(bare_process.convert(data, 60) or b"")
    assert webhook_receiver.requests == []
    by_plain_soffice(data, tmp_path)
    assert webhook_receiver.requests


def test_a_file_of_the_server_does_not_get_into_a_document(
    converter: OfficeConverter, bare_process: OfficeProcess, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (60, 60), "red").save(secret)
    data = linking(secret.as_uri())
    assert b"/Image" not in converter.to_pdf(data, "a.docx")
    if "landlock" in (bare_process.confined or ()):
        assert b"/Image" not in (bare_process.convert(data, 60) or b"")
    assert b"/Image" in by_plain_soffice(data, tmp_path)


# ------------------------------------------------------------------ processes


@pytest.mark.usefixtures("alone")
def test_a_document_that_takes_too_long_is_given_up(files: DocxFiles) -> None:
    with closing(limited(files, processes=1, seconds=0.5)) as hasty:
        hasty.trial()
        before = children()
        assert len(before) == 1
        with pytest.raises(UnusableFile) as problem:
            hasty.to_pdf(contract(200), "long.docx")
        assert problem.value.code == "timed_out"
        assert before.isdisjoint(children())
        hasty.trial()
        assert "Hello" in text_of(hasty.to_pdf(HELLO, "a.docx"))


@pytest.mark.usefixtures("alone")
def test_a_process_that_hangs_is_replaced(files: DocxFiles) -> None:
    with closing(limited(files, processes=1, seconds=1)) as hasty:
        hasty.trial()
        (hanging,) = children()
        os.kill(hanging, signal.SIGSTOP)
        with pytest.raises(UnusableFile):
            hasty.to_pdf(HELLO, "a.docx")
        hasty.trial()
        assert "Hello" in text_of(hasty.to_pdf(HELLO, "a.docx"))


@pytest.mark.usefixtures("alone")
def test_a_process_that_is_killed_in_the_middle_costs_time_only(files: DocxFiles) -> None:
    with closing(limited(files, processes=1)) as one, ThreadPoolExecutor(1) as pool:
        one.trial()
        (victim,) = children()
        made = pool.submit(one.to_pdf, contract(100), "long.docx")
        time.sleep(0.3)
        os.kill(victim, signal.SIGKILL)
        assert len(errands.look_at(made.result(60)).pages) >= 100


@pytest.mark.usefixtures("alone")
def test_a_document_that_kills_every_process_is_refused(files: DocxFiles) -> None:
    with closing(limited(files, processes=1)) as one:
        one.trial()
        done = threading.Event()
        killer = threading.Thread(target=kill_all_that_come, args=(done,))
        killer.start()
        with pytest.raises((UnusableFile, Unavailable)):
            one.to_pdf(contract(100), "long.docx")
        done.set()
        killer.join()
        assert "Hello" in text_of(one.to_pdf(HELLO, "a.docx"))


def kill_all_that_come(done: threading.Event) -> None:
    while not done.wait(0.2):
        for victim in children():
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)


@pytest.mark.usefixtures("alone")
def test_a_process_cannot_take_all_memory_and_has_no_network(files: DocxFiles) -> None:
    with closing(limited(files, processes=1, memory_bytes=900 << 20)) as one:
        confined = one.trial()
        (process,) = children()
        limits = Path(f"/proc/{process}/limits").read_text()
        assert re.search(rf"Max address space +{900 << 20} ", limits)
        if "namespace" in confined:
            cards = Path(f"/proc/{process}/net/dev").read_text().splitlines()[2:]
            assert [card.split(":")[0].strip() for card in cards] == ["lo"]


@pytest.mark.usefixtures("alone")
def test_the_first_document_finds_a_process_that_was_warmed_up(files: DocxFiles) -> None:
    with closing(limited(files, processes=2)) as two:
        two.warm_up(1)
        before = children()
        assert len(before) == 1
        assert "Hello" in text_of(two.to_pdf(HELLO, "a.docx"))
        assert children() == before
    two.warm_up(9)
    assert children() == set()


def test_a_server_starts_converters_when_its_settings_say_so(
    start_server: StartServer, tmp_path: Path
) -> None:
    require_tool("soffice")
    usual = start_server()
    asked = start_server(data=tmp_path / "other", settings={"CONVERTERS_AT_START": "2"})
    wait_until(lambda: len(converters_of(asked)) == 2, "the converters")
    assert converters_of(usual) == []


def converters_of(server: RunningServer) -> list[psutil.Process]:
    found = psutil.Process(server.process.pid).children(recursive=True)
    return [each for each in found if any("resident" in part for part in each.cmdline())]


@pytest.mark.usefixtures("alone")
def test_a_full_disk_is_a_matter_of_trying_again(files: DocxFiles) -> None:
    """Neither the PDF nor, when we may write nothing, the document finds room."""
    with closing(limited(files, processes=1, pdf_bytes=100_000)) as small:
        with pytest.raises(UnusableFile):
            small.to_pdf(contract(100), "long.docx")
        assert "Hello" in text_of(small.to_pdf(HELLO, "a.docx"))
        with no_room(100), pytest.raises(Unavailable):
            small.to_pdf(contract(1), "a.docx")
        assert "Hello" in text_of(small.to_pdf(HELLO, "a.docx"))
    assert not children()


@pytest.mark.usefixtures("alone")
def test_a_process_is_replaced_when_it_has_done_its_share(files: DocxFiles) -> None:
    with closing(limited(files, processes=1, conversions=2)) as brief:
        seen = []
        for _ in range(3):
            brief.to_pdf(HELLO, "a.docx")
            seen.append(children())
        assert seen[0].isdisjoint(seen[1])  # already the next one
        assert seen[1] == seen[2]


@pytest.mark.usefixtures("alone")
def test_more_than_the_queue_holds_are_sent_away(files: DocxFiles) -> None:
    with closing(limited(files, processes=1, waiting=2)) as one:
        one.trial()
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(one.to_pdf, contract(30), "a.docx") for _ in range(8)]
            problems = [each.exception(60) for each in asked]
        assert sum(isinstance(problem, Unavailable) for problem in problems) >= 4
        assert sum(problem is None for problem in problems) >= 2


@pytest.mark.usefixtures("alone")
def test_closing_ends_every_process_and_leaves_nothing(files: DocxFiles) -> None:
    others = subprocess.Popen(["sleep", "60"])
    before = folders()
    one = limited(files, processes=2)
    one.trial()
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(one.to_pdf, contract(300), "long.docx")
        time.sleep(0.3)
        one.close()
        assert isinstance(working.exception(10), Unavailable)
    assert children() == set()
    assert folders() == before
    with pytest.raises(Unavailable):
        one.to_pdf(HELLO, "a.docx")
    assert others.poll() is None
    others.kill()
    others.wait()


def folders() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("countersign-office-*"))


SERVER = """
import sys, time
from countersign.adapters.office import DocxFiles, OfficeConverter, find_office
from countersign.adapters.workshop import Workshop
converter = OfficeConverter(find_office(), DocxFiles(Workshop()))
converter.trial()
print(converter._idle[0]._process.pid, converter._idle[0]._folder, flush=True)
time.sleep(60)
"""


def test_a_server_that_is_killed_leaves_no_process_behind() -> None:
    require_tool("soffice")
    environment = {**os.environ, "COUNTERSIGN_SMTP_URL": "smtp://user:hidden@mail.example"}
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert server.stdout is not None
    with server.stdout:
        pid, own = server.stdout.readline().split()
    process = Path("/proc") / pid
    assert b"hidden" not in (process / "environ").read_bytes()
    server.kill()
    server.wait()
    wait_until(lambda: not process.exists(), "the end of the process", patience=10)
    assert list(Path(own).iterdir()) == []
    Path(own).rmdir()


@pytest.mark.usefixtures("alone")
def test_without_libreoffice_the_reason_is_told(files: DocxFiles) -> None:
    with closing(OfficeConverter(None, files)) as none, pytest.raises(UnusableFile) as problem:
        none.to_pdf(HELLO, "a.docx")
    assert problem.value.code == "no_converter"
    assert "LibreOffice is not installed" in problem.value.message
    with pytest.raises(NoOffice, match="/nowhere/soffice"):
        find_office("/nowhere/soffice")
