"""A table that runs over as many pages as it needs, its header repeated on each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from merchants.paper import ACCENT, GREY, INK, RULE, TINT, Align, Paper, Style

ROW: Final = 6.2
HEADER: Final = 7.4
_PADDING: Final = 2.0


@dataclass(frozen=True, slots=True)
class Column:
    """A title, a width in millimetres, and the side its cells stand on; sums stand on the right."""

    title: str
    width: float
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Table:
    """Where a table stands: its left edge, the last millimetre it may use, and how a fresh page begins.

    ``fresh_page`` turns the page and returns the ``y`` at which the table goes on.
    """

    paper: Paper
    columns: Sequence[Column]
    left: float
    bottom: float
    fresh_page: Callable[[], float]

    def draw(self, y: float, rows: Iterable[Sequence[str]], *, total: Sequence[str] | None = None) -> float:
        """Header, ``rows``, then ``total`` in bold; returns the ``y`` under them."""
        if y + HEADER + 2 * ROW > self.bottom:
            y = self.fresh_page()
        y = self._header(y)
        kept = list(rows)
        for number, cells in enumerate(kept, start=1):
            # The last row keeps room for the total, which never stands alone under a header.
            needed = 2 * ROW + 1 if number == len(kept) and total is not None else ROW
            if y + needed > self.bottom:
                y = self._header(self.fresh_page())
            self._cells(y, ROW, cells, Style(9))
            y += ROW
            self.paper.line(self.left, y, self.left + self._width, y, colour=RULE, thick=0.1)
        if total is not None:
            self.paper.line(self.left, y, self.left + self._width, y, colour=ACCENT, thick=0.35)
            self._cells(y, ROW + 1, total, Style(9.5, "bold", INK))
            y += ROW + 1
        return y

    @property
    def _width(self) -> float:
        return sum(column.width for column in self.columns)

    def _header(self, y: float) -> float:
        self.paper.rectangle(self.left, y, self._width, HEADER, colour=TINT)
        self._cells(y, HEADER, [column.title for column in self.columns], Style(8, "bold", GREY))
        return y + HEADER

    def _cells(self, y: float, height: float, cells: Sequence[str], style: Style) -> None:
        x = self.left
        for column, cell in zip(self.columns, cells, strict=True):
            at = x + column.width - _PADDING if column.align == "right" else x + _PADDING
            room = column.width - 2 * _PADDING
            self.paper.text(
                at, y + height / 2 + style.size * 0.125, cell, style, align=column.align, width=room, least=0.88
            )
            x += column.width
