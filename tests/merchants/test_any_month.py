"""Whatever two months bring, and wherever they are cut: statements, invoices, payouts and books agree to the cent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import URL

from api.engines import runtime_engine
from api.settings import Settings
from ledger import balances
from ledger.chart import Kind
from ledger.database import sessions_of
from ledger.ids import new_id
from ledger.money import Money, total
from merchants.commission.prices import Price
from merchants.invoices import queries as invoices
from merchants.payouts.queries import runs_page
from merchants.payouts.waiting import waiting
from merchants.settlements.figures import Figures
from merchants.settlements.foreseeing import Preview
from tests import databases, founding
from tests.founding import Standing as Founded
from tests.founding import lent
from tests.given import Town
from tests.merchants.month_steps import DAYS, Account, Cut, NewPrice, NewTerms, Sale, Standing, Step
from tests.merchants.months import IBANS, Months, begin
from tests.merchants.test_commission import prices
from tests.thoroughness import examples

THREE: Final = Founded(shops=3)

days, shops = st.integers(0, DAYS - 1), st.integers(0, 2)
sales = st.builds(
    Sale, day=days, shop=shops, cents=st.integers(1, 60_000), fate=st.sampled_from(["kept", "undone", "returned"]),
    after=st.sampled_from([0, 1, 6, 20, 40]), part=st.integers(1, 100),
)  # fmt: skip
ibans = st.integers(0, len(IBANS) - 1)
changes = st.one_of(
    st.builds(Account, day=days, shop=shops, iban=ibans),
    st.builds(Standing, day=days, shop=shops, to=st.sampled_from(["suspended", "left"])),
    st.builds(
        NewTerms, day=days, commission=st.integers(0, 1_500), vat=st.sampled_from([2_000, 0, 850]),
        minimum=st.sampled_from([0, 50_00, 300_00]),
    ),
    st.builds(NewPrice, day=days, shop=shops, price=prices, lasts=st.none() | st.integers(0, 20)),
)  # fmt: skip


@st.composite
def cuts(draw: st.DrawFn) -> list[Step]:
    """A cut, and mostly another account for a shop, just before its payouts are proposed or before they are decided."""
    day = draw(st.integers(1, DAYS - 1))
    cut = Cut(day, draw(st.sampled_from([True, True, True, False])), draw(st.sampled_from([1, 2, 0])))
    asked = draw(st.sampled_from([day, day, day - 1, None]))
    return [cut] if asked is None else [cut, Account(asked, draw(st.sampled_from([0, 1, 0, 1, 2])), draw(ibans))]


@st.composite
def stories(draw: st.DrawFn) -> list[Step]:
    made: list[Step] = draw(st.lists(sales, min_size=4, max_size=8))
    made += draw(st.lists(changes, min_size=1, max_size=6))
    made += [step for some in draw(st.lists(cuts(), min_size=2, max_size=5)) for step in some]
    suspended = [one for one in made if isinstance(one, Standing) and one.to == "suspended"]
    return made + [replace(one, day=min(one.day + 9, DAYS - 1), to="accepted") for one in suspended]


Begun = Callable[[], AbstractAsyncContextManager[Months]]


@pytest.fixture
def months(cluster: URL, tmp_path: Path) -> Begun:
    """Two towns alike, as new each time they are asked for."""

    @asynccontextmanager
    async def towns() -> AsyncIterator[Months]:
        async with AsyncExitStack() as lease:
            yield await begin(await a_town(lease), await a_town(lease))

    async def a_town(lease: AsyncExitStack) -> Town:
        template = await founding.founded(cluster, THREE)
        database = await lease.enter_async_context(databases.new_database(cluster, template=template))
        home = tmp_path / str(new_id())
        home.mkdir()
        own = Settings(home=home, pool_size=3, jobs=False)
        engine = await lease.enter_async_context(runtime_engine(database, own))
        return lent(Town, THREE, sessions_of(engine, schema=databases.PROGRAMMES["treiz"]), own)

    return towns


@settings(max_examples=examples(3), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(story=stories())
async def test_statements_are_invoices_payouts_and_what_is_carried_however_months_are_cut(
    months: Begun, story: list[Step]
) -> None:
    async with months() as lived:
        await agree(lived, await lived.live(story))


async def agree(lived: Months, at_once: Preview) -> None:
    """Each shop has what one closing of all would come to, and every cent of it is in a paper and in the books."""
    town = lived.books.town
    made = await town.settlements()
    every = [one.figures for one in made]
    for one in made:
        told = await town.statement(one)
        assert (total([line.amount for line in told.lines]), told.paid) == (one.figures.turnover, one.figures.paid)
    carried = await each_shop_is_paid_the_same(lived, at_once, {
        till.shop: [one.figures for one in made if one.shop == till.shop] for till in town.tills
    })  # fmt: skip
    invoiced = await town.do(lambda session: invoices.invoices_of(session, [one.id for one in made]))
    signed = {one.settlement: one.gross if one.kind == "invoice" else -one.gross for one in invoiced.values()}
    assert signed == {
        one.id: one.figures.commission + one.figures.vat
        for one in made if one.figures.commission or one.figures.vat
    }  # fmt: skip
    waits = await town.do(waiting)
    held = [one.due.amount for one in waits.held_back]
    assert not waits.payable
    paid = total([one.amount for one in lived.sent] + held)
    assert total([one.turnover for one in every]) == total(list(signed.values())) + paid + carried
    assert len({one.settlement for one in lived.sent}) == len(lived.sent)
    assert await town.balance(Kind.COMMISSION) == total([one.commission for one in every])
    assert await town.balance(Kind.VAT) == total([one.vat for one in every])
    assert await town.balance(Kind.TRANSIT) == paid
    runs = await town.do(lambda session: runs_page(session, limit=100))
    for letters, numbers in (
        ("", [one.number for one in made]), ("FC", [one.number for one in invoiced.values()]),
        ("V", [one.number for one in runs]),
    ):  # fmt: skip
        assert sorted(numbers) == [f"TREIZ{letters}-2026-{number:06d}" for number in range(1, len(numbers) + 1)]
    await the_books_are_whole(town)


async def the_books_are_whole(town: Town) -> None:
    rows = await town.do(balances.trial_balance)
    assert sum(row.debits.cents for row in rows) == sum(row.credits.cents for row in rows)
    audit = await town.audit()
    assert audit.agrees, audit.findings


async def each_shop_is_paid_the_same(lived: Months, at_once: Preview, made: dict[object, list[Figures]]) -> Money:
    """As one closing would have it.

    :returns: what is carried, by the last settlements and by the books
    """
    seen = {
        next(n for n, till in enumerate(lived.whole.town.tills) if till.shop == one.shop.id): one.figures
        for one in at_once.shops
    }
    carried = []
    for number, till in enumerate(lived.books.town.tills):
        own = made[till.shop]
        carried.append(own[-1].carried_forward if own else Money(0))
        assert sums(own) == sums([seen[number]] if number in seen else [])
        assert await lived.books.town.balance(till.shop) == carried[-1]
    return total(carried)


def sums(made: list[Figures]) -> tuple[object, ...]:
    """What was taken, given back and charged; what is paid with what is still to be; what rounding leaves."""
    if not made:
        return ()
    last = made[-1].after
    return (
        *[total([getattr(one, name) for one in made]) for name in ("redeemed", "undone", "returned", "turnover")],
        total([one.commission for one in made]), total([one.vat for one in made]),
        total([one.paid for one in made]) + last.amount, last.commission, last.vat,
    )  # fmt: skip


TOLD: Final[list[Step]] = [
    Sale(0, 0, 120_03), Sale(1, 1, 80_01, "undone", 0), Sale(2, 1, 45_07, "undone", 30), Sale(2, 2, 10_99),
    NewPrice(3, 1, Price(173, least=Money(35))), Cut(7, decided=1), Account(7, 0, 2), Sale(8, 0, 33_33),
    NewPrice(9, 0, Price(90, Money(7), Money(0), Money(21)), 5), Sale(11, 0, 61_17, "returned", 25, 40),
    Cut(14), Standing(15, 1, "suspended"), Sale(15, 2, 9_98), NewTerms(16, 333, 0, 60_00), Account(19, 2, 1),
    Sale(18, 0, 61_17, "returned", 1, 100), Cut(20), Standing(28, 1, "accepted"), Cut(29, pays=False),
    Sale(30, 1, 12_34), Sale(31, 2, 1_00), Standing(40, 2, "left"), Cut(41), Account(50, 0, 1),
]  # fmt: skip


async def test_the_steps_do_something(months: Begun) -> None:
    """So that months in which nothing came to happen would not pass for a proof."""
    async with months() as lived:
        await agree(lived, await lived.live(TOLD))
    never = {
        "sold", "undone", "undone in another month", "returned", "returned in another month", "account", "suspended",
        "accepted", "left", "terms", "price", "closed", "paid", "withdrawn", "account-changing", "no-account",
    } - set(lived.happened)  # fmt: skip
    assert not never
