"""What the strict verifier is told in tests: the keys, and what the database would say."""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256

import pytest

from countersign import pdf
from countersign.pdf.verify.certificates import Trust
from countersign.pdf.verify.facts import BaseFacts, Expected, ExpectedAct
from countersign.pdf.verify.own import OwnReport, verify_own
from countersign.pdf.verify.refusal import Refused
from tests.pdf import samples
from tests.pdf.chain import ASA, ENVELOPE, YURI, Chain, World, field_at

LAYOUT = pdf.Layout(
    (
        pdf.Slot(
            (
                field_at("sig", "signature", 0.1, 0.5),
                field_at("title", "text", 0.1, 0.7),
                field_at("agree", "checkbox", 0.6, 0.7, size=(0.03, 0.02)),
                field_at("again", "signature", 0.1, 0.85, page=1),
                field_at("short", "initials", 0.6, 0.85, page=1),
                field_at("when", "stamp", 0.6, 0.1, page=1),
            )
        ),
        pdf.Slot((field_at("sig", "signature", 0.6, 0.5), field_at("city", "text", 0.6, 0.62))),
    )
)
FIRST = replace(ASA, fields={"title": "Director", "agree": True})
SECOND = replace(YURI, fields={"city": "Tallinn"})
EXPECTED = Expected(
    acts=(
        ExpectedAct(0, values={"title": "Director", "agree": "Yes"}),
        ExpectedAct(1, values={"city": "Tallinn"}),
    ),
    envelope=ENVELOPE.envelope_id,
    document=ENVELOPE.document_name,
)


def trust_of(world: World) -> Trust:
    keys = world.keys
    return Trust(
        issuing=keys.certificate("issuing"),
        certification=frozenset(keys.certificates("certification")),
        seal=frozenset(keys.certificates("seal")),
        timestamp=frozenset(keys.certificates("timestamp")),
        others=frozenset([keys.certificate("root")]),
    )


def certified(world: World) -> Chain:
    return Chain.start(world, samples.contract(), LAYOUT).certify()


def signed(world: World) -> Chain:
    return certified(world).act(0, FIRST).act(1, SECOND)


def sealed(world: World) -> Chain:
    return signed(world).seal().archive()


def judge(
    chain: Chain,
    data: bytes | Iterable[bytes] | None = None,
    expected: Expected = EXPECTED,
    trust: Trust | None = None,
) -> OwnReport:
    base = BaseFacts.from_json(chain.state.to_json())
    chunks = chain.segments if data is None else data
    return verify_own(chunks, base, trust or trust_of(chain.world), expected)


def refusal_of(
    chain: Chain,
    data: bytes | None = None,
    expected: Expected = EXPECTED,
    trust: Trust | None = None,
) -> str:
    """The reason for which the file is refused; fails the test when it is accepted."""
    with pytest.raises(Refused) as refused:
        judge(chain, data, expected, trust)
    return str(refused.value)


def fingerprint(certificate: bytes) -> str:
    return sha256(certificate).hexdigest()
