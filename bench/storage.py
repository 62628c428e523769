"""How many bytes an envelope adds to the file store when many share one base."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import uuid4

from bench.chain import World, now
from countersign.adapters.files.local import LocalFiles
from countersign.adapters.pdf_engine import Engine
from countersign.adapters.workshop import Workshop
from countersign.domain.document import Base, Document, PageSize
from countersign.domain.envelope import Envelope
from countersign.domain.task import Act, Action, Area, Field, FieldKind, Person, Task, Visitor

WRITERS = 8
DEVICE = Visitor(ip="192.0.2.7", user_agent="Mozilla/5.0 (X11; Linux x86_64)", locale="en")


def stored_by(envelopes: int, upload: bytes, folder: Path) -> tuple[int, int]:
    """Bytes that so many signed and sealed envelopes add to a directory that holds their upload
    and base already: content, and blocks that the disk gives to it."""
    files, root = LocalFiles(folder / "files"), folder / "files"
    workshop = Workshop()
    engine = Engine(files, World(folder).keyring, workshop)
    document = Document(
        id=str(uuid4()),
        name="contract.pdf",
        media_type="application/pdf",
        upload=files.put(upload),
        pages=(PageSize(595.28, 841.89),) * 2,
    )
    base = engine.prepare(_envelope(document, 0), document)
    document = replace(document, base_key=base.key, base=base.file)
    before = _size(root)
    copies = [replace(document, id=str(uuid4())) for _ in range(envelopes)]
    with ThreadPoolExecutor(WRITERS) as writers:  # they wait for the disk most of the time
        list(writers.map(partial(_sign_and_seal, engine, base), copies, range(envelopes)))
    workshop.close()
    after = _size(root)
    return after[0] - before[0], after[1] - before[1]


def _sign_and_seal(engine: Engine, base: Base, document: Document, number: int) -> None:
    at, envelope = now(), _envelope(document, number)
    document = document.append(*engine.certify(envelope, document, base, at))
    for task in envelope.tasks:
        act = Act(method="typed", consent="I agree to sign.", visitor=DEVICE, at=at, text="Asa")
        document = document.append(engine.act(envelope, document, base, task, act))
    engine.seal(document, base, now())


def _envelope(document: Document, number: int) -> Envelope:
    return Envelope(
        id=str(uuid4()),
        account_id="",
        credential_id="",
        origin="",
        name="Contract",
        created_at=now(),
        updated_at=now(),
        sender_name="",
        documents=(document,),
        tasks=_tasks(document.id, number),
    )


def _tasks(document_id: str, number: int) -> tuple[Task, ...]:
    return tuple(
        Task(
            id=str(uuid4()),
            person=Person(name=f"Åsa Öberg {number}", email=f"asa{number}@example.test"),
            actions={document_id: Action.SIGN},
            fields=(
                Field(
                    id=str(uuid4()),
                    document_id=document_id,
                    kind=FieldKind.SIGNATURE,
                    name="Sign",
                    area=Area(0, left, 0.75, 0.3, 0.08),
                ),
            ),
        )
        for left in (0.1, 0.5)
    )


def _size(root: Path) -> tuple[int, int]:
    stats = [path.stat() for path in root.rglob("*") if path.is_file()]
    return sum(stat.st_size for stat in stats), sum(stat.st_blocks * 512 for stat in stats)
