"""Writes a dialect's OpenAPI 3.1 document from the same declarations that serve it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from .bodies import Body, FilePart, Json, Multipart, Raw, TextPart, Urlencoded
from .idempotency import LONGEST_KEY
from .operation import Failure, Operation, Success, Webhook
from .parameters import header_name
from .schemas import Schema, Schemas

if TYPE_CHECKING:
    from .dialect import About

_BINARY: Schema = {"type": "string", "format": "binary"}
_REASONS = {
    400: "The request is malformed or not valid",
    401: "The caller is not known",
    404: "There is nothing at this path",
    413: "The body is too large",
    415: "The body has another media type",
    429: "Too many requests; Retry-After says when to come back",
}


def openapi(about: About, operations: Sequence[Operation]) -> dict[str, Any]:
    """The complete document: every documented operation, webhook, schema and security scheme."""
    shown = [operation for operation in operations if operation.documented]
    return _Writer(about, shown).document()


class _Writer:
    def __init__(self, about: About, operations: Sequence[Operation]) -> None:
        self._about = about
        self._operations = operations
        self._schemas = Schemas(about, operations)

    def document(self) -> dict[str, Any]:
        about = self._about
        document: dict[str, Any] = {
            "openapi": "3.1.0",
            "info": {
                "title": about.title,
                "version": about.version,
                "description": about.description,
            },
            "servers": [{"url": about.server_url}],
            "tags": [{"name": name, "description": text} for name, text in about.tags.items()],
            "paths": self._paths(),
            "components": {
                "schemas": self._schemas.components,
                "securitySchemes": dict(about.security),
            },
        }
        if about.webhooks:
            document["webhooks"] = {hook.name: self._webhook(hook) for hook in about.webhooks}
        return document

    def _paths(self) -> dict[str, Any]:
        paths: dict[str, Any] = {}
        for operation in self._operations:
            methods = paths.setdefault(operation.plain_path, {})
            methods[operation.method.lower()] = self._operation(operation)
        return paths

    def _operation(self, operation: Operation) -> dict[str, Any]:
        summary, _, description = operation.doc.partition("\n")
        entry: dict[str, Any] = {
            "operationId": operation.name,
            "summary": summary.strip().rstrip("."),
            "description": description.strip(),
            "tags": list(operation.tags),
            "parameters": self._parameters(operation),
            "responses": self._responses(operation),
            "security": [] if operation.public else [{name: []} for name in self._about.security],
        }
        if operation.bodies:
            required = all(body.required for body in operation.bodies)
            content = self._body_content(operation.bodies)
            entry["requestBody"] = {"required": required, "content": content}
        return {key: value for key, value in entry.items() if value or key == "security"}

    def _parameters(self, operation: Operation) -> list[dict[str, Any]]:
        rows = [_path_parameter(operation, name) for name in operation.path_kinds]
        rows += self._model_parameters(operation.query, "query")
        rows += self._model_parameters(operation.headers, "header")
        if "idempotency" in operation.wants:
            rows.append(_IDEMPOTENCY_KEY)
        return rows

    def _model_parameters(self, model: type[BaseModel] | None, place: str) -> list[Schema]:
        if model is None:
            return []
        shape = self._schemas.properties(model)
        required = shape.get("required", ())
        return [
            _parameter(key, place, dict(schema), key in required)
            for key, schema in shape["properties"].items()
        ]

    def _body_content(self, bodies: Iterable[Body]) -> dict[str, Any]:
        return {media: self._media(body) for body in bodies for media in body.media}

    def _media(self, body: Body) -> dict[str, Any]:
        if isinstance(body, Json):
            return _example({"schema": self._schemas.read(body.type)}, body.example)
        if isinstance(body, Raw):
            return {"schema": _BINARY}
        return {"schema": self._form(body)}

    def _form(self, body: Multipart | Urlencoded) -> Schema:
        files = body.files if isinstance(body, Multipart) else ()
        properties = {part.name: _file_part(part) for part in files}
        properties |= {part.name: self._text_part(part) for part in body.texts}
        required = [part.name for part in files if part.required]
        required += [part.name for part in body.texts if part.required]
        return {"type": "object", "properties": properties, "required": required}

    def _text_part(self, part: TextPart) -> Schema:
        schema: Schema = {"type": "string"}
        if part.type is not str:
            schema["contentMediaType"] = "application/json"
            schema["contentSchema"] = self._schemas.read(part.type)
        if part.example is not None:
            schema["examples"] = [part.example]
        return _described(schema, part.description)

    def _responses(self, operation: Operation) -> dict[str, Any]:
        rows = {str(success.status): self._success(success) for success in operation.successes}
        declared = {failure.status: failure for failure in operation.failures}
        for status in _usual_failures(operation, secured=bool(self._about.security)):
            declared.setdefault(status, Failure(status, _REASONS[status]))
        for status in sorted(declared):
            rows[str(status)] = self._failure(declared[status])
        return rows

    def _success(self, success: Success) -> dict[str, Any]:
        row: dict[str, Any] = {"description": success.description}
        if success.type is not None:
            schema = self._schemas.written(success.type)
            content = _example({"schema": schema}, success.example)
            row["content"] = dict.fromkeys((success.media_type, *success.or_media), content)
        elif success.media is not None:
            row["content"] = {success.media: {"schema": _BINARY}}
        if success.headers:
            row["headers"] = {name: _header(text) for name, text in success.headers.items()}
        return row

    def _failure(self, failure: Failure) -> dict[str, Any]:
        usual = self._about.error
        schema = self._schemas.written(usual.type if failure.type is None else failure.type)
        example = failure.example
        if example is None and failure.type is None:
            example = usual.examples.get(failure.status)
        row: dict[str, Any] = {
            "description": failure.description,
            "content": {failure.media or usual.media: _example({"schema": schema}, example)},
        }
        if failure.status == 429:
            row["headers"] = {"Retry-After": _header("Seconds to wait")}
        return row

    def _webhook(self, hook: Webhook) -> dict[str, Any]:
        schema = self._schemas.written(hook.payload)
        content = {"application/json": _example({"schema": schema}, hook.example)}
        entry: dict[str, Any] = {
            "summary": hook.summary,
            "description": hook.description,
            "requestBody": {"required": True, "content": content},
            "responses": {"2XX": {"description": "Delivered; anything else is a failure"}},
        }
        entry["parameters"] = [
            _described(_parameter(name, "header", {"type": "string"}, True), text)
            for name, text in hook.headers.items()
        ]
        return {"post": {key: value for key, value in entry.items() if value}}


_IDEMPOTENCY_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same request gives the same answer",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
}


def _usual_failures(operation: Operation, *, secured: bool) -> list[int]:
    statuses = [401] if secured and not operation.public else []
    if operation.path_kinds:
        statuses.append(404)
    if operation.bodies or operation.query or operation.headers:
        statuses.append(400)
    return statuses + ([413, 415] if operation.bodies else [])


def _path_parameter(operation: Operation, name: str) -> Schema:
    kind = {"int": "integer", "float": "number"}.get(operation.path_kinds[name], "string")
    row = _parameter(name, "path", {"type": kind}, True)
    return _described(row, operation.path_docs.get(name, ""))


def _parameter(key: str, place: str, schema: Schema, required: bool) -> Schema:
    name = header_name(key) if place == "header" else key
    row = {"name": name, "in": place, "required": required, "schema": schema}
    return _described(row, schema.pop("description", ""))


def _file_part(part: FilePart) -> Schema:
    one = _BINARY | ({"contentMediaType": ", ".join(part.media)} if part.media else {})
    schema = {"type": "array", "items": one} if part.many else dict(one)
    return _described(schema, part.description)


def _header(description: str) -> Schema:
    return {"description": description, "schema": {"type": "string"}}


def _described(row: Schema, text: str) -> Schema:
    return {**row, "description": text} if text else row


def _example(content: Schema, example: Any) -> Schema:
    return content if example is None else {**content, "example": example}
