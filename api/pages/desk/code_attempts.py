"""Wrong codes, for whoever runs the programme: which till, which address, how many, when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, ip_address
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor, VisitorOf
from api.guessing import FREE, KEPT, Guessed, recent_guesses
from api.pages.rendering import page
from merchants.shops.queries import shops_by_id
from merchants.shops.tills import tills_by_id

SHOWN: Final = 50
V6_SHOWN: Final = 3
V4_SHOWN: Final = 3

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Attempts:
    """Wrong codes of one place as they are shown. ``many`` is beyond what a quarter of an hour of mistakes explains."""

    name: str
    times: int
    first: datetime
    last: datetime
    many: bool
    shop: UUID | None = None


def _who_may() -> Any:
    async def check(visitor: VisitorOf) -> Visitor:
        visitor.require(P.KEYS_WRITE)
        return visitor

    return Depends(check)


@router.get("/{slug:slug}/desk/code-attempts")
async def code_attempts(request: Request, _visitor: Annotated[Visitor, _who_may()], session: PageReading) -> Response:
    """By till, by the address they came from, and by the address from which links were opened."""
    tills = await _of_tills(session, await recent_guesses(session, "till", limit=SHOWN))
    addresses = _of_addresses(await recent_guesses(session, "address", limit=SHOWN))
    links = _of_addresses(await recent_guesses(session, "page", limit=SHOWN))
    return page(request, "desk/code_attempts.html", tills=tills, addresses=addresses, links=links, days=KEPT.days)


def shortened(address: str) -> str:
    """An address as it is shown: the network it belongs to, and no single household."""
    try:
        read = ip_address(address)
    except ValueError:
        return "?"
    if isinstance(read, IPv4Address):
        return ".".join(str(read).split(".")[:V4_SHOWN]) + ".…"
    return ":".join(read.exploded.split(":")[:V6_SHOWN]) + ":…"


async def _of_tills(session: AsyncSession, found: Sequence[Guessed]) -> list[Attempts]:
    ids = [UUID(one.place.removeprefix("till:")) for one in found]
    known = await tills_by_id(session, ids)
    shops = await shops_by_id(session, [one.shop for one in known.values()])
    shown = []
    for till_id, one in zip(ids, found, strict=True):
        till = known.get(till_id)
        name = f"{shops[till.shop].name}, {till.label}" if till else ""
        shown.append(
            Attempts(name, one.times, one.first, one.last, one.times > FREE["till"], till.shop if till else None)
        )
    return shown


def _of_addresses(found: Sequence[Guessed]) -> list[Attempts]:
    shown = []
    for one in found:
        kind, _, address = one.place.partition(":")
        shown.append(Attempts(shortened(address), one.times, one.first, one.last, one.times > FREE[kind]))
    return shown
