"""Changes that a PDF may well contain, but ours may not, signed honestly or not at all."""

import io
from collections.abc import Callable

import pikepdf
import pytest

from countersign.pdf.update import Update
from tests.pdf.chain import Chain, World
from tests.pdf.forge import ACT, Tamper, cheating, unsigned_revision, unsigned_step
from tests.pdf.judged import FIRST, SECOND, certified, judge, refusal_of, sealed, signed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world() -> World:
    return World.new()


def number_in(chain: Chain, find: Callable[[pikepdf.Pdf], pikepdf.Object]) -> int:
    with pikepdf.open(io.BytesIO(chain.segments[0])) as pdf:
        return find(pdf).objgen[0]


def field_number(chain: Chain, name: str) -> int:
    slots = [*chain.state.slots, chain.state.platform]
    return next(f["num"] for fields in slots for f in fields if f["name"] == name)


def field_body(chain: Chain, name: str) -> bytes:
    slots = [*chain.state.slots, chain.state.platform]
    body = next(f["body"] for fields in slots for f in fields if f["name"] == name)
    return b"<<" + body.encode("latin-1")


FORGED_LOOK = (
    b"<</Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<<>>/Length 4>>\nstream\nq Q \nendstream"
)
BLANK = b"<</Length 0>>\nstream\n\nendstream"
TITLE = "s0001_f002"


def new_value(chain: Chain) -> Tamper:
    body = field_body(chain, TITLE) + b"/V <feff0042006f0073>>>"
    return lambda update: update.override(field_number(chain, TITLE), body)


def new_value_and_look(chain: Chain) -> Tamper:
    def tamper(update: Update) -> None:
        look = update.add(FORGED_LOOK)
        body = field_body(chain, TITLE) + b"/V <feff0042006f0073>/AP<</N %d 0 R>>>>" % look
        update.override(field_number(chain, TITLE), body)

    return tamper


def look_replaced_in_place(chain: Chain) -> Tamper:
    # The first appearance that the certification made
    return lambda update: update.override(chain.state.size, FORGED_LOOK)


def page_added(chain: Chain) -> Tamper:
    pages = number_in(chain, lambda pdf: pdf.Root.Pages)

    def tamper(update: Update) -> None:
        page = b"<</Type/Page/MediaBox[0 0 99 99]/Parent %d 0 R>>" % pages
        kids = b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % update.add(page)
        update.override(pages, kids)

    return tamper


def page_content_replaced(chain: Chain) -> Tamper:
    content = number_in(chain, lambda pdf: pdf.pages[0].obj.Contents)
    return lambda update: update.override(content, BLANK)


def page_pointed_elsewhere(chain: Chain) -> Tamper:
    page = number_in(chain, lambda pdf: pdf.pages[0].obj)

    def tamper(update: Update) -> None:
        body = b"<</Type/Page/MediaBox[0 0 595 842]/Contents %d 0 R>>" % update.add(BLANK)
        update.override(page, body)

    return tamper


def annotation_added(chain: Chain) -> Tamper:
    page = number_in(chain, lambda pdf: pdf.pages[0].obj)

    def tamper(update: Update) -> None:
        note = update.add(b"<</Type/Annot/Subtype/Square/Rect[0 0 500 500]/IC[1 1 1]>>")
        update.override(page, b"<</Type/Page/Annots[%d 0 R]>>" % note)

    return tamper


def font_replaced(chain: Chain) -> Tamper:
    return lambda update: update.override(chain.state.font, b"<</Type/Font/Subtype/Type3>>")


def script_in_catalog(chain: Chain) -> Tamper:
    catalog = chain.state.catalog.encode("latin-1").rstrip()[:-2]
    body = catalog + b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>"
    return lambda update: update.override(chain.state.root, body)


def validation_data_emptied(chain: Chain) -> Tamper:
    return lambda update: update.override(chain.state.dss, b"<</Type/DSS>>")


def hidden_object(_chain: Chain) -> Tamper:
    return lambda update: update.add(b"<</Type/Page/Contents(another contract)>>") and None


