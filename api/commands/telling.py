"""How commands speak: results on standard output, as tables or as JSON; everything else on standard error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeGuard
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from ledger.days import PARIS
from ledger.formats import Language, shown_day, shown_money
from ledger.money import CURRENCY, Money

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

LANGUAGE: ContextVar[Language] = ContextVar("language", default="en")
"""In which refusals are told and sums written; set from the locale."""

WIDE: Final = 200
"""Columns of a table that no terminal shows: nothing is cut off for a script or a file."""

ACCENT: Final = "dark_cyan"

Told = Callable[[int, int], None]


def out() -> Console:
    """Standard output."""
    return _console(Console())


def err() -> Console:
    """Standard error."""
    return _console(Console(stderr=True))


def _console(console: Console) -> Console:
    if not console.is_terminal:
        console.width = WIDE
    return console


def fail(line: str) -> None:
    """One clear line about what did not work."""
    said = Text("obole: ", style="bold red")
    said.append(" ".join(line.split()), style="default")
    err().print(said, soft_wrap=True, highlight=False)


def note(line: str) -> None:
    """A line beside the result, for people."""
    err().print(Text(line), soft_wrap=True)


def say(line: str) -> None:
    """A result in one line."""
    out().print(Text(line), soft_wrap=True)


def money(amount: Money) -> str:
    """A sum as this person reads it."""
    return shown_money(amount, LANGUAGE.get())


def day(one: date) -> str:
    """A day as this person reads it; of a moment, the day in Paris."""
    return shown_day(one.astimezone(PARIS).date() if isinstance(one, datetime) else one, LANGUAGE.get())


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "") -> None:
    """A small table on standard output; sums stand to the right."""
    shown = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for number, column in enumerate(columns):
        sums = any(isinstance(row[number], Money | int) for row in rows)
        shown.add_column(column, justify="right" if sums else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(Text(_cell(one)) for one in row))
    out().print(shown)


def facts(title: str, pairs: Mapping[str, object]) -> None:
    """One thing and what is known of it."""
    shown = Table(
        title=title or None, title_justify="left", title_style="bold", box=None, show_header=False, padding=(0, 2, 0, 0)
    )
    for name, one in pairs.items():
        shown.add_row(Text(name, style=ACCENT), Text(_cell(one)))
    out().print(shown)


def as_json(value: object) -> None:
    """The result for a script: sums in whole cents, moments in ISO 8601."""
    print(json.dumps(_plain(value), ensure_ascii=False, indent=2))


@contextmanager
def bar(what: str) -> Iterator[Told]:
    """A progress bar while something long goes on; on no terminal, silence."""
    console = err()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(complete_style=ACCENT),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(what, total=None)

        def told(done: int, of: int) -> None:
            shown.update(task, completed=done, total=of)

        yield told


def _cell(value: object) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case Money():
            return money(value)
        case date():
            return day(value)
        case int():
            return f"{value:,}".replace(",", "\u202f" if LANGUAGE.get() == "fr" else ",")
        case _:
            return str(value)


def _plain(value: object) -> Any:
    match value:
        case Mapping():
            return _record(value)
        case list() | tuple():
            return [_plain(one) for one in value]
        case Money():
            return value.cents
        case date():
            return value.isoformat()
        case UUID() | Path():
            return str(value)
    return _record({one.name: getattr(value, one.name) for one in fields(value)}) if _is_record(value) else value


def _record(pairs: Mapping[str, object]) -> dict[str, Any]:
    """Sums are whole cents, with the currency beside them."""
    plain = {str(name): _plain(one) for name, one in pairs.items()}
    return {**plain, "currency": CURRENCY} if any(isinstance(one, Money) for one in pairs.values()) else plain


def _is_record(value: object) -> TypeGuard[DataclassInstance]:
    return is_dataclass(value) and not isinstance(value, type)
