"""An attestation on paper: what was given at a glance, by event and by person, then every voucher."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import BinaryIO, Final

from ledger.formats import Language, shown_day, shown_money
from ledger.money import Money
from merchants.paper import ACCENT, GREY, INK, TINT, WIDTH, Align, Paper, Style
from merchants.paper_table import Column, Table
from vouchers.orders.giving.attestation import Attestation, event_name
from vouchers.orders.giving.attestation_words import WORDS
from vouchers.orders.giving.urssaf import Person
from vouchers.orders.giving.urssaf_words import ONLY_HERE, ceiling_said
from vouchers.orders.lists.addresses import shown_address

_LEFT: Final = 18.0
_RIGHT: Final = WIDTH - 18.0
_WINDOW: Final = 112.0  # where a French window envelope shows the address
_BOTTOM: Final = 277.0
_PLAIN: Final = Style(9.5)
_SMALL: Final = Style(8.5, "plain", GREY)
_SECTION: Final = 30.0  # a title, a header and two rows
_WHOLE_YEAR: Final = (1, 1, 12, 31)
_VOUCHER_WIDTHS: Final[dict[Language, tuple[float, ...]]] = {
    "fr": (21, 40, 20, 36, 36, 21),
    "en": (31, 36, 22, 31, 34, 20),
}
_ONE: Final = {
    "vouchers": "one voucher",
    "people": "one person",
    "beneficiaries": "one beneficiary",
    "unmatched": "one unmatched",
}


def draw_attestation(out: BinaryIO, attestation: Attestation, language: Language = "fr") -> None:
    """Write the attestation's PDF to ``out``. The same attestation gives the same bytes."""
    words = WORDS[language]
    paper = Paper(
        out,
        title=f"{words['attestation']} · {attestation.buyer.name}",
        language=language,
        author=attestation.programme.legal_name,
    )
    drawing = _Drawing(paper, attestation, language, words)
    y = drawing.heading()
    y = drawing.at_a_glance(y)
    y = drawing.scope(y)
    if attestation.lines:
        y = drawing.by_event(y)
        y = drawing.by_person(y)
        drawing.every_voucher(y)
    drawing.footer()
    paper.save()


