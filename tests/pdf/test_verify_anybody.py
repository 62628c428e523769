"""The verifier for anybody's PDF: what it says of files that other software signed."""

import io
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
)

from countersign.pdf.errors import UnusablePdf
from countersign.pdf.verify.report import Report, exit_code
from tests.pdf import foreign, samples
from tests.pdf.chain import World
from tests.pdf.judged import sealed, signed
from tests.pdf.judging import verify

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def plain(authority: foreign.Authority) -> bytes:
    """PAdES B-B."""
    return foreign.signed_contract(authority, stamped=False)


@pytest.fixture(scope="module")
def stamped(authority: foreign.Authority) -> bytes:
    """PAdES B-T."""
    return foreign.signed_contract(authority)


def judged(data: bytes, authority: foreign.Authority, **more: datetime) -> Report:
    return verify(data, [authority.root_der], **more)


def updated(data: bytes, change: Callable[[IncrementalPdfFileWriter], object]) -> bytes:
    """`data` with an incremental update of somebody's."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    change(writer)
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


def test_an_unsigned_file_is_called_unsigned() -> None:
    report = verify(samples.contract())
    assert report.verdict == "unsigned"
    assert report.signatures == ()
    assert exit_code(report) == 1


def test_a_file_that_was_cut_off_is_not_called_unsigned(world: World) -> None:
    """Shorter than what was signed first, so that nothing in it tells of a signature."""
    data = sealed(world).data
    report = verify(data[: data.index(b"%%EOF") - 200])
    assert report.verdict == "invalid"
    assert "end of the file is missing" in report.problems[0]
    assert exit_code(report) == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"<html></html>", "not_pdf"),
        (b"%PDF-1.7 junk", "broken"),
        (samples.encrypted("secret", "owner"), "encrypted"),
    ],
)
def test_an_unreadable_file_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(UnusablePdf) as refused:
        verify(data)
    assert refused.value.code == code


def test_who_when_what_and_level_are_told(authority: foreign.Authority, plain: bytes) -> None:
    (found,) = judged(plain, authority).signatures
    assert (found.who, found.email) == ("Eve Foreign", "eve@example.test")
    assert found.when is not None
    assert abs(found.when - datetime.now(UTC)) < timedelta(minutes=1)
    assert found.time_source == "claimed by the signer"
    assert (found.covers, found.level, found.kind) == ("whole file", "B-B", "signature")
    assert (found.valid, found.trusted, found.why) == (True, True, None)


def test_a_timestamp_raises_the_level_and_names_its_authority(
    authority: foreign.Authority, stamped: bytes
) -> None:
    (found,) = judged(stamped, authority).signatures
    assert found.level == "B-T"
    assert found.time_source == "timestamp authority Foreign TSA"


def test_levels_are_what_the_file_can_prove(authority: foreign.Authority, stamped: bytes) -> None:
    long_term = foreign.with_validation_data(stamped, authority)
    archived = foreign.with_document_timestamp(long_term, authority)
    stamp_only = foreign.with_document_timestamp(stamped, authority)
    reversed_order = foreign.with_validation_data(stamp_only, authority)
    levels = [judged(data, authority).level for data in (stamped, long_term, archived, stamp_only)]
    assert levels == ["B-T", "B-LT", "B-LTA", "B-T"]
    # Validation data that no timestamp covers makes no archive
    assert judged(reversed_order, authority).level == "B-LT"
    last = judged(archived, authority).signatures[-1]
    assert (last.kind, last.covers, last.valid) == ("document timestamp", "whole file", True)


def test_a_document_timestamp_alone_makes_b_t(authority: foreign.Authority, plain: bytes) -> None:
    assert judged(foreign.with_document_timestamp(plain, authority), authority).level == "B-T"


def test_a_signature_that_is_not_pades_has_no_pades_level(authority: foreign.Authority) -> None:
    older = SigSeedSubFilter.ADOBE_PKCS7_DETACHED
    data = foreign.sign(samples.contract(), authority.signer(), subfilter=older)
    report = judged(data, authority)
    assert report.verdict == "valid"
    assert report.level == ""


def test_an_unknown_authority_is_not_confused_with_a_forgery(stamped: bytes) -> None:
    report = verify(stamped, [foreign.Authority().root_der])
    (found,) = report.signatures
    assert (found.valid, found.trusted) == (True, False)
    assert "authority that we do not know" in str(found.why)
    assert report.verdict == "untrusted"
    assert exit_code(report, known_only=True) == 1
    assert "not known to us" in found.time_source


def test_an_authority_of_the_same_name_is_not_the_same(stamped: bytes) -> None:
    report = verify(stamped, [foreign.Authority("Foreign root").root_der])
    assert report.verdict == "untrusted"


def test_a_changed_byte_makes_it_invalid(authority: foreign.Authority, stamped: bytes) -> None:
    forged = stamped.replace(b"ReportLab", b"reportLab", 1)
    assert forged != stamped
    report = judged(forged, authority)
    assert report.verdict == "invalid"
    assert report.signatures[0].why == "the signed bytes were changed"
    assert report.signatures[0].level == ""


def add_page(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    page = generic.DictionaryObject(  # type: ignore[no-untyped-call]
        {
            pdf_name("/Type"): pdf_name("/Page"),
            pdf_name("/Parent"): writer.root.raw_get("/Pages"),
            pdf_name("/MediaBox"): generic.ArrayObject(
                [generic.NumberObject(n) for n in (0, 0, 200, 200)]  # type: ignore[no-untyped-call]
            ),
        }
    )
    pages["/Kids"].append(writer.add_object(page))
    pages[pdf_name("/Count")] = generic.NumberObject(3)  # type: ignore[no-untyped-call]
    writer.update_container(pages)


def replace_content(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    shadow = generic.StreamObject(stream_data=b"BT /F1 40 Tf 72 400 Td (Pay 1,000,000) Tj ET")
    page[pdf_name("/Contents")] = writer.add_object(shadow)
    writer.update_container(page)


def add_annotation(writer: IncrementalPdfFileWriter) -> None:
    note = {pdf_name("/Type"): pdf_name("/Annot"), pdf_name("/Subtype"): pdf_name("/Square")}
    annotation = generic.DictionaryObject(note)  # type: ignore[no-untyped-call]
    writer.register_annotation(
        writer.root["/Pages"]["/Kids"].raw_get(0), writer.add_object(annotation)
    )


def run_script(writer: IncrementalPdfFileWriter) -> None:
    action = {pdf_name("/S"): pdf_name("/JavaScript")}
    writer.root[pdf_name("/OpenAction")] = generic.DictionaryObject(action)  # type: ignore[no-untyped-call]
    writer.update_root()


@pytest.mark.parametrize(
    "change", [add_page, replace_content, add_annotation, run_script], ids=lambda c: c.__name__
)
def test_changes_after_signing_make_it_invalid(
    authority: foreign.Authority,
    stamped: bytes,
    change: Callable[[IncrementalPdfFileWriter], None],
) -> None:
    """The shadow attacks: the signed bytes are whole, but another document is shown."""
    report = judged(updated(stamped, change), authority)
    assert report.verdict == "invalid"
    assert "changed afterwards" in str(report.signatures[0].why)


def fill(field: str, value: str) -> Callable[[IncrementalPdfFileWriter], None]:
    def change(writer: IncrementalPdfFileWriter) -> None:
        fields = writer.root["/AcroForm"]["/Fields"]
        target = next(fields[i] for i in range(len(fields)) if fields[i]["/T"] == field)
        target[pdf_name("/V")] = generic.TextStringObject(value)
        writer.update_container(target)

    return change


def form_signed(authority: foreign.Authority, lock: FieldMDPSpec | None) -> bytes:
    place = SigFieldSpec("Signature1", field_mdp_spec=lock)
    data = samples.with_text_field(value="Tallinn")
    return foreign.sign(data, authority.signer(), new_field=place)


def test_a_value_changed_under_a_lock_is_invalid(authority: foreign.Authority) -> None:
    lock = FieldMDPSpec(FieldMDPAction.INCLUDE, ["city"])
    locked = form_signed(authority, lock)
    assert judged(locked, authority).verdict == "valid"
    assert judged(updated(locked, fill("city", "Riga")), authority).verdict == "invalid"


def test_a_value_changed_without_a_lock_is_form_filling(authority: foreign.Authority) -> None:
    free = form_signed(authority, None)
    assert judged(updated(free, fill("city", "Riga")), authority).verdict == "valid"


@pytest.mark.parametrize(
    ("level", "verdict"), [(MDPPerm.NO_CHANGES, "invalid"), (MDPPerm.FILL_FORMS, "valid")]
)
def test_a_certification_says_what_may_change(
    authority: foreign.Authority, level: MDPPerm, verdict: str
) -> None:
    data = foreign.sign(samples.with_text_field(), authority.signer(), certify=level)
    assert judged(data, authority).signatures[0].kind == "certification"
    assert judged(updated(data, fill("city", "Riga")), authority).verdict == verdict


def test_an_expired_certificate_needs_a_timestamp() -> None:
    authority = foreign.Authority(start=datetime.now(UTC) - timedelta(days=30))
    expired = authority.signer(days=10)
    data = foreign.sign(samples.contract(), expired)
    (found,) = judged(data, authority).signatures
    assert (found.valid, found.trusted) == (True, False)
    assert "expired" in str(found.why)


def test_a_timestamp_outlives_the_certificate_that_it_proves(
    authority: foreign.Authority,
) -> None:
    data = foreign.sign(
        samples.contract(), authority.signer(days=1.01), timestamper=authority.timestamper
    )
    later = datetime.now(UTC) + timedelta(days=60)
    assert judged(data, authority, at=later).verdict == "valid"
    without = foreign.sign(samples.contract(), authority.signer(days=1.01))
    assert judged(without, authority, at=later).verdict == "untrusted"


def test_two_signatures_each_say_what_they_cover(authority: foreign.Authority) -> None:
    report = judged(foreign.signed_contract(authority, ("Eve", "Adam")), authority)
    assert [(one.who, one.covers) for one in report.signatures] == [
        ("Eve", "revision 2 of 3"),
        ("Adam", "whole file"),
    ]


def test_a_rewritten_file_is_invalid(authority: foreign.Authority, stamped: bytes) -> None:
    with pikepdf.open(io.BytesIO(stamped)) as pdf:
        rewritten = samples.saved(pdf)
    assert judged(rewritten, authority).verdict == "invalid"


def test_signatures_in_a_file_with_a_wrong_structure_are_not_believed(
    authority: foreign.Authority, stamped: bytes
) -> None:
    report = judged(b"junk before the header\n" + stamped, authority)
    assert report.verdict == "invalid"


def test_something_that_only_looks_like_a_signature_is_invalid(
    authority: foreign.Authority,
) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        contents = pikepdf.String(b"\x30\x03\x02\x01\x01" + bytes(100))
        value = Dictionary(
            Type=Name.Sig,
            Filter=Name("/Adobe.PPKLite"),
            SubFilter=Name("/ETSI.CAdES.detached"),
            ByteRange=Array([0, 10, 20, 30]),
            Contents=contents,
        )
        field = Dictionary(FT=Name.Sig, T=pikepdf.String("fake"), V=pdf.make_indirect(value))
        pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.make_indirect(field)]))

    report = judged(samples.changed(change), authority)
    assert report.verdict == "invalid"
    assert exit_code(report) == 1


def test_a_giant_signature_is_answered_quickly(authority: foreign.Authority) -> None:
    blob = b"\x30\x84" + (3_000_000).to_bytes(4, "big") + b"\x30\x03\x02\x01\x01" * 600_000

    def change(pdf: pikepdf.Pdf) -> None:
        value = Dictionary(
            Type=Name.Sig,
            SubFilter=Name("/ETSI.CAdES.detached"),
            ByteRange=Array([0, 10, 20, 30]),
            Contents=pikepdf.String(blob),
        )
        field = Dictionary(FT=Name.Sig, T=pikepdf.String("big"), V=pdf.make_indirect(value))
        pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.make_indirect(field)]))

    data = samples.changed(change)
    started = time.process_time()
    assert judged(data, authority).verdict == "invalid"
    assert time.process_time() - started < 3


def test_too_many_signatures_are_not_checked(
    authority: foreign.Authority, stamped: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    import countersign.pdf.verify.anybody as anybody

    monkeypatch.setattr(anybody, "MAX_SIGNATURES", 0)
    report = judged(stamped, authority)
    assert report.problems == ("1 signatures are too many to check",)
    assert report.verdict == "invalid"


@pytest.fixture(scope="module")
def world() -> World:
    return World.new()


@pytest.fixture(scope="module")
def ours(world: World) -> bytes:
    return sealed(world).data


def test_our_own_file_is_b_lta_even_when_its_certificates_have_expired(
    world: World, ours: bytes
) -> None:
    at = datetime.now(UTC) + timedelta(hours=5)
    report = verify(ours, [world.keys.certificate("root")], at)
    assert (report.verdict, report.level) == ("valid", "B-LTA")
    assert report.envelope == "8d0c3c1e-2f0c-4b5e-9d2a-6f9f8f0f4b11"
    assert [one.kind for one in report.signatures] == [
        "certification",
        "signature",
        "signature",
        "seal",
        "document timestamp",
    ]


def test_our_own_file_with_a_tail_is_not_valid(world: World, ours: bytes) -> None:
    data = updated(ours, lambda writer: writer.update_root())
    assert verify(data, [world.keys.certificate("root")]).verdict == "invalid"


def test_our_unfinished_file_reaches_b_t(world: World) -> None:
    report = verify(signed(world).data, [world.keys.certificate("root")])
    assert (report.verdict, report.level) == ("valid", "B-T")


def test_a_revoked_certificate_makes_a_signature_invalid(authority: foreign.Authority) -> None:
    signer = authority.signer()
    data = foreign.sign(samples.contract(), signer, timestamper=authority.timestamper)
    revoked = foreign.with_validation_data(data, authority, signer.signing_cert.serial_number)
    (found,) = judged(revoked, authority).signatures
    assert not found.valid
    assert found.why == "the certificate was revoked"


def test_two_fields_of_one_name_are_answered(authority: foreign.Authority, stamped: bytes) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        fields = writer.root["/AcroForm"]["/Fields"]
        fields.append(writer.add_object(generic.DictionaryObject(dict(fields[0].items()))))
        writer.update_container(fields)

    assert judged(updated(stamped, change), authority).verdict == "invalid"
