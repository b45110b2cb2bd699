"""Figures on paper: key figures, then the same drawings as on the page, and what cannot be drawn as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO, Final

from ledger.formats import Language, shown_money
from ledger.money import Money
from merchants.charts.lettering import said
from merchants.charts.printing import print_chart
from merchants.paper import ACCENT, GREY, INK, RULE, TINT, WIDTH, Paper, Style
from vouchers.figures.panels import Cell, Panel, Report

_LEFT: Final = 16.0
_RIGHT: Final = WIDTH - 16.0
_ROOM: Final = _RIGHT - _LEFT
_TOP: Final = 19.0
_BOTTOM: Final = 281.0
_ACROSS: Final = 4
_FULL: Final = 820.0
"""Units of a drawing across the page: its letters come out at 7 points and more."""

_LISTED: Final = 6
"""Rows of a table on paper; all of them are on the page and in its CSV."""

_SMALL: Final = Style(8.5, colour=GREY)


def draw_report(out: BinaryIO, report: Report, *, programme: str, language: Language, more: str) -> None:
    """Write a report of figures to ``out``. The same report gives the same bytes.

    :param more: what is said under a table of which rows are left out; ``%(count)s`` is how many
    """
    paper = Paper(out, title=f"{report.title} – {report.period}", language=language, author=programme)
    pages = _Pages(paper, report, programme, language, more)
    pages.heading()
    pages.key_figures()
    for panel in report.panels:
        pages.panel(panel)
    pages.foot()
    paper.save()


class _Pages:
    """A report being drawn; ``y`` is how far down the page it has come."""

    def __init__(self, paper: Paper, report: Report, programme: str, language: Language, more: str) -> None:
        self.paper, self.report, self.programme, self.language, self.more = paper, report, programme, language, more
        self.y = _TOP

    def heading(self) -> None:
        self.paper.rectangle(_LEFT, 14, 12, 1.2, colour=ACCENT)
        self.paper.text(_LEFT, 23, self.programme, Style(16, "bold", ACCENT), width=_ROOM * 0.6)
        self.paper.text(_RIGHT, 23, self.report.title, Style(16, "bold"), align="right", width=_ROOM * 0.38)
        self.paper.text(_LEFT, 29, self.report.period, Style(9.5, colour=GREY), width=_ROOM)
        self.y = 35

    def key_figures(self) -> None:
        gap, height = 3.0, 17.0
        width = (_ROOM - gap * (_ACROSS - 1)) / _ACROSS
        for place, (name, figure) in enumerate(self.report.key):
            row, column = divmod(place, _ACROSS)
            x, y = _LEFT + column * (width + gap), self.y + row * (height + gap)
            self.paper.rectangle(x, y, width, height, colour=TINT, corner=1.5)
            self.paper.text(x + 3, y + 5.5, name, _SMALL.sized(8), width=width - 6)
            self.paper.text(x + 3, y + 13, figure, Style(14, "bold", INK), width=width - 6)
        self.y += -(-len(self.report.key) // _ACROSS) * (height + gap) + 5

    def panel(self, panel: Panel) -> None:
        """Its title, its drawing or its table, its note; on the next page if it has no room on this one."""
        drawing = panel.draw(_FULL) if panel.draw else None
        needed = drawing.height * _ROOM / drawing.width if drawing else 6.0 * (2 + min(len(panel.rows), _LISTED))
        if self.y + 12 + needed > _BOTTOM:
            self.foot()
            self.paper.next_page()
            self.y = _TOP
        self.paper.text(_LEFT, self.y, panel.title, Style(11.5, "bold", ACCENT), width=_ROOM)
        self.y = self.paper.paragraph(_LEFT, self.y + 5, panel.told, _SMALL, width=_ROOM, most=2) + 0.5
        if drawing:
            self.y = print_chart(self.paper, drawing, _LEFT, self.y, _ROOM) + 2
        else:
            self._table(panel)
        if panel.note:
            self.y = self.paper.paragraph(_LEFT, self.y + 1.5, panel.note, _SMALL.sized(8), width=_ROOM, most=3)
        self.y += 6

    def _table(self, panel: Panel) -> None:
        wide = _ROOM * (0.34 if len(panel.headings) <= 5 else 0.26)  # noqa: PLR2004 - columns
        each = (_ROOM - wide) / (len(panel.headings) - 1)
        self._row(panel.headings, wide, each, Style(8, "bold", GREY), panel.rows[:1])
        for row in panel.rows[:_LISTED]:
            self._row([self._shown(cell) for cell in row], wide, each, Style(8.5), [row])
        if (left_out := len(panel.rows) - _LISTED) > 0:
            count = said(left_out, "count", self.language)
            self.paper.text(_LEFT, self.y + 4, self.more % {"count": count}, _SMALL.sized(8))
            self.y += 3
        self.y += 2

    def _row(
        self, words: Sequence[str], wide: float, each: float, style: Style, kinds: Sequence[Sequence[Cell]]
    ) -> None:
        """Words to the left, numbers to the right: as the cells of ``kinds`` are."""
        self.y += 3.5
        self.paper.text(_LEFT, self.y, words[0], style, width=wide - 2)
        for place, text in enumerate(words[1:], 1):
            number = not kinds or not isinstance(kinds[0][place], str)
            x = _LEFT + wide + (place if number else place - 1) * each
            self.paper.text(x, self.y, text, style, align="right" if number else "left", width=each - 2)
        self.y += 1.6
        self.paper.line(_LEFT, self.y, _RIGHT, self.y, colour=RULE)
        self.y += 0.4

    def _shown(self, cell: Cell) -> str:
        return shown_money(cell, self.language) if isinstance(cell, Money) else str(cell)

    def foot(self) -> None:
        self.paper.page_number(_LEFT, 288, "Page", _SMALL)
        words = f"{self.programme} – {self.report.period}"
        self.paper.text(_RIGHT, 288, words, _SMALL, align="right", width=_ROOM * 0.7)
