"""The statements and invoices of a shop as files, and whether these come by e-mail."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading, PageWriting
from api.dependencies import Here
from api.installation import in_transaction
from api.invoicing import invoice_file
from api.pages.forms import Sent
from api.pages.orders.downloads import PDF, download
from api.pages.place import CurrentPlace
from api.pages.rendering import see_other
from api.pages.shop.access import DecidesWherePaid, SeesSettlements
from api.pages.shop.settled import settlements_page
from api.pages.speaking import language_for
from api.statements import KINDS, statement_file
from merchants.invoices import letters
from merchants.invoices import queries as invoices
from merchants.settlements import queries
from merchants.settlements.errors import SettlementUnknown
from merchants.settlements.papers import Form
from vouchers.orders.lists.addresses import AddressInvalid, canonical

router = APIRouter(include_in_schema=False)


@router.post("/{slug:slug}/shop/{shop_id}/settlements/letters")
async def send_letters(request: Request, place: CurrentPlace, own: DecidesWherePaid, form: Sent) -> Response:
    """Have the papers of settlements to come sent by e-mail."""
    typed = form.text("email")

    async def work(session: AsyncSession) -> None:
        at = await clock.now(session)
        await letters.send_to(session, own.id, canonical(typed), language=form.language, actor=own.actor, at=at)

    if form.valid:
        try:
            await in_transaction(place.town.sessions, work)
        except AddressInvalid as refusal:
            form.refuse(refusal, "email")
        else:
            return see_other(f"/{place.slug}/shop/{own.id}/settlements", said="papers-by-mail")
    async with place.town.sessions.begin() as session:
        return await settlements_page(request, own, session, form)


@router.post("/{slug:slug}/shop/{shop_id}/settlements/letters/stop")
async def stop_letters(place: CurrentPlace, own: DecidesWherePaid, session: PageWriting) -> Response:
    """Have none sent any longer."""
    await letters.stop_sending(session, own.id)
    return see_other(f"/{place.slug}/shop/{own.id}/settlements", said="papers-not-by-mail")


@router.get("/{slug:slug}/shop/{shop_id}/settlements/letters")
async def back_to_settlements(place: CurrentPlace, own: SeesSettlements) -> Response:
    """The address of a form that came back with faults, asked for again."""
    return see_other(f"/{place.slug}/shop/{own.id}/settlements")


@router.get("/{slug:slug}/shop/{shop_id}/settlements/{settlement_id}/invoice.pdf")
async def invoice(place: CurrentPlace, own: SeesSettlements, session: PageReading, settlement_id: UUID) -> Response:
    """The invoice of a settlement's commission."""
    if (await queries.settlement(session, settlement_id)).shop != own.id:
        raise SettlementUnknown(settlement=settlement_id)
    found = await invoices.invoice_of(session, settlement_id)
    return download((await invoice_file(place.town.sessions, found)).pdf, f"{found.number}.pdf", PDF)


@router.get("/{slug:slug}/shop/{shop_id}/settlements/{settlement_id}.{form}")
async def statement(
    request: Request, place: CurrentPlace, own: SeesSettlements, here: Here, settlement_id: UUID, form: Form
) -> Response:
    """The statement of a settlement of this shop; another shop's is as unknown as one that is not there."""
    async with place.town.sessions.begin() as session:
        found = await queries.settlement(session, settlement_id)
    if found.shop != own.id:
        raise SettlementUnknown(settlement=settlement_id)
    content = await statement_file(
        place.town, settlement_id, form=form, language=language_for(request), base_url=here.settings.base_url
    )
    return download(content, f"{found.number}.{form}", KINDS[form])
