"""The sheet a person holds: vouchers on A4, eight a page to cut out, or one a page to give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO, Final, Literal

from ledger.formats import Language, shown_day, shown_money
from ledger.money import Money
from merchants.paper import (
    ACCENT,
    GREY,
    HEIGHT,
    INK,
    POINTS,
    RULE,
    TINT,
    WHITE,
    WIDTH,
    Paper,
    Style,
    drawable,
    fitted_lines,
    width_of,
    wrapped,
)
from vouchers import qr
from vouchers.codes import spell
from vouchers.sheets_words import WORDS

Layout = Literal["eight", "one"]


@dataclass(frozen=True, slots=True)
class SheetVoucher:
    """One voucher as printed: the link its QR holds, the code under it, what it is worth, its last whole day, whose."""

    code_link: str = field(repr=False)
    typed: str = field(repr=False)
    value: Money
    last_day: date
    name: str | None = None


@dataclass(frozen=True, slots=True)
class SheetLook:
    """What every voucher of a sheet shares. ``conditions`` and ``support`` are one line each.

    ``message`` is the giver's, cut when it is longer than its place; ``logo`` the giver's, as PNG; ``taken`` where and
    when they are, if they are limited.
    """

    programme: str
    offered_by: str | None = None
    conditions: str = ""
    support: str = ""
    language: Language = "fr"
    message: str = ""
    logo: bytes | None = field(default=None, repr=False)
    taken: str = ""


_CELL_WIDTH: Final = WIDTH / 2
_CELL_HEIGHT: Final = HEIGHT / 4
_MARGIN: Final = 9.0  # what a home printer cannot reach, and the hand that cuts askew
_INNER: Final = _CELL_WIDTH - 2 * _MARGIN
_SMALL_QR: Final = 30.0
_BESIDE: Final = _INNER - _SMALL_QR * (1 + qr.QUIET_ZONE / 29) - 1  # a link has 29 modules a side at least
_HELP: Final = 25.0  # beside the last day
_LARGE_QR: Final = 78.0
_LINE: Final = 170.0  # the widest line of a voucher that has its page to itself
_MOST_LINES: Final = 4
_SHARED: Final = "shared"
_CUTS: Final = "cuts"


class SheetBook:
    """Sheets being drawn: vouchers are added as they come, each page is written when it is full."""

    def __init__(self, out: BinaryIO, look: SheetLook, layout: Layout) -> None:
        title = f"{WORDS[look.language]['title']} · {look.programme}"
        self.drawn = 0
        self._paper = Paper(out, title=title, language=look.language, author=look.programme, streamed=True)
        self._look = look
        self._full = 8 if layout == "eight" else 1
        self._large: dict[bool, _Large] = {}
        if layout == "eight":
            _stamp_eight(self._paper, look)

    def add(self, vouchers: Iterable[SheetVoucher]) -> None:
        """Draw these after those that were added before. For a thread: a thousand take about a second."""
        for voucher in vouchers:
            place = self.drawn % self._full
            if place == 0 and self.drawn:
                self._paper.next_page()
            if self._full == 1:
                self._page_for(voucher).draw(voucher)
            else:
                if place == 0:
                    self._paper.press(_CUTS)
                _small(self._paper, place, voucher, self._look)
            self.drawn += 1

    def _page_for(self, voucher: SheetVoucher) -> _Large:
        named = bool(voucher.name)
        if named not in self._large:
            self._large[named] = _Large(self._paper, self._look, named=named)
        return self._large[named]

    def finish(self) -> None:
        """Write the rest of the file, which stays open. Without any voucher it is an empty page."""
        self._paper.save()


def draw_sheets(out: BinaryIO, vouchers: Iterable[SheetVoucher], look: SheetLook, layout: Layout) -> None:
    """Write the PDF of ``vouchers`` to ``out``, in their order, taken one after the other."""
    book = SheetBook(out, look, layout)
    book.add(vouchers)
    book.finish()


def _stamp_eight(paper: Paper, look: SheetLook) -> None:
    """What all vouchers of a page share is drawn once in the file: a cell, and the lines to cut along."""
    with paper.stamp(_SHARED):
        _small_shared(paper, look)
    with paper.stamp(_CUTS):
        cuts_across = [_CELL_HEIGHT * row for row in range(1, 4)]
        paper.line(_CELL_WIDTH, 0, _CELL_WIDTH, HEIGHT, dashed=True)
        for y in cuts_across:
            paper.line(0, y, WIDTH, y, dashed=True)
        for y in (0.0, *cuts_across, HEIGHT):  # crosses, so that a guillotine can be set without the dashes
            paper.line(_CELL_WIDTH, max(y - 3, 0), _CELL_WIDTH, min(y + 3, HEIGHT), colour=INK)
        for y in cuts_across:
            for x in (0.0, _CELL_WIDTH - 3, WIDTH - 6):
                paper.line(x, y, x + 6, y, colour=INK)


def _small_shared(paper: Paper, look: SheetLook) -> None:
    words = WORDS[look.language]
    paper.rectangle(_MARGIN, 6.5, 10, 1.1, colour=ACCENT)
    label = Style(7.5, "bold", GREY, 1.1)
    paper.text(_MARGIN, 11.5, words["voucher"], label, width=_BESIDE)
    if look.logo is not None:
        free = _BESIDE - width_of(words["voucher"], label) - 4
        paper.picture(_MARGIN + _BESIDE - free, 4.8, free, 8, look.logo, align="right")
    name = Style(12.5, "bold", ACCENT)
    first = 16.8
    if width_of(look.programme, name) > _BESIDE:
        first, name = 15.8, name.sized(9.6)
    below = paper.paragraph(_MARGIN, first, look.programme, name, width=_BESIDE, leading=1.12, most=2)
    if look.offered_by:
        given = words["offered"].format(by=look.offered_by)
        paper.text(_MARGIN, below - 0.7, given, Style(8.5, "plain", GREY), width=_BESIDE)
    paper.rectangle(_MARGIN, 45.6, _INNER, 8.6, colour=TINT, corner=1.6)
    if drawable(look.message).strip():
        _small_message(paper, look)
    elif look.taken:
        _small_taken(paper, look.taken, 60.4)
    else:
        paper.paragraph(_MARGIN, 59.2, words["how"], Style(8.6), width=_INNER, leading=1.35, most=2)
    edge = _CELL_WIDTH - _MARGIN
    paper.text(edge, 43, look.support, Style(7.2, "plain", GREY), align="right", width=_HELP)
    _small_conditions(paper, look.conditions)


def _small_conditions(paper: Paper, words: str) -> None:
    """What the law wants told, whole: on two lines before it grows too small to read."""
    one, two = Style(7.2, "plain", GREY), Style(6.2, "plain", GREY)
    lines, style = ([words], one) if width_of(words, one) <= _INNER else fitted_lines(words, two, _INNER, 2)
    step = style.size * 1.1 / POINTS
    for number, line in enumerate(lines, start=1):
        paper.text(_MARGIN, 70.5 - step * (len(lines) - number), line, style)


def _small_message(paper: Paper, look: SheetLook) -> None:
    """The giver's words, as large as they may be; how to spend the voucher stays beside short ones."""
    for size, most in ((8.6, 2), (7.6, 3), (6.6, 4)) if not look.taken else ((8.6, 2), (7.6, 2), (6.6, 2)):
        lines, style = fitted_lines(look.message, Style(size), _INNER - 3, most)
        if style.size == size:
            break
    step = style.size * 1.14 / POINTS
    paper.rectangle(_MARGIN, 55.4, 0.7, step * len(lines), colour=ACCENT)
    for number, line in enumerate(lines):
        paper.text(_MARGIN + 3, 55.4 + step * (number + 0.76), line, style)
    if look.taken:
        _small_taken(paper, look.taken, 64.2)
    elif len(lines) <= 2:  # noqa: PLR2004 - which leave room for one more
        paper.text(_MARGIN, 64.9, WORDS[look.language]["briefly"], Style(7.6, "plain", GREY), width=_INNER)


