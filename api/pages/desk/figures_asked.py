"""What figures are asked for: a period, and of which shops, as the form of the page sends it in its address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, cast
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.pages.catalogues import marked
from api.pages.forms import Form
from api.pages.speaking import language_for
from api.pages.street.words import TRADES
from ledger.days import FIRST_YEAR, Period, months_later
from merchants.shops.queries import ShopView, shops_page
from merchants.street.groups import group_of
from vouchers.campaigns.queries import CampaignView, published

Span = Literal["month", "quarter", "year", "days"]

SPANS: Final[Mapping[Span, str]] = {
    "month": marked("This month"),
    "quarter": marked("Three months"),
    "year": marked("Twelve months"),
    "days": marked("From one day to another"),
}
LONGEST: Final = timedelta(days=370)
"""Fifty-three weeks: what a chart shows and a person takes in."""

MOST: Final = 100_000
_FIELDS: Final = ("span", "first", "last", "trade", "commune", "campaign")


@dataclass(frozen=True, slots=True)
class Offered:
    """What there is to choose from. ``shops`` are all of them, whatever their state."""

    shops: Sequence[ShopView]
    trades: Sequence[str]
    communes: Sequence[str]
    campaigns: Sequence[CampaignView]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was chosen; empty texts and none stand for all."""

    period: Period
    trade: str
    commune: str
    campaign: UUID | None

    @property
    def all_shops(self) -> bool:
        """Whether the whole programme is looked at."""
        return not self.trade and not self.commune and self.campaign is None


async def offered(session: AsyncSession) -> Offered:
    """What there is to choose from now."""
    shops = await shops_page(session, limit=MOST)
    trades = {group_of(one.naf).slug for one in shops}
    communes = {one.commune for one in shops if one.commune}
    return Offered(shops, [one for one in TRADES if one in trades], sorted(communes), await published(session))


def sent_form(request: Request) -> Form:
    """The form as the address has it. Nothing that no keyboard types stays in it."""
    typed = {name: [value.strip()[:200]] for name in _FIELDS if (value := _typed(request, name))}
    return Form(language_for(request), typed=typed or {"span": ["quarter"]}, sent=True)


def _typed(request: Request, name: str) -> str:
    return "".join(c for c in request.query_params.get(name, "") if c.isprintable())


def read(form: Form, choice: Offered, today: date) -> Asked:
    """What is asked for; of what is wrong in the form, which then says so, the usual."""
    trade = form.one_of("trade", choice.trades, required=False)
    commune = form.one_of("commune", choice.communes, required=False)
    campaign = form.one_of("campaign", [str(one.id) for one in choice.campaigns], required=False)
    return Asked(_period(form, today), trade, commune, UUID(campaign) if campaign else None)


def _period(form: Form, today: date) -> Period:
    span = cast("Span", form.one_of("span", tuple(SPANS)) or "quarter")
    this_month = today.replace(day=1)
    if span == "days":
        return _days(form, today) or Period(months_later(this_month, -2), today)
    first = {"month": this_month, "quarter": months_later(this_month, -2)}.get(span)
    return Period(first or months_later(today, -12) + timedelta(days=1), today)


def _days(form: Form, today: date) -> Period | None:
    """The days that were typed, until today at the latest."""
    first, last = form.day("first"), form.day("last")
    if first is None or last is None:
        return None
    last = min(last, today)
    if first > last or first.year < FIRST_YEAR:
        form.say("last", "Write a day that is not before the first, and a first day that is not to come.")
    elif last - first > LONGEST:
        form.say("first", "Choose 53 weeks at most.")
    else:
        return Period(first, last)
    return None


def address_of(asked: Asked) -> str:
    """What is asked for, as the end of an address: the days themselves, so that a file holds what the page showed."""
    chosen = {
        "span": "days", "first": asked.period.first_day.isoformat(), "last": asked.period.last_day.isoformat(),
        "trade": asked.trade, "commune": asked.commune, "campaign": str(asked.campaign or ""),
    }  # fmt: skip
    return urlencode({name: value for name, value in chosen.items() if value})
