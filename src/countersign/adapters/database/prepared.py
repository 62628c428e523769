"""Statements that are compiled once and then handed to the driver as they are.

Making a statement ready takes SQLAlchemy longer than running it takes the database (decision record
34), so the statements of every request are `Prepared`; those that are composed for one question
go through SQLAlchemy's own execution.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, Dialect, Executable, Insert, Select
from sqlalchemy.sql.compiler import SQLCompiler

Parameters: TypeAlias = Mapping[str, Any]
Bound: TypeAlias = Sequence[Any] | Mapping[str, Any]
Process: TypeAlias = Callable[[Any], Any]
ForBackend: TypeAlias = Callable[[Any], Executable]


@dataclass(frozen=True, slots=True)
class Found:
    """What a statement found, as SQLAlchemy's results say it: rows are named tuples."""

    rows: Sequence[Any]
    rowcount: int

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def all(self) -> Sequence[Any]:
        return self.rows

    def one_or_none(self) -> Any:
        """For statements that find one row at most."""
        return self.rows[0] if self.rows else None

    def scalar_one_or_none(self) -> Any:
        return self.rows[0][0] if self.rows else None


class Prepared:
    """A statement whose only variable parts are its bind parameters; an INSERT may be written with
    different columns. Where it differs between the databases it is a function of their INSERT."""

    def __init__(self, statement: Executable | ForBackend) -> None:
        self._statement = statement
        self._compiled: dict[tuple[str, ...], Compiled] = {}

    def compiled(self, dialect: Dialect, insert: Any, values: Iterable[str]) -> Compiled:
        """For values of these names. Threads that compile at the same time make the same."""
        columns = tuple(values) if self._is_insert else ()
        key = (dialect.name, *columns)
        if key not in self._compiled:
            statement = self._statement
            made: Any = statement(insert) if callable(statement) else statement
            if isinstance(made, Insert):
                made = made.inline()  # nobody asks which key the database chose
            self._compiled[key] = Compiled(made, dialect, columns)
        return self._compiled[key]

    @property
    def _is_insert(self) -> bool:
        return callable(self._statement) or isinstance(self._statement, Insert)


class Compiled:
    """A statement as one driver takes it."""

    def __init__(self, statement: Any, dialect: Dialect, columns: Sequence[str]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(columns) or None)
        self.sql = str(compiled)
        self.returns_rows = isinstance(statement, Select)
        self._binds = [_Bind.of(name, compiled, dialect) for name in _names(compiled)]
        self._positional = compiled.positional
        self._row = _row_maker(statement, dialect) if self.returns_rows else tuple

    def bind(self, values: Parameters) -> Bound:
        """Raises KeyError when a value is missing, Invalid for text that can't be stored."""
        if self._positional:
            return [bind.value(values) for bind in self._binds]
        return {bind.name: bind.value(values) for bind in self._binds}

    def rows(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        return list(map(self._row, found))


@dataclass(frozen=True, slots=True)
class _Bind:
    """`constant` is there when the statement itself holds the value."""

    name: str
    process: Process | None
    constant: tuple[Any, ...]

    @classmethod
    def of(cls, name: str, compiled: SQLCompiler, dialect: Dialect) -> _Bind:
        parameter: BindParameter[Any] = compiled.binds[name]
        process = parameter.type.dialect_impl(dialect).bind_processor(dialect)
        constant = () if parameter.required else (parameter.effective_value,)
        return cls(name, process, constant)

    def value(self, values: Parameters) -> Any:
        plain = self.constant[0] if self.constant else values[self.name]
        return self.process(plain) if self.process else plain


def _names(compiled: SQLCompiler) -> Sequence[str]:
    return compiled.positiontup if compiled.positiontup is not None else list(compiled.binds)


def _row_maker(statement: Select[Any], dialect: Dialect) -> Callable[[Sequence[Any]], Any]:
    columns = list(statement.selected_columns)
    kind = namedtuple("Row", [column.key or "" for column in columns], rename=True)
    processes = [
        (place, process)
        for place, column in enumerate(columns)
        if (process := column.type.dialect_impl(dialect).result_processor(dialect, None))
    ]

    def row(values: Sequence[Any]) -> Any:
        changed = list(values)
        for place, process in processes:
            if changed[place] is not None:
                changed[place] = process(changed[place])
        return kind._make(changed)

    return row if processes else kind._make
