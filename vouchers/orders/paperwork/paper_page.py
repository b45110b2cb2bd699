"""What the papers of an order share on paper: letterhead, addresses, the glance, sums, notes, pages that follow on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import BinaryIO, Final, Literal

from ledger.formats import Language, shown_day, shown_money, shown_rate
from ledger.money import Money
from merchants.paper import ACCENT, GREY, INK, POINTS, RULE, TINT, WIDTH, Paper, Style, wrapped
from merchants.paper_table import Column, Table
from vouchers.orders.paperwork.papers import Customer, OrderMark, Seller
from vouchers.orders.paperwork.papers_words import WORDS

LEFT: Final = 18.0
RIGHT: Final = WIDTH - 18.0
WINDOW: Final = 112.0  # where a French window envelope shows the address
BOTTOM: Final = 277.0
PLAIN: Final = Style(9.5)
SMALL: Final = Style(8.5, "plain", GREY)
NOTE: Final = Style(8, "plain", GREY)

Weight = Literal["item", "sum", "result"]


class Page:
    """A paper being drawn; methods that take ``y`` start there and return the next free one."""

    def __init__(self, out: BinaryIO, language: Language, seller: Seller, *, title: str, number: str) -> None:
        self.words, self.language, self.seller = WORDS[language], language, seller
        self.title, self.number = title, number
        self.paper = Paper(out, title=f"{title} {number}", language=language, author=seller.legal_name)

    def heading(self, customer: Customer, *, dates: Iterable[str], to: str) -> float:
        """Who sells on the left, what this is and whom it is for on the right."""
        room = RIGHT - WINDOW
        left = self._letterhead()
        self.paper.text(WINDOW, 23, self.title, Style(15, "bold"), width=room)
        y = 29.0
        if self.number:
            self.paper.text(WINDOW, y, self.words["number"].format(number=self.number), PLAIN.bold(), width=room)
            y += 4.7
        for line in dates:
            self.paper.text(WINDOW, y, line, SMALL, width=room)
            y += 4.2
        below = max(y + 5.5, 52.0)
        self.paper.text(WINDOW, below - 2.5, to, Style(7, "bold", GREY, 1.0))
        below = self.paper.paragraph(WINDOW, below + 3, customer.name, Style(11, "bold"), width=room, most=2) + 0.3
        for line in customer.address:
            self.paper.text(WINDOW, below, line, PLAIN, width=room)
            below += 4.7
        for line in self._identity(customer.siren, customer.vat_number):
            self.paper.text(WINDOW, below + 0.6, line, SMALL, width=room)
            below += 4.2
        return max(left, below) + 3

    def _letterhead(self) -> float:
        paper, seller, room = self.paper, self.seller, WINDOW - LEFT - 8
        paper.rectangle(LEFT, 15, 12, 1.2, colour=ACCENT)
        paper.text(LEFT, 23, seller.programme, Style(15, "bold", ACCENT), width=room)
        y = 29.0
        for line in (seller.legal_name, *seller.address):
            paper.text(LEFT, y, line, SMALL, width=room)
            y += 4.2
        if seller.notice:
            y = paper.paragraph(LEFT, y, seller.notice, SMALL, width=room, most=3)
        for line in (*self._identity(seller.siren, seller.vat_number), seller.contact):
            paper.text(LEFT, y, line, SMALL, width=room)
            y += 4.2
        return y

    def glance(self, y: float, headline: str, below: str) -> float:
        """What the paper comes to, in a box."""
        self.paper.rectangle(LEFT, y, RIGHT - LEFT, 20, colour=TINT, corner=2)
        self.paper.rectangle(LEFT, y, 1.6, 20, colour=ACCENT)
        room = RIGHT - LEFT - 14
        self.paper.text(LEFT + 7, y + 9.2, headline, Style(17, "bold", ACCENT), width=room)
        self.paper.text(LEFT + 7, y + 15.6, below, PLAIN, width=room)
        return y + 20 + 7

    def order_line(self, y: float, order: OrderMark) -> float:
        """Which order this is about, and what its buyer calls it."""
        words = self.words["order"].format(number=order.number, day=self.day(order.placed_on))
        self.paper.text(LEFT, y, words, PLAIN.bold(), width=110)
        if order.label:
            self.paper.text(RIGHT, y, order.label, PLAIN, align="right", width=62)
        return y + 3

    def table(self, y: float, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> float:
        """Rows over as many pages as they need."""
        return Table(self.paper, columns, LEFT, BOTTOM, self.fresh_page).draw(y, rows) + 6

    def sums(self, y: float, rows: Sequence[tuple[str, Money, Weight]], *, left: float = 84.0) -> float:
        """Amounts one under another, kept on one page, their results under a rule."""
        y = self.room(y, 7.2 * len(rows) + 4)
        for label, amount, weight in rows:
            style = {"item": PLAIN, "sum": PLAIN.bold(), "result": Style(11.5, "bold", ACCENT)}[weight]
            if weight != "item":
                y += 0.9
                thick, colour = (0.4, ACCENT) if weight == "result" else (0.25, RULE)
                self.paper.line(left, y - 4.7, RIGHT, y - 4.7, colour=colour, thick=thick)
            self.paper.text(left, y, label, style, width=RIGHT - left - 34)
            self.paper.text(RIGHT - 2, y, self.money(amount), style, align="right", width=32)
            y += 6.2
        return y + 4

    def section(self, y: float, title: str, *, room: float = 24) -> float:
        """A title, with room for what it is the title of."""
        y = self.room(y, room)
        self.paper.text(LEFT, y, title, Style(11.5, "bold", INK))
        return y + 6.2

    def notes(self, y: float, notes: Iterable[str], *, style: Style = NOTE) -> float:
        """Paragraphs in small letters, each kept on one page."""
        for note in filter(None, notes):
            lines = wrapped(note, style, RIGHT - LEFT)
            step = style.size * 1.4 / POINTS
            y = self.room(y, step * len(lines))
            for line in lines:
                self.paper.text(LEFT, y, line, style)
                y += step
            y += 1.1
        return y

    def room(self, y: float, needed: float) -> float:
        """Where to go on so that ``needed`` millimetres stay together."""
        return y if y + needed <= BOTTOM else self.fresh_page() + 4

    def fresh_page(self) -> float:
        self.footer()
        self.paper.next_page()
        heading = f"{self.title} {self.number}".strip()
        self.paper.text(LEFT, 18, heading, Style(9, "bold", ACCENT), width=90)
        self.paper.text(RIGHT, 18, self.seller.programme, Style(9, "plain", GREY), align="right", width=80)
        return 23.0

    def footer(self) -> None:
        legal = f"{self.seller.legal_name} · {self.words['siren'].format(siren=grouped(self.seller.siren))}"
        self.paper.line(LEFT, 282, RIGHT, 282)
        self.paper.text(RIGHT, 287, legal, NOTE, align="right", width=145)
        self.paper.page_number(LEFT, 287, self.words["page"], NOTE)

    def save(self) -> None:
        """Finish the last page and write the file."""
        self.footer()
        self.paper.save()

    def money(self, amount: Money) -> str:
        return shown_money(amount, self.language)

    def day(self, day: date) -> str:
        return shown_day(day, self.language)

    def rate(self, basis_points: int) -> str:
        return shown_rate(basis_points, self.language)

    def _identity(self, siren: str | None, vat_number: str | None) -> list[str]:
        lines = [self.words["siren"].format(siren=grouped(siren))] if siren else []
        return [*lines, self.words["vat number"].format(number=vat_number)] if vat_number else lines


def grouped(siren: str) -> str:
    """``552 100 554``, with spaces that do not break."""
    return "\u00a0".join(siren[at : at + 3] for at in range(0, len(siren), 3))
