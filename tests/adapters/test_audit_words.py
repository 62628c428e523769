"""What the audit document says of people who identify themselves and who review."""

from __future__ import annotations

from dataclasses import replace

from countersign.adapters.pdf_engine.audit import audit_facts
from countersign.domain.evidence import GENESIS, chain
from countersign.domain.identity import prove, refuse
from countersign.domain.signing import complete_task
from countersign.domain.task import Action, Person
from tests.domain.building import NOW, act, sent, task

NUMBER = "196408233234"


def test_proofs_and_reviews_are_told_in_words_without_a_number() -> None:
    person = Person(name="Ada", email="ada@example.org", national_id=NUMBER)
    signer = replace(task("ada"), person=person, identity=("bankid_se",))
    reviewer = replace(task("rea"), actions={"d1": Action.REVIEW}, optional=True)
    envelope = sent(signer, reviewer)
    refused = refuse("ada", "bankid_se", "another person", NOW)
    envelope, proved = prove(envelope, "ada", "bankid_se", "ab" * 32, NOW)
    envelope, reviewed = complete_task(envelope, "rea", act(method="click", text=None), {})
    links = chain(envelope.id, 0, GENESIS, [refused, *proved, *reviewed])
    facts = audit_facts(envelope, links)
    told = [(event["what"], event["who"], event["detail"]) for event in facts["events"]]
    assert told == [
        ("Identification refused", "Ada", "another person"),
        ("Proved who they are", "Ada", "by Swedish BankID"),
        ("Reviewed", "Rea", "from 203.0.113.7"),
    ]
    (rea,) = [one for one in facts["people"] if one["name"] == "Rea"]
    assert ["How", "Confirmed on the signing page"] in rea["facts"]
    assert NUMBER not in repr(facts)
