"""PDFs made off the event loop: drawing is work for the processor, and others are waiting.

Sheets of orders are files under the installation's home, drawn by a job (`api.jobs.printing`) and fetched from here.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.doorkeeper import Caller
from api.installation import Town
from api.settings import Settings
from ledger.days import day_of
from ledger.formats import Language
from merchants import programme
from vouchers import sheets
from vouchers.buyers import buyer
from vouchers.errors import VoucherUnknown
from vouchers.orders import drafting
from vouchers.orders.errors import WrongOrderStatus
from vouchers.orders.handing_out.handouts import handouts, origins_of
from vouchers.orders.handing_out.printing import (
    PRINTED,
    NothingToPrint,
    PrintingNotReady,
    PrintingUnknown,
    PrintingView,
    ask_printing,
    lose,
    printing,
)
from vouchers.orders.queries import OrderView, order
from vouchers.rules.queries import version
from vouchers.sheets import Sheets
from vouchers.sheets_pdf import Layout, SheetLook, draw_sheets

MOST: Final = 10_000
"""How many sheets one answer brings at most: ten seconds of drawing. An order is printed to a file."""

_DRAWING: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="drawing")
"""Drawings share the processor with those who answer: no more than two at once, the others wait."""


@dataclass(frozen=True, slots=True)
class SheetsFile:
    """A file of sheets to be sent, and what it is called."""

    path: Path
    name: str
    view: PrintingView


def folder(settings: Settings) -> Path:
    """Where the files of sheets lie: with the database and the secret, for nobody else to read."""
    return settings.home / "printings"


def path_of(settings: Settings, printing_id: UUID) -> Path:
    """Where the file of a printing lies once it is ready."""
    return folder(settings) / f"{printing_id}.pdf"


async def file_of(session: AsyncSession, settings: Settings, printing_id: UUID, *, order_id: UUID) -> SheetsFile:
    """The file of a printing of this order.

    :raises OrderUnknown, PrintingUnknown:
    :raises PrintingNotReady: if it is not drawn yet, failed, or is gone
    """
    found = await printing(session, printing_id)
    if found.order != order_id:
        raise PrintingUnknown(printing=printing_id)
    path = path_of(settings, printing_id)
    if found.state != "ready" or not await asyncio.to_thread(path.is_file):
        raise PrintingNotReady(state="gone" if found.state == "ready" else found.state)
    number = (await order(session, order_id)).number or "order"
    return SheetsFile(path, f"{number}-sheets.pdf", found)


async def ask_sheets(
    session: AsyncSession, settings: Settings, order_id: UUID, *, layout: Layout, language: Language, actor: str
) -> PrintingView:
    """Ask for the sheets of an order, and again if those that are ready are on another machine or deleted by hand.

    :raises OrderUnknown, WrongOrderStatus, NothingToPrint:
    """
    at = await clock.now(session)
    found = await ask_printing(session, order_id, layout=layout, language=language, actor=actor, at=at)
    if found.state == "ready" and not await asyncio.to_thread(path_of(settings, found.id).is_file):
        await lose(session, found.id, at=at)
        found = await ask_printing(session, order_id, layout=layout, language=language, actor=actor, at=at)
    return found


async def batch_pdf(
    session: AsyncSession,
    batch: UUID,
    caller: Caller,
    *,
    base_url: str,
    layout: Layout,
    language: Language,
    first: int,
    limit: int,
) -> bytes:
    """The sheets of a batch from number ``first`` on.

    :raises BatchUnknown, NoUsableCodeKey:
    """
    at = await clock.now(session)
    made = await sheets.batch_sheets(
        session, batch, caller.town.keys, base_url, at=at, language=language, first=first, most=limit
    )
    return await _drawn(made, layout)


async def voucher_pdf(
    session: AsyncSession, voucher: UUID, caller: Caller, *, base_url: str, layout: Layout, language: Language
) -> bytes:
    """The sheet of one voucher; an empty page if nothing is left on it.

    :raises VoucherUnknown, NoUsableCodeKey:
    """
    at = await clock.now(session)
    made = await sheets.voucher_sheet(session, voucher, caller.town.keys, base_url, at=at, language=language)
    return await _drawn(made, layout)


async def order_voucher_pdf(
    session: AsyncSession, town: Town, order_id: UUID, origin: UUID, *, base_url: str, layout: Layout = "one"
) -> bytes:
    """The sheet of one voucher of an order, with its name, message and logo; of a reissued one, its heir.

    :param origin: the voucher first issued
    :raises OrderUnknown, WrongOrderStatus: unless its vouchers are there to be handed out
    :raises VoucherUnknown: if it is not of this order
    :raises NothingToPrint: if it is spent, expired or blocked
    """
    at = await clock.now(session)
    found = await order(session, order_id)
    if found.status not in PRINTED:
        raise WrongOrderStatus(status=found.status, needed=PRINTED)
    origins = await origins_of(session, order_id)
    if origin not in origins:
        raise VoucherUnknown(voucher=origin)
    alive = await handouts(session, [origin], first=origins.index(origin) + 1, at=at)
    if not alive:
        raise NothingToPrint(order=order_id)
    look = await order_look(session, found, found.language, at=at)
    (one,) = alive

    def draw() -> bytes:
        out = BytesIO()
        sheet = sheets.sheet_voucher(
            town.keys, base_url, one.voucher, one.key_number, left=one.left, last_day=one.last_day, name=one.name
        )
        draw_sheets(out, [sheet], look, layout)
        return out.getvalue()

    return await asyncio.get_running_loop().run_in_executor(_DRAWING, draw)


async def order_look(session: AsyncSession, found: OrderView, language: Language, *, at: datetime) -> SheetLook:
    """What the sheets of an order share: who gives, the message, the logo."""
    terms = await programme.terms_on(session, day_of(at))
    giver = await buyer(session, found.buyer)
    logo = await drafting.picture(session, found.picture, buyer_id=found.buyer) if found.picture else None
    rule = await version(session, found.rule) if found.rule else None
    return sheets.look_of(terms, giver, language, message=found.message, logo=logo.png if logo else None, rule=rule)


async def _drawn(made: Sheets, layout: Layout) -> bytes:
    return await asyncio.get_running_loop().run_in_executor(_DRAWING, _draw, made, layout)


def _draw(made: Sheets, layout: Layout) -> bytes:
    out = BytesIO()
    sheets.draw(out, made, layout)
    return out.getvalue()
