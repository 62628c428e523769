"""Orders as clients write them. ABSENT is left out."""

from __future__ import annotations

from typing import Any

BASE = "/enterprise/sign"
DOCUMENTS, ORDERS = f"{BASE}/documents", f"{BASE}/orders"
ABSENT = object()
NBID = {"name": "nbid-sign", "type": "SIGNED_STATEMENT"}


def without_absent(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not ABSENT}


def document(ref: str, id: str = "doc-1", **changes: Any) -> dict[str, Any]:
    values = {
        "id": id,
        "description": "Lease",
        "action": "SIGN",
        "source": "SESSION",
        "documentRef": ref,
    }
    return without_absent({**values, **changes})


def task(*documents: dict[str, Any], id: str = "1", **changes: Any) -> dict[str, Any]:
    values = {"id": id, "documents": list(documents), "signatureMethods": [NBID], **changes}
    return without_absent(values)


def order(*tasks: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return without_absent({"tasks": list(tasks), **changes})


def package(*parts: tuple[str, str], id: str = "pack", **changes: Any) -> dict[str, Any]:
    """Each of `parts` is a task and a document of it."""
    documents = [{"taskId": task, "documentIds": [document]} for task, document in parts]
    return without_absent({"id": id, "method": "pades", "documents": documents, **changes})


def mail(id: str = "n1", **changes: Any) -> dict[str, Any]:
    values = {
        "id": id,
        "type": "EMAIL",
        "recipient": "kari@example.org",
        "sender": "no-reply@example.org",
        "header": "Documents ready to be signed",
        "message": "Please sign: ${taskUrl}",
    }
    return without_absent({**values, **changes})


def at(trigger: str, **delay: int) -> dict[str, Any]:
    return {"triggerStatus": trigger, **({"delay": delay} if delay else {})}


def ok(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def wrong(answer: Any) -> dict[str, str]:
    """Path → message of everything that is refused."""
    assert answer.status_code == 400, answer.text
    problem = answer.json()
    assert problem["title"] == "Constraint violation"
    return {each["propertyPath"]: each["message"] for each in problem["violations"]}
