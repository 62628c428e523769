"""How a dialect declares what it offers: one Operation for each method and path."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from pydantic import BaseModel, TypeAdapter

from .bodies import Body

GIVEN = frozenset({"caller", "request", "query", "headers", "body", "idempotency"})
_PATH_PARAMETER = re.compile(r"{(\w+)(?::(\w+))?}")


@dataclass(frozen=True)
class Success:
    """One answer of an operation. `type` None: no body, or bytes when `media` is not JSON.

    `or_media` are further media types that it may be of, for handlers that give their own Response.
    `headers` maps a response header to its description.
    """

    status: int = 200
    type: Any = None
    description: str = "Success"
    media: str | None = None
    or_media: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    example: Any = None

    @cached_property
    def adapter(self) -> TypeAdapter[Any] | None:
        return None if self.type is None else TypeAdapter(self.type)

    @property
    def media_type(self) -> str:
        return self.media or "application/json"


@dataclass(frozen=True)
class Failure:
    """Documents one refusal; without `type` and `media` it has the dialect's usual shape."""

    status: int
    description: str
    type: Any = None
    media: str | None = None
    example: Any = None


@dataclass(frozen=True)
class Answer:
    """What a handler returns when status or headers differ from the operation's first success."""

    value: Any = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Webhook:
    """Documents a call that we make: `payload` is its JSON body."""

    name: str
    payload: Any
    summary: str
    description: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    example: Any = None


@dataclass(frozen=True)
class Operation:
    """One method on one path.

    `handler` is a plain function (or a `partial` of one). It names what it wants: the path's
    parameters (str, or what a convertor makes of them) and any of `caller`, `request`, `query`,
    `headers`, `body`, `idempotency`. It runs in a thread and returns a value of the first
    `success`, an Answer or a Response. Its docstring is the documentation.
    A `public` operation is not authenticated. `check` raises unless this caller may do it; nothing
    of the body is read before.
    """

    method: str
    path: str
    handler: Callable[..., Any]
    success: Success | Sequence[Success] = Success()
    body: Body | Sequence[Body] | None = None
    query: type[BaseModel] | None = None
    headers: type[BaseModel] | None = None
    failures: Sequence[Failure] = ()
    tags: Sequence[str] = ()
    public: bool = False
    check: Callable[[Any], None] | None = None
    documented: bool = True
    path_docs: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if inspect.iscoroutinefunction(self.handler):
            raise TypeError(f"{self.title}: handlers are plain functions, they run in threads")
        if GIVEN & set(self.path_kinds):
            raise TypeError(f"{self.title}: the path uses a name that the kit gives")
        given = GIVEN - ({"caller"} if self.public else set())
        unknown = set(self.wants) - given - set(self.path_kinds)
        if unknown:
            raise TypeError(f"{self.title}: nobody gives the handler {', '.join(sorted(unknown))}")
        for part in ("query", "headers", "body"):
            if part in self.wants and getattr(self, part) is None:
                raise TypeError(f"{self.title}: the handler wants {part}, which is not declared")

    @property
    def title(self) -> str:
        """`POST /orders/{id}`: safe to log, as it holds no value."""
        return f"{self.method} {self.path}"

    @cached_property
    def name(self) -> str:
        function = self.handler.func if isinstance(self.handler, partial) else self.handler
        return function.__name__

    @cached_property
    def doc(self) -> str:
        function = self.handler.func if isinstance(self.handler, partial) else self.handler
        return inspect.getdoc(function) or self.name.replace("_", " ").capitalize()

    @cached_property
    def wants(self) -> tuple[str, ...]:
        return tuple(inspect.signature(self.handler).parameters)

    @cached_property
    def path_kinds(self) -> dict[str, str]:
        """The path's parameters and their Starlette convertors: `{n:int}` is {"n": "int"}."""
        return {name: kind or "str" for name, kind in _PATH_PARAMETER.findall(self.path)}

    @cached_property
    def plain_path(self) -> str:
        """The path as OpenAPI writes it, without convertors."""
        return _PATH_PARAMETER.sub(r"{\1}", self.path)

    @cached_property
    def bodies(self) -> tuple[Body, ...]:
        if self.body is None:
            return ()
        return tuple(self.body) if isinstance(self.body, Sequence) else (self.body,)

    @cached_property
    def successes(self) -> tuple[Success, ...]:
        return (self.success,) if isinstance(self.success, Success) else tuple(self.success)
