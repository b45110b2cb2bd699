"""What the desk calls what became of the bank's lines, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.pages.catalogues import marked
from merchants.bank.lines import Why
from merchants.bank.queries import State

STATES: Final[Mapping[State, tuple[str, str]]] = {
    "recorded": ("done", marked("Recorded in the books")),
    "queued": ("wait", marked("Waits for somebody")),
    "explained": ("note", marked("Explained")),
    "skipped": ("draft", marked("Skipped")),
    "refused": ("error", marked("Not understood")),
}
"""The kind of badge of each state, and its words."""

WHYS: Final[Mapping[Why, str]] = {
    "pending": marked("Not booked yet: the bank will tell it again."),
    "information": marked("For information: no money moved."),
    "zero": marked("An amount of nothing."),
    "repeated": marked("Another statement has brought this line."),
    "status": marked("It does not say whether it is booked."),
    "direction": marked("It does not say whether money came or went."),
    "currency": marked("Another currency than the euro: look at it with your bank."),
    "amount": marked("Its amount cannot be read: look at it with your bank."),
    "debit": marked("Money that went out: say what it was."),
    "reversal": marked("The bank takes back another line."),
    "returned": marked("A payment of yours came back."),
    "parts": marked("Several payments in one, which do not add up to it."),
    "batch": marked("Several payments in one, which the bank does not tell apart."),
    "amounts": marked("The bank tells two different amounts."),
    "charges": marked("The bank took charges off it."),
    "alike": marked("Another statement has a line that looks the same."),
    "unreferenced": marked("It names no reference of an order."),
    "several": marked("It names several orders."),
    "idle": marked("The order it names waits for no money."),
    "card": marked("A direct debit for the same order is on its way."),
    "before": marked("The same amount came for this order before."),
    "": marked("Its order was paid meanwhile."),
}
"""Why a line was skipped or refused, or waits."""

EFFECTS: Final[Mapping[str, str]] = {
    "exact": marked("exactly what is missing"),
    "short": marked("less than is missing"),
    "over": marked("more than is missing: the rest is the buyer's credit"),
    "late": marked("it takes no money: all of it is the buyer's credit"),
}
"""What the amount of a line would do to an order."""
