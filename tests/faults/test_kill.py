"""Killed at every moment between the last signature and `completed`: nothing is lost or doubled."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.webhooks import WebhookReceiver

SIGNERS = ["Søren Ångström", "Lea Roux"]
SEGMENTS = ["certification", "act", "act", "seal", "timestamp"]
ONCE = (
    "envelope_sent",
    "envelope_all_signed",
    "envelope_sealed",
    "envelope_verified",
    "envelope_completed",
    "audit_made",
)


@pytest.fixture(scope="module")
def walked(
    tmp_path_factory: pytest.TempPathFactory, module_webhook_receiver: WebhookReceiver
) -> list[dict[str, Any]]:
    data = tmp_path_factory.mktemp("walk")
    command = [sys.executable, "-m", "tests.faults.walker", str(data), module_webhook_receiver.url]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_every_step_of_the_chain_is_among_the_moments(walked: list[dict[str, Any]]) -> None:
    passed = Counter(walked[-1]["told"])
    for step in ("act", "seal", "verify", "audit"):
        assert passed[f"before {step}"] == passed[f"after {step}"] == 1
    assert passed["after commit"] >= 6
    assert passed["after send"] == 2  # the webhooks `signed` and `completed`
    assert len(walked) == sum(passed.values()) + 1


@pytest.mark.slow
def test_each_envelope_is_completed_once(walked: list[dict[str, Any]]) -> None:
    for found in walked:
        happened = Counter(found["events"])
        assert (found["status"], found["audit"]) == ("completed", True), found
        assert {kind: happened[kind] for kind in ONCE} == dict.fromkeys(ONCE, 1), found
        assert happened["task_completed"] == 2, found


@pytest.mark.slow
def test_every_signature_is_in_the_pdf_once_and_valid(walked: list[dict[str, Any]]) -> None:
    for found in walked:
        assert (found["segments"], found["signatures"]) == (SEGMENTS, len(SEGMENTS)), found
    seen_by_strangers = [found["strangers"] for found in walked if found["strangers"]]
    assert len(seen_by_strangers) >= 5
    assert all(each == ["valid", *SIGNERS] for each in seen_by_strangers), seen_by_strangers


@pytest.mark.slow
def test_every_webhook_arrives_with_the_same_id_each_time(
    walked: list[dict[str, Any]], module_webhook_receiver: WebhookReceiver
) -> None:
    arrived = Counter(request.headers["webhook-id"] for request in module_webhook_receiver.requests)
    for found in walked:
        told = Counter(delivery["event"] for delivery in found["deliveries"])
        assert told == {"signed": 2, "completed": 1}, found
        for delivery in found["deliveries"]:
            assert delivery["status"] == "delivered"
            assert arrived.pop(delivery["id"]) >= 1
    assert not arrived, "a call with an id that no delivery has"
