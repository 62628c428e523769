"""What a DOCX costs on its way to a PDF: first and warm, beside a cold `soffice --convert-to`.

first: the server has converted nothing yet, so LibreOffice has to start. warm: it is there. Warm
and cold take turns, so that both have the same neighbours.
"""

import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bench.report import Row, publish
from countersign.adapters.office import DocxFiles, OfficeConverter, find_office
from countersign.adapters.workshop import Workshop
from tests.support.docx import docx
from tests.support.tools import require_tool

PAGES = {1: 6, 10: 75, 100: 755}  # paragraphs that fill so many
CLAUSE = "The tenant pays on the first of each month, and the landlord keeps the roof. " * 6
ROUNDS = 3


def document(pages: int) -> bytes:
    return docx(*(f"{number}. {CLAUSE}" for number in range(PAGES[pages])))


def cold(data: bytes, folder: Path) -> None:
    (folder / "a.docx").write_bytes(data)
    subprocess.run(
        [require_tool("soffice"), f"-env:UserInstallation={(folder / 'profile').as_uri()}",
         "--headless", "--convert-to", "pdf", "a.docx"],
        cwd=folder, capture_output=True, check=True,
    )  # fmt: skip


def wall_ms(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1000


def first_ms(data: bytes, files: DocxFiles) -> float:
    with closing(OfficeConverter(find_office(), files)) as fresh:
        return wall_ms(lambda: fresh.to_pdf(data, "a.docx"))


def rows(pages: int, files: DocxFiles, warm: OfficeConverter, folder: Path) -> list[Row]:
    data = document(pages)
    warm.to_pdf(data, "a.docx")
    colds, warms = [], []
    for _ in range(ROUNDS):
        colds.append(wall_ms(lambda: cold(data, folder)))
        warms.append(wall_ms(lambda: warm.to_pdf(data, "a.docx")))
    figures = [
        ("soffice --convert-to", "cold", statistics.median(colds)),
        ("countersign", "first", statistics.median(first_ms(data, files) for _ in range(2))),
        ("countersign", "warm", statistics.median(warms)),
    ]
    return [
        {"pages": pages, "who": who, "step": step, "wall_ms": ms, "ratio": figures[0][2] / ms}
        for who, step, ms in figures
    ]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, closing(Workshop()) as workshop:
        files = DocxFiles(workshop)
        with closing(OfficeConverter(find_office(), files)) as warm:
            found = [row for n in PAGES for row in rows(n, files, warm, Path(folder))]
        publish("convert", found)


if __name__ == "__main__":
    main()
