"""A token of our own: SoftHSM, an HSM that is a program."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pkcs11 import Attribute, ObjectClass

from countersign.adapters.keys.pkcs11 import TokenPlace
from tests.support.signing_authority import Certified, Key
from tests.support.tools import missing_part, require_tool

PIN = "2468 secret"
SO_PIN = "1357"
MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)


@dataclass
class SoftHsm:
    """Its module loads one configuration in a process, so its tokens share one folder."""

    module: str

    def token(self, label: str) -> Token:
        """A new one."""
        tool = require_tool("softhsm2-util")
        command = [tool, "--init-token", "--free", "--label", label, "--pin", PIN]
        subprocess.run([*command, "--so-pin", SO_PIN], check=True, capture_output=True)
        pkcs11.lib(self.module).reinitialize()
        return Token(self.module, label)

    def pull_out(self, token: Token) -> None:
        """Takes it away for good."""
        tool = require_tool("softhsm2-util")
        subprocess.run([tool, "--delete-token", "--token", token.label], check=True, input=b"")
        self.interrupt()

    def interrupt(self) -> None:
        """All sessions end, as when a token was away for a moment."""
        pkcs11.lib(self.module).reinitialize()


@dataclass
class Token:
    module: str
    label: str

    def place(self, label: str) -> TokenPlace:
        return TokenPlace(self.module, self.label, label)

    def put(self, label: str, certified: Certified) -> TokenPlace:
        """The key and its certificate under one label, and the certificates above it."""
        self.put_key(label, certified.key)
        self.put_certificate(label, certified.certificate)
        for certificate in certified.above:
            self.put_certificate(f"above {label}", certificate)
        return self.place(label)

    def put_key(self, label: str, key: Key) -> None:
        path = Path(os.environ["SOFTHSM2_CONF"]).with_name("key.pem")
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(pem)
        command = [require_tool("softhsm2-util"), "--import", str(path), "--token", self.label]
        command += ["--label", label, "--id", os.urandom(8).hex(), "--pin", PIN]
        subprocess.run(command, check=True, capture_output=True)
        path.unlink()

    def put_certificate(self, label: str, certificate: bytes) -> None:
        template = {
            Attribute.CLASS: ObjectClass.CERTIFICATE,
            Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
            Attribute.TOKEN: True,
            Attribute.LABEL: label,
            Attribute.SUBJECT: b"",
            Attribute.ID: os.urandom(8),
            Attribute.VALUE: certificate,
        }
        library = pkcs11.lib(self.module)
        library.reinitialize()
        with library.get_token(token_label=self.label).open(rw=True, user_pin=PIN) as session:
            session.create_object(template)
        library.reinitialize()


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHsm]:
    """The module, with a folder of its own for tokens, also for programs that are started."""
    require_tool("softhsm2-util")
    module = next((path for path in MODULES if Path(path).exists()), None)
    if module is None:
        missing_part("libsofthsm2.so is not installed (Debian package: softhsm2)")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n"
        "log.level = ERROR\nslots.removable = false\n"
    )
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SOFTHSM2_CONF", str(configuration))
        yield SoftHsm(module)
