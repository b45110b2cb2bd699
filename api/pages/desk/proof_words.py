"""What the proofs page calls each proof: what it proves, and what to do when it does not hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.pages.catalogues import marked
from vouchers.proving.everything import Proof
from vouchers.proving.states import State


@dataclass(frozen=True, slots=True)
class ProofWords:
    """A proof in English as the catalogues know it, by its title in each state.

    ``path`` below the desk is where it is mended, if anywhere.
    """

    holds: str
    broken: str
    proves: str
    mend: str
    path: str = ""
    link: str = ""
    watch: str = ""
    """Its title when it is to be watched; that of broken if it has none of its own."""

    def title(self, state: State) -> str:
        """Its title."""
        return {"holds": self.holds, "watch": self.watch or self.broken, "broken": self.broken}[state]


WORDS: Final[dict[Proof, ProofWords]] = {
    "ring-fence": ProofWords(
        marked("The money is there"), marked("Money is missing"),
        marked("What lies at the bank and at Stripe covers all that is owed to others."),
        marked("Pay in what is missing before anything is paid out. Look first for vouchers on credit, for money that "
               "came and is not recorded, and for statements that are not read."),
        "/desk/money", marked("Money that is to come"),
    ),
    "conservation": ProofWords(
        marked("Every cent is accounted for"), marked("Cents are not accounted for"),
        marked("What was issued is what is left, spent, expired or given back: in all, per batch and per funder."),
        marked("Somebody changed the database by hand. Change nothing more: show this page to whoever keeps the "
               "installation, who finds the rows with a full audit and mends them from a backup."),
    ),
    "trial-balance": ProofWords(
        marked("Debits equal credits"), marked("Debits and credits differ"),
        marked("The sum of all debits is the sum of all credits, over every account."),
        marked("The sums of an account were changed by hand. Audit the whole books below: it names the account."),
    ),
    "audit": ProofWords(
        marked("Nothing in the books was changed"),
        marked("The audit found what does not agree"),
        marked("Each transfer still has the digest with which it was written, each account its numbers without a gap, "
               "and every sum is recomputed from its transfers."),
        marked("Show this page to whoever keeps the installation: each finding names the row that does not agree. "
               "Mend it from a backup, then audit again."),
        watch=marked("The whole books are to be audited"),
    ),
    "bank": ProofWords(
        marked("The bank and account 512 agree"), marked("The bank and account 512 differ"),
        marked("What the bank's statement closes with is what account 512 held at the end of that day."),
        marked("What a statement tells is recorded the day after, which is a difference of one day. If it stays, "
               "decide the lines that wait."),
        "/desk/bank", marked("Bank statements"),
    ),
    "circulation": ProofWords(
        marked("Vouchers in circulation: far from the limit"), marked("Vouchers in circulation: past the alarm"),
        marked("Above one million euros in circulation the supervisor (ACPR) must be told."),
        marked("Prepare the declaration to the ACPR now: it is due as soon as the limit is exceeded. Until then, issue "
               "less or let vouchers be spent sooner."),
        watch=marked("Vouchers in circulation: past the warning"),
    ),
    "payments": ProofWords(
        marked("Payments in twelve months: far from the limit"), marked("Payments in twelve months: past the alarm"),
        marked("Above one million euros of payments in the past twelve months the supervisor (ACPR) must be told."),
        marked("Prepare the declaration to the ACPR now: it is due as soon as the limit is exceeded, with a "
               "description of the service and of the network that accepts it."),
        watch=marked("Payments in twelve months: past the warning"),
    ),
    "bank-lines": ProofWords(
        marked("Lines of bank statements"), marked("Lines of bank statements"),
        marked("Money at the bank of which nobody said what it is."),
        marked("Say for each which order it is for, or what it is."), "/desk/bank", marked("Decide the lines"),
    ),
    "buyers-credit": ProofWords(
        marked("Credit of buyers"), marked("Credit of buyers"), marked("Money that buyers paid and nothing uses."),
        marked("Use it for their next order, or send it back."), "/desk/credit", marked("See the credit"),
    ),
    "settlements": ProofWords(
        marked("Settlements to pay out"), marked("Settlements to pay out"),
        marked("What shops are owed for closed months, in no approved payout yet."),
        marked("Propose a payout, or see what holds them back."), "/desk/payouts", marked("Pay them out"),
    ),
    "payouts": ProofWords(
        marked("Payouts on their way"), marked("Payouts on their way"),
        marked("What went to the bank and is on no statement yet."),
        marked("Read the bank's statements of the days since; if a payout is on none, ask your bank."),
        "/desk/payouts", marked("See the payouts"),
    ),
    "stripe": ProofWords(
        marked("Money at Stripe"), marked("Money at Stripe"), marked("What buyers paid by card, not yet at the bank."),
        marked("See at Stripe why it pays nothing out: often a bank account or a document is missing."),
        "/desk/stripe", marked("Card payments"),
    ),
}  # fmt: skip

FIGURE_NAMES: Final = {
    "issued": marked("Face values issued"),
    "topped_up": marked("Topped up by funders"),
    "redeemed": marked("Spent"),
    "undone": marked("Undone"),
    "returned": marked("Given back for goods"),
    "expired": marked("Expired"),
    "reinstated": marked("Valid again"),
    "refunded": marked("Refunded to buyers"),
    "left": marked("Left"),
}
"""What became of what was issued."""

KINDS: Final = {
    "bank": marked("Bank"),
    "stripe": marked("Stripe"),
    "transit": marked("Payouts in transit"),
    "buyer": marked("Buyers"),
    "voucher": marked("Vouchers"),
    "shop": marked("Shops"),
    "funder": marked("Funders"),
    "fees": marked("Service fees"),
    "commission": marked("Commission"),
    "vat": marked("VAT collected"),
    "bank_fees": marked("Bank fees"),
    "breakage": marked("Breakage"),
}
"""Kinds of account."""
