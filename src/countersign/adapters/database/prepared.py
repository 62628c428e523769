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

from sqlalchemy import (
    BindParameter,
    Dialect,
    Executable,
    Insert,
    SelectBase,
    TableClause,
    bindparam,
)
from sqlalchemy.sql.compiler import SQLCompiler

Parameters: TypeAlias = Mapping[str, Any]
Bound: TypeAlias = Sequence[Any] | Mapping[str, Any]
Process: TypeAlias = Callable[[Any], Any]
ForBackend: TypeAlias = Callable[[Any], Executable]
ROWS_AT_ONCE = 8


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
        self._compiled: dict[tuple[object, ...], Compiled] = {}

    def calls(
        self, dialect: Dialect, insert: Any, values: Sequence[Parameters]
    ) -> Iterator[tuple[Compiled, Bound]]:
        """What to hand to the driver for these values. One INSERT makes several rows: that takes
        half the time of a call for each, and less than the drivers' own ways for many."""
        size = ROWS_AT_ONCE if self._is_insert else 1
        for start in range(0, len(values), size):
            group = values[start : start + size]
            compiled = self._compile(dialect, insert, group)
            yield compiled, compiled.bind(group)

    def _compile(self, dialect: Dialect, insert: Any, group: Sequence[Parameters]) -> Compiled:
        """Threads that compile at the same time make the same."""
        columns = tuple(group[0]) if self._is_insert else ()
        key = (dialect.name, len(group), *columns)
        if key not in self._compiled:
            self._compiled[key] = Compiled(self._made(insert, columns, len(group)), dialect)
        return self._compiled[key]

    def _made(self, insert: Any, columns: Sequence[str], rows: int) -> Executable:
        statement = self._statement
        made = statement(insert) if callable(statement) else statement
        if not isinstance(made, Insert):
            return made
        values = [_places(made.table, columns, row) for row in range(rows)]
        return made.inline().values(values)  # inline: nobody asks which key the database chose

    @property
    def _is_insert(self) -> bool:
        return callable(self._statement) or isinstance(self._statement, Insert)


def _places(
    table: TableClause, columns: Sequence[str], row: int
) -> Mapping[str, BindParameter[Any]]:
    return {name: bindparam(f"{name}__{row}", type_=table.c[name].type) for name in columns}


class Compiled:
    """A statement as one driver takes it."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        self.returns_rows = isinstance(statement, SelectBase)
        self._binds = [_Bind.of(name, compiled, dialect) for name in _names(compiled)]
        self._positional = compiled.positional
        self._row = _row_maker(statement, dialect) if self.returns_rows else tuple

    def bind(self, values: Sequence[Parameters]) -> Bound:
        """Raises KeyError when a value is missing, Invalid for text that can't be stored."""
        if self._positional:
            return [bind.value(values) for bind in self._binds]
        return {bind.name: bind.value(values) for bind in self._binds}

    def rows(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        return list(map(self._row, found))


@dataclass(frozen=True, slots=True)
class _Bind:
    """`key` of the values for `row`; `constant` is there when the statement itself holds it."""

    name: str
    row: int
    key: str
    process: Process | None
    constant: tuple[Any, ...]

    @classmethod
    def of(cls, name: str, compiled: SQLCompiler, dialect: Dialect) -> _Bind:
        parameter: BindParameter[Any] = compiled.binds[name]
        process = parameter.type.dialect_impl(dialect).bind_processor(dialect)
        constant = () if parameter.required else (parameter.effective_value,)
        key, _, row = name.partition("__")
        return cls(name, int(row or 0), key, process, constant)

    def value(self, values: Sequence[Parameters]) -> Any:
        plain = self.constant[0] if self.constant else values[self.row][self.key]
        return self.process(plain) if self.process else plain


def _names(compiled: SQLCompiler) -> Sequence[str]:
    return compiled.positiontup if compiled.positiontup is not None else list(compiled.binds)


def _row_maker(statement: SelectBase, dialect: Dialect) -> Callable[[Sequence[Any]], Any]:
    columns = list(statement.selected_columns)
    kind = namedtuple("Row", [column.key or "" for column in columns], rename=True)  # type: ignore[misc]
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
