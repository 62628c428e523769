"""Pure: the wire's words to commands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from countersign.dialects.signicat_v2 import schemas
from countersign.dialects.signicat_v2.errors import Rejected
from countersign.domain.account import Caller
from countersign.domain.archive import Period
from countersign.domain.document import PDF
from countersign.domain.signing_service import service_of
from countersign.domain.stored_file import StoredFile
from countersign.domain.task import Action, Person, TaskStatus
from countersign.usecases.add_tasks import AddedTask, AddTasks, Doing
from countersign.usecases.library_ports import TaskQuery
from countersign.usecases.ports import Repeatable

ORIGIN = "signicat-v2"
REQUEST = "session"  # what was asked for is kept under this name, to be answered again
ACTIONS = {"SIGN": Action.SIGN, "VIEW": Action.VIEW}
STATES: Mapping[schemas.State, TaskStatus] = {
    "BLOCKED": TaskStatus.BLOCKED,
    "READY": TaskStatus.READY,
    "SIGNED": TaskStatus.COMPLETED,
    "REJECTED": TaskStatus.DECLINED,
    "EXPIRED": TaskStatus.EXPIRED,
}
SORTS = {"createdAt": "created_at", "dueDate": "due_at", "title": "title", "state": "status"}
LONGEST = timedelta(days=schemas.MOST_DAYS)


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be done for an account: names of identity providers, and how tasks are signed by
    the vendors that it has, by their names."""

    eids: Collection[str]
    vendors: Mapping[str, str] = field(default_factory=dict)


def to_add_tasks(
    sessions: Sequence[schemas.NewSession],
    caller: Caller,
    offered: Offered,
    now: datetime,
    repeatable: Repeatable | None = None,
) -> AddTasks:
    """Raises Rejected with everything that is wrong with any of them."""
    wrong: dict[str, str] = {}
    for number, session in enumerate(sessions):
        found = _wrong(session, offered, now)
        wrong |= {f"[{number}].{path}": reason for path, reason in found.items()}
    if wrong:
        raise Rejected(wrong)
    tasks = tuple(_task(session, offered, now) for session in sessions)
    return AddTasks(caller=caller, origin=ORIGIN, tasks=tasks, repeatable=repeatable)


# ------------------------------------------------------------------ checks


def _wrong(session: schemas.NewSession, offered: Offered, now: datetime) -> dict[str, str]:
    wrong = _wrong_documents(session) | _wrong_setup(session.signingSetup[0], offered)
    if session.dueDate is not None and (reason := wrong_due_date(session.dueDate, now)):
        wrong["dueDate"] = reason
    before = session.preAuthentication
    for place, idp in enumerate((before and before.identityProviders) or ()):
        if idp.idpName not in offered.eids:
            wrong[f"preAuthentication.identityProviders[{place}].idpName"] = _UNKNOWN_IDP
    if before is not None and before.enabled and not offered.eids:
        wrong["preAuthentication"] = "no identity provider is configured"
    return wrong


_UNKNOWN_IDP = "no identity provider of this name is configured"


def wrong_due_date(due: datetime, now: datetime) -> str | None:
    if due <= now:
        return "must be in the future"
    return f"must be at most {schemas.MOST_DAYS} days ahead" if due > now + LONGEST else None


def _wrong_documents(session: schemas.NewSession) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if all(document.action != "SIGN" for document in session.documents):
        wrong["documents"] = "at least one document must have the action SIGN"
    seen: set[tuple[str, str]] = set()
    for place, document in enumerate(session.documents):
        key = (document.documentCollectionId, document.documentId)
        if key in seen:
            wrong[f"documents[{place}].documentId"] = "this document is there already"
        seen.add(key)
    return wrong


def _wrong_setup(setup: schemas.SigningSetup, offered: Offered) -> dict[str, str]:
    if setup.signingFlow == "PKISIGNING":
        return _wrong_vendor(setup.vendor, offered)
    wrong = {
        f"signingSetup[0].identityProviders[{place}].idpName": _UNKNOWN_IDP
        for place, idp in enumerate(setup.identityProviders or ())
        if idp.idpName not in offered.eids
    }
    if not setup.identityProviders and not offered.eids:
        wrong["signingSetup[0].identityProviders"] = "no identity provider is configured"
    return wrong


def _wrong_vendor(vendor: str | None, offered: Offered) -> dict[str, str]:
    if vendor is None:
        return {"signingSetup[0].vendor": "is needed for PKISIGNING"}
    method = offered.vendors.get(vendor)
    if method is None:
        reason = "this vendor is not configured for this account"
    elif not service_of(method) and method not in offered.eids:
        reason = "this vendor's client is not configured on this server"
    else:
        return {}
    return {"signingSetup[0].vendor": reason}


# ------------------------------------------------------------------ commands


