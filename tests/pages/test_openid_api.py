"""From the signing link to a provider of the account's own and back, without a browser."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from countersign.domain.envelope import Envelope
from countersign.domain.openid import OpenIdProvider
from countersign.domain.task import Person
from countersign.pages.signing.identity import CALLBACK
from countersign.usecases.add_identity_provider import (
    add_identity_provider,
    remove_identity_provider,
)
from countersign.usecases.create_account import create_account
from tests.support import openid_server as crooked
from tests.support.installed import URL, Installed, installed, signer
from tests.support.openid_provider import (
    CLIENT,
    HIGH,
    SECRET,
    OpenIdProcess,
    openid_provider,
)
from tests.support.openid_server import OpenIdServer, openid_server

pytestmark = pytest.mark.slow

ASTRID = "01019912345"
PEOPLE = {
    "astrid": {"name": "Astrid Berg", "national_id": ASTRID},
    "bo": {"name": "Bo Ek", "national_id": "02029954321"},
}
EID = {"identity": ("nbid",), "methods": ("nbid",)}


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdProcess]:
    with openid_provider(URL + CALLBACK, PEOPLE) as running:
        yield running


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, provider: OpenIdProcess) -> Iterator[Installed]:
    with installed(tmp_path_factory.mktemp("openid"), sandbox=False) as house:
        known = configured(
            house, provider.issuer, "nbid", CLIENT, SECRET, scopes=("nin", "profile")
        )
        add_identity_provider(known, house.ports)
        yield house


@pytest.fixture
def liar(house: Installed) -> Iterator[OpenIdServer]:
    """A second provider of the same account, `mitid`."""
    with openid_server() as server:
        known = configured(house, server.url, "mitid", crooked.CLIENT, crooked.SECRET)
        add_identity_provider(known, house.ports)
        yield server
        remove_identity_provider(house.caller.account.id, "mitid", house.ports)


def configured(
    house: Installed, issuer: str, name: str, client: str, secret: str, **changes: Any
) -> OpenIdProvider:
    return OpenIdProvider(
        account_id=house.caller.account.id,
        name=name,
        issuer=issuer,
        client_id=client,
        client_secret=secret,
        created_at=house.ports.clock(),
        **changes,
    )


def sent_to_astrid(house: Installed, method: str = "nbid") -> tuple[Envelope, str]:
    person = Person(name="Astrid Berg", email="astrid@people.example", national_id=ASTRID)
    eid = {"identity": (method,), "methods": (method,)}
    envelope = house.send(signer(0, person=person, **eid))
    return envelope, house.link(envelope)


def begin(house: Installed, link: str, method: str = "nbid") -> str:
    """Where the browser, which keeps the cookie, is sent."""
    answer = house.client.post(f"{link}/identity/{method}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "pending"
    address: str = answer.json()["redirect_url"]
    return address


def come_back(house: Installed, address: str) -> httpx2.Response:
    answer = house.client.get(address, follow_redirects=False)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    return answer


def callback(answer: dict[str, str]) -> str:
    return f"{CALLBACK}?{crooked.query_of(answer)}"


def standing(house: Installed, link: str, method: str = "nbid") -> str:
    answer = house.client.get(f"{link}/identity/{method}")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["status"])


def happened(house: Installed, envelope: Envelope) -> list[Any]:
    with house.ports.unit_of_work() as uow:
        return [link.event for link in uow.envelopes.evidence(envelope.id)]


def test_somebody_proves_who_they_are_and_signs_with_it(
    house: Installed, provider: OpenIdProcess, capfd: pytest.CaptureFixture[str]
) -> None:
    envelope, link = sent_to_astrid(house)
    document = f"{link}/documents/{envelope.documents[0].id}"
    assert house.client.get(document).status_code == 404
    address = begin(house, link)
    assert standing(house, link) == "pending"
    back = come_back(house, provider.log_in(address, "astrid"))
    assert (back.status_code, back.headers["location"]) == (303, f"{URL}{link}?skipIntro=true")
    assert standing(house, link) == "proved"
    assert house.client.get(document).status_code == 200
    signed = house.client.post(f"{link}/complete", json={"method": "nbid", "consent": True})
    assert signed.status_code == 200, signed.text
    done = house.await_status(envelope, "completed")

    with house.ports.unit_of_work() as uow:
        proof = uow.identity.proof(envelope.tasks[0].id, "nbid")
    (proved,) = (e for e in happened(house, envelope) if e.kind == "identity_proved")
    assert dict(proved.data) == {
        "method": "nbid",
        "proof": hashlib.sha256(proof).hexdigest(),
        "checked": f"ID token of {provider.issuer}",
    }
    assert json.loads(proof)["id_token"]
    assert done.tasks[0].act is not None
    assert ASTRID not in "".join(capfd.readouterr())


def test_the_eid_alone_identifies_and_another_way_signs(
    house: Installed, provider: OpenIdProcess
) -> None:
    envelope = house.send(signer(0, identity=("nbid",)))
    link = house.link(envelope)
    come_back(house, provider.log_in(begin(house, link), "bo"))
    typed = {"method": "typed", "consent": True, "signature": {"text": "Bo"}}
    assert house.client.post(f"{link}/complete", json=typed).status_code == 200


def test_a_method_to_sign_with_need_not_be_asked_for_before(
    house: Installed, provider: OpenIdProcess
) -> None:
    sole = house.send(signer(0, methods=("nbid",)))
    assert sole.tasks[0].identity_due == ("nbid",)
    choice = house.send(signer(0, methods=("drawn", "nbid")))
    link = house.link(choice)
    body = {"method": "nbid", "consent": True}
    assert house.client.post(f"{link}/complete", json=body).status_code == 403
    come_back(house, provider.log_in(begin(house, link), "bo"))
    assert house.client.post(f"{link}/complete", json=body).status_code == 200


def test_another_person_is_refused_which_is_evidence(
    house: Installed, provider: OpenIdProcess
) -> None:
    envelope, link = sent_to_astrid(house)
    back = come_back(house, provider.log_in(begin(house, link), "bo"))
    assert back.headers["location"].endswith("?skipIntro=true#identity=somebody_else")
    assert standing(house, link) == "idle"
    kinds = [str(event.kind) for event in happened(house, envelope)]
    assert kinds[-1] == "identity_refused"
    come_back(house, provider.log_in(begin(house, link), "astrid"))
    assert standing(house, link) == "proved"


def test_who_breaks_it_off_may_begin_again(house: Installed, provider: OpenIdProcess) -> None:
    _, link = sent_to_astrid(house)
    back = come_back(house, provider.refuse(begin(house, link)))
    assert back.headers["location"].endswith("#identity=userCancel")
    come_back(house, provider.log_in(begin(house, link), "astrid"))
    assert standing(house, link) == "proved"


def test_an_answer_is_taken_once(house: Installed, provider: OpenIdProcess) -> None:
    _, link = sent_to_astrid(house)
    address = provider.log_in(begin(house, link), "astrid")
    assert come_back(house, address).status_code == 303
    again = come_back(house, address)
    assert again.status_code == 400
    assert "This identification is over" in again.text
    assert standing(house, link) == "proved"


def test_another_browser_than_the_one_that_was_sent_away_brings_nothing_back(
    house: Installed, provider: OpenIdProcess
) -> None:
    """Else somebody could be made to sign for somebody else."""
    envelope, link = sent_to_astrid(house)
    address = provider.log_in(begin(house, link), "astrid")
    kept = house.client.cookies["identity"]
    for other in ("", "x", "A" * 43):
        house.client.cookies.clear()
        if other:
            house.client.cookies.set("identity", other)
        assert come_back(house, address).status_code == 400
    assert house.found(envelope).tasks[0].identified == ()
    house.client.cookies.clear()
    house.client.cookies.set("identity", kept)
    assert come_back(house, address).status_code == 303
    assert standing(house, link) == "proved"


def test_the_cookie_is_for_the_way_back_only(house: Installed) -> None:
    _, link = sent_to_astrid(house)
    house.client.cookies.clear()
    answer = house.client.post(f"{link}/identity/nbid")
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith("identity=")
    assert attributes == ["Path=/s", "Max-Age=600", "HttpOnly", "SameSite=Lax", "Secure"]
    second = house.client.post(f"{link}/identity/nbid")
    assert second.headers["set-cookie"].split("; ")[0] == name, "two tabs do not disturb each other"


def test_beginning_again_makes_the_first_way_back_useless(
    house: Installed, provider: OpenIdProcess
) -> None:
    _, link = sent_to_astrid(house)
    first = provider.log_in(begin(house, link), "astrid")
    second = begin(house, link)
    assert come_back(house, first).status_code == 400
    come_back(house, provider.log_in(second, "astrid"))
    assert standing(house, link) == "proved"


@pytest.mark.parametrize(
    "query",
    ["", "?state=", "?state=x&code=y", "?state=%00", "?code=" + "c" * 5000, "?error=%FF&state=x"],
)
def test_a_way_back_that_nobody_was_sent_is_refused_kindly(house: Installed, query: str) -> None:
    answer = house.client.get(CALLBACK + query)
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


def test_a_late_provider_loses_nothing(house: Installed, liar: OpenIdServer) -> None:
    _, link = sent_to_astrid(house, "mitid")
    answer = liar.log_in(begin(house, link, "mitid"), national_id=ASTRID, name="Astrid")
    liar.status = 503
    back = come_back(house, callback(answer))
    assert back.headers["location"].endswith("#identity=away")
    assert house.client.get(f"{link}/identity/mitid").status_code == 503
    liar.status = 200
    assert standing(house, link, "mitid") == "proved"


def test_who_comes_back_too_late_begins_again(house: Installed, liar: OpenIdServer) -> None:
    envelope, link = sent_to_astrid(house, "mitid")
    answer = liar.log_in(begin(house, link, "mitid"), national_id=ASTRID)
    age(house, envelope.tasks[0].id, timedelta(minutes=10))
    back = come_back(house, callback(answer))
    assert back.headers["location"].endswith("#identity=expiredTransaction")


def age(house: Installed, task_id: str, span: timedelta) -> None:
    from countersign.adapters.database.identity_tables import identity_attempts as attempts

    with house.installation.database.engine.connect() as connection:
        begun = (house.ports.clock() - span).isoformat()
        connection.execute(
            attempts.update().where(attempts.c.task_id == task_id).values(begun=[begun])
        )
        connection.commit()


@pytest.mark.parametrize(
    ("lie", "signs"),
    [({}, "unsigned"), ({"nonce": "another"}, "honestly"), ({"iss": "https://evil"}, "honestly")],
)
def test_a_token_that_is_not_believed_identifies_nobody(
    house: Installed, liar: OpenIdServer, lie: dict[str, Any], signs: str
) -> None:
    envelope, link = sent_to_astrid(house, "mitid")
    liar.lie, liar.sign = lie, crooked.unsigned if signs == "unsigned" else None
    answer = liar.log_in(begin(house, link, "mitid"), national_id=ASTRID)
    back = come_back(house, callback(answer))
    assert back.headers["location"].endswith("#identity=not_believed")
    assert house.found(envelope).tasks[0].identified == ()
    assert standing(house, link, "mitid") == "idle"


def test_an_answer_under_another_issuers_name_is_refused(
    house: Installed, liar: OpenIdServer
) -> None:
    envelope, link = sent_to_astrid(house, "mitid")
    answer = liar.log_in(begin(house, link, "mitid"), national_id=ASTRID)
    back = come_back(house, callback(answer | {"iss": "https://evil.example"}))
    assert back.headers["location"].endswith("#identity=not_believed")
    assert house.found(envelope).tasks[0].identified == ()


def test_a_level_of_assurance_that_was_not_reached_identifies_nobody(
    house: Installed, provider: OpenIdProcess
) -> None:
    known = configured(house, provider.issuer, "ftn", CLIENT, SECRET, acr_values=(HIGH,))
    add_identity_provider(known, house.ports)
    envelope = house.send(signer(0, identity=("ftn",)))
    link = house.link(envelope)
    address = begin(house, link, "ftn")
    assert parse_qs(urlsplit(address).query)["acr_values"] == [HIGH]
    back = come_back(house, provider.log_in(address, "bo"))
    assert back.headers["location"].endswith("#identity=not_believed")


def test_the_link_of_an_envelope_that_ended_meanwhile_says_so(
    house: Installed, provider: OpenIdProcess
) -> None:
    envelope, link = sent_to_astrid(house)
    address = provider.log_in(begin(house, link), "astrid")
    assert house.client.post(f"{link}/decline", json={"reason": "no"}).status_code == 200
    back = come_back(house, address)
    assert back.headers["location"] == f"{URL}{link}?skipIntro=true"
    assert house.found(envelope).tasks[0].identified == ()


def test_an_eid_of_another_account_is_not_offered(
    house: Installed, provider: OpenIdProcess
) -> None:
    other = create_account("Other", "owner@other.example", house.ports)
    known = configured(house, provider.issuer, "samleikin", CLIENT, SECRET)
    add_identity_provider(replace(known, account_id=other.id), house.ports)
    envelope = house.send(signer(0, identity=("samleikin",)))
    answer = house.client.post(f"{house.link(envelope)}/identity/samleikin")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")


def test_a_sandbox_simulates_what_the_account_has_no_provider_for(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with (
        installed(tmp_path_factory.mktemp("sandbox")) as house,
        openid_server() as server,
    ):
        _, link = sent_to_astrid(house)
        state = house.client.get(f"{link}/state").json()
        assert state["identity"]["simulated"] is True
        wrong = {"simulate": {"national_id": "02029954321", "name": "Bo"}}
        assert house.client.post(f"{link}/identity/nbid", json=wrong).status_code == 400
        right = {"simulate": {"national_id": "010199-12345", "name": "Astrid"}}
        proved = house.client.post(f"{link}/identity/nbid", json=right)
        assert proved.json()["status"] == "proved"

        known = configured(house, server.url, "nbid", crooked.CLIENT, crooked.SECRET)
        add_identity_provider(known, house.ports)
        _, link = sent_to_astrid(house)
        state = house.client.get(f"{link}/state").json()
        assert state["identity"]["simulated"] is False
        assert house.client.post(f"{link}/identity/nbid", json=right).status_code == 400
        answer = server.log_in(begin(house, link), national_id=ASTRID, name="Astrid")
        come_back(house, callback(answer))
        assert standing(house, link) == "proved"
