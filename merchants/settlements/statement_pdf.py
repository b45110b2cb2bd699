"""A statement on paper: what the shop receives at a glance, how it is made up, then every operation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo

from ledger.formats import Language, shown_day, shown_money, shown_rate
from ledger.money import ZERO
from merchants.charts.printing import print_chart
from merchants.commission.words import reckoned
from merchants.paper import ACCENT, GREY, INK, RULE, TINT, WIDTH, Paper, Style
from merchants.paper_table import Column, Table
from merchants.settlements.statement import Statement, StatementLine, grouped
from merchants.settlements.statement_chart import takings_chart
from merchants.settlements.statement_words import WORDS

_PARIS: Final = ZoneInfo("Europe/Paris")
_LEFT: Final = 18.0
_RIGHT: Final = WIDTH - 18.0
_WINDOW: Final = 112.0  # where a French window envelope shows the address
_BOTTOM: Final = 277.0
_PLAIN: Final = Style(9.5)
_SMALL: Final = Style(8.5, "plain", GREY)


def draw_statement(out: BinaryIO, statement: Statement, language: Language = "fr", *, check_at: str = "") -> None:
    """Write the statement's PDF to ``out``. The same statement gives the same bytes.

    :param check_at: the address of the page where its seal is checked, printed beside it
    """
    words = WORDS[language]
    paper = Paper(
        out,
        title=f"{words['statement']} {statement.number}",
        language=language,
        author=statement.programme.legal_name,
    )
    drawing = _Drawing(paper, statement, language, words, check_at)
    y = drawing.heading()
    y = drawing.at_a_glance(y)
    y = drawing.made_up(y)
    y = drawing.chart(y)
    drawing.operations(y)
    drawing.footer()
    paper.save()


class _Drawing:
    """One statement being drawn; each method takes the ``y`` it starts at and returns the next free one."""

    def __init__(
        self, paper: Paper, statement: Statement, language: Language, words: dict[str, str], check_at: str
    ) -> None:
        self.paper, self.statement, self.language, self.words = paper, statement, language, words
        self.seal = words["seal checked" if check_at else "seal"].format(seal=statement.seal, address=check_at)

    def heading(self) -> float:
        paper, statement, words = self.paper, self.statement, self.words
        programme, shop = statement.programme, statement.shop
        room = _WINDOW - _LEFT - 8
        paper.rectangle(_LEFT, 15, 12, 1.2, colour=ACCENT)
        paper.text(_LEFT, 23, programme.name, Style(15, "bold", ACCENT), width=room)
        y = 29.0
        for line in (
            programme.legal_name,
            *programme.address,
            *self._identity("siren", programme.siren, programme.vat_number),
        ):
            paper.text(_LEFT, y, line, _SMALL, width=room)
            y += 4.2

        dates = {"first": self._day(statement.first_day), "last": self._day(statement.last_day)}
        paper.text(_WINDOW, 23, words["statement"], Style(15, "bold"), width=_RIGHT - _WINDOW)
        paper.text(_WINDOW, 29, words["number"].format(number=statement.number), _PLAIN.bold(), width=_RIGHT - _WINDOW)
        paper.text(_WINDOW, 33.8, words["period"].format(**dates), _PLAIN, width=_RIGHT - _WINDOW)
        paper.text(_WINDOW, 38.4, words["issued"].format(day=self._day(statement.issued_on)), _SMALL)

        below = 52.0
        paper.text(_WINDOW, below - 2.5, words["for"], Style(7, "bold", GREY, 1.0))
        paper.text(_WINDOW, below + 3, shop.name, Style(11, "bold"), width=_RIGHT - _WINDOW)
        below += 8
        for line in shop.address:
            paper.text(_WINDOW, below, line, _PLAIN, width=_RIGHT - _WINDOW)
            below += 4.7
        for line in self._identity("siret", shop.siret, shop.vat_number):
            paper.text(_WINDOW, below + 0.6, line, _SMALL, width=_RIGHT - _WINDOW)
            below += 4.2
        return max(y, below) + 3

    def at_a_glance(self, y: float) -> float:
        paper, statement, words = self.paper, self.statement, self.words
        amounts = {"amount": shown_money(statement.paid, self.language), "day": self._day(statement.payable_on)}
        headline = "you receive nothing"
        if statement.paid:
            headline = "you receive" if statement.iban_masked else "you will receive"
        paper.rectangle(_LEFT, y, _RIGHT - _LEFT, 22, colour=TINT, corner=2)
        paper.rectangle(_LEFT, y, 1.6, 22, colour=ACCENT)
        room = _RIGHT - _LEFT - 14
        paper.text(_LEFT + 7, y + 10.2, words[headline].format(**amounts), Style(19, "bold", ACCENT), width=room)
        paper.text(_LEFT + 7, y + 17.2, self._how_paid(), Style(9.5, "plain", INK), width=room)
        return y + 22 + 10

    def _how_paid(self) -> str:
        statement, words = self.statement, self.words
        if statement.carried_forward > ZERO:
            amount, minimum = (
                shown_money(one, self.language) for one in (statement.carried_forward, statement.minimum)
            )
            return words["below minimum"].format(amount=amount, minimum=minimum)
        if statement.carried_forward:
            return words["owed"].format(amount=shown_money(-statement.carried_forward, self.language))
        if not statement.paid:
            return words["nothing due"]
        if statement.iban_masked is None:
            return words["waiting"]
        return words["to the account"].format(iban=statement.iban_masked, number=statement.number)

    def made_up(self, y: float) -> float:
        paper = self.paper
        y = self._section(y, self.words["made up"])
        above = ""
        for label, amount, weight in self._amounts():
            if above == "part" != weight:
                y += 1
            above = weight
            style = {"sum": _PLAIN.bold(), "part": _SMALL, "item": _PLAIN}[weight]
            if weight == "sum":
                paper.line(_LEFT, y - 4.6, _RIGHT, y - 4.6, colour=RULE, thick=0.25)
            indent = 5 if weight == "part" else 0
            paper.text(_LEFT + indent, y, label, style, width=120)
            paper.text(_RIGHT, y, amount, style, align="right", width=45)
            y += 5.2 if weight == "part" else 6.2
        result = Style(11.5, "bold", ACCENT)
        paper.line(_LEFT, y - 4.4, _RIGHT, y - 4.4, colour=ACCENT, thick=0.4)
        paper.text(_LEFT, y + 0.8, self.words["result"], result)
        paper.text(_RIGHT, y + 0.8, shown_money(self.statement.paid, self.language), result, align="right")
        y = paper.paragraph(_LEFT, y + 8, self._vat_note(), Style(8, "plain", GREY), width=_RIGHT - _LEFT)
        return y + 6

    def _amounts(self) -> Iterator[tuple[str, str, str]]:
        """What leads to the sum paid, signed so that the items add up to it: label, amount, weight."""
        statement, words, language = self.statement, self.words, self.language
        count = Counter(line.what for line in statement.lines)
        yield words["gross"].format(count=count["redemption"]), shown_money(statement.gross, language), "item"
        if statement.undone:
            yield words["undone"].format(count=count["undo"]), shown_money(-statement.undone, language), "item"
        if statement.returned:
            yield words["returned"].format(count=count["return"]), shown_money(-statement.returned, language), "item"
        yield words["turnover"], shown_money(statement.turnover, language), "sum"
        yield from self._commission()
        yield from self._vat()
        if statement.brought_forward:
            yield words["brought"], shown_money(statement.brought_forward, language), "item"
        if statement.carried_forward:
            label = "kept" if statement.carried_forward > ZERO else "carried"
            yield words[label], shown_money(-statement.carried_forward, language), "item"

    def _commission(self) -> Iterator[tuple[str, str, str]]:
        """One price in the line itself; several below it, each with what it comes to before rounding."""
        statement, words, language = self.statement, self.words, self.language
        said = reckoned(statement.commission_parts, statement.commission_rest, language)
        label = "commission" if self.statement.taxed else "untaxed"
        if len(statement.commission_parts) == 1 and not statement.commission_rest:
            yield words[f"{label} at"].format(price=said[0]), shown_money(-statement.commission, language), "item"
            return
        yield words[label], shown_money(-statement.commission, language), "item"
        for one in said:
            yield one, "", "part"

    def _vat(self) -> Iterator[tuple[str, str, str]]:
        """By rate; nothing where the programme is outside VAT."""
        statement, words, language = self.statement, self.words, self.language
        changed = statement.vat_parts if len(statement.vat_parts) > 1 else ()
        for rate_bp, base, vat in changed:
            facts = {"rate": shown_rate(rate_bp, language), "base": shown_money(base, language)}
            yield words["vat of"].format(**facts), shown_money(-vat, language), "item"
        if self.statement.taxed and not changed:
            rate = shown_rate(statement.vat_rate_basis_points, language)
            yield words["vat"].format(rate=rate), shown_money(-statement.vat, language), "item"

    def _vat_note(self) -> str:
        """What a shop has to know of VAT, and nothing that is not so for it."""
        said = ["vat note"]
        if self.statement.shop.vat_number is not None:
            said.append("vat note sales")
        said.append("vat note commission" if self.statement.taxed else "no vat")
        return " ".join(self.words[one] for one in said)

    def chart(self, y: float) -> float:
        """The period at a glance; nothing where nothing moved."""
        if not self.statement.lines:
            return y
        title, drawing = takings_chart(self.statement, self.language)
        height = drawing.height * (_RIGHT - _LEFT) / drawing.width
        if y + 4 + height > _BOTTOM:
            y = self._fresh_page()
        self.paper.text(_LEFT, y, title, Style(11.5, "bold", INK))
        return print_chart(self.paper, drawing, _LEFT, y + 2.4, _RIGHT - _LEFT) + 9

    def operations(self, y: float) -> None:
        statement, words = self.statement, self.words
        if y + 24 > _BOTTOM:
            y = self._fresh_page()
        y = self._section(y, words["detail"])
        if not statement.lines:
            self.paper.text(_LEFT, y, words["no line"], _PLAIN)
            return
        self.paper.text(_RIGHT, y - 7.2, words["paris"], Style(8, "plain", GREY), align="right")
        columns = (
            Column(words["when"], 41),
            Column(words["what"], 28),
            Column(words["reference"], 31),
            Column(words["till"], 44),
            Column(words["amount"], 30, "right"),
        )
        table = Table(self.paper, columns, _LEFT, _BOTTOM, self._fresh_page)
        total = (words["total"], "", "", "", shown_money(statement.turnover, self.language))
        table.draw(y - 3.5, map(self._cells, statement.lines), total=total)

    def _cells(self, line: StatementLine) -> tuple[str, ...]:
        at = line.at.astimezone(_PARIS)
        moment = f"{self._day(at.date())} {at:%H:%M}"
        return moment, self.words[line.what], line.reference, line.till, shown_money(line.amount, self.language)

    def _fresh_page(self) -> float:
        self.footer()
        self.paper.next_page()
        heading = f"{self.words['statement']} {self.statement.number}"
        self.paper.text(_LEFT, 18, heading, Style(9, "bold", ACCENT), width=90)
        self.paper.text(_RIGHT, 18, self.statement.shop.name, Style(9, "plain", GREY), align="right", width=80)
        return 23.0

    def footer(self) -> None:
        programme = self.statement.programme
        legal = f"{programme.legal_name} · {self.words['siren'].format(siren=grouped(programme.siren))}"
        self.paper.line(_LEFT, 282, _RIGHT, 282)
        self.paper.text(_RIGHT, 287, legal, Style(8, "plain", GREY), align="right", width=145)
        self.paper.page_number(_LEFT, 287, self.words["page"], Style(8, "plain", GREY))
        if self.statement.seal:
            self.paper.text(_RIGHT, 291, self.seal, Style(7, "plain", GREY), align="right", width=_RIGHT - _LEFT)

    def _section(self, y: float, title: str) -> float:
        self.paper.text(_LEFT, y, title, Style(11.5, "bold", INK))
        return y + 7.6

    def _identity(self, kind: str, number: str, vat_number: str | None) -> tuple[str, ...]:
        shown = self.words[kind].format(**{kind: grouped(number)})
        return (shown, self.words["vat number"].format(number=vat_number)) if vat_number else (shown,)

    def _day(self, day: date) -> str:
        return shown_day(day, self.language)
