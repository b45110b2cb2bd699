"""The voucher that a private person offers: what was typed, judged; what it costs is the domain's affair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, cast
from uuid import UUID

from api.auth.people import LONGEST_NAME
from api.pages.catalogues import marked
from api.pages.forms import Form
from ledger.money import Money
from merchants.programme import Terms
from merchants.shops import spelling
from vouchers.orders.drafting import FURTHEST, LONGEST_MESSAGE
from vouchers.orders.errors import DeliveryDayPast
from vouchers.orders.lists.addresses import LONGEST, AddressInvalid, canonical

How = Literal["them", "me"]

FIELDS: Final = (
    "amount", "other", "name", "how", "email", "when", "day", "message", "giver_name", "giver_email",
)  # fmt: skip
"""What is typed on the first page and carried by the second, which keeps nothing on the server."""

OTHER: Final = "other"
LIKED: Final = (20, 30, 50, 100)
"""Euros: what people give most, offered where the programme's bounds allow it."""

ROUND: Final = (5, 10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 250, 300, 500, 1_000, 2_000, 5_000)
OFFERED: Final = 5

UNPRINTABLE: Final = marked("Take out what cannot be printed.")
AN_ADDRESS: Final = marked("Write a name, not the address of a site.")


@dataclass(frozen=True, slots=True)
class Giver:
    """Who offers: a buyer that is known by its visit already, else a person who signed in, else what was typed."""

    name: str
    email: str
    buyer: UUID | None = None
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class Gift:
    """One voucher for somebody. ``email`` is where it is sent: to whom it is for, or to who offers it."""

    face: Money
    name: str
    how: How
    email: str
    deliver_on: date | None
    message: str
    giver: Giver


def amounts(terms: Terms) -> list[int]:
    """A few round amounts in euros within the programme's bounds; none if no round one is."""
    within = [one for one in ROUND if terms.least_face <= one * 100 <= terms.most_face]
    liked: list[int] = [one for one in LIKED if one in within]
    if len(liked) > 1:
        return liked
    return within[:: max(1, -(-len(within) // OFFERED))]


def read_gift(form: Form, terms: Terms, known: Giver | None, *, today: date) -> Gift | None:
    """The gift that a form asks for; None if something in it cannot stand, which is said beside its field."""
    face = _face(form, terms)
    name = line(form, "name")
    how = cast("How", form.one_of("how", ("them", "me")))
    email = address(form, "email") if how == "them" else ""
    deliver_on = _day(form, today)
    message = form.text("message", required=False, most=LONGEST_MESSAGE)
    if not spelling.storable(message.replace("\n", " ")):
        form.say("message", UNPRINTABLE)
    giver = known or Giver(site_free(form, "giver_name"), address(form, "giver_email"))
    if not form.valid or face is None:
        return None
    return Gift(face, name, how, email or giver.email, deliver_on, message, giver)


def line(form: Form, name: str, *, most: int = LONGEST_NAME) -> str:
    """One line that is printed: each run of spaces is one."""
    value = spelling.spaced(form.text(name, most=most))
    if not spelling.storable(value):
        form.say(name, UNPRINTABLE)
    return value


def site_free(form: Form, name: str) -> str:
    """A name that a letter begins with which goes to an address nobody proved: nothing in it leads elsewhere."""
    value = line(form, name)
    if "//" in value or "www." in value.casefold():
        form.say(name, AN_ADDRESS)
    return value


def address(form: Form, name: str, *, required: bool = True) -> str:
    """An e-mail address in the form in which it is kept; empty if none was typed."""
    typed = form.text(name, required=required, most=LONGEST)
    if not typed or form.fault(name):
        return ""
    try:
        return canonical(typed)
    except AddressInvalid as refusal:
        form.refuse(refusal, name)
        return ""


def _face(form: Form, terms: Terms) -> Money | None:
    chosen = form.one_of("amount", [*(str(one) for one in amounts(terms)), OTHER])
    if chosen == OTHER:
        return form.money("other", least=Money(terms.least_face), most=Money(terms.most_face))
    return Money.of(chosen) if chosen else None


def _day(form: Form, today: date) -> date | None:
    """The day of the letter; None for as soon as it is paid."""
    if form.one_of("when", ("now", "day")) != "day":
        return None
    day = form.day("day")
    if day is not None and not today <= day <= today + FURTHEST:
        form.refuse(DeliveryDayPast(day=day, earliest=today, latest=today + FURTHEST), "day")
    return None if day == today else day
