"""A small surface that shows everything the kit can do. No vendor's."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from countersign.httpkit import (
    About,
    Answer,
    ByPrefix,
    Dialect,
    ErrorBody,
    Failure,
    FilePart,
    FileResponse,
    Form,
    Idempotency,
    Json,
    Multipart,
    Operation,
    RateGuard,
    Raw,
    Refusal,
    RequestId,
    Runtime,
    Success,
    TextPart,
    Upload,
    Urlencoded,
    Webhook,
    json_response,
    text_response,
)

KEY = {"Authorization": "Bearer secret"}


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Member(Wire):
    name: Annotated[str, Field(min_length=1, max_length=20, description="As it is printed")]
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    age: Annotated[int, Field(strict=True, ge=0)] = 0


class NewClub(Wire):
    title: Annotated[str, Field(min_length=1, max_length=200)]
    members: Annotated[list[Member], Field(min_length=1)]


class Club(Wire):
    id: str
    title: str
    members: int


class Listing(Wire):
    page: Annotated[int, Field(ge=1)] = 1
    sort: Annotated[list[str], Field(description="Repeat it for a second key")] = ["name"]
    state: Literal["open", "closed"] | None = None


class Versioned(Wire):
    version: Annotated[int, Field(alias="X-Club-Version", ge=1)] = 1


class Trouble(Wire):
    code: str
    fields: dict[str, str] = {}


class Unknown(Exception):
    """The caller's key is not known."""


class Full(Exception):
    """A rule of the domain."""


class Bytes:
    """Content in memory, read piece by piece."""

    def __init__(self, data: bytes, piece: int) -> None:
        self.data = data
        self.size = len(data)
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.piece = piece
        self.pieces_read = 0

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        for at in range(start, stop, self.piece):
            self.pieces_read += 1
            yield self.data[at : min(at + self.piece, stop)]


@dataclass
class Seen:
    """What the handlers got, for the tests to look at."""

    uploads: list[Upload] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    idempotency: list[Idempotency | None] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    film: Bytes | None = None
    running: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    released: threading.Event = field(default_factory=threading.Event)


def authenticate(request: Request) -> str:
    if request.headers.get("authorization") != KEY["Authorization"]:
        raise Unknown
    return "ada"


def shape(_request: Request, problem: Exception) -> Response:
    if isinstance(problem, Refusal):
        fields = {_dotted(bad.path): bad.kind for bad in problem.fields}
        body = {"code": problem.why, "fields": fields}
        return json_response(body, problem.status, problem.headers)
    status = {Unknown: 401, Full: 409}[type(problem)]
    return json_response({"code": type(problem).__name__.lower(), "fields": {}}, status)


