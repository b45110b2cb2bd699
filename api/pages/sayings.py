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
    "credit-spent": Saying(marked("The credit is used for this order.")),
    "credit-paid-back": Saying(marked("Recorded: the credit was sent back.")),
    "credit-given": Saying(marked("The vouchers are issued on credit. Your decision is in the history of the order.")),
    "refund-asked": Saying(marked("The refund is asked for.")),
    "refund-sent": Saying(marked("Recorded: the transfer was sent.")),
    "refund-kept": Saying(marked("The money stays as credit.")),
    "key-revoked": Saying(marked("Revoked: this key opens nothing any more.")),
    "endpoint-added": Saying(marked("Added. Copy its secret into your website's software: it proves that we wrote.")),
    "endpoint-paused": Saying(marked("Paused. What happens meanwhile waits for you.")),
    "endpoint-resumed": Saying(marked("Messages leave again; those that waited go first.")),
    "secret-replaced": Saying(marked("The secret is replaced. The old one signs too for 24 hours.")),
    "sent-again": Saying(marked("On its way again.")),
}
"""By name. Add yours; names are kebab-case."""