def _small_taken(paper: Paper, taken: str, y: float) -> None:
    """Where and when a limited voucher is taken, in place of how to spend any."""
    lines, style = fitted_lines(taken, Style(7.6, "bold"), _INNER, 2)
    for number, line in enumerate(lines):
        paper.text(_MARGIN, y + number * style.size * 1.12 / POINTS, line, style)


def _small(paper: Paper, place: int, voucher: SheetVoucher, look: SheetLook) -> None:
    row, column = divmod(place, 2)
    left, top = column * _CELL_WIDTH, row * _CELL_HEIGHT
    words = WORDS[look.language]
    inner = left + _MARGIN
    paper.press(_SHARED, left, top)
    if voucher.name:
        owner = words["for"].format(name=voucher.name)
        paper.text(inner, top + 26, owner, Style(9.5, "bold"), width=_BESIDE)
    paper.text(inner, top + 36.4, shown_money(voucher.value, look.language), Style(27, "bold"), width=_BESIDE)
    last_day = words["day"].format(day=shown_day(voucher.last_day, look.language))
    paper.text(inner, top + 43, f"{words['until']} {last_day}", Style(12, "bold"), width=_INNER - _HELP - 2)
    paper.squares(left + _CELL_WIDTH - _MARGIN - _SMALL_QR, top + 6.5, _SMALL_QR, qr.modules(voucher.code_link))
    code = Style(17.5, "mono", INK, 1.3)
    paper.text(inner + _INNER / 2, top + 51.9, spell(voucher.typed), code, align="centre", width=_INNER - 4)


