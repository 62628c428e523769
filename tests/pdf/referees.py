"""Programs that share no code with ours and say whether a signed file is sound.

pyHanko (its default policy on changes, and AdES-LTA five hours later), pdfsig, qpdf and OpenSSL.
"""

import asyncio
import io
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import crl as asn1_crl
from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    ades,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from tests.support.tools import require_tool


@dataclass(frozen=True)
class Trust:
    """What a validator believes: DER of the root, of other certificates and of CRLs."""

    root: bytes
    others: Sequence[bytes] = field(default=())
    crls: Sequence[bytes] = field(default=())

    def context(self, at: datetime | None = None) -> ValidationContext:
        return ValidationContext(
            trust_roots=[asn1_x509.Certificate.load(self.root)],
            other_certs=[asn1_x509.Certificate.load(other) for other in self.others],
            crls=[asn1_crl.CertificateList.load(crl) for crl in self.crls],
            allow_fetching=False,
            revocation_mode="require",
            moment=at,
        )


@dataclass(frozen=True)
class Finding:
    """What pyHanko says of one signature."""

    field: str
    valid: bool
    covers_all: bool
    changes: str
    signer: str


def findings(data: bytes, trust: Trust, at: datetime | None = None) -> list[Finding]:
    """Every signature and timestamp of the file, in order."""
    return [_finding(one, trust, at) for one in PdfFileReader(io.BytesIO(data)).embedded_signatures]


def _finding(signature: EmbeddedPdfSignature, trust: Trust, at: datetime | None) -> Finding:
    signature.compute_integrity_info()
    if signature.sig_object.get("/Type") == "/DocTimeStamp":
        stamp = asyncio.run(async_validate_pdf_timestamp(signature, trust.context(at)))
        valid, changes = stamp.valid and stamp.trusted, "NONE"
    else:
        status = asyncio.run(
            async_validate_pdf_signature(
                signature, trust.context(at), ts_validation_context=trust.context(at)
            )
        )
        valid, changes = status.bottom_line, status.modification_level.name
    covers_all = signature.coverage.name == "ENTIRE_FILE"
    signer = signature.signer_cert.subject.human_friendly
    return Finding(signature.field_name, valid, covers_all, changes, signer)


def assert_all_valid(
    data: bytes, trust: Trust, fields: Iterable[str], at: datetime | None = None
) -> None:
    """Exactly these signatures, each valid, none followed by a forbidden change, the last over
    all."""
    found = findings(data, trust, at)
    assert [one.field for one in found] == list(fields)
    assert all(one.valid for one in found), found
    assert not [one for one in found if one.changes == "OTHER"], found
    assert found[-1].covers_all


def assert_long_term(data: bytes, trust: Trust, after: timedelta = timedelta(hours=5)) -> None:
    """PAdES B-LTA: every signature still validates, with what is in the file, after the signers'
    certificates have expired."""
    policy = PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=CertValidationPolicySpec(
                trust_manager=SimpleTrustManager.build([asn1_x509.Certificate.load(trust.root)]),
                revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("require")),
            )
        )
    )
    moment = datetime.now(UTC) + after
    timing = ValidationTimingInfo(
        validation_time=moment, best_signature_time=moment, point_in_time_validation=True
    )
    for one in PdfFileReader(io.BytesIO(data)).embedded_regular_signatures:
        result = asyncio.run(ades.ades_lta_validation(one, policy, timing_info=timing))
        assert str(result.ades_subindic).endswith("OK"), (one.field_name, result.failure_msg)


def assert_pdfsig_content(path: Path, signatures: int) -> None:
    """poppler finds that many signatures, each with an intact digest and signature value."""
    out = _run(require_tool("pdfsig"), "-nocert", path)
    assert out.count("Signature Validation: Signature is Valid.") == signatures, out


def assert_qpdf_content(path: Path) -> None:
    """qpdf finds no fault in the file's structure."""
    out = _run(require_tool("qpdf"), "--check", path)
    assert "No syntax or stream encoding errors found" in out, out


def assert_openssl_content(data: bytes, trust: Trust, folder: Path) -> None:
    """OpenSSL verifies every CMS with its CAdES attributes, and every timestamp token."""
    openssl = require_tool("openssl")
    anchors = _pem(folder / "root.pem", [trust.root])
    others = _pem(folder / "others.pem", trust.others)
    for number, (signed, contents, is_timestamp) in enumerate(byte_ranges(data)):
        content = folder / f"{number}.bin"
        content.write_bytes(signed)
        structure = folder / f"{number}.der"
        structure.write_bytes(contents)
        if is_timestamp:
            command = ("ts", "-verify", "-token_in", "-in", structure, "-data", content)
            _run(openssl, *command, "-CAfile", anchors, "-untrusted", others)
        else:
            command = ("cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", structure)
            _run(
                openssl, *command, "-content", content, "-CAfile", anchors, "-certfile", others,
                "-purpose", "any", "-out", "/dev/null",
            )  # fmt: skip


def byte_ranges(data: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """Per signature: the bytes it covers, the DER in /Contents, whether it is a document
    timestamp."""
    for one in PdfFileReader(io.BytesIO(data)).embedded_signatures:
        first, length, second, rest = map(int, one.byte_range)
        signed = data[first : first + length] + data[second : second + rest]
        is_timestamp = one.sig_object.get("/Type") == "/DocTimeStamp"
        yield signed, _without_padding(bytes(one.pkcs7_content)), is_timestamp


def _without_padding(contents: bytes) -> bytes:
    size = contents[1] & 0x7F
    assert contents[1] & 0x80, "a signature is longer than 127 bytes"
    return contents[: 2 + size + int.from_bytes(contents[2 : 2 + size], "big")]


def _pem(path: Path, certificates: Iterable[bytes]) -> Path:
    path.write_bytes(b"".join(pem.armor("CERTIFICATE", one) for one in certificates))
    return path


def _run(*command: str | Path) -> str:
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return re.sub(r"\r", "", done.stdout)
