"""Uploads that are damaged in a way that viewers forgive: what we make of them is sound."""

from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from countersign import pdf
from tests.pdf import samples
from tests.pdf.chain import ASA, Chain, World, field_at
from tests.pdf.judging import verify

pytestmark = pytest.mark.slow

LAYOUT = pdf.Layout((pdf.Slot((field_at("signature", "signature", 0.1, 0.8),)),), pages="none")


@pytest.fixture(scope="module")
def world() -> World:
    return World.new()


def metadata_that_is_no_xml(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Metadata = pdf.make_stream(b"<x", Type=Name.Metadata, Subtype=Name.XML)


def metadata_in_the_catalog(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Metadata = Dictionary()


def structure_with_an_element_twice(pdf: pikepdf.Pdf) -> None:
    element = pdf.make_indirect(Dictionary(S=Name.P, K=0, Pg=pdf.pages[0].obj))
    pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(K=Array([element, element])))


def structure_on_no_page(pdf: pikepdf.Pdf) -> None:
    element = pdf.make_indirect(Dictionary(S=Name.P, K=0, Pg=pdf.Root))
    pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(K=Array([element])))


def page_below_something_else(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Parent = pdf.pages[1].obj


def page_that_is_none(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Pages.Kids.append(Array([]))


def information_that_is_content(pdf: pikepdf.Pdf) -> None:
    pdf.trailer.Info = pdf.pages[0].obj.Contents


DAMAGES = [
    metadata_that_is_no_xml,
    metadata_in_the_catalog,
    structure_with_an_element_twice,
    structure_on_no_page,
    page_below_something_else,
    page_that_is_none,
    information_that_is_content,
    samples.many_bookmarks,
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__)
def test_a_damaged_upload_is_signed_soundly(
    world: World, damage: Callable[[pikepdf.Pdf], None]
) -> None:
    upload = samples.changed(damage, fix_metadata_version=False)
    chain = Chain.start(world, upload, LAYOUT).certify().act(0, ASA).seal().archive()
    report = verify(chain.data, [world.keys.certificate("root")])
    assert report.verdict == "valid", [one.why for one in report.signatures]
    assert report.level == "B-LTA"
