"""What the pages of selling online call things: what a key may do, what is told, why nothing was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.auth.permissions import Permission as P
from api.pages.catalogues import marked
from vouchers.notices.queries import State
from vouchers.notices.writing import Event


@dataclass(frozen=True, slots=True)
class Power:
    """Something that a website's key may do, in the owner's words, and the scopes it takes."""

    words: str
    more: str
    scopes: tuple[P, ...]
    usual: bool = True


POWERS: Final[Mapping[str, Power]] = {
    "checkouts": Power(
        marked("Send customers to our payment page"),
        marked("They enter their code there; your website never sees it."),
        (P.CHECKOUTS_READ, P.CHECKOUTS_WRITE),
    ),
    "holds": Power(
        marked("Hold, take, let go"),
        marked("Keep a sum aside when an order comes, take it or part of it when it ships, let go of the rest."),
        (P.HOLDS_READ, P.HOLDS_WRITE),
    ),
    "returns": Power(
        marked("Give back for returned goods"),
        marked("Within 90 days, to the voucher that paid."),
        (P.REDEMPTIONS_READ, P.REDEMPTIONS_RETURN),
    ),
    "codes": Power(
        marked("Ask for the code itself"),
        marked("For a website with a code field of its own: what is left on a voucher."),
        (P.VOUCHERS_LOOK_UP,),
        usual=False,
    ),
    "redeem": Power(
        marked("Take at once, undo the same day"),
        marked("Without holding first: for what is delivered at once."),
        (P.REDEMPTIONS_READ, P.REDEMPTIONS_WRITE),
        usual=False,
    ),
}
"""What may be ticked for a new key, by name."""

TOLD: Final[Mapping[Event, str]] = {
    "checkout.completed": marked("A customer has confirmed on our payment page"),
    "hold.placed": marked("A sum is held"),
    "hold.captured": marked("A held sum is taken, or part of it"),
    "hold.voided": marked("A held sum is let go"),
    "hold.timed_out": marked("A hold ran out of time"),
    "redemption.returned": marked("Money went back for returned goods"),
    "redemption.undone": marked("A payment is undone"),
}
"""Of what a website can be told."""

STATES: Final[Mapping[State, tuple[str, str]]] = {
    "waiting": ("wait", marked("Waits")),
    "delivered": ("done", marked("Arrived")),
    "failed": ("error", marked("Given up")),
}
"""How a message stands: the kind of its badge, and the word."""

WHY: Final[Mapping[str, str]] = {
    "name": marked("this name is not known on the internet"),
    "address": marked("this name leads to a private machine, to which we send nothing"),
    "connection": marked("nobody takes the call"),
    "tls": marked("the certificate of the site is not valid for its name"),
    "time": marked("no answer in time"),
    "answer": marked("the answer broke off"),
    "refused": marked("this address cannot be used any more"),
    "secret": marked("the signing secret is lost: replace it"),
}
"""Why nothing was answered to a try."""


def powers_of(scopes: tuple[str, ...]) -> list[str]:
    """What a key may do, in the owner's words; what is none of them by its scope."""
    held = set(scopes)
    found = [one for one in POWERS.values() if {scope.value for scope in one.scopes} <= held]
    rest = held - {scope.value for one in found for scope in one.scopes}
    return [one.words for one in found] + sorted(rest)
