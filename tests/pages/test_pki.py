"""What validators fetch."""

from starlette.testclient import TestClient

from countersign.pages import pki

CLIENT = TestClient(pki.build({"issuing.crl": lambda: b"list", "root.cer": lambda: b"root"}))


def test_certificates_and_lists_have_the_types_of_rfc_2585() -> None:
    crl, certificate = CLIENT.get("/pki/issuing.crl"), CLIENT.get("/pki/root.cer")
    assert (crl.content, crl.headers["content-type"]) == (b"list", "application/pkix-crl")
    assert (certificate.content, certificate.headers["content-type"]) == (
        b"root",
        "application/pkix-cert",
    )


def test_nothing_else_is_published() -> None:
    for name in ("root.pem", "..%2fmaster.key", "", "root.cer/x"):
        assert CLIENT.get(f"/pki/{name}").status_code == 404
    assert CLIENT.post("/pki/root.cer").status_code == 405
