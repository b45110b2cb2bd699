"""What the books of account call things, in French and in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ledger.formats import Language

JOURNALS: Final[Mapping[str, tuple[str, str]]] = {
    "AN": ("À nouveaux", "Opening balances"),
    "BQ": ("Banque", "Bank"),
    "ST": ("Stripe", "Stripe"),
    "VT": ("Ventes et commissions", "Fees and commission"),
    "BA": ("Bons d'achat", "Vouchers"),
    "OD": ("Opérations diverses", "Other entries"),
}

EVENTS: Final[Mapping[str, tuple[str, str]]] = {
    "charged_back": ("Bons repris après litige", "Vouchers taken back after a dispute"),
    "commission": ("Commission sur règlement", "Commission on a settlement"),
    "commission_vat": ("TVA sur commission", "VAT on commission"),
    "dispute_reinstated": ("Litige gagné", "Dispute won"),
    "dispute_withdrawn": ("Litige : somme retirée", "Dispute: sum withdrawn"),
    "expiry": ("Prescription d'un bon", "Voucher expired"),
    "fee": ("Frais de service", "Service fee"),
    "fee_refund": ("Frais de service rendus", "Service fee given back"),
    "fee_vat": ("TVA sur frais de service", "VAT on service fee"),
    "fee_vat_refund": ("TVA sur frais rendus", "VAT on fee given back"),
    "funder_paid_back": ("Fonds rendus au financeur", "Funds sent back to the funder"),
    "issue": ("Émission d'un bon", "Voucher issued"),
    "order_payment": ("Paiement d'une commande", "Order paid"),
    "paid_back": ("Solde rendu à l'acheteur", "Credit sent back"),
    "payment": ("Versement reçu", "Money paid in"),
    "payout": ("Règlement d'un commerce", "Settlement of a shop"),
    "payout_again": ("Virement refait à un commerce", "Payout sent again"),
    "payout_back": ("Virement revenu", "Payout that came back"),
    "payout_fee": ("Frais de banque sur un virement", "Bank's fee on a payout"),
    "payout_left": ("Virement aux commerces", "Payout that left"),
    "payout_owed": ("Virement revenu, dû au commerce", "Payout that came back, owed to the shop"),
    "redemption": ("Encaissement d'un bon", "Voucher redeemed"),
    "refund": ("Remboursement d'un bon", "Voucher refunded"),
    "refund_by_card": ("Remboursement par carte", "Refund by card"),
    "refund_by_transfer": ("Remboursement par virement", "Refund by transfer"),
    "refund_returned": ("Remboursement revenu", "Refund that came back"),
    "reinstatement": ("Bon rétabli", "Voucher reinstated"),
    "reissue": ("Remplacement d'un bon", "Voucher reissued"),
    "return": ("Retour de marchandise", "Goods returned"),
    "stripe_fee": ("Frais de Stripe", "Stripe's fee"),
    "stripe_payout": ("Virement de Stripe", "Payout by Stripe"),
    "top_up": ("Abondement", "Top-up"),
    "undo": ("Annulation d'un encaissement", "Redemption undone"),
}

PRIVATE: Final = ("Particulier", "Private person")
COLLECTIVE: Final = ("Bons d'achat en circulation", "Vouchers in circulation")
CARRIED: Final = ("À nouveau", "Brought forward")
PROFIT: Final = ("Résultat de l'exercice (bénéfice)", "Result of the year (profit)")
LOSS: Final = ("Résultat de l'exercice (perte)", "Result of the year (loss)")

JOURNAL_HEADS: Final[Mapping[Language, tuple[str, ...]]] = {
    "fr": (
        "journal", "numéro", "date", "compte", "libellé du compte", "auxiliaire", "libellé auxiliaire", "pièce",
        "date de pièce", "libellé", "débit", "crédit",
    ),
    "en": (
        "journal", "number", "date", "account", "account name", "auxiliary", "auxiliary name", "piece",
        "date of piece", "label", "debit", "credit",
    ),
}  # fmt: skip

BALANCE_HEADS: Final[Mapping[Language, tuple[str, ...]]] = {
    "fr": (
        "compte", "libellé du compte", "auxiliaire", "libellé auxiliaire", "solde d'ouverture débiteur",
        "solde d'ouverture créditeur", "débit", "crédit", "solde débiteur", "solde créditeur",
    ),
    "en": (
        "account", "account name", "auxiliary", "auxiliary name", "opening debit balance", "opening credit balance",
        "debit", "credit", "debit balance", "credit balance",
    ),
}  # fmt: skip


def event(kind: str, language: Language) -> str:
    """What happened, in a few words; a kind that is not told here speaks for itself."""
    return spoken(EVENTS[kind], language) if kind in EVENTS else kind


def spoken(pair: tuple[str, str], language: Language) -> str:
    """One of two wordings."""
    return pair[0] if language == "fr" else pair[1]
