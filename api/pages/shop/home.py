"""What a shop took today and this month, and what it will be paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import OfficeMissing, PageReading, VisitorOf
from api.pages.catalogues import marked
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from api.pages.shop.access import OwnShop, SeesTakings
from api.pages.shop.returning import may_return
from api.pages.shop.tills import working_tills
from api.pages.speaking import language_for
from ledger.days import Period, day_of
from ledger.errors import PeriodMalformed
from merchants import programme
from merchants.commission.pricing import pricing
from merchants.settlements import foreseeing
from merchants.settlements.closing import minimum_for
from merchants.settlements.queries import reference
from merchants.shops import bank_changing, tills
from merchants.shops.queries import shops_by_id
from merchants.shops.takings import Takings, takings, together
from merchants.street.photos import photos_of
from merchants.street.profile import profile
from vouchers import queries
from vouchers.queries import RedemptionView

router = APIRouter(include_in_schema=False)

LISTED: Final = 200
"""Redemptions of one day that are shown; a shop that took more reads the rest in its statement."""
MONTHS_BACK: Final = 36


@dataclass(frozen=True, slots=True)
class Line:
    """A redemption as its shop reads it."""

    at: datetime
    reference: str
    till: str
    redemption: RedemptionView
    returnable: bool


@dataclass(frozen=True, slots=True)
class Step:
    """Something that a shop does once to be at home here."""

    name: str
    path: str
    done: bool


@router.get("/{slug:slug}/shop")
async def own_shops(request: Request, place: CurrentPlace, visitor: VisitorOf, session: PageReading) -> Response:
    """The one shop of its owner; of several, the choice.

    :raises OfficeMissing: for whoever owns none
    """
    owned = list(visitor.shops)
    if not owned:
        raise OfficeMissing(permission=P.SHOPFRONT_WRITE.value)
    if len(owned) == 1:
        return see_other(f"/{place.slug}/shop/{owned[0]}")
    found = await shops_by_id(session, owned)
    return page(request, "shop/shops.html", shops=[found[one] for one in owned if one in found])


@router.get("/{slug:slug}/shop/{shop_id}")
async def today(request: Request, own: SeesTakings, session: PageReading) -> Response:
    """Today, this month, and what will be paid."""
    at = await clock.now(session)
    day = day_of(at)
    month = await takings(session, own.id, Period.month(f"{day:%Y-%m}"))
    prices = await pricing(session, [own.id])
    return page(
        request, "shop/today.html", shop=own.shop, today=day, rule=prices.rule(own.id, day),
        charged=prices.price(own.id, day).said(language_for(request)),
        minimum=minimum_for(own.shop, await programme.terms_on(session, day)),
        sees_rules=own.visitor.may(P.SETTLEMENTS_READ), of_today=month.get(day, Takings()),
        of_month=together(list(month.values())), foreseen=await foreseeing.forecast(session, own.id, at=at),
        lines=await _lines(session, own, day, today=day), steps=await _steps(session, own),
        change=await bank_changing.waiting_of(session, own.id),
        sees_bank=own.visitor.may(P.BANK_WRITE, own.id),
    )  # fmt: skip


@router.get("/{slug:slug}/shop/{shop_id}/takings")
async def by_day(
    request: Request, own: SeesTakings, session: PageReading,
    month: Annotated[str, Query(max_length=10)] = "", day: date | None = None,
) -> Response:  # fmt: skip
    """What a shop took, day by day of a month, and each redemption of one of them."""
    now = day_of(await clock.now(session))
    try:
        period = Period.month(month or f"{day or now:%Y-%m}")
    except PeriodMalformed:
        period = Period.month(f"{now:%Y-%m}")
    found = await takings(session, own.id, period)
    before = period.first_day - timedelta(days=1)
    after = period.last_day + timedelta(days=1)
    return page(
        request, "shop/takings.html", shop=own.shop, month=period, days=found, day=day,
        whole=together(list(found.values())), lines=await _lines(session, own, day, today=now) if day else [],
        most=max((one.redeemed.cents for one in found.values()), default=0),
        before=before if (now - before).days < MONTHS_BACK * 31 else None, after=after if after <= now else None,
        today=now,
    )  # fmt: skip


async def _lines(session: AsyncSession, own: OwnShop, day: date, *, today: date) -> list[Line]:
    """The redemptions of a day, the last one first."""
    period = Period(day, day)
    found = await queries.redemptions_of(
        session, own.id, since=period.starts, before=period.ends, limit=LISTED
    )  # fmt: skip
    names = await tills.tills_by_id(session, list({one.till for one in found}))
    return [
        Line(one.at, reference(one.id), names[one.till].label, one, may_return(own, one, today=today)) for one in found
    ]


async def _steps(session: AsyncSession, own: OwnShop) -> Sequence[Step]:
    """What is left to do to be at home here; nothing once all of it is done."""
    shop_id: UUID = own.id
    if not own.visitor.may(P.SHOPFRONT_WRITE, shop_id):
        return ()
    says = await profile(session, shop_id)
    steps = (
        Step(marked("Open a till"), "tills", bool(await working_tills(session, shop_id))),
        Step(marked("Say when you are open"), "hours", says.hours.known),
        Step(marked("Tell your story"), "story", bool(says.craft or says.story)),
        Step(marked("Show your window"), "photos", bool((await photos_of(session, [shop_id]))[shop_id])),
        Step(marked("Say where you are paid"), "bank", own.shop.iban is not None),
    )
    return steps if not all(one.done for one in steps) else ()
