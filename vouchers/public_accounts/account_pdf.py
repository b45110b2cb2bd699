"""A funder's account on paper: what was added at a glance, its two sums, then campaigns, places and payments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import BinaryIO, Final

from ledger.formats import Language, shown_day, shown_money
from ledger.money import Money, total
from merchants.paper import ACCENT, GREY, INK, RULE, TINT, WIDTH, Align, Paper, Style
from merchants.paper_table import Column, Table
from vouchers.public_accounts.account import Account
from vouchers.public_accounts.account_lines import Line, became_lines, held_lines, title_of, year_of
from vouchers.public_accounts.account_words import WORDS

_LEFT: Final = 18.0
_RIGHT: Final = WIDTH - 18.0
_WINDOW: Final = 112.0  # where a French window envelope shows the address
_BOTTOM: Final = 277.0
_PLAIN: Final = Style(9.5)
_SMALL: Final = Style(8.5, "plain", GREY)
_SECTION: Final = 30.0  # a title, a header and two rows


def draw_account(out: BinaryIO, account: Account, language: Language = "fr") -> None:
    """Write the account's PDF to ``out``. The same account gives the same bytes."""
    words = WORDS[language]
    paper = Paper(
        out,
        title=f"{words['account']} · {account.funder.name}",
        language=language,
        author=account.programme.legal_name,
    )
    drawing = _Drawing(paper, account, language, words)
    y = drawing.heading()
    y = drawing.at_a_glance(y)
    y = drawing.mandate(y)
    y = drawing.sums(y, "held", held_lines(account, language))
    y = drawing.sums(y, "became", became_lines(account, language))
    y = drawing.grants(y)
    y = drawing.places(y)
    drawing.payments(y)
    drawing.footer()
    paper.save()


