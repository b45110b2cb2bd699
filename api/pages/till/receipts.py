"""What was taken, as large as a counter needs it; and taken back, with a reason, as long as the day lasts."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.installation import in_transaction
from api.pages.catalogues import marked, sentences
from api.pages.forms import Form, Sent, blank
from api.pages.rendering import see_other
from api.pages.speaking import language_for
from api.pages.till.access import AtTill, CurrentTill
from api.pages.till.basket import BasketOf, summed
from api.pages.till.showing import till_page
from ledger.days import day_of
from ledger.formats import Language
from merchants.settlements.queries import reference
from merchants.shops.cashiers import cashiers_by_id
from vouchers import queries, undoing
from vouchers.errors import AlreadyUndone, RedemptionUnknown, UndoTooLate
from vouchers.queries import RedemptionView
from vouchers.undoing import UndoneView

REASONS: Final = (
    marked("Wrong amount"), marked("Goods given back"), marked("Wrong voucher"), marked("Taken twice"),
)  # fmt: skip
OTHER: Final = "other"

router = APIRouter(include_in_schema=False)


@router.get("/{slug:slug}/till/receipts/{redemption}")
async def receipt(request: Request, till: CurrentTill, redemption: UUID, basket: BasketOf) -> Response:
    """What was taken, and what is left."""
    async with till.town.sessions.begin() as session:
        found = await own(session, till, redemption)
        view = await queries.voucher_view(session, found.voucher)
        sums = await summed(session, basket, shop=till.device.shop.id)
        names = await cashiers_by_id(session, [found.cashier] if found.cashier else [])
    return await till_page(
        request, "receipt.html", till, one=found, basket=basket, sums=sums, reference=reference(redemption),
        reason=_told(found.undo_reason, language_for(request)), now_left=view.left, last_day=view.facts.last_day,
        today=day_of(found.at) == day_of(till.at), cashier=names.get(found.cashier) if found.cashier else None,
    )  # fmt: skip


@router.get("/{slug:slug}/till/receipts/{redemption}/undo")
async def undo_page(request: Request, till: CurrentTill, redemption: UUID, basket: BasketOf) -> Response:
    """Why it is taken back."""
    async with till.town.sessions.begin() as session:
        found = await own(session, till, redemption)
    if found.undo is not None:
        return see_other(f"{till.home}/receipts/{redemption}{basket.query()}")
    return await till_page(request, "undo.html", till, one=found, form=blank(request), basket=basket, reasons=REASONS)


@router.post("/{slug:slug}/till/receipts/{redemption}/undo")
async def undo(request: Request, till: CurrentTill, redemption: UUID, basket: BasketOf, form: Sent) -> Response:
    """Take it back. A second time changes nothing, and leads to the same page."""
    reason = _reason(form)

    async def work(session: AsyncSession) -> UndoneView:
        return await undoing.undo(
            session, redemption, shop=till.device.shop.id, actor=till.device.actor, reason=reason,
            at=await clock.now(session),
        )  # fmt: skip

    if form.valid:
        try:
            await in_transaction(till.town.sessions, work)
        except AlreadyUndone:
            pass
        except UndoTooLate as refusal:
            form.refuse(refusal)
    if form.valid:
        return see_other(f"{till.home}/receipts/{redemption}{basket.query()}")
    async with till.town.sessions.begin() as session:
        found = await own(session, till, redemption)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return await till_page(
        request, "undo.html", till, status=status, one=found, form=form, basket=basket, reasons=REASONS
    )


async def own(session: AsyncSession, till: AtTill, redemption: UUID) -> RedemptionView:
    """A redemption of the shop in which this till stands.

    :raises RedemptionUnknown: also if it is another shop's
    """
    found = await queries.redemption(session, redemption)
    if found.shop != till.device.shop.id:
        raise RedemptionUnknown(redemption=redemption)
    return found


def _told(reason: str | None, language: Language) -> str:
    """A reason of ours in the language of the page; one that somebody wrote, as it was written."""
    return sentences(language).gettext(reason) if reason in REASONS else reason or ""


def _reason(form: Form) -> str:
    """The reason that was chosen, in the language of the page, or the one that was written."""
    chosen = form.one_of("reason", [*REASONS, OTHER])
    if chosen == OTHER:
        return form.text("other", most=200)
    return chosen
