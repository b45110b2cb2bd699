"""A lost telephone is not lost money: type an address, and one letter brings back every voucher kept with it.

Whatever address is typed, the answer is the same and so is what is done before it.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.installation import in_transaction
from api.pages.forms import Sent, blank
from api.pages.keeping import read_address, status_of
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from vouchers.holders import finding

router = APIRouter(include_in_schema=False)


@router.get("/{slug:slug}/lost")
async def lost_page(request: Request) -> Response:
    """Where vouchers are found again."""
    return page(request, "holder/lost.html", form=blank(request))


@router.post("/{slug:slug}/lost")
async def lost(request: Request, place: CurrentPlace, form: Sent) -> Response:
    """Let a letter go to this address, if anything is kept with it."""
    email = await read_address(request, place.town, form)
    if not form.valid:
        return page(request, "holder/lost.html", status=status_of(request), form=form)

    async def work(session: AsyncSession) -> None:
        await finding.ask_lost(session, email=email, language=form.language, at=await clock.now(session))

    await in_transaction(place.town.sessions, work)
    return see_other(f"/{place.slug}/lost/sent")


@router.get("/{slug:slug}/lost/sent")
async def sent(request: Request) -> Response:
    """What to do now; the same for everybody."""
    return page(request, "holder/lost_sent.html")
