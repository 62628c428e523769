"""Settings: one frozen object, read once at start.

They come from `COUNTERSIGN_…` variables or a TOML file (`COUNTERSIGN_CONFIG`); a variable wins.
`…_FILE` names a file that holds the value, for secrets. Unknown names are refused, so that a typing
mistake never goes unnoticed.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

PREFIX = "COUNTERSIGN_"


class BadSettings(Exception):
    """A setting that is unknown or can't be understood; the text names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Defaults suit one machine with nothing else on it."""

    data: Path = Path("countersign-data")
    """Where the database, files and keys are, unless the settings below say otherwise."""
    public_url: str = ""
    """How people and programs reach this server; every link starts with it. Empty for the address
    that `serve` listens on."""
    database_url: str = ""
    """`postgresql://…`; empty for SQLite in the data directory."""
    files_url: str = ""
    """`s3://bucket/prefix`; empty for files in the data directory."""
    sandbox: bool = False
    """Simulated identities, movable clock, mailbox page, webhooks to private addresses."""
    smtp_url: str = ""
    """`smtp://user:password@host:587` (STARTTLS when offered) or `smtps://…`; empty keeps mail in
    the database, shown as a mailbox page under `--sandbox`."""
    mail_from: str = "Countersign <countersign@localhost>"
    """The From address of every mail."""
    dns_server: str = ""
    """The DNS server that the dashboard asks what it says of the From address, as `192.0.2.1` or
    `192.0.2.1:53`; empty for this machine's. Inside a network that has names of its own, name one
    that sees what the Internet sees."""
    sms_url: str = ""
    """A gateway for SMS by apprise's URL, with `{to}` for the number, such as
    `twilio://SID:TOKEN@+15551234567/{to}`; empty: requests that want an SMS are refused, and a
    sandbox keeps them in its mailbox."""
    sms_codes_an_hour: int = 300
    """How many one-time codes go out by SMS in an hour for one account, whose limit it is against
    those who have them sent for nothing; 0 for no limit."""
    tsa_urls: tuple[str, ...] = ()
    """RFC 3161 timestamp authorities, asked in this order, separated by spaces or commas; empty for
    the local one."""
    seal_key: str = ""
    """A PKCS#12 file whose key seals documents; empty for the local authority's."""
    seal_password: str = ""
    """The password of `seal_key`."""
    bankid_certificate: str = ""
    """A PKCS#12 file with the certificate by which BankID knows this server; empty: Swedish BankID
    is not offered."""
    bankid_password: str = ""
    """The password of `bankid_certificate`."""
    bankid_ca: str = ""
    """A PEM file with the authority of BankID's server, from BankID."""
    bankid_root: str = ""
    """A PEM file with the root that people's BankIDs lead to, from BankID; not the server's."""
    bankid_url: str = "https://appapi2.bankid.com"
    """BankID's server; `https://appapi2.test.bankid.com` to try."""
    fonts: str = ""
    """A directory with more fonts (TTF, OTF, TTC) for names in other scripts."""
    soffice: str = ""
    """LibreOffice's `soffice`, which makes PDFs of DOCX files; empty for the one on the path."""
    converters: int = 2
    """How many documents LibreOffice converts at once; each process takes some 200 MB."""
    converters_at_start: int = 0
    """How many of those processes start with the server; the others when documents come."""
    max_upload_mb: int = 50
    """The largest file that is taken in, in megabytes."""
    max_signer_upload_mb: int = 20
    """The largest file that a signer may bring, in megabytes."""
    workers: bool = True
    """Whether `serve` also works off jobs."""
    trusted_proxies: str = ""
    """Addresses of reverse proxies whose X-Forwarded-For is believed, separated by commas."""
    metrics_token: str = ""
    """What a monitoring system shows at `/metrics` (`Authorization: Bearer …`); empty: only
    programs on this machine are answered there."""
    log_format: str = "text"
    """`text` or `json`."""
    sqlite_synchronous: str = "FULL"
    """`FULL` survives a power cut; `NORMAL` may lose the last commits in one."""

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data / 'countersign.db'}"


def read_settings(**given: Any) -> Settings:
    """Reads variables and the TOML file; `given` (command line) wins. Raises BadSettings."""
    environment = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in os.environ.items()
        if name.startswith(PREFIX) and name != PREFIX + "REQUIRE_ALL"
    }
    values = {**_from_toml(environment.pop("config", "")), **_from_files(environment)}
    values |= {name: value for name, value in given.items() if value is not None}
    settings = Settings(**_converted(values))
    for name, urls in (("PUBLIC_URL", [settings.public_url]), ("TSA_URLS", settings.tsa_urls)):
        if not all(url.startswith(("https://", "http://")) for url in urls if url):
            raise BadSettings(f"{PREFIX}{name}: must begin with https:// or http://")
    return settings


def _from_toml(path: str) -> dict[str, Any]:
    if not path:
        return {}
    try:
        return tomllib.loads(Path(path).read_text("utf-8"))
    except OSError as problem:
        raise BadSettings(f"{PREFIX}CONFIG: {path}: {problem.strerror}") from None
    except ValueError as problem:
        raise BadSettings(f"{PREFIX}CONFIG: {path} is not TOML: {problem}") from None


def _from_files(environment: Mapping[str, str]) -> dict[str, Any]:
    known = {field.name for field in fields(Settings)}
    values: dict[str, Any] = {}
    for name, value in environment.items():
        if name.endswith("_file") and name not in known:
            name, value = name.removesuffix("_file"), _content(name, value)
        values[name] = value
    return values


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except OSError as problem:
        raise BadSettings(f"{PREFIX}{name.upper()}: {problem}") from None


def _converted(values: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {field.name: field.default for field in fields(Settings)}
    if unknown := sorted(values.keys() - defaults.keys()):
        names = ", ".join(PREFIX + name.upper() for name in unknown)
        raise BadSettings(f"unknown setting: {names}")
    return {name: _convert(name, value, defaults[name]) for name, value in values.items()}


def _convert(name: str, value: Any, default: Any) -> Any:
    try:
        if isinstance(default, bool):
            return _flag(value)
        if isinstance(default, tuple):
            return tuple(value.replace(",", " ").split() if isinstance(value, str) else value)
        return type(default)(value) if not isinstance(default, Path) else Path(value).absolute()
    except (TypeError, ValueError):
        raise BadSettings(f"{PREFIX}{name.upper()}: {value!r} can't be understood") from None


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "0": False,
        "false": False,
        "no": False,
        "": False,
    }
    if str(value).lower() not in words:
        raise ValueError(value)
    return words[str(value).lower()]
