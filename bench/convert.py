"""What a DOCX costs on its way to a PDF: first and warm, beside a cold `soffice --convert-to`.

first: nothing was converted yet and LibreOffice has just been started. warm: it is there. cold
finds a profile from before; in a new one, as each process of ours has, it takes longer. All take
turns, so that they have the same neighbours, and are told the same about the PDF: no tags, no
comments, no form fields, pictures of 300 dpi. `cpu_ms` is that of LibreOffice.
"""

import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from bench.report import Row, publish
from countersign.adapters.office import DocxFiles, OfficeConverter, find_office
from countersign.adapters.office.resident.kit import pdf_options
from countersign.adapters.workshop import Workshop
from tests.support.docx import docx
from tests.support.tools import require_tool

PAGES = {1: 6, 10: 75, 100: 755}  # paragraphs that fill so many
CLAUSE = "The tenant pays on the first of each month, and the landlord keeps the roof. " * 6
RIVAL = "soffice --convert-to"
ROUNDS = 5
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def document(pages: int) -> bytes:
    return docx(*(f"{number}. {CLAUSE}" for number in range(PAGES[pages])))


def cold(data: bytes, folder: Path) -> None:
    (folder / "a.docx").write_bytes(data)
    subprocess.run(
        [require_tool("soffice"), f"-env:UserInstallation={(folder / 'profile').as_uri()}",
         "--headless", "--convert-to", f"pdf:writer_pdf_Export:{pdf_options().decode()}", "a.docx"],
        cwd=folder, capture_output=True, check=True,
    )  # fmt: skip


def cold_in_new_profile(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cold(data, Path(folder))


def ended_ms() -> float:
    """Processor time of all processes that we started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1000


def resident_ms() -> float:
    """Processor time of the processes that hold LibreOffice and have not ended."""
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            found = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(found[1]) == os.getpid() and b"resident" in (folder / "cmdline").read_bytes():
                ticks += int(found[11]) + int(found[12])
    return ticks * TICK_MS


def spent(work: Callable[[], object], cpu_ms: Callable[[], float]) -> tuple[float, float]:
    """Milliseconds, and those of processors."""
    begin, used = time.perf_counter(), cpu_ms()
    work()
    return (time.perf_counter() - begin) * 1000, cpu_ms() - used


def first(data: bytes, files: DocxFiles) -> tuple[float, float]:
    with closing(OfficeConverter(find_office(), files)) as fresh:
        fresh.warm_up(1)
        return spent(lambda: fresh.to_pdf(data, "a.docx"), resident_ms)


def rows(pages: int, files: DocxFiles, warm: OfficeConverter, folder: Path) -> list[Row]:
    data = document(pages)
    for _ in range(2):
        warm.to_pdf(data, "a.docx")
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for _ in range(ROUNDS):
        for who, step, figures in (
            (RIVAL, "cold, new profile", spent(lambda: cold_in_new_profile(data), ended_ms)),
            (RIVAL, "cold", spent(lambda: cold(data, folder), ended_ms)),
            ("countersign", "first", first(data, files)),
            ("countersign", "warm", spent(lambda: warm.to_pdf(data, "a.docx"), resident_ms)),
        ):
            found.setdefault((who, step), []).append(figures)
    medians = {
        key: [statistics.median(each) for each in zip(*all, strict=True)]
        for key, all in found.items()
    }
    colds = medians[RIVAL, "cold"]
    return [
        {"pages": pages, "who": who, "step": step, "wall_ms": wall, "cpu_ms": cpu,
         "ratio": colds[0] / wall, "cpu_ratio": colds[1] / cpu}
        for (who, step), (wall, cpu) in medians.items()
    ]  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, closing(Workshop()) as workshop:
        files = DocxFiles(workshop)
        with closing(OfficeConverter(find_office(), files)) as warm:
            found = [row for n in PAGES for row in rows(n, files, warm, Path(folder))]
        publish("convert", found)


if __name__ == "__main__":
    main()
