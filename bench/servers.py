"""Countersign as a process of its own, for benchmarks that call it from outside."""

import compileall
import http.client
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

import countersign
from tests.support.postgres import running_cluster
from tests.support.server import RunningServer, serve

DATABASES = ("SQLite", "PostgreSQL")
BOUNDARY = "bench-boundary"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
# As in production; only a cluster that tests throw away may skip this
SAFE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")


@dataclass
class Standing:
    """How long a server took to answer, the processor time in that, and the memory of all its
    processes before the first request."""

    ready_s: float
    ready_cpu_s: float
    rss_mb: float


@dataclass
class Bench:
    """A server with an account. It was started on an empty installation, where it makes its
    database and keys, and then again."""

    server: RunningServer
    first: Standing
    later: Standing
    token: str

    def cpu_s(self) -> float:
        """Processor time of the server's processes so far, without the database's."""
        return _cpu_s(self.server)

    def client(self) -> "Client":
        return Client(self.server.port, self.token)


def compile_to_bytecode() -> None:
    """As it is after the first start on a machine, whatever this environment says of it."""
    compileall.compile_dir(Path(countersign.__file__).parent, quiet=2)


@contextmanager
def started(folder: Path, database: str, *arguments: str) -> Iterator[Bench]:
    """A server on an installation in `folder`; `database` is one of DATABASES."""
    with settings_for(database) as settings:
        compile_to_bytecode()
        with _standing(folder, arguments, settings) as (_, first):
            pass
        with _standing(folder, arguments, settings) as (server, later):
            yield Bench(server, first, later, _token(server))


@contextmanager
def _standing(
    folder: Path, arguments: Sequence[str], settings: Mapping[str, str]
) -> Iterator[tuple[RunningServer, Standing]]:
    before = time.perf_counter()
    with serve(folder / "data", *arguments, settings=settings) as server:
        ready_s, ready_cpu_s = time.perf_counter() - before, _cpu_s(server)
        time.sleep(1)  # what it does once after its start is not idling
        rss_mb = sum(process.memory_info().rss for process in _tree(server)) / 2**20
        yield server, Standing(ready_s, ready_cpu_s, rss_mb)


@contextmanager
def settings_for(database: str) -> Iterator[dict[str, str]]:
    if database == "SQLite":
        yield {}
        return
    with running_cluster(SAFE) as cluster:
        yield {"DATABASE_URL": cluster.url(cluster.create_database())}


def _tree(server: RunningServer) -> list[psutil.Process]:
    process = psutil.Process(server.process.pid)
    return [process, *process.children(recursive=True)]


def _cpu_s(server: RunningServer) -> float:
    times = [process.cpu_times() for process in _tree(server)]
    return float(sum(each.user + each.system for each in times))


def _token(server: RunningServer) -> str:
    made = server.run("account", "create", "--name", "Bench", "--email", "b@example.test", "--json")
    token: str = json.loads(made.stdout)["signature_nc"]["token"]
    return token


# ------------------------------------------------------------------ calls


class Client:
    """One keep-alive connection."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._token = token

    def create(self, pdf: bytes) -> dict[str, Any]:
        """A submission with two signers."""
        return self._call("POST", "/api/v3/signatures", FORM, create_body(pdf))

    def complete(self, link: str, body: dict[str, Any]) -> dict[str, Any]:
        """Signs through the signing page's own API."""
        path = "/s/" + link.partition("/s/")[2].partition("?")[0] + "/complete"
        return self._call("POST", path, "application/json", json.dumps(body).encode())

    def close(self) -> None:
        self._connection.close()

    def _call(self, method: str, path: str, kind: str, body: bytes) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": kind}
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {content.decode()}")
        result: dict[str, Any] = json.loads(content)
        return result


def create_body(pdf: bytes) -> bytes:
    """The form of `POST /signatures`: one file, two signers with a field each."""
    areas = [{"x": x, "y": 640, "w": 200, "h": 80, "page": 0} for x in (60, 320)]
    signers = [
        {
            "firstname": name,
            "lastname": "Öberg",
            "email": f"{name.lower()}@example.test",
            "fields": [
                {"type": "signature", "name": "Sign", "document": "contract.pdf", "area": area}
            ],
        }
        for name, area in zip(("Asa", "Bo"), areas, strict=True)
    ]
    parts = [
        _part('name="name"', b"Contract"),
        _part('name="signers"', json.dumps(signers).encode()),
        _part('name="file"; filename="contract.pdf"', pdf, "application/pdf"),
    ]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def _part(disposition: str, content: bytes, kind: str = "") -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n"
    head += f"Content-Type: {kind}\r\n" if kind else ""
    return head.encode() + b"\r\n" + content + b"\r\n"


def create_request(token: str, pdf: bytes) -> bytes:
    """The whole call as it goes over the wire."""
    body = create_body(pdf)
    head = (
        f"POST /api/v3/signatures HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def read_request(token: str, uuid: str) -> bytes:
    path = f"/api/v3/submissions/{uuid}"
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
    ).encode()
