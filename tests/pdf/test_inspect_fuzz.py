"""Whatever bytes come in, the answer is an Inspection or an UnusablePdf, and it comes soon."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from countersign.pdf.errors import UnusablePdf
from countersign.pdf.inspect import Inspection, inspect
from tests.pdf import samples

pytestmark = pytest.mark.slow

SEEDS = (
    samples.contract(),
    samples.with_text_field(),
    samples.with_action("JavaScript"),
    samples.xfa(dynamic=False),
    samples.with_boxes(CropBox=[50, 60, 300, 500], Rotate=90, UserUnit=2),
)
TOKENS = (
    b"<<", b">>", b"[", b"]", b"/Kids", b"/Parent", b"/Rotate", b"/MediaBox", b"null", b"true",
    b"(x)", b"-1", b"99999999999999999999", b"1 0 R", b"2 0 R", b"3 0 R", b"endobj", b"stream",
    b"/Count", b"/V", b"/AA", b"/A", b"/Next", b"/Annots", b"1e999", b"0.0000001", b"/Fields",
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 12))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 40))
        data[at : at + length] = draw(st.sampled_from(TOKENS) | st.binary(max_size=20))
    return bytes(data)


def answer_to(data: bytes) -> Inspection | UnusablePdf:
    try:
        return inspect(data)
    except UnusablePdf as refused:
        return refused


def assert_answered(data: bytes) -> None:
    started = time.process_time()
    answer = answer_to(data)
    assert time.process_time() - started < 2
    assert isinstance(answer, Inspection) or answer.message


@settings(max_examples=100, deadline=None, derandomize=True)
@given(damaged())
def test_a_damaged_file_never_crashes_the_inspection(data: bytes) -> None:
    assert_answered(data)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_crash_the_inspection(data: bytes) -> None:
    assert_answered(data)
    assert_answered(b"%PDF-1.7\n" + data)


@pytest.mark.slow
@settings(max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged())
def test_thousands_of_damaged_files_never_crash_the_inspection(data: bytes) -> None:
    assert_answered(data)
