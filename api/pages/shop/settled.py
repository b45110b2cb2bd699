"""The page of a shop's settlements, to which its forms come back."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.pages.catalogues import marked
from api.pages.doing_once import NUMBER, numbered
from api.pages.forms import Form
from api.pages.rendering import page
from api.pages.shop.access import OwnShop
from ledger.days import day_of
from merchants import programme
from merchants.invoices import letters
from merchants.invoices import queries as invoices
from merchants.payouts import queries as payouts
from merchants.settlements import foreseeing, queries
from merchants.shops import rhythms

SHOWN: Final = 120
"""Ten years of months."""

PROGRAMME: Final = "programme"
"""The answer of a shop that follows the programme."""

WORDS: Final[dict[str, str]] = {
    "monthly": marked("each month"), "weekly": marked("each week"), "on_demand": marked("when you ask"),
}  # fmt: skip


async def settlements_page(request: Request, own: OwnShop, session: AsyncSession, form: Form) -> Response:
    """Every settlement, newest first, how often the shop is paid, and whether its papers come by e-mail."""
    form.typed.setdefault(NUMBER, [numbered(request).shown(NUMBER)]) if form.sent else None
    found = await queries.settlements_page(session, shop=own.id, limit=SHOWN, newest=True)
    decides = own.visitor.may(P.BANK_WRITE, own.id)
    return page(
        request, "shop/settlements.html", status=200 if form.valid else 422, shop=own.shop, settlements=found,
        paid_out=await payouts.latest_of(session, [one.id for one in found]), form=form,
        decides=decides, **(await _paid(session, own) if decides else {}),
        **await _papers(session, own, [one.id for one in found]),
    )  # fmt: skip


async def _paid(session: AsyncSession, own: OwnShop) -> dict[str, Any]:
    """In which rhythm, and what a shop that asks would be paid now."""
    at = await clock.now(session)
    usual = (await programme.terms_on(session, day_of(at))).rhythm
    chosen = await rhythms.chosen(session, own.id)
    asks = (chosen or usual) == "on_demand" or own.shop.status == "left"
    waiting = await foreseeing.up_to_yesterday(session, own.id, at=at) if asks else None
    return {"usual": usual, "chosen": chosen or PROGRAMME, "asks": asks, "waiting": waiting, "words": WORDS}


async def _papers(session: AsyncSession, own: OwnShop, ids: list[UUID]) -> dict[str, Any]:
    """The invoices, the letters that brought them, and the address to which the next ones go or could go."""
    posted = await letters.address_of(session, own.id)
    return {
        "invoices": await invoices.invoices_of(session, ids), "letters": await letters.letters_of(session, ids),
        "posted": posted, "proposed": posted.email if posted else own.shop.email or "",
    }  # fmt: skip
