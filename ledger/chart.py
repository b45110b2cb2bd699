"""Every kind of account on one page, with its side and its default French account number.

Numbers are those of the plan comptable général (ANC regulation 2014-03); a programme may set its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5


class Side(StrEnum):
    """The side on which an account of this kind grows."""

    DEBIT = "debit"
    CREDIT = "credit"


class Kind(StrEnum):
    """What an account is for."""

    BANK = "bank"
    STRIPE = "stripe"
    TRANSIT = "transit"
    BUYER = "buyer"
    VOUCHER = "voucher"
    SHOP = "shop"
    FUNDER = "funder"
    FEES = "fees"
    COMMISSION = "commission"
    VAT = "vat"
    BANK_FEES = "bank_fees"
    BREAKAGE = "breakage"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the chart. ``single``: the programme has one such account; else one for each owner."""

    number: str
    side: Side
    single: bool
    guarded: bool
    label_fr: str
    label_en: str


_D, _C = Side.DEBIT, Side.CREDIT

CHART: Final[dict[Kind, Entry]] = {
    #                      number  side single guarded
    Kind.BUYER: Entry("411", _D, False, False, "Acheteur", "Buyer"),
    Kind.VAT: Entry("44571", _C, True, False, "TVA collectée", "VAT collected"),
    Kind.VOUCHER: Entry("467", _C, False, True, "Bon d'achat", "Voucher"),
    Kind.SHOP: Entry("467", _C, False, False, "Commerce", "Shop"),
    Kind.FUNDER: Entry("467", _C, False, True, "Financeur", "Funder"),
    Kind.BANK: Entry("512", _D, True, False, "Banque", "Bank"),
    Kind.STRIPE: Entry("517", _D, True, False, "Stripe", "Stripe"),
    Kind.TRANSIT: Entry("581", _C, True, False, "Virements en cours", "Payouts in transit"),
    Kind.BANK_FEES: Entry("627", _D, True, False, "Frais bancaires", "Bank fees"),
    Kind.FEES: Entry("706", _C, True, False, "Frais de service", "Service fees"),
    Kind.COMMISSION: Entry("706", _C, True, False, "Commissions", "Commission"),
    Kind.BREAKAGE: Entry("758", _C, True, False, "Bons prescrits", "Breakage"),
}

_SINGLES: Final = UUID("0b01e000-0000-7000-8000-000000000000")


def single(kind: Kind) -> UUID:
    """The id of a programme's one account of this kind; the same in every programme's books."""
    if not CHART[kind].single:
        raise ValueError(f"a programme has many accounts of kind {kind}")
    return uuid5(_SINGLES, kind)


SINGLES: Final = tuple(kind for kind, entry in CHART.items() if entry.single)
