"""What a text document costs: signed, verified, made into pages; beside the limit and signxml.

limit: the SHA-256 and the base64 of the text, and one P-256 signature. signxml, the library that
knows XAdES, makes no timestamp: its figure is for less than ours.
"""

import gc
import statistics
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod, SignatureMethod
from signxml.xades.xades import XAdESDataObjectFormat, XAdESSigner

from bench.report import Row, publish
from countersign import pdf
from countersign.adapters.keys.local import open_local_keys
from countersign.adapters.keys.material import KeyMaterial, Person, ValidationMaterial
from countersign.adapters.pdf_engine.text_errands import text_pages, text_report
from countersign.xades import sign_text

SIZES_KB = (2, 100, 1000)
CLAUSE = "The tenant pays on the first of each month, and the landlord keeps the roof.\n"
CONSENT = "I have read the document and agree to sign it electronically."


@dataclass
class Scene:
    material: KeyMaterial
    key: pdf.Signer
    timestamper: pdf.LocalTimestamper
    validation: ValidationMaterial
    root: bytes

    @classmethod
    def at(cls, folder: Path) -> "Scene":
        keys = open_local_keys(folder / "keys", "https://sign.example.test", _now())
        stamps = _signer(keys.platform("timestamp", _now()))
        person = keys.issue(Person("Åsa Öberg", "asa@example.test"), _now())
        validation = keys.validation(_now())
        stamper = pdf.LocalTimestamper(stamps, _now)
        return cls(person, _signer(person), stamper, validation, keys.certificate("root"))


def _now() -> datetime:
    return datetime.now(UTC)


def _signer(material: KeyMaterial) -> pdf.Signer:
    return pdf.Signer(material.key, material.certificate, material.chain)


def limit(scene: Scene, content: bytes) -> None:
    sha256(content).digest()
    b64encode(content)
    scene.key.sign(CONSENT.encode())


def ours(scene: Scene, content: bytes) -> bytes:
    stamper, data = scene.timestamper, scene.validation
    about = {"consent": CONSENT, "validation": data}
    return sign_text(content, "text/plain", scene.key, stamper, _now(), **about)  # type: ignore[arg-type]


def rival(scene: Scene, content: bytes) -> bytes:
    signer = XAdESSigner(
        method=SignatureConstructionMethod.enveloping,
        signature_algorithm=SignatureMethod.ECDSA_SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        data_object_format=XAdESDataObjectFormat(Description="", MimeType="text/plain"),
    )
    held = etree.Element("text")
    held.text = b64encode(content).decode()
    chain = [
        x509.load_der_x509_certificate(one)
        for one in (scene.material.certificate, *scene.material.chain)
    ]
    return etree.tostring(
        signer.sign(held, key=scene.material.key, cert=chain, always_add_key_value=False)
    )


def measured(work: Callable[[], object], rounds: int) -> float:
    """Median CPU in milliseconds."""
    gc.collect()
    found = []
    for _ in range(rounds):
        begin = time.process_time_ns()
        work()
        found.append(time.process_time_ns() - begin)
    return statistics.median(found) / 1e6


def rows(scene: Scene, size_kb: int) -> list[Row]:
    text = CLAUSE * (size_kb * 1000 // len(CLAUSE))
    content = text.encode()
    signed = ours(scene, content)
    rounds = 200 if size_kb < 500 else 30
    figures = [
        ("sign", "limit", measured(lambda: limit(scene, content), rounds)),
        ("sign", "countersign", measured(lambda: ours(scene, content), rounds)),
        ("sign", "signxml", measured(lambda: rival(scene, content), rounds)),
        ("verify", "countersign", measured(lambda: text_report(signed, [scene.root]), rounds)),
        ("pages", "countersign", measured(lambda: _pages(text), 3)),
    ]
    least = figures[0][2]
    return [
        {
            "text_kb": size_kb,
            "step": step,
            "who": who,
            "cpu_ms": cpu,
            "ratio": cpu / least if step == "sign" else None,
        }
        for step, who, cpu in figures
    ]


def _pages(text: str) -> bytes:
    return text_pages(text, "Lease", "text/plain", _now(), "")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene.at(Path(folder))
        publish("text", [row for size in SIZES_KB for row in rows(scene, size)])


if __name__ == "__main__":
    main()
