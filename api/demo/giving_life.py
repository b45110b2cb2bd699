"""The demonstration: a programme with its shops, its companies and two months and more of life, made once.

All of it is one transaction, so that a demonstration is whole or not there. Its keys and three unspent codes are
kept in one file that only its owner may read; nowhere else are they written.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock, founding, migrating
from api.auth.keys import make_key
from api.auth.permissions import KeyRole
from api.demo import town as scene
from api.demo.holders import keep_some
from api.demo.life import Life
from api.demo.online import OnlineShop
from api.demo.orders import Calendar, Orders
from api.demo.people import PEOPLE, hashes_of, new_password, take_office
from api.demo.purse import Purse
from api.demo.shopkeepers import Street, keep_shops
from api.demo.story import Desk
from api.demo.tills import hire, mistype
from api.demo.town import TERMS, People
from api.engines import Database, owner_engine
from api.enqueuing import enqueue
from api.installation import Town, installation
from api.settings import Settings
from ledger.database import sessions_of
from ledger.days import Period, day_of, months_later
from ledger.wishes import take_wishes, wish
from merchants import registry
from merchants.joining import letters
from merchants.payouts import proposing
from merchants.payouts.execution_days import earliest_day
from merchants.settlements.queries import closings_page, settlements_page
from merchants.shops.queries import shops_page
from vouchers import codes
from vouchers.codes import spell

SLUG: Final = scene.SLUG
FILE: Final = "demo.json"
SEED: Final = 13_2026
MONTHS: Final = 3
"""Two whole months before today, and the one that runs."""

LATEST: Final = timedelta(minutes=30)
"""Nothing happens in the last half hour, so that no act reaches into the future."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What one needs to try the demonstration."""

    programme: str
    keys: dict[KeyRole, str] = field(repr=False)
    codes: tuple[str, ...] = field(repr=False)
    buyer: str
    shop: str
    till: str
    settlement: str
    """A statement to download: that of the shop."""

    open_month: str
    """The month that is over and left to be closed."""

    password: str = field(default="", repr=False)
    """That of all who sign in; made for this installation."""

    people: dict[str, str] = field(default_factory=dict)
    """By which address whom signs in: the operator, the accountant, the manager, the assistant of each company."""


def kept(home: Path) -> Demo | None:
    """What the file says, if it is there."""
    try:
        found = json.loads((home / FILE).read_text())
        return Demo(**{**found, "codes": tuple(found["codes"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


async def give_life(settings: Settings, database: Database, progress: Progress) -> Demo | None:
    """Found the demonstration and let it live until now.

    :returns: None if it is there already; nothing is changed then
    """
    async with owner_engine(database) as owner:
        await migrating.migrate_shared(owner)
        async with sessions_of(owner, schema="public")() as session:
            now = await clock.now(session)
            there = SLUG in [one.slug for one in await registry.programmes(session)]
        months = _months(day_of(now))
        founded = scene.moment(months[0].first_day - timedelta(days=25), 9)
        if not there:
            since = date(founded.year, 1, 1)
            await founding.found(owner, settings, slug=SLUG, terms=TERMS, effective_from=since, at=founded)
    async with installation(settings, database) as opened:
        town = await opened.town(SLUG)
        async with town.sessions.begin() as session:
            if there and await shops_page(session, limit=1):
                return None
            # Letters are kept in a folder or not at all: nothing is sent to people who do not exist.
            letters_wait = settings.mail_server is None
            demo = await _fill(session, town, months, now, progress, letters_wait=letters_wait)
            _keep(settings.home, demo)
        return demo


async def _fill(
    session: AsyncSession, town: Town, months: list[Period], now: datetime, progress: Progress, *, letters_wait: bool
) -> Demo:
    chance = random.Random(SEED)  # noqa: S311 - a demonstration that is the same each time, not a secret
    password = new_password()
    hashes = hashes_of(password)
    shops = scene.demo_shops()
    first = months[0].first_day
    tills = await scene.settle_in(
        session, shops, chance, before=first, progress=lambda done: progress("Shops settle in", done, len(shops))
    )
    tills = await hire(session, tills, at=scene.moment(first - timedelta(days=2), 9))
    people = await scene.move_in(session, before=first)
    moved_in = scene.moment(first - timedelta(days=3), 12)
    staff = await take_office(session, people.companies, await hashes, at=moved_in)
    desk = Desk(session, town.keys, staff, Purse())
    life = Life(desk, people, tills, chance)
    orders = Orders(desk, people.companies, people.private, Calendar(day_of(now)), now - LATEST)
    await life.live(
        months, orders, letters_wait=letters_wait, progress=lambda done, of: progress("Vouchers live", done, of)
    )
    await mistype(session, tills, at=now - LATEST)
    await keep_some(session, life.examples, life.purse.carried, at=now - LATEST)
    await OnlineShop(session, desk.purse, town.keys, tills[0].shop).live(now - LATEST)
    demo = await _give_keys(session, town, life, people, now, months)
    street = Street(session, staff.manager, now, chance)
    await keep_shops(street, tills, shops, own=UUID(demo.shop), letters_wait=letters_wait)
    # The accountant proposes what was settled: it waits for the operator.
    await proposing.propose(session, execution_day=earliest_day(now), actor=staff.accountant, at=now - LATEST)
    await _let_go_on(session, desk, letters_wait=letters_wait)
    addresses = {one.role if one.company is None else f"buyer {one.company + 1}": one.email for one in PEOPLE}
    return replace(demo, password=password, people=addresses)


async def _let_go_on(session: AsyncSession, desk: Desk, *, letters_wait: bool) -> None:
    """What was wished for months ago was done then; of the last orders the jobs go on when the server starts."""
    take_wishes(session)
    for order in desk.fresh:
        wish(session, "advance_order", order=str(order))
        wish(session, "send_mail", order=str(order))
    if letters_wait:
        for invitation in await letters.queued(session, limit=1):
            wish(session, "shop_invitation_letter", invitation=str(invitation))
    await enqueue(session)


async def _give_keys(
    session: AsyncSession, town: Town, life: Life, people: People, now: datetime, months: list[Period]
) -> Demo:
    (closed,) = await closings_page(session, limit=1)
    settled = {one.shop: one.id for one in await settlements_page(session, closing=closed.id, limit=10_000)}
    busiest = next(one for one in life.tills if one.shop in settled)
    subjects: dict[KeyRole, UUID | None] = {
        "operator": None, "buyer": people.companies[0], "shop": busiest.shop, "till": busiest.id
    }  # fmt: skip
    texts = {
        role: (await make_key(session, slug=SLUG, role=role, subject=subject, label="Demo", at=now))[1]
        for role, subject in subjects.items()
    }
    return Demo(
        programme=SLUG,
        keys=texts,
        codes=tuple(spell(codes.derive(town.keys.current, voucher).typed) for voucher in life.examples),
        buyer=str(people.companies[0]),
        shop=str(busiest.shop),
        till=str(busiest.id),
        settlement=str(settled[busiest.shop]),
        open_month=f"{months[1].first_day:%Y-%m}",
    )


def _keep(home: Path, demo: Demo) -> None:
    """Write the file, for its owner's eyes only from the first byte."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / FILE
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(demo), indent=2, ensure_ascii=False) + "\n")


def _months(today: date) -> list[Period]:
    this = today.replace(day=1)
    return [Period.month(f"{months_later(this, back):%Y-%m}") for back in range(1 - MONTHS, 1)]
