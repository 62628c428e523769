"""All JSON schemas of one document, made in one go, so that names are shared and none dangles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import TypeAdapter

from .bodies import Body, Json, Multipart, Urlencoded
from .operation import Operation

if TYPE_CHECKING:
    from .dialect import About

Schema = dict[str, Any]
Mode = Literal["validation", "serialization"]


class Schemas:
    """Types are told apart by identity, as some (Annotated with a Field) cannot be hashed."""

    def __init__(self, about: About, operations: Sequence[Operation]) -> None:
        self._wanted: dict[tuple[int, Mode], TypeAdapter[Any]] = {}
        self._want(about.error.type, "serialization")
        for operation in operations:
            self._want_operation(operation)
        for hook in about.webhooks:
            self._want(hook.payload, "serialization")
        found, definitions = TypeAdapter.json_schemas(
            [(key, key[1], adapter) for key, adapter in self._wanted.items()],
            ref_template="#/components/schemas/{model}",
        )
        self._found = {key: schema for (key, _mode), schema in found.items()}
        self.components: dict[str, Schema] = definitions.get("$defs", {})

    def read(self, type_: Any) -> Schema:
        """The schema of what we read."""
        return self._found[id(type_), "validation"]

    def written(self, type_: Any) -> Schema:
        """The schema of what we write."""
        return self._found[id(type_), "serialization"]

    def properties(self, model: Any) -> Schema:
        """The object schema itself behind a model that we read."""
        schema = self.read(model)
        if "$ref" in schema:
            schema = self.components[schema["$ref"].rpartition("/")[2]]
        return schema

    def _want_operation(self, operation: Operation) -> None:
        for model in (operation.query, operation.headers):
            self._want(model, "validation")
        for body in operation.bodies:
            self._want_body(body)
        for success in operation.successes:
            self._want(success.type, "serialization")
        for failure in operation.failures:
            self._want(failure.type, "serialization")

    def _want_body(self, body: Body) -> None:
        if isinstance(body, Json):
            self._want(body.type, "validation")
        elif isinstance(body, Multipart | Urlencoded):
            for part in body.texts:
                self._want(part.type, "validation")

    def _want(self, type_: Any, mode: Mode) -> None:
        if type_ is not None:
            self._wanted.setdefault((id(type_), mode), TypeAdapter(type_))