class _Drawing:
    """One account being drawn; each method takes the ``y`` it starts at and returns the next free one."""

    def __init__(self, paper: Paper, account: Account, language: Language, words: dict[str, str]) -> None:
        self.paper, self.account, self.language, self.words = paper, account, language, words

    def heading(self) -> float:
        paper, account, words = self.paper, self.account, self.words
        programme, known = account.programme, account.funder.known
        room = _WINDOW - _LEFT - 8
        paper.rectangle(_LEFT, 15, 12, 1.2, colour=ACCENT)
        paper.text(_LEFT, 23, programme.name, Style(15, "bold", ACCENT), width=room)
        y = 29.0
        identity = [words["siren"].format(siren=_grouped(programme.siren))]
        if programme.vat_number:
            identity.append(words["vat number"].format(number=programme.vat_number))
        for line in (programme.legal_name, *programme.address, *identity):
            paper.text(_LEFT, y, line, _SMALL, width=room)
            y += 4.2

        room = _RIGHT - _WINDOW
        year = year_of(account)
        paper.text(_WINDOW, 23, words["account" if year else "of period"], Style(15, "bold"), width=room)
        paper.text(_WINDOW, 29, self._when(), _PLAIN.bold(), width=room)
        drawn = words["drawn"].format(day=self._day(account.drawn_on))
        paper.text(_WINDOW, 33.8, drawn, _SMALL, width=room)
        if account.provisional:
            paper.text(_WINDOW, 38.4, words["provisional"], _SMALL.bold(), width=room)

        below = 52.0
        paper.text(_WINDOW, below - 2.5, words["for"], Style(7, "bold", GREY, 1.0))
        paper.text(_WINDOW, below + 3, known.name, Style(11, "bold"), width=room)
        below += 8
        for line in (known.street, f"{known.postcode} {known.commune}".strip()):
            if line:
                paper.text(_WINDOW, below, line, _PLAIN, width=room)
                below += 4.7
        if known.siren:
            paper.text(_WINDOW, below + 0.6, words["siren"].format(siren=_grouped(known.siren)), _SMALL, width=room)
            below += 4.2
        return max(y, below) + 3

    def at_a_glance(self, y: float) -> float:
        paper, account, words = self.paper, self.account, self.words
        granted, held = account.held.granted, account.held
        said = words["headline"].format(amount=self._money(granted)) if granted else words["nothing"]
        below = words["glance"].format(
            spent=self._money(account.spent), back=self._money(held.expired + held.refunded),
            left=self._money(account.left),
        )  # fmt: skip
        paper.rectangle(_LEFT, y, _RIGHT - _LEFT, 22, colour=TINT, corner=2)
        paper.rectangle(_LEFT, y, 1.6, 22, colour=ACCENT)
        room = _RIGHT - _LEFT - 14
        paper.text(_LEFT + 7, y + 10.2, said, Style(19, "bold", ACCENT), width=room)
        paper.text(_LEFT + 7, y + 17.2, below, Style(9.5, "plain", INK), width=room)
        return y + 22 + 8

    def mandate(self, y: float) -> float:
        """By what right the account is rendered, and how sums are shared."""
        words, known, programme = self.words, self.account.funder.known, self.account.programme
        agreement = ""
        if known.agreement:
            told = words["agreement dated" if known.agreed_on else "agreement"]
            day = self._day(known.agreed_on) if known.agreed_on else ""
            agreement = told.format(agreement=known.agreement, day=day)
        said = words["mandate"].format(legal=programme.legal_name, funder=known.name, agreement=agreement)
        y = self.paper.paragraph(_LEFT, y, said, Style(9), width=_RIGHT - _LEFT) + 1.2
        return self.paper.paragraph(_LEFT, y, words["how"], Style(8.5, "plain", GREY), width=_RIGHT - _LEFT) + 6

    def sums(self, y: float, title: str, lines: Sequence[Line]) -> float:
        """Lines that add up to the last one."""
        paper = self.paper
        if y + 14 + 6 * len(lines) > _BOTTOM:
            y = self._fresh_page() + 4
        y = self._section(y, self.words[title])
        for label, amount in lines[:-1]:
            paper.text(_LEFT, y, label, _PLAIN, width=120)
            paper.text(_RIGHT, y, self._money(amount), _PLAIN, align="right", width=45)
            paper.line(_LEFT, y + 1.8, _RIGHT, y + 1.8, colour=RULE, thick=0.1)
            y += 6
        label, amount = lines[-1]
        result = Style(10.5, "bold", ACCENT)
        paper.line(_LEFT, y - 4.2, _RIGHT, y - 4.2, colour=ACCENT, thick=0.4)
        paper.text(_LEFT, y + 0.6, label, result, width=120)
        paper.text(_RIGHT, y + 0.6, self._money(amount), result, align="right", width=45)
        return y + 12

    def grants(self, y: float) -> float:
        columns = (
            self._column("title", 104), self._column("count", 28, "right"), self._column("amount", 42, "right"),
        )  # fmt: skip
        rows = [
            (title_of(one.title, self.language), str(one.count), self._money(one.amount)) for one in self.account.grants
        ]
        count = sum(one.count for one in self.account.grants)
        return self._table(y, "by grant", columns, rows, ("", str(count), self._money(self.account.held.granted)))

    def places(self, y: float) -> float:
        columns = (
            self._column("commune", 52),
            self._column("trade", 70),
            self._column("shops", 20, "right"),
            self._column("amount", 32, "right"),
        )
        rows = [(one.commune, one.trade, str(one.shops), self._money(one.amount)) for one in self.account.spendings]
        shops = sum(one.shops for one in self.account.spendings)
        return self._table(y, "by place", columns, rows, ("", "", str(shops), self._money(self.account.spent)))

    def payments(self, y: float) -> float:
        columns = (self._column("day", 34), self._column("reference", 98), self._column("amount", 42, "right"))
        rows = [(self._day(one.day), one.reference, self._money(one.amount)) for one in self.account.payments]
        paid = total([one.amount for one in self.account.payments])
        return self._table(y, "payments", columns, rows, ("", "", self._money(paid)))

    def footer(self) -> None:
        programme = self.account.programme
        legal = f"{programme.legal_name} · {self.words['siren'].format(siren=_grouped(programme.siren))}"
        self.paper.line(_LEFT, 282, _RIGHT, 282)
        self.paper.text(_RIGHT, 287, legal, Style(8, "plain", GREY), align="right", width=145)
        self.paper.page_number(_LEFT, 287, self.words["page"], Style(8, "plain", GREY))

    def _table(
        self, y: float, title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], result: Sequence[str]
    ) -> float:
        """A section that stands with its first rows, and goes on over as many pages as it needs; none if empty."""
        if not rows:
            return y
        if y + _SECTION > _BOTTOM:
            y = self._fresh_page() + 4
        y = self._section(y, self.words[title])
        table = Table(self.paper, columns, _LEFT, _BOTTOM, self._fresh_page)
        return table.draw(y - 3.5, rows, total=(self.words["total"], *result[1:])) + 10

    def _column(self, title: str, width: float, align: Align = "left") -> Column:
        return Column(self.words[title], width, align)

    def _fresh_page(self) -> float:
        self.footer()
        self.paper.next_page()
        told = f"{self.words['account']} · {self._when()}"
        self.paper.text(_LEFT, 18, told, Style(9, "bold", ACCENT), width=90)
        self.paper.text(_RIGHT, 18, self.account.funder.name, Style(9, "plain", GREY), align="right", width=80)
        return 23.0

    def _section(self, y: float, title: str) -> float:
        self.paper.text(_LEFT, y, title, Style(11.5, "bold", INK))
        return y + 7.6

    def _when(self) -> str:
        year = year_of(self.account)
        if year:
            return self.words["year"].format(year=year)
        days = self.account.days
        return self.words["period"].format(first=self._day(days.first_day), last=self._day(days.last_day))

    def _money(self, amount: Money) -> str:
        return shown_money(amount, self.language)

    def _day(self, day: date) -> str:
        return shown_day(day, self.language)


def _grouped(siren: str) -> str:
    """A SIREN as printed, with spaces that do not break."""
    return "\u00a0".join(siren[at : at + 3] for at in range(0, len(siren), 3))
