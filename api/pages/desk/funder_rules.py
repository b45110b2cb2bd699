"""Rules of top-up at the desk: what a funder adds when vouchers are bought, opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading
from api.pages.desk.access import KeepsFunders
from api.pages.doing_once import do_once, numbered
from api.pages.forms import Form, Sent
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from ledger.days import Period
from ledger.errors import PeriodMalformed, Refusal
from ledger.money import ZERO, Money
from vouchers import funders
from vouchers.funding import funds, ruling
from vouchers.funding.errors import RuleUnsound
from vouchers.funding.rules import BUYERS, MONEY_MOST, TITLE_LONGEST, Buyers, Terms
from vouchers.rules import queries as usage
from vouchers.rules.queries import RuleView as UsageRuleView

router = APIRouter(include_in_schema=False)

A_CENT: Final = Money(1)
PERCENT: Final = 100
"""Hundredths of a percent."""

FIELDS: Final = {"rate_bp": "rate"}
"""What a rule calls otherwise than the form."""


@router.get("/{slug:slug}/desk/funders/{funder_id}/rules/new")
async def new(request: Request, _visitor: KeepsFunders, session: PageReading, funder_id: UUID) -> Response:
    """Where one is written."""
    form = numbered(request, how="each", buyers="all")
    return await _form_page(request, session, form, funder_id)


@router.post("/{slug:slug}/desk/funders/{funder_id}/rules/new")
async def open_rule(
    request: Request, place: CurrentPlace, visitor: KeepsFunders, form: Sent, funder_id: UUID
) -> Response:
    """Open it: from then on its budget is kept for it."""
    async with place.town.sessions.begin() as session:
        uses = await usage.rules(session)
    terms = _terms(form, uses)
    if terms is not None:
        asked = terms

        async def work(session: AsyncSession) -> UUID:
            at = await clock.now(session)
            return (await ruling.open_rule(session, funder_id, asked, actor=visitor.actor, at=at)).id

        try:
            if await do_once(request, place, visitor, form, work) is not None:
                return see_other(f"/{place.slug}/desk/funders/{funder_id}", said="rule-opened")
        except RuleUnsound as refusal:
            form.refuse(refusal, FIELDS.get(refusal.fields[0], refusal.fields[0]))
        except Refusal as refusal:
            form.refuse(refusal, "budget")
    async with place.town.sessions.begin() as session:
        return await _form_page(request, session, form, funder_id)


def _terms(form: Form, uses: Sequence[UsageRuleView]) -> Terms | None:
    """What was typed, as a rule; faults are beside their fields, and then there is none."""
    first, last = form.day("first_day"), form.day("last_day")
    by_rate = form.one_of("how", ("each", "rate")) == "rate"
    rate = form.number("rate", least=1, most=100) or 0 if by_rate else 0
    each = ZERO if by_rate else _sum(form, "each")
    most = _sum(form, "most_per_voucher") if by_rate else each
    postcodes = tuple(form.text("postcodes", required=False, most=2_000).replace(",", " ").split())
    terms = {
        "title": form.text("title", most=TITLE_LONGEST), "budget": _sum(form, "budget"), "most_per_voucher": most,
        "rate_bp": rate * PERCENT, "each": each,
        **{name: _sum(form, name, required=False) for name in ("most_per_order", "most_per_person", "least_face")},
    }  # fmt: skip
    who = cast("Buyers", form.one_of("buyers", BUYERS))
    use = form.one_of("use", [str(one.id) for one in uses], required=False)
    if not form.valid or first is None or last is None:
        return None
    try:
        made = Terms(days=Period(first, last), buyers=who, postcodes=postcodes, use=UUID(use) if use else None, **terms)  # type: ignore[arg-type]
        made.refuse_unless_sound()
    except PeriodMalformed as refusal:
        form.refuse(refusal, "last_day")
    except RuleUnsound as refusal:
        form.refuse(refusal, FIELDS.get(refusal.fields[0], refusal.fields[0]))
    else:
        return made
    return None


def _sum(form: Form, name: str, *, required: bool = True) -> Money:
    return form.money(name, required=required, least=A_CENT if required else ZERO, most=MONEY_MOST) or ZERO


async def _form_page(request: Request, session: AsyncSession, form: Form, funder_id: UUID) -> Response:
    found = await funders.funder(session, funder_id)
    held = await funds.funds_of(session, funder_id, found.left, at=await clock.now(session))
    return page(
        request, "desk/funder_rule_form.html", status=200 if form.valid else 422, form=form, one=found,
        free=held.free(),
        uses=[(str(one.id), one.current.name) for one in await usage.rules(session)],
    )  # fmt: skip
