"""Whatever is spent, undone and returned, and when: weeks, trades and communes each come to what the ledger says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.balances import trial_balance
from ledger.chart import Kind
from ledger.days import Period
from ledger.money import ZERO, Money, total
from tests.given import OPENED, Town
from tests.thoroughness import examples
from tests.vouchers.figures.given import look, open_bakery

ACTS = st.lists(
    st.tuples(
        st.sampled_from(("spend", "spend", "undo", "return")), st.integers(0, 2), st.integers(1, 900).map(Money),
        st.integers(0, 9 * 24).map(lambda hours: timedelta(hours=hours)),
    ),
    min_size=2, max_size=9,
)  # fmt: skip
ALL = Period(date(2026, 10, 1), date(2027, 3, 31))


@settings(max_examples=examples(8), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=ACTS)
async def test_weeks_trades_and_communes_come_to_what_the_ledger_says(town: Town, acts: list[Any]) -> None:
    if len(town.tills) < 3:
        await open_bakery(town)
    town.at = OPENED
    await _live(town, acts)
    found = await look(town, ALL)
    assert found.whole
    flow = found.whole.flows
    spent = total(list(flow.spent))
    assert spent == total([one.amount for _, one in found.trades]) == total([one.amount for _, one in found.communes])
    assert spent == total([await town.balance(one.shop) for one in town.tills])
    by_day = [await look(town, ALL, commune=name) for name, _ in found.communes]
    assert spent == total([amount for one in by_day for amount in one.spent])
    assert (flow.before, flow.held[-1]) == (ZERO, await _in_vouchers(town))


async def _live(town: Town, acts: list[Any]) -> None:
    voucher = await town.voucher(worth="100,00 €")
    spent: list[Any] = []
    for what, till, amount, later in acts:
        town.at = min(town.at + later, datetime(2027, 3, 1, tzinfo=UTC))
        if what == "spend":
            spent.append(await town.tills[till].redeem(voucher, amount))
        elif spent and what == "undo":
            await town.undo(spent.pop())
        elif spent:
            await town.give_back(spent.pop(), None)


async def _in_vouchers(town: Town) -> Money:
    (line,) = [one for one in await town.do(trial_balance) if one.kind == Kind.VOUCHER]
    return line.credits - line.debits