def _dotted(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


FILE = Bytes(bytes(range(256)) * 40, 1000)
PREFIX = "/v1/clubs"
MEMBERS = TypeAdapter(list[Member])


class Handlers:
    def __init__(self, seen: Seen) -> None:
        self.seen = seen

    def create_club(
        self, caller: str, body: NewClub, idempotency: Idempotency | None
    ) -> Club | Answer:
        """Create a club.

        The same key gives the same club.
        """
        self.seen.idempotency.append(idempotency)
        club = Club(id=caller, title=body.title, members=len(body.members))
        if body.title == "again":
            return Answer(club, status=200, headers={"X-Replayed": "true"})
        return club

    def create_clubs(self, body: list[NewClub]) -> list[Club]:
        """Create several clubs"""
        return [Club(id="1", title=club.title, members=len(club.members)) for club in body]

    def list_clubs(self, query: Listing) -> dict[str, Any]:
        """List clubs"""
        return query.model_dump()

    def read_club(self, club: str, headers: Versioned) -> Club:
        """Read a club"""
        if club == "full":
            raise Full
        if club == "broken":
            raise ValueError("could not read ada@example.org")
        return Club(id=club, title="A club", members=headers.version)

    def delete_club(self, club: str) -> None:
        """Delete a club"""

    def close_club(self, body: dict[str, str] | None) -> dict[str, Any]:
        """Close a club"""
        return {"reason": (body or {}).get("reason")}

    def send_file(self, body: Upload, idempotency: Idempotency | None) -> dict[str, Any]:
        """Send a file as it is"""
        self.seen.idempotency.append(idempotency)
        self._look(body)
        return {"size": body.size, "sha256": body.sha256, "type": body.content_type}

    def send_form(self, body: Form, idempotency: Idempotency | None) -> dict[str, Any]:
        """Send a form with files"""
        self.seen.idempotency.append(idempotency)
        for upload in body.files:
            self._look(upload)
        members = body.json("members", MEMBERS) if body.texts else []
        return {
            "name": body.text("name"),
            "members": len(members),
            "files": [[u.field, u.filename, u.size, u.sha256] for u in body.files],
        }

    def log_in(self, body: Form, idempotency: Idempotency | None) -> dict[str, Any]:
        """Log in"""
        self.seen.idempotency.append(idempotency)
        return {"user": body.text("user"), "texts": list(body.texts)}

    def either(self, body: Form | Member) -> dict[str, Any]:
        """Take one of two kinds of body"""
        if isinstance(body, Form):
            return {"kind": "form", "files": len(body.uploads("file"))}
        return {"kind": "json"}

    def download(self) -> Response:
        """Download the rules"""
        return FileResponse(FILE, "application/pdf", "Régler för Ødegård.pdf")

    def rule(self, number: int) -> dict[str, Any]:
        """Read one rule"""
        return {"number": number}

    def film(self) -> Response:
        """Download a film"""
        self.seen.film = Bytes(bytes(64 << 20), 64 << 10)
        return FileResponse(self.seen.film, "video/mp4")

    def slow(self) -> dict[str, Any]:
        """Take as long as the test wants"""
        with self.seen.lock:
            self.seen.running += 1
            self.seen.most = max(self.seen.most, self.seen.running)
        assert self.seen.released.wait(20)
        with self.seen.lock:
            self.seen.running -= 1
        return {}

    def _look(self, upload: Upload) -> None:
        self.seen.uploads.append(upload)
        with upload.open() as file:
            self.seen.contents.append(file.read())
        self.seen.paths.append(upload.path)
        assert upload.path.read_bytes() == upload.read()


def operations(seen: Seen) -> list[Operation]:
    do = Handlers(seen)
    pdf = ("application/pdf", "text/plain")
    form = Multipart(
        files=[FilePart("file", many=True, media=("application/pdf",), description="Each rule")],
        texts=[TextPart("name"), TextPart("members", list[Member], required=False)],
        limit=300 << 20,
        file_limit=10 << 20,
        text_limit=64 << 10,
    )
    login = [TextPart("user", example="ada"), TextPart("password", required=False)]
    created = Success(201, Club, "Made", example={"id": "1", "title": "Chess", "members": 2})
    again = Success(200, Club, "Made before", headers={"X-Replayed": "Says so"})
    some = Success(200, dict[str, Any])
    return [
        Operation(
            "POST",
            PREFIX,
            do.create_club,
            [created, again],
            Json(NewClub, limit=2 << 20, example={"title": "Chess", "members": []}),
            failures=[Failure(409, "The club is full", example={"code": "full", "fields": {}})],
            tags=["Clubs"],
        ),
        Operation(
            "POST", f"{PREFIX}/many", do.create_clubs, Success(201, list[Club]), Json(list[NewClub])
        ),
        Operation(
            "GET",
            PREFIX,
            do.list_clubs,
            some,
            query=Listing,
            failures=[Failure(429, "Too many requests")],
            tags=["Clubs"],
        ),
        Operation(
            "GET",
            f"{PREFIX}/{{club}}",
            do.read_club,
            Success(200, Club),
            headers=Versioned,
            failures=[Failure(404, "No such club", str, "text/plain", "No such club")],
            path_docs={"club": "The id that creating it answered"},
        ),
        Operation("DELETE", f"{PREFIX}/{{club}}", do.delete_club, Success(204)),
        Operation(
            "POST",
            f"{PREFIX}/{{club}}/close",
            do.close_club,
            some,
            Json(dict[str, str], required=False),
        ),
        Operation("POST", "/v1/files", do.send_file, some, Raw(pdf, limit=300 << 20)),
        Operation("POST", "/v1/forms", do.send_form, some, form),
        Operation("POST", "/v1/login", do.log_in, some, Urlencoded(login), public=True),
        Operation(
            "POST", "/v1/either", do.either, some, [Json(Member), Multipart([FilePart("file")])]
        ),
        Operation(
            "GET", "/v1/rules", do.download, Success(200, media="application/pdf"), public=True
        ),
        Operation("GET", "/v1/rules/{number:int}.json", do.rule, some),
        Operation("GET", "/v1/film", do.film, Success(200, media="video/mp4"), public=True),
        Operation("GET", "/v1/slow", do.slow, some),
        Operation("GET", "/v1/hidden", do.slow, some, documented=False),
    ]


ABOUT = About(
    "Clubs & more",
    "1",
    "Everything about clubs.",
    ErrorBody(Trouble, examples={401: {"code": "unknown", "fields": {}}}),
    {"bearer": {"type": "http", "scheme": "bearer", "description": "A key from the dashboard"}},
    {"Clubs": "Who meets whom."},
    [Webhook("club_made", Club, "A club was made", headers={"webhook-id": "Same on a retry"})],
)


def dialect(runtime: Runtime, seen: Seen, rate_guard: RateGuard | None = None) -> Dialect:
    return Dialect(
        ABOUT,
        operations(seen),
        authenticate=authenticate,
        shape=shape,
        expected=(Unknown, Full),
        runtime=runtime,
        docs="/v1/docs",
        rate_guard=rate_guard,
    )


async def neighbour(scope: Any, receive: Any, send: Any) -> None:
    """Another application, which says what path it was given."""
    await text_response(f"neighbour {scope['path']}")(scope, receive, send)


def app(
    staging: Path, seen: Seen, *, threads: int = 8, rate_guard: RateGuard | None = None
) -> ASGIApp:
    runtime = Runtime(staging, handler_threads=threads)
    own = dialect(runtime, seen, rate_guard).app
    apps = {"/v1": own, "/v1/other": neighbour, "/page": neighbour}
    return RequestId(ByPrefix(apps, runtime.lifespan))
