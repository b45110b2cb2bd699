"""A voucher as its holder sees it: found by the secret in its address, drawn from one moment of the books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.dependencies import GuessesOf, Here
from api.guessing import Guesses
from api.installation import Town
from api.pages.place import Place, terms_now
from api.pages.rendering import page, see_other
from api.pages.secrecy import QUIET
from api.pages.speaking import remember
from ledger.database import snapshot_of
from ledger.days import day_of
from ledger.formats import LANGUAGES
from ledger.money import ZERO, Money
from vouchers import codes, queries
from vouchers.codes import Code
from vouchers.errors import CodeNotRecognised
from vouchers.holders import claiming, following, reminding
from vouchers.holders.following import Movement, SetAside
from vouchers.queries import State, VoucherView
from vouchers.rules.rule import Rule

Held = Literal["frozen", "given_back"]

SPENDABLE: Final[frozenset[State | Held]] = frozenset({"active", "not_yet_valid"})
"""States in which the code is of use, now or soon."""

PRIVATE: Final[frozenset[State | Held]] = frozenset({"blocked", "frozen", "replaced", "given_back"})
"""States in which whoever has the code may not be its holder: what became of the voucher is not told."""


@dataclass(frozen=True, slots=True)
class Found:
    """The voucher of a link: its programme, its id, and the path of its page."""

    town: Town
    place: Place
    view: VoucherView
    code: Code = field(repr=False)

    @property
    def id(self) -> UUID:
        """The voucher's."""
        return self.view.facts.id

    @property
    def path(self) -> str:
        """Of its page. Whoever has it can spend the voucher."""
        return f"/v/{self.code.token}"


@dataclass(frozen=True, slots=True)
class Shown:
    """A voucher as its page shows it. ``kept``: with an address; ``ahead``: the distances of reminders to choose of."""

    state: State | Held
    left: Money
    face_value: Money
    first_day: date
    last_day: date
    today: date
    kept: bool
    movements: Sequence[Movement]
    set_aside: Sequence[SetAside]
    rule: Rule | None
    path: str = field(repr=False)
    link: str = field(repr=False)
    spelt: str = field(repr=False)

    @property
    def spendable(self) -> bool:
        """Whether its code is shown: it is of no use otherwise."""
        return self.state in SPENDABLE

    @property
    def held(self) -> Money:
        """What online shops hold of what is left."""
        return sum((one.amount for one in self.set_aside), ZERO)

    def added_by(self, campaign: str) -> Money:
        """What a campaign, by the name in its address, has added so far."""
        given = (one.amount for one in self.movements if one.thanks is not None and one.thanks.slug == campaign)
        return sum(given, ZERO)

    @property
    def days(self) -> int:
        """From today to the last day."""
        return (self.last_day - self.today).days

    @property
    def ahead(self) -> list[int]:
        """At which distances a reminder can still go."""
        return reminding.still_ahead(self.last_day, self.today)

    @property
    def communes(self) -> list[str]:
        """Where it was spent, the latest first."""
        return list(dict.fromkeys(one.commune for one in self.movements if one.commune))


async def find(request: Request, here: Here, guesses: GuessesOf, token: str) -> Found | None:
    """The voucher of a link, told with its programme to whatever renders the page; None for whatever is not known."""
    towns = await here.all_towns()
    address = request.client.host if request.client else ""
    found = await _find(guesses, towns, token, address)
    if found is None:
        request.state.place = await _place(towns[0]) if len(towns) == 1 else None
        return None
    request.state.place = found.place
    return found


MaybeFound = Annotated[Found | None, Depends(find)]


def unknown(request: Request) -> Response:
    """One page for whatever is not known: forged, cut short, of another programme."""
    return page(request, "holder/unknown.html", status=HTTPStatus.NOT_FOUND)


async def shown(found: Found, base_url: str) -> Shown:
    """All that a voucher's page says, as of one moment."""
    async with snapshot_of(found.town.sessions) as session:
        at = await clock.now(session)
        view = await queries.voucher_view(session, found.id)
        state = await _state(session, view, at)
        open_ = state not in PRIVATE
        return Shown(
            state=state,
            left=view.left,
            face_value=view.face_value,
            first_day=view.facts.valid_from,
            last_day=view.facts.last_day,
            today=day_of(at),
            kept=await claiming.keeper_of(session, found.id) is not None,
            movements=await following.movements_of(session, view) if open_ else (),
            set_aside=await following.set_aside(session, view, at=at) if open_ else (),
            rule=view.facts.rule,
            path=found.path,
            link=codes.link(base_url, found.code),
            spelt=codes.spell(found.code.typed),
        )


async def _chosen(request: Request, to: Annotated[str, Query(max_length=10)] = "") -> Response | None:
    if to not in LANGUAGES:
        return None
    answer = away(request.url.path)
    remember(answer, to, secure=request.url.scheme == "https")
    return answer


Chosen = Annotated[Response | None, Depends(_chosen)]
"""Back to this very page in the language that was chosen on it (``?to=en``), if one was."""


def away(path: str, *, said: str | None = None) -> Response:
    """From a page whose address is a secret to another: kept by no cache, told to nobody."""
    answer = see_other(path, said=said)
    answer.headers.update(QUIET)
    return answer


async def _state(session: AsyncSession, view: VoucherView, at: datetime) -> State | Held:
    state = view.state(at)
    if state == "blocked" and await following.is_frozen(session, view.facts.id):
        return "frozen"
    if state == "blocked" and not view.left and await following.was_given_back(session, view.facts.id):
        return "given_back"
    return state


async def _find(guesses: Guesses, towns: Sequence[Town], token: str, address: str) -> Found | None:
    try:
        town, code = await guesses.read_link(towns, token, address)
    except CodeNotRecognised:
        return None
    place = await _place(town)
    try:
        async with town.sessions.begin() as session:
            view = await queries.voucher_by_code(session, code)
    except CodeNotRecognised:
        view = None
    # A link holds the long code. The short one, which is dictated, opens nothing here: it belongs at a till.
    if view is None or _code(town, view).token != token:
        await guesses.wrong_link(towns, address)
        return None
    return Found(town, place, view, _code(town, view))


def _code(town: Town, view: VoucherView) -> Code:
    return codes.derive(town.keys.keys[view.facts.key_number], view.facts.id)


async def _place(town: Town) -> Place:
    async with town.sessions.begin() as session:
        return Place(town, await terms_now(session))
