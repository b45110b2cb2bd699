"""The shops of the demonstration speak for themselves: pages, applications, invitations, an account about to change.

The shops are real and said none of this (see ``data/SOURCES.md``): stories, hours, addresses and pictures are invented.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import schwifty
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import offices
from api.auth.people import find
from api.demo import windows
from api.demo.people import SHOPKEEPER
from api.demo.stories import Week, told_of
from api.demo.town import ACTOR, Till
from ledger.days import day_of
from merchants.joining import applying, charter, establishments, inviting, letters
from merchants.joining.applying import ApplicationView, NewApplication
from merchants.joining.invitations import InvitationView, Sending
from merchants.shops import bank_changing
from merchants.shops.checking import NewShop, check_shop
from merchants.shops.queries import ShopView, shops_by_id, shops_page
from merchants.street import photos, profile
from merchants.street.hours import Closure, Span, read_day

SPEAKING: Final = 30
"""How many shops say when they are open and what they do; every third of them shows no picture."""

FRONTS: Final = 8
"""How many pictures are drawn; several shops look alike."""

BY_HAND: Final = check_shop({
    "siret": "99999001300016", "sign": "Atelier Câline (démo)", "street": "4 rue de la Démonstration",
    "postcode": "13006", "commune": "Marseille", "naf": "47.78C",
})  # fmt: skip
"""A shop that no register knows."""

_REASON: Final = "Votre activité n'entre pas dans le périmètre du programme : les bons ne se dépensent pas en ligne."
_MESSAGE: Final = "Je passe dans votre rue jeudi matin : je vous montre en cinq minutes. Inès Costa"
_UNKNOWN: Final = "550 5.1.1 Recipient address rejected: user unknown"


@dataclass(frozen=True, slots=True)
class Street:
    """What the shopkeepers need: the books, the present, and the chance that all else is drawn from."""

    session: AsyncSession
    manager: str
    now: datetime
    chance: random.Random

    def ago(self, days: int, hours: int = 0) -> datetime:
        """A moment of the past."""
        return self.now - timedelta(days=days, hours=hours)


async def keep_shops(
    street: Street, tills: Sequence[Till], known: Sequence[NewShop], *, own: UUID, letters_wait: bool
) -> None:
    """Let the register be taken in, shops speak, and recruiting stand in every state there is.

    :param own: the shop of the shopkeeper who signs in
    :param letters_wait: whether a letter may be left to be sent when the server starts
    """
    session = street.session
    await establishments.take_in(session, known, at=street.ago(80))
    await _speak(street, [own, *(one.shop for one in tills if one.shop != own)][:SPEAKING])
    asked = await shops_page(session, status="invited", limit=40)
    await _apply(street, asked[:4])
    await _invite(street, asked[4:14], letters_wait=letters_wait)
    owner = await find(session, email=SHOPKEEPER.email)
    assert owner is not None  # noqa: S101 - made known before
    await offices.give(session, person=owner.id, role="shop", subject=own, by=ACTOR, at=street.ago(60))
    iban = schwifty.IBAN.generate("FR", bank_code="99999", branch_code="00013", account_code="00000999999")
    await bank_changing.ask_change(
        session, own, iban=str(iban), bic=None, actor=f"person:{owner.id}", at=street.ago(0, hours=5)
    )


async def _speak(street: Street, shops: Sequence[UUID]) -> None:
    views = await shops_by_id(street.session, shops)
    fronts = [windows.front(street.chance) for _ in range(FRONTS)]
    today = day_of(street.now)
    for number, shop in enumerate(shops):
        at = street.ago(50 - number)
        told, week = told_of(views[shop].naf, number)
        phone = f"04 91 99 {number:02d} {10 + number:02d}"
        website = f"https://commerce-{number + 1}.example" if number % 2 else ""
        await profile.tell_story(
            street.session, shop, craft=told.craft, story=told.story, phone=phone, website=website, actor=ACTOR, at=at
        )
        await profile.set_hours(street.session, shop, week=_spans(week), note="", actor=ACTOR, at=at)
        if number % 5 == 0:
            holiday = Closure(today + timedelta(days=30 + number), today + timedelta(days=37 + number))
            await profile.close_on(street.session, shop, holiday, today=today, actor=ACTOR, at=at)
        if number % 3:
            drawn = fronts[number % FRONTS]
            await photos.add_photo(street.session, shop, drawn, alt="La devanture (dessin)", actor=ACTOR, at=at)


def _spans(week: Week) -> list[Span]:
    return [span for day, text in enumerate(week) for span in read_day(day, text)]


async def _apply(street: Street, shops: Sequence[ShopView]) -> None:
    """One was let in, one was not, two wait for an answer, one has not confirmed its address."""
    session = street.session
    let_in, declined, waiting, unconfirmed = (_as_asked(one) for one in shops)
    first = await _confirmed(street, let_in, "Bastien Icard", days=12)
    await applying.accept(session, first.id, actor=street.manager, at=street.ago(11))
    second = await _confirmed(street, declined, "Gaëlle Toumi", days=9)
    await applying.decline(session, second.id, reason=_REASON, actor=street.manager, at=street.ago(8))
    await _confirmed(street, waiting, "Salomé Vidal", days=2)
    await _confirmed(street, BY_HAND, "Rachid Amrani", days=1, in_register=False)
    await _asks(street, unconfirmed, "Zoé Lombard", days=1)


async def _confirmed(
    street: Street, shop: NewShop, name: str, *, days: int, in_register: bool = True
) -> ApplicationView:
    asked = await _asks(street, shop, name, days=days, in_register=in_register)
    return await applying.confirm(street.session, asked.id, at=street.ago(days) + timedelta(minutes=9))


async def _asks(street: Street, shop: NewShop, name: str, *, days: int, in_register: bool = True) -> ApplicationView:
    new = NewApplication(shop, name, f"{_plain(name)}@commerce.example", "fr", charter.VERSION, in_register)
    return await applying.apply(street.session, new, at=street.ago(days))


async def _invite(street: Street, shops: Sequence[ShopView], *, letters_wait: bool) -> None:
    """An invitation in every state; one letter still waits if it may."""
    session = street.session
    plan: tuple[tuple[int, Sending], ...] = (
        (20, "sent"), (18, "sent"), (15, "sent"), (14, "sent"), (70, "sent"), (6, "refused"), (5, "bounced"),
        (4, "doubtful"), (3, "sent"),
    )  # fmt: skip
    made = [
        await _letter(street, shop, number, days=days, outcome=outcome)
        for number, (shop, (days, outcome)) in enumerate(zip(shops, plan, strict=False))
    ]
    opened, accepted, declined = made[0], made[1], made[2]
    await inviting.open_invitation(session, opened.id, at=street.ago(17))
    new = NewApplication(
        _as_asked(shops[1]), "Karima Esteve", made[1].email, "fr", charter.VERSION, in_register=True,
        invitation=accepted.id,
    )  # fmt: skip
    asked = await applying.apply(session, new, at=street.ago(3))
    await applying.confirm(session, asked.id, at=street.ago(3) + timedelta(minutes=4))
    await inviting.decline(session, declined.id, reason="Pas avant l'été, merci", at=street.ago(14))
    await inviting.expire_due(session, at=street.ago(8))
    if letters_wait:
        await inviting.invite(
            session, shops[-1].siret, email="commerce-10@commerce.example", message=_MESSAGE, actor=street.manager,
            at=street.now - timedelta(minutes=30),
        )  # fmt: skip


async def _letter(street: Street, shop: ShopView, number: int, *, days: int, outcome: Sending) -> InvitationView:
    session, at = street.session, street.ago(days)
    asked = await inviting.invite(
        session, shop.siret, email=f"commerce-{number + 1}@commerce.example", message=_MESSAGE if number % 2 else "",
        actor=street.manager, at=at,
    )  # fmt: skip
    await letters.claim(session, asked.id, letter=asked.letter_id, at=at)
    detail = _UNKNOWN if outcome in {"refused", "bounced"} else ""
    settled: Sending = "sent" if outcome == "bounced" else outcome
    await letters.settle(session, asked.id, letter=asked.letter_id, outcome=settled, detail=detail, at=at)
    if outcome == "bounced":
        await letters.bounced(session, asked.letter_id, detail=detail)
    return asked


def _as_asked(shop: ShopView) -> NewShop:
    """A shop as it would be typed, without a bank account."""
    fields = {name: getattr(shop, name) for name in NewShop.__dataclass_fields__}
    return replace(NewShop(**fields), iban=None, bic=None, email=None)


def _plain(name: str) -> str:
    return name.lower().replace("ë", "e").replace("é", "e").replace(" ", ".")
