"""Whatever people buy, take back, lose and win: no campaign gives more than it may, nor the same euro twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import URL

from api.engines import runtime_engine
from api.settings import Settings
from ledger.database import sessions_of
from ledger.money import ZERO, Money
from tests import databases
from tests.given import OPENED, Town, a_town
from tests.thoroughness import examples
from tests.vouchers.campaigns.given import proved, running, sums, top_up
from vouchers.campaigns import figures
from vouchers.campaigns.promises import Promise
from vouchers.campaigns.purchases import Purchase
from vouchers.campaigns.rewarding import Facts, decide
from vouchers.facts import VoucherFacts

CENTS = st.integers(1, 4_000).map(Money)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("spend"), st.integers(0, 3), st.integers(0, 2), CENTS),
        st.tuples(st.sampled_from(("undo", "block", "unblock", "reissue", "night", "late undo")), st.integers(0, 3)),
    ),
    min_size=4, max_size=14,
)  # fmt: skip


@pytest.fixture(scope="module")
async def lasting(cluster: URL, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A town in which one example after the other is lived: each has a funder, a campaign and vouchers of its own."""
    home = Settings(home=tmp_path_factory.mktemp("any"), pool_size=3, jobs=False)
    async with (
        databases.new_database(cluster, template=databases.TEMPLATE) as database,
        runtime_engine(database, home) as engine,
    ):
        yield await a_town(sessions_of(engine, schema=databases.PROGRAMMES["treiz"]), home, shops=2)


@settings(max_examples=examples(8))
@given(acts=ACTS, budget=st.integers(50, 1_200), rate=st.sampled_from((700, 2_500, 10_000)), most=st.integers(1, 900))
async def test_rewards_stay_within_every_bound_and_explain_themselves(
    lasting: Town, acts: list[Any], budget: int, rate: int, most: int
) -> None:
    town = replace(lasting, at=OPENED)
    town.funder = await town.new_funder("Ville", "12,00")
    promise = top_up(town, budget=Money(budget), rate_bp=rate, most_per_voucher=Money(most))
    campaign = await running(town, promise)
    await _live(town, campaign, acts)
    report = await campaign.report()
    assert (await campaign.view()).given == report.given <= promise.budget
    assert await town.balance(town.funder) == Money.of("12,00") - report.given
    await proved(town)


async def _live(town: Town, campaign: Any, acts: list[Any]) -> None:
    """Spend, take back, lose and find four vouchers; each night the job runs once or twice."""
    papers = await town.vouchers(4, worth="60,00 €")
    held: list[list[Any]] = [[one] for one in papers]
    spent: list[Any] = []
    for act in [*acts, ("night", 0)]:
        one = held[act[1]][-1]
        state = (await town.view(one)).facts.status
        if act[0] == "spend" and state == "active":
            amount = min(act[3], await town.left_on(one))
            spent += [await town.tills[act[2] % 2].redeem(one, amount)] if amount else []
        elif act[0] in {"undo", "late undo"} and spent:
            await town.undo(spent.pop())
        elif (act[0], state) in {("block", "active"), ("unblock", "blocked")}:
            await (town.block(one) if act[0] == "block" else town.unblock(one))
        elif act[0] == "reissue":
            held[act[1]].append(await town.reissue(one))
        elif act[0] == "night":
            town.at += timedelta(days=1)
            await campaign.rewards(limit=2 + act[1])
    for chain in held:
        told = await town.do(lambda session, id_=chain[-1].id: figures.rewards_of(session, id_))
        assert sums([one.amount for one in told]) <= (await campaign.view()).promise.most_per_voucher
        assert len({one.redemption for one in told}) == len(told)


@given(
    spent=st.lists(st.tuples(st.integers(0, 3), CENTS, st.booleans()), max_size=30),
    left=st.integers(0, 3_000), funds=st.integers(0, 3_000), most=st.integers(1, 900), rate=st.integers(1, 10_000),
)  # fmt: skip
def test_deciding_never_gives_more_than_is_left_or_held_and_skips_nobody_for_want_of_funds(
    spent: list[Any], left: int, funds: int, most: int, rate: int
) -> None:
    day, at = date(2026, 10, 5), datetime(2026, 10, 5, 12, tzinfo=UTC)
    promise = Promise("x", "top_up", day, day, rate_bp=rate, most_per_voucher=Money(most))
    alive = {
        UUID(int=n): VoucherFacts(UUID(int=n), UUID(int=9), n, UUID(int=n), 0, day, day, "active", None)
        for n in range(4)
    }  # fmt: skip
    due = [Purchase(UUID(int=i + 100), UUID(int=n), cents, at) for i, (n, cents, _) in enumerate(spent)]
    decided, short = decide(due, Facts(promise, Money(left), Money(funds), alive, {}, day))
    given_ = sums([one.amount for one in decided])
    assert ZERO <= given_ <= min(Money(left), Money(funds))
    assert [one.purchase for one in decided] == due[: len(decided)]
    assert short == (len(decided) < len(due))
    for n in range(4):
        assert sums([one.amount for one in decided if one.purchase.origin == UUID(int=n)]) <= Money(most)
    assert all(one.amount <= one.purchase.spent for one in decided)