def _task(session: schemas.NewSession, offered: Offered, now: datetime) -> AddedTask:
    signer = session.signer or schemas.Signer()
    keep_for = _keep_for(session.archive)
    methods = _methods(session.signingSetup[0], offered)
    return AddedTask(
        title=session.title,
        person=Person(
            name="",
            email=signer.email,
            phone=signer.mobile,
            national_id=signer.nationalIdentificationNumber,
        ),
        doings=tuple(
            Doing(
                envelope_id=document.documentCollectionId,
                file_id=document.documentId,
                action=ACTIONS[document.action],
                archived=keep_for is not None,
            )
            for document in session.documents
        ),
        after=tuple(session.subsequentTo or ()),
        methods=methods,
        identity_choice=_logins_before(session, methods, offered),
        language=(session.ui and session.ui.language) or "",
        sign_text=session.signText or "",
        packaged=bool(session.packageTo),
        keep_for=keep_for,
        due_at=session.dueDate,
        link_expires_at=_link_end(session, now),
        redirects=_redirects(session),
        extras={REQUEST: _kept(session)},
    )


def _keep_for(archive: schemas.ArchiveSettings | None) -> Period | None:
    """None for what is not archived."""
    if archive is None or not archive.sendSignatureResultsToArchive:
        return None
    return schemas.period_of(archive.retentionPeriod)


def _methods(setup: schemas.SigningSetup, offered: Offered) -> tuple[str, ...]:
    if setup.signingFlow == "PKISIGNING":
        return (offered.vendors[setup.vendor or ""],)
    return _names(setup.identityProviders) or tuple(offered.eids)


def _names(providers: Sequence[schemas.IdentityProvider] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.idpName for each in providers or ()))


def _logins_before(
    session: schemas.NewSession, methods: tuple[str, ...], offered: Offered
) -> tuple[str, ...]:
    """With one of these the person logs in before the documents show."""
    before = session.preAuthentication
    if before is None or not before.enabled:
        return ()
    if asked := _names(before.identityProviders):
        return asked
    return tuple(offered.eids) if any(map(service_of, methods)) else methods


def _link_end(session: schemas.NewSession, now: datetime) -> datetime:
    """The older of the two fields counts when it stands alone."""
    if session.signatureUrlTimeToLive is not None:
        return now + schemas.duration_of(session.signatureUrlTimeToLive)
    if session.signatureUrlTTL is not None:
        return now + min(LONGEST, timedelta(minutes=session.signatureUrlTTL))
    return session.dueDate or now + LONGEST


def _redirects(session: schemas.NewSession) -> dict[str, str]:
    """With what tells the receiver which session it was."""
    if session.redirectSettings is None:
        return {}
    given = session.redirectSettings.model_dump(exclude_none=True)
    query = "sessionId=${task}"
    if session.externalReference is not None:
        query += f"&externalReference={quote(session.externalReference, safe='')}"
    return {name: _with_query(url, query) for name, url in given.items()}


def _with_query(url: str, query: str) -> str:
    before, hash, fragment = url.partition("#")
    return f"{before}{'&' if '?' in before else '?'}{query}{hash}{fragment}"


def _kept(session: schemas.NewSession) -> dict[str, Any]:
    """The request as it came, but for what identifies the person."""
    return session.model_dump(
        mode="json",
        exclude_unset=True,
        exclude={"dueDate": True, "signer": {"nationalIdentificationNumber"}},
    )


def refuse_other_types(wanted: Sequence[str | None], files: Sequence[StoredFile]) -> None:
    """A PDF is signed as PADES, anything else as XADES. Raises Rejected."""
    wrong = {
        f"toBeSignedDocuments[{place}].signatureType": "does not fit this type of document"
        for place, (type, file) in enumerate(zip(wanted, files, strict=True))
        if type is not None and type != signature_type(file)
    }
    if wrong:
        raise Rejected(wrong)


def signature_type(file: StoredFile) -> str:
    return "PADES" if file.media_type == PDF else "XADES"


def to_query(query: schemas.SessionQuery, account_id: str) -> TaskQuery:
    """Raises Rejected for a field that can't be sorted by."""
    return TaskQuery(
        account_id=account_id,
        origin=ORIGIN,
        statuses=tuple(dict.fromkeys(STATES[state] for state in query.state)),
        created_from=query.createdDateFrom,
        created_to=query.createdDateTo,
        due_from=query.dueDateFrom,
        due_to=query.dueDateTo,
        title=query.sessionTitleLike,
        status_order=tuple(STATES[name] for name in sorted(STATES)),
        sort=tuple(_sort(field) for text in query.sort for field in text.split(",")),
        offset=query.offset,
        limit=query.limit,
    )


def _sort(text: str) -> tuple[str, bool]:
    """`-createdAt`, `+dueDate` (whose plus may have become a blank), or the name alone."""
    name = text[1:] if text[:1] in ("-", "+", " ") else text
    if name not in SORTS:
        raise Rejected({"sort": f"must be one of {', '.join(SORTS)}, with + or - before it"})
    return SORTS[name], text.startswith("-")
