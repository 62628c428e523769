"""A real S3 endpoint: moto's server in a process of its own."""

import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.network import free_port
from tests.support.processes import accepts_connections, stopped_at_exit, wait_until


@dataclass(frozen=True)
class S3Endpoint:
    """An S3 endpoint with one empty bucket. It takes any key, but asks for one as S3 does."""

    url: str
    bucket: str
    region: str = "us-east-1"
    access_key: str = "test-access-key"
    secret_key: str = "test-secret-key"


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The URL of an S3 server without buckets; one per test process."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    with stopped_at_exit(process):
        wait_until(lambda: accepts_connections(port), "starting the S3 endpoint")
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def s3_endpoint(s3_server: str) -> S3Endpoint:
    """An S3 endpoint with a fresh bucket."""
    bucket = f"test-{uuid.uuid4().hex}"
    request = urllib.request.Request(f"{s3_server}/{bucket}", method="PUT")
    urllib.request.urlopen(request, timeout=10).close()
    return S3Endpoint(s3_server, bucket)
