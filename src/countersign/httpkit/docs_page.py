"""The API page: the OpenAPI document as one readable page. No script, nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .openapi import openapi
from .operation import Operation
from .responses import csp_hash, json_response, page_headers

if TYPE_CHECKING:
    from .dialect import About

_REFERENCE = "#/components/schemas/"


def docs_routes(path: str, about: About, operations: Sequence[Operation]) -> list[Route]:
    """`path` answers the page, `path`/openapi.json the document. Both are made when first asked."""

    @cache
    def document() -> dict[str, Any]:
        return openapi(about, operations)

    @cache
    def page() -> Response:
        return render_page(document(), f"{path}/openapi.json")

    def show_document(_request: Request) -> Response:
        return json_response(document())

    def show_page(_request: Request) -> Response:
        return page()

    return [Route(f"{path}/openapi.json", show_document), Route(path, show_page)]


def render_page(document: dict[str, Any], document_url: str) -> Response:
    style = _ENVIRONMENT.get_template("api.css").render()
    html = _ENVIRONMENT.get_template("api.html").render(
        api=document, document_url=document_url, groups=_by_tag(document), style=style
    )
    headers = page_headers(style_src=csp_hash(style))
    return Response(html, headers=headers, media_type="text/html")


def _by_tag(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations under their first tag, in the order of the tags and then as they come."""
    groups: dict[str, dict[str, Any]] = {
        tag["name"]: {"title": tag["name"], "text": tag["description"], "operations": []}
        for tag in document.get("tags", ())
    }
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            title = operation.get("tags", ["Operations"])[0]
            group = groups.setdefault(title, {"title": title, "text": "", "operations": []})
            group["operations"].append({"method": method.upper(), "path": path, **operation})
    return [group for group in groups.values() if group["operations"]]


def _type_name(schema: dict[str, Any]) -> str:
    """A schema in a few words: `string (email)`, `Participant`, `array of Field`."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_REFERENCE)
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return " or ".join(map(_type_name, options))
    if "const" in schema or "enum" in schema:
        return " | ".join(json.dumps(v) for v in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"array of {_type_name(schema.get('items', {}))}"
    kind = schema.get("type", "any")
    name = ", ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{name} ({schema['format']})" if "format" in schema else name


_BOUNDS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "pattern": "matches {}",
    "default": "default {}",
}


def _bounds(schema: dict[str, Any]) -> str:
    said = {key: schema[key] for key in _BOUNDS if schema.get(key) not in (None, "", {}, [])}
    if "default" in said:
        said["default"] = json.dumps(said["default"], ensure_ascii=False)
    return ", ".join(_BOUNDS[key].format(value) for key, value in said.items())


def _pretty(value: Any, indent: int | None = 2) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=indent, ensure_ascii=False)


def _one_line(value: Any) -> str:
    return _pretty(value, None)


_ENVIRONMENT = Environment(
    loader=PackageLoader("countersign.httpkit"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters |= {
    "type_name": _type_name,
    "bounds": _bounds,
    "pretty": _pretty,
    "one_line": _one_line,
}
