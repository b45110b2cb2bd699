"""What papers say, as JSON and back: amounts in cents, days and moments as ISO 8601. What is kept is all that is said.

From dataclasses of amounts, days, words, numbers and tuples of these.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from ledger.money import Money


def plain(value: object) -> Any:
    """A value as JSON."""
    if isinstance(value, Money):
        return value.cents
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value


def made(wanted: Any, kept: Any) -> Any:
    """The value of a type that `plain` kept; a field that was not kept has its default."""
    if isinstance(wanted, UnionType):  # something or nothing
        (wanted,) = (one for one in get_args(wanted) if one is not NoneType)
        return None if kept is None else made(wanted, kept)
    if wanted is Money:
        return Money(kept)
    if isinstance(wanted, type) and issubclass(wanted, date):
        return wanted.fromisoformat(kept)
    if get_origin(wanted) is tuple:
        return tuple(made(get_args(wanted)[0], one) for one in kept)
    if isinstance(wanted, type) and is_dataclass(wanted):
        return wanted(**{name: made(hint, kept[name]) for name, hint in _hints(wanted).items() if name in kept})
    return kept


@cache
def _hints(wanted: type) -> dict[str, Any]:
    return get_type_hints(wanted)
