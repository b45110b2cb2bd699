"""A programme that has lived since last month, and its neighbour: the worlds of the API's tests are clones of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.auth.keys import make_key
from api.auth.permissions import Role
from api.engines import Database, runtime_engine
from api.installation import in_transaction
from api.settings import Settings
from ledger import posting
from ledger.database import sessions_of
from ledger.days import PARIS, Period
from merchants import programme, registry
from tests.databases import PROGRAMMES
from tests.given import TERMS, Town
from tests.till import Paper
from vouchers import buyers, codes, keys
from vouchers.keys import KeyRing
from vouchers.online import website

SECRETS: Final = "the master secret of tests: 44 characters all"
BACK: Final = "https://boutique.example.org/panier/merci"
"""Where customers of the first shop's website may return to, among others."""

TODAY: Final = datetime.now(PARIS).date()
LAST_MONTH: Final = (TODAY.replace(day=1) - timedelta(days=1)).replace(day=1)
THEN: Final = datetime.combine(LAST_MONTH + timedelta(days=2), datetime.min.time(), tzinfo=UTC) + timedelta(hours=9)
"""Morning of the third day of last month, when the programme begins to live."""


@dataclass(frozen=True, slots=True)
class Held:
    """A voucher and the code typed from its paper."""

    id: UUID
    code: str


@dataclass(slots=True)
class Life:
    """What there is in a programme: the texts of keys by holder, ids by name, vouchers by what became of them."""

    slug: str
    ring: KeyRing
    keys: dict[str, str] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    fresh: list[Held] = field(default_factory=list)
    vouchers: dict[str, Held] = field(default_factory=dict)

    def held(self, paper: Paper) -> Held:
        """A voucher with its code."""
        return Held(paper.id, self.code_of(paper.id))

    def code_of(self, voucher: UUID) -> str:
        """The typed code of a voucher id, whether or not there is such a voucher."""
        return codes.spell(codes.derive(self.ring.current, voucher).typed)

    def token_of(self, voucher: UUID) -> str:
        """What the QR of a voucher holds after its host."""
        return codes.derive(self.ring.current, voucher).token


@dataclass(frozen=True, slots=True)
class Lived:
    """A database in which both programmes have lived."""

    template: str
    treiz: Life
    alpes: Life


async def live(database: Database, home: Path) -> Lived:
    """Let both programmes live in a database that is migrated and empty."""
    settings = Settings(home=home, secrets=SECRETS)
    lives: dict[str, Life] = {}
    async with runtime_engine(database, settings) as engine:
        for slug, schema in PROGRAMMES.items():
            lives[slug] = Life(slug, KeyRing(UUID(int=0), {}, 0))
            town = Town(sessions_of(engine, schema=schema), settings, UUID(int=0), lives[slug].ring, THEN)
            await _found(town, lives[slug])
            await _settle_in(town, lives[slug])
            await _last_month(town, lives[slug])
            town.at = datetime.now(UTC)
            await _this_month(town, lives[slug])
            await _hand_out_keys(town, lives[slug])
    return Lived(database.owner.database or "", lives["treiz"], lives["alpes"])


async def _found(town: Town, life: Life) -> None:
    async def work(session: AsyncSession) -> KeyRing:
        registered = await registry.programme(session, slug=life.slug)
        await posting.open_books(session)
        terms = replace(TERMS, name=f"Programme {life.slug}", number_prefix=life.slug.upper())
        await programme.set_terms(session, terms, effective_from=date(2020, 1, 1))
        return await keys.rotate(session, programme=registered.id, masters=town.settings.master_secrets, at=town.at)

    town.keys = life.ring = await in_transaction(town.sessions, work)


