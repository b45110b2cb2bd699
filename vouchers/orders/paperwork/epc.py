"""The code from which a banking application fills in a transfer: the EPC's quick response code for SEPA transfers.

Source: European Payments Council, EPC069-12, Quick Response Code: guidelines to enable data capture for the
initiation of a SEPA credit transfer, version 002. Elements stand one on a line; the last one given ends the text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from ledger.errors import Refusal
from ledger.money import Money
from merchants.shops import identity
from vouchers.orders.paperwork import reference as references
from vouchers.orders.paperwork.paper_errors import TransferCodeRefused

LONGEST: Final = 331
"""Bytes: what a code of version 13 holds at level M, the largest and the only level that the guidelines allow."""

MOST: Final = Money(99_999_999_999)
LONGEST_NAME: Final = 70
LONGEST_INFORMATION: Final = 70

_PURPOSE: Final = re.compile(r"[A-Z]{0,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CreditTransfer:
    """A transfer to fill in.

    :param name: of the account's holder, as the bank knows it: the payer's bank compares it (EU 2024/886)
    :param reference: a creditor reference; with it there is no other text for the beneficiary
    :param purpose: a code of ISO 20022 (``GDDS``), or nothing
    :param information: what the application may show to the payer
    """

    name: str
    iban: str
    amount: Money
    reference: str
    bic: str | None = None
    purpose: str = ""
    information: str = ""


def payload(transfer: CreditTransfer) -> str:
    """The text of the code, to be drawn as bytes at level M.

    The name keeps its accents: the guidelines provide UTF-8 for it, each application turns into its own bank's
    characters what must be, and the comparison of names is made on the real one. Line breaks would begin another
    element, so every blank becomes a space.

    :raises TransferCodeRefused: naming what does not fit
    """
    name = plain(transfer.name)
    information = plain(transfer.information)
    for field, fits in (
        ("name", 0 < len(name) <= LONGEST_NAME),
        ("amount", Money(1) <= transfer.amount <= MOST),
        ("purpose", _PURPOSE.fullmatch(transfer.purpose) is not None),
        ("information", len(information) <= LONGEST_INFORMATION),
    ):
        if not fits:
            raise TransferCodeRefused(field=field)
    euros, cents = divmod(transfer.amount.cents, 100)
    elements = [
        "BCD",
        "002",
        "1",  # UTF-8
        "SCT",
        _bic(transfer.bic),
        name,
        _iban(transfer.iban),
        f"EUR{euros}.{cents:02d}",
        transfer.purpose,
        _reference(transfer.reference),
        "",  # unstructured text, which excludes a reference
        information,
    ]
    text = "\n".join(elements).rstrip("\n")
    if len(text.encode()) > LONGEST:
        raise TransferCodeRefused(field="length")
    return text


def plain(words: str) -> str:
    """Composed, on one line, without what nobody sees."""
    spaced = "".join(" " if character.isspace() else character for character in unicodedata.normalize("NFC", words))
    seen = (character for character in spaced if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Cn", "Co"})
    return " ".join("".join(seen).split())


def shortened(name: str) -> str:
    """A name of at most 70 characters, cut after a word if it can be, as banks cut it themselves."""
    whole = plain(name)
    if len(whole) <= LONGEST_NAME:
        return whole
    cut, _, _ = whole[: LONGEST_NAME + 1].rpartition(" ")
    return cut or whole[:LONGEST_NAME]


def _iban(typed: str) -> str:
    try:
        return identity.iban(typed)
    except Refusal:
        raise TransferCodeRefused(field="iban") from None


def _bic(typed: str | None) -> str:
    try:
        return identity.bic(typed) if typed else ""
    except Refusal:
        raise TransferCodeRefused(field="bic") from None


def _reference(typed: str) -> str:
    try:
        return references.check(typed)
    except Refusal:
        raise TransferCodeRefused(field="reference") from None