def other_signers_field(chain: Chain) -> Tamper:
    name = "s0002_f002"
    body = field_body(chain, name) + b"/V <feff0042006f0073>>>"
    return lambda update: update.override(field_number(chain, name), body)


def other_signers_signature_field(chain: Chain) -> Tamper:
    name = "s0002_sig"
    return lambda update: update.override(
        field_number(chain, name), field_body(chain, name) + b"/V null>>"
    )


CHANGES = [
    new_value,
    new_value_and_look,
    look_replaced_in_place,
    page_added,
    page_content_replaced,
    page_pointed_elsewhere,
    annotation_added,
    font_replaced,
    script_in_catalog,
    validation_data_emptied,
    hidden_object,
    other_signers_field,
    other_signers_signature_field,
]
every_change = pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)


@every_change
def test_nothing_unsigned_may_follow(world: World, change: Callable[[Chain], Tamper]) -> None:
    chain = sealed(world)
    forged = chain.data + unsigned_revision(chain, change(chain))
    with pikepdf.open(io.BytesIO(forged)):
        pass  # well-formed: it is refused for what it does, not for how it is written
    refusal_of(chain, forged)


@every_change
def test_nothing_unsigned_may_stand_between_signatures(
    world: World, change: Callable[[Chain], Tamper]
) -> None:
    """The second act, the seal and the timestamp then sign the change honestly."""
    chain = certified(world).act(0, FIRST)
    segment, chain.chain = unsigned_step(chain, change(chain))
    chain.digest.update(segment)
    chain.segments.append(segment)
    refusal_of(chain.act(1, SECOND).seal().archive())


@every_change
def test_nothing_may_hide_inside_a_signed_act(
    world: World, change: Callable[[Chain], Tamper]
) -> None:
    chain = certified(world)
    second = change is new_value or change is new_value_and_look
    if second:
        chain.act(0, FIRST)
    with cheating(change(chain)):
        chain.act(1 if second else 0, SECOND if second else FIRST)
    if not second:
        chain.act(1, SECOND)
    refusal_of(chain.seal().archive())


@every_change
def test_nothing_may_hide_inside_the_seal(world: World, change: Callable[[Chain], Tamper]) -> None:
    chain = signed(world)
    with cheating(change(chain)):
        chain.seal()
    refusal_of(chain.archive())


def test_the_cheating_writer_is_accepted_when_it_does_not_cheat(world: World) -> None:
    """Else the attacks above would prove nothing."""
    chain = certified(world)
    with cheating(lambda _: None):
        chain.act(0, FIRST)
    assert judge(chain.act(1, SECOND).seal().archive()).report.valid


def dropped(key: bytes) -> Callable[[bytes], bytes]:
    return lambda body: body.replace(key, b"", 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"/Ff 1", b"/Ff 0"),
        (b"/F 4", b"/F 6"),
        (b"/Subtype/Form", b"/Subtype/Form/Group<<>>"),
        (b" 0 R>>>>/Length", b" 0 R>>/XObject<</Im 5 0 R>>>>/Length"),
        (b"/Tx BMC", b"/Xx BMC"),
        (b" Tf ", b" gs "),
        (b"/TransformMethod/FieldMDP", b"/TransformMethod/UR"),
        (b"/V/Yes/AS/Yes", b"/V/Yes/AS/Off"),
        (b"/SubFilter/ETSI.CAdES.detached", b"/SubFilter/adbe.pkcs7.detached"),
        (b"/Reason <", b"/Location <"),
    ],
    ids=repr,
)
def test_an_act_is_written_in_one_way_only(world: World, old: bytes, new: bytes) -> None:
    """The signature is honest: the change is made before the signing."""
    chain = certified(world)
    changed = []

    class Altering(Update):
        def override(self, number: int, body: bytes) -> None:
            altered = body.replace(old, new, 1)
            changed.append(altered != body)
            super().override(number, altered)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ACT, "Update", Altering)
        chain.act(0, FIRST)
    assert any(changed)
    refusal_of(chain.act(1, SECOND).seal().archive())
