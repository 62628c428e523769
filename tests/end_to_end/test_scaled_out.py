"""The whole job where web and work are processes of their own, on PostgreSQL and S3."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.customer import new_customer, sign_all
from tests.support.object_store import S3Endpoint
from tests.support.server import RunningServer, StartServer
from tests.support.signed import assert_intact, assert_verified
from tests.support.working import working

SIGNERS = ["Søren Ångström", "李 小龍"]
PATIENCE = 60.0  # seconds: longer than the lease of a job that died with its worker


@pytest.fixture
def web(
    start_server: StartServer,
    postgres_url: str,
    s3_endpoint: S3Endpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> RunningServer:
    """A server that leaves all jobs to others and keeps nothing but keys on its own disk."""
    monkeypatch.setitem(os.environ, "AWS_ACCESS_KEY_ID", s3_endpoint.access_key)
    monkeypatch.setitem(os.environ, "AWS_SECRET_ACCESS_KEY", s3_endpoint.secret_key)
    where = f"endpoint={s3_endpoint.url}&region={s3_endpoint.region}&allow_http=true"
    settings = {
        "DATABASE_URL": postgres_url,
        "FILES_URL": f"s3://{s3_endpoint.bucket}/signed?{where}",
        "WORKERS": "false",
    }
    return start_server("--sandbox", settings=settings)


def test_a_contract_is_signed_sealed_and_verified_by_separate_processes(
    web: RunningServer, tmp_path: Path
) -> None:
    customer = new_customer(web)
    sent = customer.send(*SIGNERS)
    sign_all(sent)
    assert not customer.is_completed(sent)
    with working(web):
        path = customer.completed_file(sent, tmp_path)
    assert_intact(path, SIGNERS)
    assert_verified(path, SIGNERS, web.data)
    assert not (web.data / "files").exists()
    assert not (web.data / "countersign.db").exists()


def test_a_worker_that_is_killed_loses_nothing(web: RunningServer, tmp_path: Path) -> None:
    customer = new_customer(web)
    sent = customer.send(*SIGNERS)
    with working(web) as worker:
        sign_all(sent)
        worker.kill()
        worker.wait()
    with working(web):
        path = customer.completed_file(sent, tmp_path, patience=PATIENCE)
    assert_intact(path, SIGNERS)
