"""A funder's account as a table for a spreadsheet, in CSV or XLSX: every sum of the paper on a line of its own."""

from __future__ import annotations

from typing import Final, Literal, get_args

from ledger.formats import Language, shown_day
from ledger.money import Money
from vouchers.bookkeeping.spreadsheets import Row, Rows, csv_bytes, xlsx_bytes
from vouchers.public_accounts.account import Account
from vouchers.public_accounts.account_lines import became_lines, held_lines, title_of, year_of
from vouchers.public_accounts.account_words import WORDS

Form = Literal["csv", "xlsx"]
FORMS: Final[tuple[Form, ...]] = get_args(Form)


def table(account: Account, language: Language) -> list[Row]:
    """The lines: section, label, detail, number, amount in euros."""
    words = WORDS[language]
    rows: list[Row] = [tuple(words[name] for name in ("section", "label", "detail", "number", "euros"))]
    rows += [(words["held"], label, "", "", amount) for label, amount in held_lines(account, language)]
    rows += [(words["became"], label, "", "", amount) for label, amount in became_lines(account, language)]
    rows += [(words["by grant"], title_of(one.title, language), "", one.count, one.amount) for one in account.grants]
    rows += [(words["by place"], one.commune, one.trade, one.shops, one.amount) for one in account.spendings]
    rows += [
        (words["payments"], _payment(one.amount, words), f"{shown_day(one.day, language)} {one.reference}".strip(), "",
         one.amount)
        for one in account.payments
    ]  # fmt: skip
    return rows


async def account_bytes(account: Account, form: Form, language: Language) -> bytes:
    """The table as a file."""
    rows = _at_once(table(account, language))
    parts = csv_bytes(rows, language) if form == "csv" else xlsx_bytes(rows, WORDS[language]["sheet"])
    return b"".join([part async for part in parts])


def file_name(account: Account, form: Form | Literal["pdf"], language: Language) -> str:
    """``compte-2026.pdf`` for a civil year, else with both days."""
    first, last = account.days.first_day, account.days.last_day
    return f"{WORDS[language]['file']}-{year_of(account) or f'{first}-{last}'}.{form}"


def _payment(amount: Money, words: dict[str, str]) -> str:
    return words["paid in"] if amount.cents > 0 else words["sent back"]


async def _at_once(rows: list[Row]) -> Rows:
    yield rows
