"""The French file of accounting entries (fichier des écritures comptables, FEC). Pure: lines in, bytes out.

Source: livre des procédures fiscales, art. A47 A-1 (arrêté du 29 juillet 2013), and BOI-CF-IOR-60-40-20: 18 fields in
this order, a header row, one character that parts them, numbers with a decimal comma, days as AAAAMMJJ, the name of the
file. Of the character sets that it names (ASCII, ISO 8859-15, EBCDIC) this is ISO 8859-15.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from ledger.errors import AccountNumberUnfit
from ledger.money import ZERO, Money

FIELDS: Final = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip

ENCODING: Final = "iso8859-15"
_SEPARATOR: Final = "\t"
_END: Final = "\r\n"

HEADER: Final = (_SEPARATOR.join(FIELDS) + _END).encode(ENCODING)

_FIT: Final = re.compile(r"[1-8][0-9]{2}[0-9A-Za-z]*")
"""Three digits of the chart first, of its classes 1 to 8 (art. A47 A-1, VII and VIII)."""

_SPELLED: Final = str.maketrans(
    {
        "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h", "ı": "i", "Ŧ": "T", "ŧ": "t", "ẞ": "SS",
        "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "‹": "<", "›": ">", "‐": "-", "‑": "-", "–": "-",
        "—": "-", "−": "-", "…": "...", "•": "-",
    }
)  # fmt: skip
"""What no decomposition spells with letters of ISO 8859-15."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an entry: one account debited or credited. Its auxiliary account may be none: then both are empty."""

    journal: str
    journal_name: str
    number: int
    day: date
    account: str
    account_name: str
    party: str
    party_name: str
    piece: str
    piece_day: date
    label: str
    debit: Money
    credit: Money
    valid_on: date


def file_name(siren: str, closes_on: date) -> str:
    """``181300013FEC20261231.txt``: whose accounts, and the day on which the financial year closes."""
    return f"{siren}FEC{closes_on:%Y%m%d}.txt"


def refuse_unfit(kind: str, number: str) -> None:
    """Whether a number may stand in the file.

    :raises AccountNumberUnfit:
    """
    if not _FIT.fullmatch(number):
        raise AccountNumberUnfit(kind=kind, number=number)


def encoded(lines: Iterable[Line]) -> bytes:
    """Lines as the file has them."""
    return "".join([_SEPARATOR.join(_cells(line)) + _END for line in lines]).encode(ENCODING)


def clean(text: str) -> str:
    """A text in one line of ISO 8859-15: what parts fields or lines is a space, foreign letters lose their marks.

    What cannot be spelled so is a question mark: a name that is shortened is better than a file that is refused.
    """
    plain = text.isascii() and text.isprintable() and "  " not in text and text == text.strip()
    return text if plain else _cleaned(text)


@lru_cache(maxsize=4096)
def _cleaned(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    spaced = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in composed)
    return " ".join("".join(map(_spelled, spaced)).split())


def _spelled(one: str) -> str:
    if _has(one):
        return one
    plain = unicodedata.normalize("NFKD", one.translate(_SPELLED))
    return "".join(part if _has(part) else "?" for part in plain if not unicodedata.combining(part)) or "?"


def _has(text: str) -> bool:
    try:
        text.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return True


def _cells(line: Line) -> tuple[str, ...]:
    return (
        clean(line.journal), clean(line.journal_name), str(line.number), _day(line.day), line.account,
        clean(line.account_name), line.party, clean(line.party_name), clean(line.piece), _day(line.piece_day),
        clean(line.label), _amount(line.debit), _amount(line.credit), "", "", _day(line.valid_on), "", "",
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _amount(amount: Money) -> str:
    """``1250,50``: no thousands, no sign: what is negative is on the other side."""
    if amount < ZERO:
        raise ValueError("an amount of the other side")
    return f"{amount.cents // 100},{amount.cents % 100:02d}"
