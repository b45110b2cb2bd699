"""A statement as rows for a spreadsheet: the facts, every operation, and how what is paid is made up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from ledger.formats import Language, shown_rate
from ledger.money import Money
from merchants.commission.prices import UNITS
from merchants.settlements.statement import Statement, StatementLine, grouped
from merchants.settlements.statement_words import WORDS

Cell = str | int | date | Money | Decimal
Row = tuple[Cell, ...]

_PARIS: Final = ZoneInfo("Europe/Paris")


def statement_rows(statement: Statement, language: Language) -> Iterator[Row]:
    """Every row, the facts first. Amounts stand in the last column and are signed as on the paper, so that operations
    add up to their total, and the total and what follows it to what is paid.
    """
    words = WORDS[language]
    yield from _facts(statement, words)
    yield ()
    yield tuple(words[name] for name in ("day", "time", "what", "reference", "till", "amount"))
    yield from (_operation(line, words) for line in statement.lines)
    yield ()
    for label, amount in _amounts(statement, words):
        yield (label, "", "", "", "", amount)
    yield ()
    yield words["by price"], words["vouchers"], words["exact"]
    for part in statement.commission_parts:
        yield part.price.said(language, part.base), part.base, _euros(part.exact)
    if statement.commission_rest:
        yield words["rest row"], "", _euros(statement.commission_rest)
    if statement.taxed:
        yield ()
        yield words["by rate"], words["commission"], words["vat row"]
        for rate, base, vat in statement.taxes:
            yield shown_rate(rate, language), base, vat


def _facts(statement: Statement, words: dict[str, str]) -> Iterator[Row]:
    yield words["statement"], statement.number
    yield words["from"], statement.first_day
    yield words["through"], statement.last_day
    yield words["issued row"], statement.issued_on
    yield words["programme"], statement.programme.legal_name
    yield "SIREN", grouped(statement.programme.siren)
    yield words["shop"], statement.shop.name
    yield "SIRET", grouped(statement.shop.siret)
    yield words["result"], statement.paid
    if statement.paid:
        yield words["payable"], statement.payable_on
    yield "IBAN", statement.iban_masked or ""
    if statement.seal:
        yield words["seal row"], statement.seal


def _operation(line: StatementLine, words: dict[str, str]) -> Row:
    at = line.at.astimezone(_PARIS)
    return at.date(), f"{at:%H:%M}", words[line.what], line.reference, line.till, line.amount


def _amounts(statement: Statement, words: dict[str, str]) -> Iterator[tuple[str, Money]]:
    """What the paper says of how it is made up; sums of zero too, so that all statements have the same rows."""
    count = Counter(line.what for line in statement.lines)
    yield words["gross"].format(count=count["redemption"]), statement.gross
    yield words["undone"].format(count=count["undo"]), -statement.undone
    yield words["returned"].format(count=count["return"]), -statement.returned
    yield words["turnover"], statement.turnover
    yield words["commission" if statement.taxed else "untaxed"], -statement.commission
    if statement.taxed:
        yield words["vat row"], -statement.vat
    yield words["brought"], statement.brought_forward
    yield words["carried row"], -statement.carried_forward
    yield words["result"], statement.paid


def _euros(exact: int) -> Decimal:
    """Euros from ten-thousandths of a cent, all of them."""
    return Decimal(exact) / (100 * UNITS)