class _Drawing:
    """One attestation being drawn; each method takes the ``y`` it starts at and returns the next free one."""

    def __init__(self, paper: Paper, attestation: Attestation, language: Language, words: dict[str, str]) -> None:
        self.paper, self.attestation, self.language, self.words = paper, attestation, language, words
        self.people, self.total = attestation.by_person, attestation.total

    def heading(self) -> float:
        paper, attestation, words = self.paper, self.attestation, self.words
        programme, buyer = attestation.programme, attestation.buyer
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
        paper.text(_WINDOW, 23, words["attestation"], Style(15, "bold"), width=room)
        paper.text(_WINDOW, 29, words["period"].format(**self._dates()), _PLAIN.bold(), width=room)
        paper.text(_WINDOW, 33.8, words["issued"].format(day=self._day(attestation.issued_on)), _SMALL, width=room)

        below = 52.0
        paper.text(_WINDOW, below - 2.5, words["for"], Style(7, "bold", GREY, 1.0))
        paper.text(_WINDOW, below + 3, buyer.name, Style(11, "bold"), width=room)
        below += 8
        for line in buyer.address:
            paper.text(_WINDOW, below, line, _PLAIN, width=room)
            below += 4.7
        if buyer.siren:
            paper.text(_WINDOW, below + 0.6, words["siren"].format(siren=_grouped(buyer.siren)), _SMALL, width=room)
            below += 4.2
        return max(y, below) + 3

    def at_a_glance(self, y: float) -> float:
        paper, attestation, words = self.paper, self.attestation, self.words
        said = words["nothing"]
        if attestation.lines:
            kind = "beneficiaries" if attestation.unmatched else "people"
            people = self._counted(len(self.people), kind)
            said = words["given"].format(amount=shown_money(self.total, self.language), people=people)
        paper.rectangle(_LEFT, y, _RIGHT - _LEFT, 22, colour=TINT, corner=2)
        paper.rectangle(_LEFT, y, 1.6, 22, colour=ACCENT)
        room = _RIGHT - _LEFT - 14
        paper.text(_LEFT + 7, y + 10.2, said, Style(19, "bold", ACCENT), width=room)
        below = words["detail glance"].format(
            vouchers=self._counted(len(attestation.lines), "vouchers"), when=self._when()
        )
        paper.text(_LEFT + 7, y + 17.2, below, Style(9.5, "plain", INK), width=room)
        return y + 22 + 10

    def scope(self, y: float) -> float:
        attestation, words = self.attestation, self.words
        y = self._section(y, words["what it says"]) - 1.2
        unmatched = attestation.unmatched
        said = [
            words["attests"].format(
                programme=attestation.programme.name,
                legal=attestation.programme.legal_name,
                buyer=attestation.buyer.name,
            ),
            ONLY_HERE[self.language],
            *(ceiling_said(year, self.language) for year in attestation.years),
            words["matched"] + (f" {self._counted(unmatched, 'unmatched')}" if unmatched else ""),
        ]
        for one in said:
            y = self.paper.paragraph(_LEFT, y, one, Style(9), width=_RIGHT - _LEFT) + 1.2
        return y + 5

    def by_event(self, y: float) -> float:
        columns = (self._column("event", 104), self._column("count", 28, "right"), self._column("amount", 42, "right"))
        rows = [
            (event_name(one.event, self.language), str(one.count), self._money(one.amount))
            for one in self.attestation.by_event
        ]
        total = (self.words["total"], str(len(self.attestation.lines)), self._money(self.total))
        return self._table(y, "by event", columns, rows, total)

    def by_person(self, y: float) -> float:
        columns = (
            self._column("who", 52),
            self._column("staff number", 24),
            self._column("email", 58),
            self._column("count", 14, "right"),
            self._column("amount", 26, "right"),
        )
        rows = [
            (
                one.person.name, one.person.staff_number or "", _address(one.person), str(one.count),
                self._money(one.amount),
            )
            for one in self.people
        ]  # fmt: skip
        total = (self.words["total"], "", "", str(len(self.attestation.lines)), self._money(self.total))
        return self._table(y, "by person", columns, rows, total)

    def every_voucher(self, y: float) -> float:
        widths = _VOUCHER_WIDTHS[self.language]
        titles = ("on", "who", "staff number", "event", "number", "amount")
        columns = [
            self._column(title, width, "right" if title == "amount" else "left")
            for title, width in zip(titles, widths, strict=True)
        ]
        rows = [
            (
                self._day(line.on), line.person.name, line.person.staff_number or "",
                event_name(line.event, self.language), line.number, self._money(line.amount),
            )
            for line in self.attestation.lines
        ]  # fmt: skip
        total = (self.words["total"], "", "", "", "", self._money(self.total))
        return self._table(y, "every voucher", columns, rows, total)

    def _table(
        self, y: float, title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], total: Sequence[str]
    ) -> float:
        """A section that stands with its first rows, and goes on over as many pages as it needs."""
        if y + _SECTION > _BOTTOM:
            y = self._fresh_page() + 4
        y = self._section(y, self.words[title])
        table = Table(self.paper, columns, _LEFT, _BOTTOM, self._fresh_page)
        return table.draw(y - 3.5, rows, total=total) + 10

    def _column(self, title: str, width: float, align: Align = "left") -> Column:
        return Column(self.words[title], width, align)

    def _fresh_page(self) -> float:
        self.footer()
        self.paper.next_page()
        self.paper.text(_LEFT, 18, self.words["attestation"], Style(9, "bold", ACCENT), width=90)
        self.paper.text(_RIGHT, 18, self.attestation.buyer.name, Style(9, "plain", GREY), align="right", width=80)
        return 23.0

    def footer(self) -> None:
        programme = self.attestation.programme
        legal = f"{programme.legal_name} · {self.words['siren'].format(siren=_grouped(programme.siren))}"
        self.paper.line(_LEFT, 282, _RIGHT, 282)
        self.paper.text(_RIGHT, 287, legal, Style(8, "plain", GREY), align="right", width=145)
        self.paper.page_number(_LEFT, 287, self.words["page"], Style(8, "plain", GREY))

    def _section(self, y: float, title: str) -> float:
        self.paper.text(_LEFT, y, title, Style(11.5, "bold", INK))
        return y + 7.6

    def _when(self) -> str:
        """``en 2026`` for a whole year, else the two days."""
        first, last = self.attestation.first_day, self.attestation.last_day
        if first.year == last.year and (first.month, first.day, last.month, last.day) == _WHOLE_YEAR:
            return self.words["in year"].format(year=first.year)
        return self.words["in period"].format(**self._dates())

    def _dates(self) -> dict[str, str]:
        return {"first": self._day(self.attestation.first_day), "last": self._day(self.attestation.last_day)}

    def _counted(self, count: int, what: str) -> str:
        return self.words[_ONE[what] if count == 1 else what].format(count=count)

    def _money(self, amount: Money) -> str:
        return shown_money(amount, self.language)

    def _day(self, day: date) -> str:
        return shown_day(day, self.language)


def _address(person: Person) -> str:
    return shown_address(person.email) if person.email else ""


def _grouped(siren: str) -> str:
    """A SIREN as printed, with spaces that do not break."""
    return "\u00a0".join(siren[at : at + 3] for at in range(0, len(siren), 3))