async def _settle_in(town: Town, life: Life) -> None:
    """Two buyers, a funder, two shops that accept with three tills between them, and one that is only invited."""

    async def register(name: str) -> UUID:
        new = buyers.NewBuyer("company", name)
        return (await town.do(lambda session: buyers.register_buyer(session, new, at=town.at))).id

    town.buyer = life.ids["buyer"] = await register("Savonnerie du Port")
    life.ids["other buyer"] = await register("Conserverie de l'Étang")
    town.funder = life.ids["funder"] = await town.new_funder("Ville de Marseille", "100,00 €")
    till, other = await town.open_shop(0), await town.open_shop(1)
    neighbour = await town.open_till(till.shop, label="Caisse 2")
    invited = await town.open_shop(2)
    await town.do(
        lambda session: website.register_return(
            session, till.shop, origin="https://boutique.example.org", path="/panier", actor="owner", at=town.at
        )
    )
    await town.set_status(invited.shop, "suspended")
    life.ids |= {
        "shop": till.shop, "other shop": other.shop, "suspended shop": invited.shop, "till": till.id,
        "neighbour": neighbour.id, "other till": other.id, "suspended till": invited.id,
    }  # fmt: skip


async def _last_month(town: Town, life: Life) -> None:
    till, other = town.tills[0], town.tills[1]
    papers = await town.vouchers(16, worth="20,00 €", label="Noël")
    life.ids["batch"] = papers[0].batch
    await town.pay_in("60,00 €", owner=life.ids["other buyer"])
    life.ids["other batch"] = await town.issue("20,00 €", 3, buyer=life.ids["other buyer"])
    life.vouchers["other buyer's"] = life.held((await town.papers(life.ids["other batch"]))[0])
    life.vouchers["expired"] = life.held(await town.voucher(last_day=(THEN + timedelta(days=4)).date()))
    town.at += timedelta(days=7)
    first = await till.redeem(papers[0], "12,50 €")
    mistaken = await till.redeem(papers[1], "5,00 €")
    await town.undo(mistaken, shop=till.shop)
    there = await other.redeem(papers[2], "20,00 €")
    life.ids |= {"redemption": first.redemption, "undone": mistaken.redemption, "other redemption": there.redemption}
    life.vouchers |= {"begun": life.held(papers[0]), "spent": life.held(papers[2])}
    life.fresh = [life.held(paper) for paper in papers[8:]]
    town.at += timedelta(days=14)
    await town.expire()
    await town.block(papers[3])
    await town.reissue(papers[4])
    life.vouchers |= {
        "blocked": life.held(papers[3]),
        "replaced": life.held(papers[4]),
        "in part held": life.held(papers[5]),
    }


async def _this_month(town: Town, life: Life) -> None:
    """A month closed before the one that is asked for in tests, a voucher of next month, a hold that lasts."""
    later = TODAY + timedelta(days=40)
    life.vouchers["early"] = life.held(await town.voucher(valid_from=later))
    (held_,) = [paper for paper in await town.papers(life.ids["batch"]) if paper.id == life.vouchers["in part held"].id]
    life.ids["other hold"] = (await town.tills[1].hold(held_, "3,00 €", lasts=timedelta(days=7))).id
    before = LAST_MONTH - timedelta(days=1)
    await town.close(Period(before.replace(day=1), before))


async def _hand_out_keys(town: Town, life: Life) -> None:
    holders: list[tuple[str, Role, str | None]] = [
        ("operator", "operator", None), ("buyer", "buyer", "buyer"), ("other buyer", "buyer", "other buyer"),
        ("shop", "shop", "shop"), ("other shop", "shop", "other shop"), ("till", "till", "till"),
        ("neighbour", "till", "neighbour"), ("other till", "till", "other till"),
        ("suspended till", "till", "suspended till"),
    ]  # fmt: skip

    async def work(session: AsyncSession) -> None:
        for holder, role, subject in holders:
            found = life.ids[subject] if subject else None
            view, life.keys[holder] = await make_key(
                session, slug=life.slug, role=role, subject=found, label=holder, at=town.at
            )
            life.ids[f"key of {holder}"] = view.id

    await town.do(work)
