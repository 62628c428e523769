"""Every reason for which the core refuses something.

    DomainError
    ├── NotFound             what was named does not exist, or belongs to somebody else
    │   └── Unauthorized     the credential is missing, unknown or revoked
    ├── Forbidden            it exists and the caller may not do this to it
    │   ├── QuotaExceeded    the plan's number of envelopes is used up
    │   └── MissingPermission   the credential may do some things, and this is none of them
    ├── Invalid              the input breaks a rule; `fields` says which part, why
    │   ├── UnusableFile     a file that cannot be signed; `code` says why
    │   │   └── NotFetched   the file at an address that was given did not come
    │   └── MissingFields    required fields of a task were left empty
    ├── Conflict             the state does not allow it (now)
    │   ├── NotYourTurn      another task has to be completed first
    │   ├── AlreadyCompleted it has been done before
    │   ├── NameTaken        names must be unique here, and this one is in use
    │   ├── DefaultProject   the projects that an account is born with stay
    │   ├── ProjectInUse     a project with envelopes stays
    │   ├── Held             a legal hold stands: it must not be erased
    │   ├── KeyExpired       the certificate of a key is not valid now
    │   ├── IdempotencyMismatch   the same key was used with another body
    │   ├── TooSoon          a reminder was sent a moment ago
    │   └── TooManyTries     codes were asked for, or guessed, too often
    ├── Gone                 expired, cancelled, declined or deleted: it will not come back
    ├── IdentityRequired     the person has not yet proved who they are
    ├── Unavailable          an outside service does not answer; trying again will help
    └── StaleState           somebody else changed it first; the use case tries again by itself

Errors carry ids and codes, never HTTP: each dialect has one total table of its own.
"""

from __future__ import annotations

from collections.abc import Mapping


class DomainError(Exception):
    """Root of the tree above."""


class NotFound(DomainError):
    """`kind` is a word of the design ("envelope", "task", "document", …), `id` what was asked."""

    def __init__(self, kind: str, id: str = "") -> None:
        super().__init__(f"no such {kind}")
        self.kind, self.id = kind, id


class Unauthorized(NotFound):
    """No account belongs to the credential that was shown."""

    def __init__(self) -> None:
        super().__init__("credential")


class Forbidden(DomainError):
    """The thing exists, the caller may not touch it."""

    def __init__(self, kind: str = "", id: str = "") -> None:
        super().__init__(f"not allowed: {kind}" if kind else "not allowed")
        self.kind, self.id = kind, id


class QuotaExceeded(Forbidden):
    """The credential's number of envelopes is used up."""


class MissingPermission(Forbidden):
    """`permission` is the one that the credential lacks, a word of the API that it opens."""

    def __init__(self, permission: str) -> None:
        super().__init__("permission", permission)
        self.permission = permission


class Invalid(DomainError):
    """Input against a rule. `fields` maps a path in the command to what is wrong with it."""

    def __init__(self, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message, self.fields = message, dict(fields or {})


class UnusableFile(Invalid):
    """A file that can't be signed. What is converted first has more codes (usecases/docx_port.py).
    `code`: empty, not_pdf, broken, encrypted, no_pages, xfa_only, too_many_pages, certified,
    too_large, not_image."""

    def __init__(self, code: str, message: str, name: str = "") -> None:
        super().__init__(message, {name: message} if name else None)
        self.code, self.name = code, name


class NotFetched(UnusableFile):
    """There is no file to look at. `code`: not_understood (no address), not_https, refused_address,
    too_many_redirects, unreachable, timeout, not_found, too_large."""


class MissingFields(Invalid):
    """Required fields without a value; `fields` maps field id to a message."""


class Conflict(DomainError):
    """The state does not allow it. `code` is a stable word, e.g. "already_completed"."""

    code = "conflict"

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.code.replace("_", " "))


class NotYourTurn(Conflict):
    code = "not_your_turn"


class AlreadyCompleted(Conflict):
    code = "already_completed"


class NameTaken(Conflict):
    code = "name_taken"


class DefaultProject(Conflict):
    code = "default_project"


class ProjectInUse(Conflict):
    code = "project_in_use"


class Held(Conflict):
    """`id` is the envelope's, or "" for the whole account's."""

    code = "held"

    def __init__(self, id: str = "") -> None:
        super().__init__("it is under a legal hold")
        self.id = id


class KeyExpired(Conflict):
    """Or not good yet. `vendor` names the key of the account, `why` says when it is good."""

    code = "key_expired"

    def __init__(self, vendor: str, why: str) -> None:
        super().__init__(f"the certificate of the {vendor} key {why}")
        self.vendor = vendor


class IdempotencyMismatch(Conflict):
    code = "idempotency_mismatch"


class TooSoon(Conflict):
    """`retry_after` is in seconds."""

    code = "too_soon"

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class TooManyTries(Conflict):
    """`retry_after` is in seconds: when a new code may be asked for."""

    code = "too_many_tries"

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class Gone(DomainError):
    """`status` is the final status: expired, cancelled, declined, forwarded or deleted."""

    def __init__(self, status: str) -> None:
        super().__init__(f"{status}: no longer available")
        self.status = status


class IdentityRequired(DomainError):
    """`due` names the identity methods that are still to be passed."""

    def __init__(self, due: tuple[str, ...]) -> None:
        super().__init__("identity required")
        self.due = due


class Unavailable(DomainError):
    """`service` is the port that failed, e.g. "timestamp authority"."""

    def __init__(self, service: str) -> None:
        super().__init__(f"{service} is not available at the moment")
        self.service = service


class StaleState(DomainError):
    """Compare-and-set lost against another writer."""
