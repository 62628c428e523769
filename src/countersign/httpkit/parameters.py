"""Query and header parameters, declared as pydantic models and validated all at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from .refusal import BadField, Refusal, bad_fields


class QueryReader:
    """Reads a query string. A field that can be a list takes every value, another the last."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._model = model
        self._lists = list_names(model)

    def read(self, request: Request) -> tuple[Any, tuple[BadField, ...]]:
        raw: bytes = request.scope["query_string"]
        if b"%00" in raw:
            raise Refusal(400, "malformed query string")
        try:
            pairs = parse_qsl(raw.decode("ascii"), True, errors="strict", max_num_fields=200)
        except ValueError:
            raise Refusal(400, "malformed query string") from None
        values: dict[str, Any] = {}
        for name, value in pairs:
            if name in self._lists:
                values.setdefault(name, []).append(value)
            else:
                values[name] = value
        return _validated(self._model, values, "query")


class HeaderReader:
    """Reads headers. A field's alias is the header's name; without one, `_` stands for `-`."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._model = model
        self._headers = {key: header_name(key) for key in wire_names(model)}

    def read(self, request: Request) -> tuple[Any, tuple[BadField, ...]]:
        found = {key: request.headers.get(header) for key, header in self._headers.items()}
        given = {key: value for key, value in found.items() if value is not None}
        return _validated(self._model, given, "header")


def header_name(key: str) -> str:
    return key.replace("_", "-")


def wire_names(model: type[BaseModel]) -> list[str]:
    return list(model.model_json_schema()["properties"])


def list_names(model: type[BaseModel]) -> set[str]:
    """The fields that may hold an array, by their names on the wire."""
    properties = model.model_json_schema()["properties"]
    return {name for name, schema in properties.items() if _may_be_list(schema)}


def _may_be_list(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "array" or any(map(_may_be_list, schema.get("anyOf", ())))


def _validated(
    model: type[BaseModel], values: dict[str, Any], place: Any
) -> tuple[Any, tuple[BadField, ...]]:
    try:
        return model.model_validate(values), ()
    except ValidationError as problem:
        return None, bad_fields(problem, place)
