"""Holds LibreOffice and converts what it is told to: one line of JSON in, one line out.

    argv     PROGRAM FOLDER MEMORY_BYTES FILE_BYTES     where LibreOffice and what is ours is
    → {"ready": true, "confined": ["namespace", "landlock"]}  or {"ready": false, "why": "…"}
    ← {"source": "a.docx", "target": "a.pdf"}           names in FOLDER
    → {"done": true, "resident_bytes": 210000000}

When whoever started it is gone, so is this process with its folder.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

from confinement import confine
from kit import Office, OfficeMissing
from strict_profile import write_profile

TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
FIRST = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/d.xml" ContentType="{TYPE}"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" '
    f'Type="{OFFICE}" Target="d.xml"/></Relationships>',
    "d.xml": f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>Countersign</w:t></w:r></w:p>'
    "</w:body></w:document>",
}


def main(program: Path, folder: Path, memory_bytes: int, file_bytes: int) -> None:
    answers = _answers_apart()
    confined = confine(folder, program, memory_bytes, file_bytes)
    jobs: SimpleQueue[dict[str, str]] = SimpleQueue()
    threading.Thread(target=_listen, args=(jobs, folder), daemon=True).start()
    write_profile(folder / "profile")
    try:
        office = Office(program, folder / "profile")
    except OfficeMissing as problem:
        _say(answers, {"ready": False, "why": str(problem)})
        return
    steps = _steps(office, folder, answers, jobs, confined)
    office.work(lambda: next(steps))


def _steps(
    office: Office,
    folder: Path,
    answers: int,
    jobs: SimpleQueue[dict[str, str]],
    confined: list[str],
) -> Iterator[None]:
    """One job each; before the first one, a trial."""
    if not _makes_a_pdf(office, folder):
        why = "LibreOffice converts nothing; is its Writer installed?"
        _say(answers, {"ready": False, "why": why})
        return
    _say(answers, {"ready": True, "confined": confined})
    while True:
        job = jobs.get()
        done = office.convert(folder / job["source"], folder / job["target"])
        _say(answers, {"done": done, "resident_bytes": _resident_bytes()})
        yield


def _answers_apart() -> int:
    """LibreOffice prints what it likes: not among the answers."""
    answers, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return answers


def _listen(jobs: SimpleQueue[dict[str, str]], folder: Path) -> None:
    for line in sys.stdin:
        jobs.put(json.loads(line))
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def _makes_a_pdf(office: Office, folder: Path) -> bool:
    """If it does it works; and the next one is quick."""
    source, target = folder / "first.docx", folder / "first.pdf"
    with zipfile.ZipFile(source, "w") as package:
        for name, content in FIRST.items():
            package.writestr(name, content)
    made = office.convert(source, target)
    source.unlink()
    target.unlink(missing_ok=True)
    return made


def _say(answers: int, what: dict[str, object]) -> None:
    os.write(answers, json.dumps(what).encode() + b"\n")


def _resident_bytes() -> int:
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    os._exit(1)
