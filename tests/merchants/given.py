"""Statements to draw, and what is printed on them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pypdfium2 as pdfium

from ledger.formats import Language
from ledger.money import ZERO, Money, total
from merchants.commission.prices import CommissionPart, Price
from merchants.settlements.statement import (
    LineKind,
    Statement,
    StatementLine,
    StatementProgramme,
    StatementShop,
)
from merchants.settlements.statement_pdf import draw_statement

PROGRAMME = StatementProgramme(
    "Treiz'Local", "CCI Aix-Marseille-Provence", ("9 La Canebière", "13001 Marseille"), "181300021", "FR12181300021"
)
SHOP = StatementShop("Ὀβολός", ("12 rue de la République", "13002 Marseille"), "55210055400013")
AMOUNT = re.compile(r"(-?)(\d{1,3}(?:[\u00a0 ]\d{3})*),(\d\d)[\u00a0 ]€")


def lines_of(count: int) -> tuple[StatementLine, ...]:
    """Redemptions of rising amounts, every seventh one an undo, every ninth a return."""
    began = datetime(2026, 10, 1, 7, 0, tzinfo=UTC)
    return tuple(
        StatementLine(
            began + timedelta(minutes=97 * number),
            what(number),
            f"E-{number:05d}",
            f"Caisse {'ABC'[number % 3]}",
            Money(1_003 + 37 * number) * (1 if what(number) == "redemption" else -1),
        )
        for number in range(count)
    )


def what(number: int) -> LineKind:
    if number % 7 == 6:
        return "undo"
    return "return" if number % 9 == 8 else "redemption"


def statement(
    lines: tuple[StatementLine, ...] = (), *, brought: Money = ZERO, iban: str | None = "FR76 •••• 0189"
) -> Statement:
    gross = total([line.amount for line in lines if line.what == "redemption"])
    turnover = total([line.amount for line in lines])
    half = Money(turnover.cents // 2)
    commission = Money((half.cents * 250 + 5_000) // 10_000)
    vat = Money(commission.cents * 2_000 // 10_000)
    due = turnover - commission - vat + brought
    return Statement(
        number="TREIZ-2026-000123",
        programme=PROGRAMME,
        shop=SHOP,
        first_day=date(2026, 10, 1),
        last_day=date(2026, 10, 31),
        issued_on=date(2026, 11, 1),
        payable_on=date(2026, 11, 5),
        lines=lines,
        gross=gross,
        undone=-total([line.amount for line in lines if line.what == "undo"]),
        returned=-total([line.amount for line in lines if line.what == "return"]),
        turnover=turnover,
        commission_parts=(
            CommissionPart(Price(250), half, half.cents * 250),
            CommissionPart(Price(0), turnover - half, 0),
        ),
        commission=commission,
        vat_rate_basis_points=2_000,
        vat=vat,
        brought_forward=brought,
        carried_forward=min(due, ZERO),
        paid=max(due, ZERO),
        iban_masked=iban,
    )


def bytes_of(drawn: Statement, language: Language = "fr") -> bytes:
    out = BytesIO()
    draw_statement(out, drawn, language)
    return out.getvalue()


def pages_of(drawn: Statement, language: Language = "fr") -> list[str]:
    document = pdfium.PdfDocument(bytes_of(drawn, language))
    return [page.get_textpage().get_text_bounded().replace("\u00a0", " ").replace("\r", "") for page in document]


def amounts_in(text: str) -> list[Money]:
    return [
        Money(int(re.sub(r"\D", "", euros) + cents) * (-1 if sign else 1))
        for sign, euros, cents in AMOUNT.findall(text)
    ]
