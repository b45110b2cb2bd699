"""What the link of a letter to a holder opens: to say yes, to stop, to look after the vouchers kept with an address.

Opening it changes nothing, since programs that scan mail open every link there is: the button on its page does. Who
posts here knows a secret, and needs no cookie that another site could borrow; so what a mail program sends by itself
to stop reminders (RFC 8058) is taken too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.installation import Town, in_transaction
from api.pages import held
from api.pages.forms import Form, Sent, blank
from api.pages.held import Chosen
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page
from ledger.database import snapshot_of
from ledger.errors import Refusal
from ledger.money import Money
from vouchers import codes
from vouchers.holders import claiming, forgetting, letters, reminding, replacing
from vouchers.holders.claiming import spendable
from vouchers.holders.errors import HolderLinkSpent, VoucherKeptAlready, VoucherNotKept
from vouchers.holders.letters import Kind, LetterView
from vouchers.holders.reminding import ReminderView
from vouchers.orders.lists.addresses import shown_address
from vouchers.queries import VoucherView, voucher_view

router = APIRouter(include_in_schema=False)

ONE_CLICK: Final = ("List-Unsubscribe", "One-Click")
"""What a mail program posts, and nothing else, to end reminders (RFC 8058)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for by the link of a letter; ``voucher`` is the one named in the form, or the letter's."""

    town: Town
    letter: LetterView
    voucher: UUID | None


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link shows: the address it went to, the vouchers it is about, whether one of them may be opened."""

    address: str
    kept: tuple[Kept, ...]
    reminder: ReminderView | None
    last_day: date | None
    elsewhere: bool
    """Whether somebody else keeps the voucher."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A voucher that is kept with an address, as its list shows it."""

    id: UUID
    left: Money
    last_day: date
    spendable: bool
    reminded: bool
    path: str = field(repr=False)


@router.get("/{slug:slug}/held/{secret}")
async def open_page(request: Request, place: CurrentPlace, secret: str, chosen: Chosen) -> Response:
    """What a link opens. It stays as it is, whoever looks at it."""
    if chosen is not None:
        return chosen
    try:
        return await _page(request, place, await _letter(place.town, secret), blank(request))
    except HolderLinkSpent:
        return _spent(request)


@router.post("/{slug:slug}/held/{secret}")
async def act(request: Request, place: CurrentPlace, secret: str, form: Sent) -> Response:
    """Do what the button says."""
    name, value = ONE_CLICK
    at_once = form.shown(name) == value
    try:
        letter = await _letter(place.town, secret)
    except HolderLinkSpent:
        return _spent(request)
    deed = DEEDS[letter.kind].get("withdraw" if at_once else form.shown("do"))
    if deed is None:
        return await _page(request, place, letter, form)
    asked = Asked(place.town, letter, _named(form) or letter.voucher)
    try:
        said = await in_transaction(place.town.sessions, lambda session: deed(session, asked))
    except Refusal as refusal:
        form.refuse(refusal)
    else:
        if said == KEPT_BY_ANOTHER:
            form.refuse(VoucherKeptAlready())
        elif at_once:  # what a mail program sends follows no redirection
            return await _page(request, place, letter, blank(request))
        else:
            home = f"/{place.slug}/lost" if said == FORGOTTEN else request.url.path
            return held.away(home, said=said or None)
    return await _page(request, place, letter, form, status=HTTPStatus.CONFLICT)


async def _keep(session: AsyncSession, asked: Asked) -> str:
    kept = await claiming.confirm_claim(session, asked.letter, at=await clock.now(session))
    return "" if kept else KEPT_BY_ANOTHER


async def _remind(session: AsyncSession, asked: Asked) -> str:
    await reminding.confirm_reminder(session, asked.letter, at=await clock.now(session))
    return ""


async def _withdraw(session: AsyncSession, asked: Asked) -> str:
    if asked.voucher is not None:
        await reminding.withdraw(session, asked.voucher, email=asked.letter.email)
    return "reminders-ended"


async def _replace(session: AsyncSession, asked: Asked) -> str:
    at, keys = await clock.now(session), asked.town.keys
    await replacing.replace(session, _known(asked), email=asked.letter.email, keys=keys, at=at)
    return "code-changed"


async def _let_go(session: AsyncSession, asked: Asked) -> str:
    at = await clock.now(session)
    await claiming.let_go(session, _known(asked), email=asked.letter.email, at=at)
    return "let-go"


async def _forget(session: AsyncSession, asked: Asked) -> str:
    await forgetting.forget_address(session, asked.letter.email, at=await clock.now(session))
    return FORGOTTEN


Deed = Callable[[AsyncSession, Asked], Awaitable[str]]
"""What a button does; it answers with the name of what is said after."""

KEPT_BY_ANOTHER: Final = "kept-by-another"
FORGOTTEN: Final = "address-forgotten"

_CARE: Final[Mapping[str, Deed]] = {
    "replace": _replace, "let-go": _let_go, "withdraw": _withdraw, "forget": _forget,
}  # fmt: skip
DEEDS: Final[Mapping[Kind, Mapping[str, Deed]]] = {
    "claim": {"keep": _keep},
    "reminder": {"remind": _remind, "withdraw": _withdraw},
    "remind": {"withdraw": _withdraw},
    "lost": _CARE,
    "contested": _CARE,
}
"""What the link of each kind of letter lets one do."""

TEMPLATES: Final[Mapping[Kind, str]] = {
    "claim": "holder/link_claim.html", "reminder": "holder/link_reminder.html", "remind": "holder/link_reminder.html",
    "lost": "holder/kept.html", "contested": "holder/kept.html",
}  # fmt: skip


async def _letter(town: Town, secret: str) -> LetterView:
    async with town.sessions.begin() as session:
        return await letters.opened(session, secret, at=await clock.now(session))


async def _page(
    request: Request, place: Place, letter: LetterView, form: Form, *, status: int = HTTPStatus.OK
) -> Response:
    opened = await _opened(place.town, letter)
    return page(request, TEMPLATES[letter.kind], status=status, form=form, opened=opened, letter=letter)


async def _opened(town: Town, letter: LetterView) -> Opened:
    """What there is to show, as of one moment."""
    async with snapshot_of(town.sessions) as session:
        at = await clock.now(session)
        reminded = {one.voucher: one for one in await reminding.reminders_of(session, letter.email)}
        elsewhere, last_day = False, None
        views = await claiming.kept_by(session, letter.email)
        if letter.voucher is not None:
            last_day = (await voucher_view(session, letter.voucher)).facts.last_day
            keeper = await claiming.keeper_of(session, letter.voucher)
            elsewhere = keeper is not None and not keeper.is_at(letter.email)
            if letter.kind != "contested":
                views = [one for one in views if one.facts.id == letter.voucher]
    kept = tuple(
        Kept(one.facts.id, one.left, one.facts.last_day, spendable(one, at), one.facts.id in reminded, _path(town, one))
        for one in views
        if one.left
    )
    reminder = reminded.get(letter.voucher) if letter.voucher else None
    return Opened(shown_address(letter.email), kept, reminder, last_day, elsewhere)


def _path(town: Town, view: VoucherView) -> str:
    return f"/v/{codes.derive(town.keys.keys[view.facts.key_number], view.facts.id).token}"


def _named(form: Form) -> UUID | None:
    return form.identifier("voucher") if "voucher" in form.typed else None


def _known(asked: Asked) -> UUID:
    if asked.voucher is None:
        raise VoucherNotKept
    return asked.voucher


def _spent(request: Request) -> Response:
    return page(request, "holder/link_spent.html", status=HTTPStatus.GONE)
