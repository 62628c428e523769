"""Programs that share no code with ours and say whether an XML signature is sound: xmlsec1,
signxml with the schemas of W3C and ETSI, and OpenSSL for the timestamp."""

import subprocess
from base64 import b64decode
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier

from tests.support.tools import require_tool

_IDS = (
    "http://www.w3.org/2000/09/xmldsig#:Object",
    "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
)


def xmlsec_accepts(xml: bytes, root: bytes, folder: Path) -> bool:
    """Digests, signature value and chain, by libxmlsec and OpenSSL."""
    signature, anchor = folder / "signature.xml", folder / "root.pem"
    signature.write_bytes(xml)
    anchor.write_bytes(_pem(root))
    ids = [word for name in _IDS for word in ("--id-attr:Id", name)]
    command = [require_tool("xmlsec1"), "--verify", "--trusted-pem", str(anchor), *ids]
    done = subprocess.run(
        [*command, str(signature)], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode == 0 and "References (ok/all): 2/2" in done.stderr


def signxml_finds(xml: bytes, root: bytes, folder: Path) -> list[bytes]:
    """What is signed, once the schema, the chain and XAdES's own rules were found to be kept."""
    anchor = folder / "root.pem"
    anchor.write_bytes(_pem(root))
    found = XAdESVerifier().verify(
        xml,
        ca_pem_file=str(anchor),
        expect_config=XAdESSignatureConfiguration(expect_references=2),
    )
    return [one.signed_data for one in found]


def openssl_accepts_timestamp(xml: bytes, root: bytes, issuing: bytes, folder: Path) -> bool:
    """The token, over the canonical form of the signature value."""
    signature = etree.fromstring(xml)
    value = signature.find("{http://www.w3.org/2000/09/xmldsig#}SignatureValue")
    token = signature.findtext(".//{http://uri.etsi.org/01903/v1.3.2#}EncapsulatedTimeStamp")
    assert value is not None
    assert token is not None
    stamped, encoded = folder / "stamped", folder / "token.der"
    stamped.write_bytes(etree.tostring(value, method="c14n", exclusive=True))
    encoded.write_bytes(b64decode(token))
    anchor, other = folder / "root.pem", folder / "issuing.pem"
    anchor.write_bytes(_pem(root))
    other.write_bytes(_pem(issuing))
    command = [require_tool("openssl"), "ts", "-verify", "-token_in", "-in", encoded]
    whom = ["-data", stamped, "-CAfile", anchor, "-untrusted", other]
    done = subprocess.run(
        [*map(str, (*command, *whom))], capture_output=True, timeout=60, check=False
    )
    return done.returncode == 0


def _pem(certificate: bytes) -> bytes:
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)
