"""The port to eIDs: the fake, the sandbox's simulation, and BankID's client with a server."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from countersign.adapters.identity.bankid import BankId
from countersign.adapters.identity.client_certificate import (
    load_client_certificate,
    load_roots,
    mutual_tls,
)
from countersign.adapters.identity.openid.directory import Directory
from countersign.adapters.identity.openid.provider import OpenIdConnect
from countersign.adapters.identity.simulated import SimulatedIdentity
from countersign.domain.openid import OpenIdProvider
from countersign.usecases.identity_port import Failed, IdentityRequest, Pending, Proved, Started
from tests.contracts.eid_stages import (
    BankIdStage,
    FakeStage,
    OpenIdStage,
    SimulatedStage,
    Stage,
)
from tests.contracts.samples import NOW
from tests.support.bankid import PASSWORD, BankIdServer, bankid_server
from tests.support.openid_server import CALLBACK, CLIENT, SECRET, OpenIdServer, openid_server
from tests.usecases.fake_identity import FakeIdentity

pytestmark = pytest.mark.slow

METHOD = "bankid_se"
ASTRID, BO = "196408233234", "191212121212"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankIdServer]:
    with bankid_server(tmp_path_factory.mktemp("bankid")) as running:
        yield running


def bankid_stage(server: BankIdServer) -> BankIdStage:
    own = load_client_certificate(server.client, PASSWORD)
    tls, roots = mutual_tls(own, server.authority), load_roots(server.root)
    return BankIdStage(BankId(server.url, tls, roots), server)


def openid_stage(server: OpenIdServer) -> OpenIdStage:
    known = OpenIdProvider(
        account_id="a",
        name=METHOD,
        issuer=server.url,
        client_id=CLIENT,
        client_secret=SECRET,
        created_at=NOW,
    )
    return OpenIdStage(OpenIdConnect(known, CALLBACK, Directory()), server)


@pytest.fixture(params=["fake", "simulated", "bankid", "openid"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    if request.param == "fake":
        yield FakeStage(FakeIdentity())
    elif request.param == "simulated":
        yield SimulatedStage(SimulatedIdentity((METHOD,)))
    elif request.param == "openid":
        with openid_server() as provider:
            yield openid_stage(provider)
    else:
        real = bankid_stage(request.getfixturevalue("server"))
        yield real
        real.provider.close()


def request_for(national_id: str | None = None) -> IdentityRequest:
    return IdentityRequest(
        method=METHOD,
        ip="203.0.113.7",
        national_id=national_id,
        text="Jag undertecknar Anställningsavtal.pdf",
        digest="5e" * 32,
        return_url="https://sign.example/s/token#back",
    )


def collected(stage: Stage, started: Started, secret: object = None) -> Pending | Proved | Failed:
    chosen = started.secret if secret is None else secret
    return stage.provider.collect(METHOD, started.reference, chosen, 0)  # type: ignore[arg-type]


def test_what_is_offered_can_be_started(stage: Stage) -> None:
    assert stage.provider.methods == (METHOD,)
    assert stage.provider.start(request_for()).reference


def test_a_started_proof_waits_for_the_person(stage: Stage) -> None:
    started = stage.provider.start(request_for(ASTRID))
    assert isinstance(collected(stage, started), Pending)
    assert isinstance(collected(stage, started), Pending), "asking changes nothing"


def test_whoever_approves_is_told_with_a_proof(stage: Stage) -> None:
    started = stage.provider.start(request_for(ASTRID))
    secret = stage.approve(started, ASTRID, "Astrid Lindström")
    outcome = collected(stage, started, secret)
    assert isinstance(outcome, Proved)
    assert (outcome.national_id, outcome.name) == (ASTRID, "Astrid Lindström")
    assert outcome.proof


def test_anybody_may_be_asked(stage: Stage) -> None:
    started = stage.provider.start(request_for(None))
    outcome = collected(stage, started, stage.approve(started, BO, "Bo Ek"))
    assert isinstance(outcome, Proved)
    assert outcome.national_id == BO


def test_another_person_never_passes_for_the_one_who_was_asked(stage: Stage) -> None:
    started = stage.provider.start(request_for(ASTRID))
    outcome = collected(stage, started, stage.approve(started, BO, "Bo Ek"))
    assert isinstance(outcome, Failed) or (
        isinstance(outcome, Proved) and outcome.national_id == BO
    )


def test_a_refusal_is_a_failure(stage: Stage) -> None:
    started = stage.provider.start(request_for(ASTRID))
    outcome = collected(stage, started, stage.refuse(started))
    assert outcome == Failed(hint="userCancel")


def test_two_proofs_do_not_mix(stage: Stage) -> None:
    first, second = stage.provider.start(request_for()), stage.provider.start(request_for())
    assert first.reference != second.reference
    secret = stage.approve(second, BO, "Bo Ek")
    assert isinstance(collected(stage, first), Pending)
    assert isinstance(collected(stage, second, secret), Proved)


def test_what_was_broken_off_is_not_proved(stage: Stage) -> None:
    started = stage.provider.start(request_for(ASTRID))
    stage.provider.cancel(METHOD, started.reference)
    assert not isinstance(collected(stage, started), Proved)


def test_breaking_off_what_is_over_does_no_harm(stage: Stage) -> None:
    started = stage.provider.start(request_for(ASTRID))
    collected(stage, started, stage.refuse(started))
    stage.provider.cancel(METHOD, started.reference)
    stage.provider.cancel(METHOD, started.reference)


def test_the_page_gets_none_of_the_secret_and_can_be_sent_as_json(stage: Stage) -> None:
    started = stage.provider.start(request_for(ASTRID))
    page = json.dumps(started.page)
    assert started.secret.get("qrStartSecret", "no such thing") not in page
    assert ASTRID not in page


def test_a_number_is_not_in_what_could_be_logged(stage: Stage) -> None:
    asked = request_for(ASTRID)
    started = stage.provider.start(asked)
    outcome = collected(stage, started, stage.approve(started, ASTRID, "Astrid Lindström"))
    for said in (repr(asked), repr(started), repr(outcome)):
        assert ASTRID not in said
        assert "Lindström" not in said
