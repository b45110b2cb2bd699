"""Who lives in the demonstration: a programme, real shops with invented accounts, companies, a town that funds.

The shops are real and agreed to nothing (see ``data/SOURCES.md``). Whoever else is named here is invented:
their identifiers begin with zeros or 99999, which nobody is given, though their check digits are right.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from importlib import resources
from typing import Final
from uuid import UUID

import schwifty
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import PARIS
from ledger.money import Money
from merchants.programme import Terms
from merchants.shops import registering, tills
from merchants.shops.checking import NewShop, check_rows
from merchants.shops.queries import Status
from merchants.shops.reading import read_rows
from vouchers import buyers, funders
from vouchers.buyers import NewBuyer
from vouchers.funders import NewFunder

SLUG: Final = "treiz-local"
ACTOR: Final = "demo"

TERMS: Final = Terms(
    name="Treiz'Local (démo)",
    legal_name="Chambre de démonstration Aix-Marseille-Provence",
    siren="000130005",
    vat_number="FR87000130005",
    street="1 place de la Démonstration",
    postcode="13001",
    commune="Marseille",
    contact="bonjour@treiz-local.example",
    number_prefix="TREIZ",
    commission_bp=250,
    service_fee_bp=200,
    breakage_to="funder",
    iban="FR7699999130550000000149916",
    bic="DEMOFRPPXXX",
    least_face=500,
    most_face=25_000,
    legal_notice="Établissement public inventé pour la démonstration",
)

COMPANIES: Final = (
    NewBuyer("company", "Savonnerie des Accoules (démo)", "000001008", "FR29000001008", "ce@accoules.example",
             "7 montée de la Démonstration", "13002", "Marseille"),
    NewBuyer("company", "Chantiers de la Joliette (démo)", "000002006", "FR16000002006", "rh@joliette.example",
             "12 quai de la Démonstration", "13002", "Marseille"),
    NewBuyer("company", "Mutuelle du Garlaban (démo)", "000003004", "FR03000003004", "cse@garlaban.example",
             "3 cours de la Démonstration", "13400", "Aubagne"),
)  # fmt: skip
PRIVATE: Final = (
    NewBuyer("person", "Hélène Marchand", email="helene.marchand@courriel.example"),
    NewBuyer("person", "Odile Castan", email="odile.castan@courriel.example"),
    NewBuyer("person", "Yannis Moreau", email="yannis.moreau@courriel.example"),
    NewBuyer("person", "Lucien Ferrand", email="lucien.ferrand@courriel.example"),
)
FUNDER: Final = NewFunder(
    "Ville de Démonstration-sur-Mer", "211300553", "Place de la Mairie", "13999", "Démonstration-sur-Mer",
    "Service du commerce, commerce@demonstration.example", "Convention 2026-17 (démo)", date(2026, 1, 15),
)  # fmt: skip
FUNDED: Final = Money(250_000)

TILLS: Final = 110
"""How many shops have a till, which spend most of what is spent."""

_INVITED: Final = 0.12
_LEFT: Final = 0.02
_SUSPENDED: Final = 0.01
_WITHOUT_ACCOUNT: Final = 0.08
_DAYS_TO_ANSWER: Final = 21

Progress = Callable[[int], None]
"""Told how many shops are in."""


@dataclass(frozen=True, slots=True)
class Till:
    """A till of the demonstration, what its shop sells (NAF), and who works there in turns if names are told."""

    id: UUID
    shop: UUID
    naf: str
    cashiers: tuple[UUID, ...] = ()

    def cashier_at(self, at: datetime) -> UUID | None:
        """Who stands there: one in the morning, another in the afternoon."""
        return self.cashiers[at.astimezone(PARIS).hour // 14 % len(self.cashiers)] if self.cashiers else None


@dataclass(frozen=True, slots=True)
class People:
    """Who buys and who funds."""

    companies: tuple[UUID, ...]
    private: tuple[UUID, ...]
    funder: UUID


def moment(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A moment of a day in Paris."""
    return datetime.combine(day, time(hour, minute, second), tzinfo=PARIS)


def demo_shops() -> Sequence[NewShop]:
    """The good lines of the extract, with accounts of an invented bank for most of them."""
    content = (resources.files("api") / "demo" / "data" / "shops_13.csv").read_bytes()
    good = check_rows(read_rows(content, "shops_13.csv"), frozenset()).good
    chance = random.Random(13)  # noqa: S311 - a demonstration that is the same each time, not a secret
    return [one if chance.random() < _WITHOUT_ACCOUNT else _with_account(one, i) for i, one in enumerate(good)]


async def settle_in(
    session: AsyncSession, shops: Sequence[NewShop], chance: random.Random, *, before: date, progress: Progress
) -> list[Till]:
    """Register the shops in the weeks before a day; most accept; some of them open a till."""
    came = before - timedelta(days=24)
    ids = await registering.register_all(session, shops, actor=ACTOR, at=moment(came, 9))
    fates = {shop: _fate(chance) for shop in ids}
    a_day = -(-len(ids) // _DAYS_TO_ANSWER)
    for day, start in enumerate(range(0, len(ids), a_day), start=1):
        some = ids[start : start + a_day]
        await _answer(session, {shop: fates[shop] for shop in some}, at=moment(came + timedelta(days=day), 10, day))
        progress(start + len(some))
    open_shops = [(shop, new.naf) for shop, new in zip(ids, shops, strict=True) if fates[shop] == "accepted"]
    at = moment(before - timedelta(days=1), 10)
    opened = chance.sample(open_shops, min(TILLS, len(open_shops)))
    return [Till((await tills.open_till(session, shop, label="Caisse 1", at=at)).id, shop, naf) for shop, naf in opened]


async def _answer(session: AsyncSession, fates: Mapping[UUID, Status], *, at: datetime) -> None:
    """What becomes of the shops that answer on one day: who is suspended was let in before."""
    steps: tuple[tuple[Status, set[Status]], ...] = (
        ("accepted", {"accepted", "suspended"}), ("suspended", {"suspended"}), ("left", {"left"}),
    )  # fmt: skip
    for step, of in steps:
        some = [shop for shop, fate in fates.items() if fate in of]
        if some:
            await registering.set_statuses(session, some, step, actor=ACTOR, at=at)


async def move_in(session: AsyncSession, *, before: date) -> People:
    """Register those who buy and those who fund, and what the town pays in."""
    at = moment(before - timedelta(days=3), 11)
    companies = [(await buyers.register_buyer(session, one, at=at)).id for one in COMPANIES]
    private = [(await buyers.register_buyer(session, one, at=at)).id for one in PRIVATE]
    funder = await funders.register_funder(session, FUNDER, at=at)
    await buyers.pay_in(session, funder.id, FUNDED, reference="Convention 2026-17 (démo)", at=at)
    return People(tuple(companies), tuple(private), funder.id)


def _fate(chance: random.Random) -> Status:
    drawn = chance.random()
    if drawn < _INVITED:
        return "invited"
    if drawn < _INVITED + _LEFT:
        return "left"
    return "suspended" if drawn < _INVITED + _LEFT + _SUSPENDED else "accepted"


def _with_account(shop: NewShop, number: int) -> NewShop:
    iban = schwifty.IBAN.generate("FR", bank_code="99999", branch_code="00013", account_code=f"{number + 1:011d}")
    return replace(shop, iban=str(iban), bic="DEMOFRPPXXX")
