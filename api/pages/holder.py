"""The page of a voucher, for whoever holds it: where every QR code and the button of every letter lead.

It says nothing of who gave or holds the voucher, and it leaves no trace: kept by no cache and no search engine, its
address told to no other site.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api import clock
from api.dependencies import GuessesOf, Here
from api.guessing import Guesses
from api.installation import Town
from api.pages.place import Place, terms_now
from api.pages.rendering import page
from api.pages.till.leading import lead_to_till
from ledger.money import Money
from vouchers import codes, qr, queries
from vouchers.codes import Code
from vouchers.errors import CodeNotRecognised
from vouchers.queries import State, VoucherView

QUIET: Final = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}

PIXELS: Final = 8
"""Of a module's side: some 350 for the whole picture."""

SPENDABLE: Final[frozenset[State]] = frozenset({"active", "not_yet_valid"})
"""States in which the code is of use, now or soon."""

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Held:
    """A voucher as its holder sees it. ``set_aside`` is what an online shop holds of ``left``."""

    state: State
    left: Money
    set_aside: Money
    first_day: date
    last_day: date
    link: str = field(repr=False)
    spelt: str = field(repr=False)

    @property
    def spendable(self) -> bool:
        """Whether its code is shown: it is of no use otherwise."""
        return self.state in SPENDABLE


@router.get("/v/{token}")
async def voucher(request: Request, token: str, here: Here, guesses: GuessesOf) -> Response:
    """What is left on a voucher, until when, and the code to show at the till; one page for whatever is not known."""
    towns = await here.all_towns()
    address = request.client.host if request.client else ""
    found = await _find(guesses, towns, token, address)
    if found is None:
        request.state.place = await _place(towns[0]) if len(towns) == 1 else None
        return _quiet(page(request, "holder/unknown.html", status=HTTPStatus.NOT_FOUND))
    town, view = found
    till = await lead_to_till(request, here, town, token)
    if till is not None:
        return _quiet(till)
    request.state.place = await _place(town)
    held = await _held(town, view, here.settings.base_url)
    picture = await asyncio.to_thread(qr.png, held.link, scale=PIXELS) if held.spendable else b""
    return _quiet(page(request, "holder/voucher.html", voucher=held, picture=b64encode(picture).decode("ascii")))


async def _find(guesses: Guesses, towns: Sequence[Town], token: str, address: str) -> tuple[Town, VoucherView] | None:
    try:
        town, code = await guesses.read_link(towns, token, address)
    except CodeNotRecognised:
        return None
    try:
        async with town.sessions() as session:
            view = await queries.voucher_by_code(session, code)
    except CodeNotRecognised:
        view = None
    # A link holds the long code. The short one, which is dictated, opens nothing here: it belongs at a till.
    if view is None or _code(town, view).token != token:
        await guesses.wrong_link(towns, address)
        return None
    return town, view


def _code(town: Town, view: VoucherView) -> Code:
    return codes.derive(town.keys.keys[view.facts.key_number], view.facts.id)


async def _held(town: Town, view: VoucherView, base_url: str) -> Held:
    async with town.sessions() as session:
        state = view.state(await clock.now(session))
    code, facts = _code(town, view), view.facts
    return Held(
        state, view.left, view.left - view.available, facts.valid_from, facts.last_day,
        codes.link(base_url, code), codes.spell(code.typed),
    )  # fmt: skip


async def _place(town: Town) -> Place:
    async with town.sessions() as session:
        return Place(town, await terms_now(session))


def _quiet(answer: Response) -> Response:
    answer.headers.update(QUIET)
    return answer
