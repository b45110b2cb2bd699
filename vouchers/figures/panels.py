"""Panels: a title, what it shows, its figures in rows, and the drawing of them. Page, paper and CSV are made of these.

Words come in, in the language of whoever looks; nothing here knows any.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ledger.money import Money
from merchants.charts.columns import columns
from merchants.charts.curve import curve
from merchants.charts.ranking import Ranked, ranking
from merchants.charts.shapes import Drawing, Frame, Moments, Series, Speech

Cell = str | int | Money
Draw = Callable[[float], Drawing]
"""A drawing so many units wide."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Figures that belong together. ``slug`` names them in addresses; the first column names each row.

    ``draw`` is none where there is nothing to compare by eye; ``note`` says what is counted and what is not.
    """

    slug: str
    title: str
    told: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    draw: Draw | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a panel is called and says."""

    slug: str
    title: str
    told: str
    headings: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All that is shown of a period: ``key`` figures are words and what they come to, each as it is read."""

    title: str
    period: str
    key: Sequence[tuple[str, str]]
    panels: Sequence[Panel] = field(default_factory=tuple)


def over_time(
    said: Said, moments: Moments, values: Sequence[Sequence[Money]], drawn: Sequence[int], speech: Speech
) -> Panel:
    """Figures week by week.

    :param values: for each heading but the first, one for each moment
    :param drawn: which of ``values`` are drawn as bars
    """
    series = [Series(said.headings[1 + one], _cents(values[one])) for one in drawn]

    def draw(width: float) -> Drawing:
        return columns(moments, series, Frame(width), speech)

    return _panel(said, tuple(zip(moments.whole, *values, strict=True)), draw)


def levels(said: Said, moments: Moments, values: Sequence[Money], speech: Speech) -> Panel:
    """How much of something there was at the end of each week."""
    series = Series(said.headings[1], _cents(values))

    def draw(width: float) -> Drawing:
        return curve(moments, series, Frame(width), speech)

    return _panel(said, tuple(zip(moments.whole, values, strict=True)), draw)


def compared(said: Said, rows: Sequence[tuple[Cell, ...]], speech: Speech, *, by: int = 1, most: int = 12) -> Panel:
    """Rows, of which the first ``most`` are drawn, each as long as its sum in the column ``by``."""

    def draw(width: float) -> Drawing:
        return ranking([Ranked(str(row[0]), _number(row[by])) for row in rows[:most]], width, speech)

    return _panel(said, tuple(rows), draw)


def listed(said: Said, rows: Sequence[tuple[Cell, ...]]) -> Panel:
    """Rows alone."""
    return _panel(said, tuple(rows), None)


def _panel(said: Said, rows: tuple[tuple[Cell, ...], ...], draw: Draw | None) -> Panel:
    return Panel(said.slug, said.title, said.told, said.headings, rows, draw, said.note)


def _cents(values: Sequence[Money]) -> tuple[int, ...]:
    return tuple(one.cents for one in values)


def _number(cell: Cell) -> int:
    return cell.cents if isinstance(cell, Money) else int(cell)
