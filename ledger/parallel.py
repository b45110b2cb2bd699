"""Parallel lists as a table, for statements that are made once and executed often.

To build a statement and derive its cache key anew costs more than to execute it; so what runs for every redemption
is a constant of its module, and its lists are given when it is executed::

    _CHANGED = lists(id=Uuid(), amount=BigInteger())
    await session.execute(_STATEMENT_WITH_CHANGED, given(id=ids, amount=amounts))

A list travels as one text, an array literal of PostgreSQL, which costs a fraction of adapting each element.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, Uuid, and_, bindparam, cast, column, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import TableValuedAlias

_LOWEST: Final = UUID(int=0)
_PREFIX: Final = "given_"
"""A parameter may not be called like a column that its statement writes."""


def lists(**kinds: Any) -> TableValuedAlias:
    """Lists of one length, to be given at execution, as a table with these columns.

    One statement writes any number of rows, and its text does not depend on how many.
    """
    arrays = [array_of(name, kind) for name, kind in kinds.items()]
    typed = [column(name, kind) for name, kind in kinds.items()]
    return func.unnest(*arrays).table_valued(*typed, name="given").render_derived()


def array_of(name: str, kind: Any) -> ColumnElement[Any]:
    """A list to be given at execution, as an array."""
    # Without a type of its own the parameter takes the array's, and the server reads the literal once, as it comes in.
    return cast(bindparam(_PREFIX + name), ARRAY(kind))


def any_of(name: str, kind: Any) -> ColumnElement[Any]:
    """Any element of a list to be given at execution: ``column == any_of("id", Uuid())``."""
    return func.any(array_of(name, kind))


def beyond(key: SQLColumnExpression[UUID]) -> ColumnElement[bool]:
    """Rows after one that was read already, in the order of their keys; see `from_key`."""
    after = bindparam(_PREFIX + "after", type_=Uuid())
    return and_(key >= after, key.is_distinct_from(bindparam(_PREFIX + "read", type_=Uuid())))


def from_key(key: UUID | None) -> dict[str, Any]:
    """Where rows are read on, with which a statement with `beyond` is executed: after this key, or from the first."""
    return {_PREFIX + "after": key or _LOWEST, _PREFIX + "read": key}


def given(**values: Iterable[object]) -> dict[str, Any]:
    """The lists with which a statement is executed: of UUIDs, integers, booleans, texts, bytes, None."""
    return {_PREFIX + name: literal(some) for name, some in values.items()}


def literal(values: Iterable[object]) -> str:
    """An array as PostgreSQL reads it; every text is quoted, so that ``NULL`` and the empty one stay texts.

    :raises KeyError: for an element of a type that is not foreseen
    """
    return "{" + ",".join([_SPELT[type(value)](value) for value in values]) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_SPELT: Final[dict[type, Callable[[Any], str]]] = {
    type(None): lambda _: "NULL",
    UUID: lambda id_: f"{id_.int:032x}",
    int: str,
    bool: str,
    str: _quoted,
    bytes: lambda some: '"\\\\x' + some.hex() + '"',
}
