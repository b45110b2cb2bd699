"""The words of commission invoices. They are in French alone: the law asks for these, and there is one original."""

from __future__ import annotations

from typing import Final

from ledger.formats import shown_day, shown_money, shown_rate
from ledger.money import ZERO
from merchants.commission import words
from merchants.invoices.invoice import CommissionInvoice, Note, TaxPart

EXEMPTION: Final = "TVA non applicable : franchise en base, art. 293 B du CGI (CIBS, art. L. 223-1 et suivants)."

_LATE: Final = (
    "Pénalités de retard, exigibles sans rappel : taux de refinancement de la Banque centrale européenne majoré de "
    "10 points de pourcentage (C. com., art. L441-10, II)."
)
_RECOVERY: Final = (
    "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 € (C. com., art. L441-10 et "
    "D441-5)."
)
_DISCOUNT: Final = "Pas d'escompte pour paiement anticipé."
_CATEGORY: Final = "Catégorie de l'opération : prestation de services."
_DEBITS: Final = "Option pour le paiement de la taxe d'après les débits."
_VAT_BACK: Final = "TVA sur cet avoir : le client assujetti réduit sa déduction d'autant (CGI, art. 272)."


def notes_of(*, vat_on_debits: bool, credit: bool, vat: bool) -> tuple[Note, ...]:
    """The sentences that must stand on it, by what they are about (UNTDID 4451; BR-FR-05 asks for PMT, PMD and AAB)."""
    notes = [Note("PMT", _RECOVERY), Note("PMD", _LATE), Note("AAB", _DISCOUNT), Note("AAI", _CATEGORY)]
    if vat_on_debits and vat:
        notes.append(Note("AAI", _DEBITS))
    if credit and vat:
        notes.append(Note("AAI", _VAT_BACK))
    return tuple(notes)


def title_of(invoice: CommissionInvoice) -> str:
    """What it is called."""
    return "Avoir sur commission" if invoice.is_credit else "Facture de commission"


def subject_of(invoice: CommissionInvoice) -> str:
    """What it is about."""
    return _about(invoice, given_back=invoice.is_credit)


def line_of(invoice: CommissionInvoice, part: TaxPart) -> str:
    """What a line is about: the whole, or what bears one rate of VAT where there are several."""
    if len(invoice.taxes) == 1:
        return subject_of(invoice)
    about = _about(invoice, given_back=invoice.is_credit != (part.net < ZERO))
    return f"{about}, {f'TVA à {shown_rate(part.rate_bp)}' if part.rate_bp else 'sans TVA'}"


def _about(invoice: CommissionInvoice, *, given_back: bool) -> str:
    days = f"du {shown_day(invoice.first_day)} au {shown_day(invoice.last_day)} inclus"
    if given_back:
        return f"Commission rendue sur des bons d'achat repris, période {days}"
    return f"Commission sur les bons d'achat encaissés, période {days}"


def reckoned(invoice: CommissionInvoice) -> str:
    """What the commission was reckoned on, in the words of the statement, ``Calcul : 3 % de 1 000,00 €.``

    Empty if that does not come to what is charged.
    """
    said = " ; ".join(words.reckoned(invoice.parts, invoice.rest, "fr"))
    return f"Calcul : {said}." if said else ""


def terms_of(invoice: CommissionInvoice) -> str:
    """How it is paid, in one sentence."""
    day, number = shown_day(invoice.settled_on), invoice.settlement
    if invoice.is_credit:
        return f"Portée à votre crédit par compensation sur le règlement {number} du {day}."
    if not invoice.due:
        return f"Payée par compensation sur le règlement {number} du {day}. Rien ne reste à payer."
    return (
        f"{shown_money(invoice.settled)} payés par compensation sur le règlement {number} du {day} ; le solde de "
        f"{shown_money(invoice.due)} sera retenu sur le prochain règlement."
    )
