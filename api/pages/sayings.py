"""What a page says once after something was done: named in the address, so that it survives the redirection.

The address holds a name of this table and nothing else, so nobody can make our pages say what they like.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from api.pages.catalogues import marked

KEY: Final = "said"


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence, in English as the catalogues know it, and how it is meant."""

    sentence: str
    kind: Literal["done", "note", "warning"] = "done"


SAYINGS: Final[Mapping[str, Saying]] = {
    "saved": Saying(marked("Saved.")),
    "removed": Saying(marked("Removed.")),
    "signed-out": Saying(marked("You are signed out.")),
    "password-changed": Saying(marked("Your password is changed. Every other browser is signed out.")),
    "visits-ended": Saying(marked("Signed out there.")),
    "invited": Saying(marked("The invitation is on its way.")),
    "office-withdrawn": Saying(marked("Withdrawn. Whoever held it is signed out.")),
    "person-disabled": Saying(marked("Disabled, and signed out everywhere.")),
    "order-placed": Saying(marked("Your order is placed.")),
    "company-known": Saying(marked("Your company is known here: you can order.")),
    "list-taken": Saying(marked("The list is taken over.")),
    "list-taken-in-part": Saying(
        marked("The list is taken over, but for columns whose title we do not know: see that no name is cut short."),
        "warning",
    ),
    "order-cancelled": Saying(marked("The order is cancelled.")),
    "credit-used": Saying(marked("Your credit is used for this order.")),
    "mail-asked": Saying(marked("On its way: the list below shows what becomes of each message.")),
    "voucher-replaced": Saying(marked("Replaced: the old code is dead, what was left is on the new voucher.")),
    "statement-read": Saying(marked("Read. What is sure is recorded; what is not waits for you.")),
    "statement-known": Saying(marked("This statement was read before: nothing changed."), "note"),
    "line-decided": Saying(marked("Decided.")),
    "credit-spent": Saying(marked("The credit is used for this order.")),
    "credit-paid-back": Saying(marked("Recorded: the credit was sent back.")),
    "credit-given": Saying(marked("The vouchers are issued on credit. Your decision is in the history of the order.")),
    "bank-asked": Saying(
        marked("Asked for. The account holds in two days; a letter says so to the address that we had for you."), "note"
    ),
    "papers-by-mail": Saying(marked("The papers of your next settlements come by e-mail.")),
    "papers-not-by-mail": Saying(marked("No papers are sent any longer. They stay on this page.")),
    "bank-cancelled": Saying(marked("Called off. Payouts go to the account of before.")),
    "prove-first": Saying(marked("Prove first that it is you, then write the account once more."), "warning"),
    "shop-accepted": Saying(marked("Accepted. The shop is told, and its owner can sign in.")),
    "shop-declined": Saying(marked("Declined. The shop is told why.")),
    "shops-invited": Saying(marked("Invited. What becomes of each letter stands below.")),
    "shop-reminded": Saying(marked("A letter is on its way.")),
    "refund-asked": Saying(marked("The refund is asked for.")),
    "refund-sent": Saying(marked("Recorded: the transfer was sent.")),
    "payouts-proposed": Saying(marked("Proposed. Ask a colleague to look at it and approve it."), "note"),
    "payouts-approved": Saying(marked("Approved. The bank's file is ready.")),
    "payouts-withdrawn": Saying(marked("Withdrawn. Its settlements wait for another run."), "note"),
    "payouts-refused": Saying(marked("Recorded: the shops are owed these payouts again."), "note"),
    "payout-again": Saying(marked("It can be paid again, on the same account, with the next run.")),
    "audit-asked": Saying(marked("The whole books are being audited. Look again in a moment."), "note"),
    "limits-set": Saying(marked("The limits of the gauges hold from today on.")),
    "accounts-closed": Saying(marked("The books of the month are locked. Its entries have their numbers.")),
    "commission-added": Saying(marked("Added. The rule holds from its first day.")),
    "funder-paid": Saying(marked("Recorded: the money is the funder's, to be given to vouchers.")),
    "funder-paid-back": Saying(marked("Recorded: the money was sent back to the funder.")),
    "rule-opened": Saying(marked("Open: its budget is kept for it.")),
    "rule-ended": Saying(marked("Ended. What it had not promised is free again.")),
    "campaign-planned": Saying(marked("The campaign is written down. Choose its shops, then publish it.")),
    "campaign-published": Saying(marked("Published: everybody can see the campaign now.")),
    "campaign-ended": Saying(marked("The campaign ends. What was spent until tonight counts.")),
    "campaign-drawn": Saying(marked("Drawn. The prizes are on the vouchers.")),
    "rule-made": Saying(marked("The rule is made.")),
    "rule-offered": Saying(marked("Buyers may choose it for their orders now.")),
    "rule-withdrawn": Saying(marked("Buyers may choose it no longer. What is ordered stays.")),
    "campaign-joined": Saying(marked("You take part. Welcome!")),
    "campaign-left": Saying(marked("You take part no longer. What was spent until now counts.")),
    "shops-joined": Saying(marked("Done: they take part from now on.")),
    "shops-left": Saying(marked("Done: they take part no longer. What was spent there until now counts.")),
    "paired": Saying(marked("This device is a till now. Keep this page on its home screen.")),
    "not-taken": Saying(marked("Nothing was taken."), "note"),
    "device-revoked": Saying(marked("Revoked: that device is a till no more.")),
    "cashier-added": Saying(marked("Added: the name can be chosen at the till.")),
    "cashier-removed": Saying(
        marked("Removed: this person takes nothing any more. What was taken stays in the books.")
    ),
    "month-closed": Saying(marked("The month is closed. Each shop has its statement.")),
    "batch-extended": Saying(marked("The batch is being extended. That takes a moment.")),
    "week-closed": Saying(marked("The week is closed. Each of its shops has its statement.")),
    "paid-now": Saying(marked("Asked for. Here is your statement; the transfer leaves with the next payouts.")),
    "refund-kept": Saying(marked("The money stays as credit.")),
    "keep-asked": Saying(
        marked("One more step: open the letter that we have just sent, and press its button."), "note"
    ),
    "reminder-asked": Saying(
        marked("One more step: open the letter that we have just sent, and say yes to the reminders."), "note"
    ),
    "reminders-ended": Saying(marked("No more reminders come for this voucher.")),
    "code-changed": Saying(marked("The old code is dead, the amount is untouched. The new voucher is below.")),
    "let-go": Saying(marked("The voucher is let go: whoever has it can keep it with an address now.")),
    "address-forgotten": Saying(marked("Your address is forgotten here. Your vouchers are as good as before.")),
    "goods-returned": Saying(marked("Given back: it is on the voucher again.")),
    "key-revoked": Saying(marked("Revoked: this key opens nothing any more.")),
    "endpoint-added": Saying(marked("Added. Copy its secret into your website's software: it proves that we wrote.")),
    "endpoint-paused": Saying(marked("Paused. What happens meanwhile waits for you.")),
    "endpoint-resumed": Saying(marked("Messages leave again; those that waited go first.")),
    "secret-replaced": Saying(marked("The secret is replaced. The old one signs too for 24 hours.")),
    "sent-again": Saying(marked("On its way again.")),
}
"""By name. Add yours; names are kebab-case."""