class _Large:
    """A voucher that has its page to itself; what the giver adds moves the rest down, and the QR gives way a little."""

    def __init__(self, paper: Paper, look: SheetLook, *, named: bool) -> None:
        self._paper = paper
        self._look = look
        self._stamp = f"{_SHARED}-{named}"
        words, middle = WORDS[look.language], WIDTH / 2
        self._size = 60 if named or look.logo else 68
        with paper.stamp(self._stamp):
            under = self._head(words)
            self._owner = under + 11
            self._value = under + (33 if named else 30 if look.logo is None else 24)
            self._until = self._value + 13
            over = self._message(self._until + 11)
            room = 195.5 - over  # for the QR, white around it included
            self._side = min(_LARGE_QR, room / (1 + 2 * qr.QUIET_ZONE / 29))
            self._top = over + (room - self._side) / 2
            paper.text(middle, 198.5, words["code"], Style(11, "plain", GREY), align="centre", width=150)
            paper.rectangle(22, 202, WIDTH - 44, 18, colour=TINT, corner=2.5)
            _steps(paper, words)
            lines, bold = fitted_lines(look.taken, Style(11.5, "bold"), 166, 2)
            for number, line in enumerate(lines):
                paper.text(middle, 268.5 + number * bold.size * 1.2 / POINTS, line, bold, align="centre")
            paper.line(22, 277, WIDTH - 22, 277, colour=RULE)
            paper.text(middle, 283, look.conditions, Style(9.5, "plain", GREY), align="centre", width=166)
            paper.text(middle, 288.5, look.support, Style(9.5, "bold", GREY), align="centre", width=166)

    def _head(self, words: dict[str, str]) -> float:
        """The band and the giver's logo under it; returns where they end."""
        paper, look, middle = self._paper, self._look, WIDTH / 2
        up = 0.0 if look.logo is None else 6.0
        paper.rectangle(0, 0, WIDTH, 48 - up, colour=ACCENT)
        paper.text(middle, 17.5 - up / 2, words["voucher"], Style(11, "bold", "#CFE3E5", 2.6), align="centre")
        name = Style(27, "bold", WHITE)
        first = 30.0
        if width_of(look.programme, name) > _LINE:
            first, name = 26.0, name.sized(18)
        below = paper.paragraph(
            middle, first - up / 2, look.programme, name, width=_LINE, leading=1.1, most=2, align="centre"
        )
        if look.offered_by:
            given = words["offered"].format(by=look.offered_by)
            y = min(below + 0.5, 41 - up / 2)
            paper.text(middle, y, given, Style(14, "plain", WHITE), align="centre", width=_LINE)
        if look.logo is None:
            return 48
        paper.picture(middle - 35, 47, 70, 14, look.logo, align="centre")
        return 61

    def _message(self, y: float) -> float:
        """The giver's words line by line as they were typed, if they fit so; returns where they end."""
        style = Style(13)
        lines = [part for line in self._look.message.splitlines() for part in wrapped(line, style, 160)]
        if len(lines) > _MOST_LINES:
            lines, style = fitted_lines(self._look.message, style, 160, _MOST_LINES)
        for line in lines:
            self._paper.text(WIDTH / 2, y, line, style, align="centre")
            y += style.size * 1.3 / POINTS
        return y - (4.5 if lines else 9)

    def draw(self, voucher: SheetVoucher) -> None:
        """A page."""
        paper, look, middle = self._paper, self._look, WIDTH / 2
        words = WORDS[look.language]
        paper.press(self._stamp)
        if voucher.name:
            owner = words["for"].format(name=voucher.name)
            paper.text(middle, self._owner, owner, Style(18, "bold", ACCENT), align="centre", width=_LINE)
        value = shown_money(voucher.value, look.language)
        paper.text(middle, self._value, value, Style(self._size, "bold"), align="centre", width=_LINE)
        last_day = words["day"].format(day=shown_day(voucher.last_day, look.language))
        paper.text(middle, self._until, f"{words['until']} {last_day}", Style(20, "bold"), align="centre", width=_LINE)
        paper.squares(middle - self._side / 2, self._top, self._side, qr.modules(voucher.code_link))
        paper.text(middle, 214.2, spell(voucher.typed), Style(31, "mono", INK, 2.4), align="centre", width=160)


def _steps(paper: Paper, words: dict[str, str]) -> None:
    for number, y in (("1", 236.0), ("2", 248.0), ("3", 260.0)):
        paper.rectangle(22, y - 5.6, 8, 8, colour=ACCENT, corner=4)
        paper.text(26, y - 0.1, number, Style(11.5, "bold", WHITE), align="centre")
        paper.text(34.5, y, words[f"step {number}"], Style(12), width=153.5)
