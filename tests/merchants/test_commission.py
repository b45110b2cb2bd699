"""What shops are charged: the most specific rule of the day, exact, bounded, and given back to the last unit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.days import Period
from ledger.ids import new_id
from ledger.money import ZERO, Money
from merchants.commission.errors import CommissionMalformed, CommissionTooLate
from merchants.commission.prices import UNITS, Price, shown_exactly
from merchants.commission.pricing import pricing
from merchants.commission.rules import NewRule, Rule, Scope, add_rule, all_rules, rule_for
from merchants.errors import NafUnknown
from merchants.shops import registering
from merchants.shops.checking import check_shop
from merchants.shops.errors import MinimumTooHigh, ShopUnknown
from tests.given import SHOPS, Paper, Town, paris

SHOP: Final = new_id()
DAY: Final = date(2026, 10, 5)
NAF: Final = "56.30Z"

prices = st.builds(
    lambda rate, flat, least, more: Price(
        rate, Money(flat), Money(least), None if more is None else Money(least + more)
    ),
    st.integers(0, 10_000), st.integers(0, 200), st.integers(0, 300), st.none() | st.integers(0, 500),
)  # fmt: skip
amounts = st.integers(1, 50_000).map(Money)


def a_rule(scope: Scope, price: Price | None, since: date = DAY, last: date | None = None) -> Rule:
    return Rule(
        new_id(), scope, price, since, last, NAF if scope == "trade" else None,
        "Noël" if scope == "campaign" else None, frozenset({SHOP} if scope in {"shop", "campaign"} else ()),
        "op", datetime(2026, 10, 1, tzinfo=UTC),
    )  # fmt: skip


def price_on(rules: list[Rule], day: date = DAY, *, naf: str = NAF) -> Price | None:
    found = rule_for(rules, shop=SHOP, naf=naf, day=day)
    return found.price if found else None


@given(prices, amounts)
def test_a_commission_is_never_more_than_its_redemption_nor_outside_its_bounds(price: Price, amount: Money) -> None:
    charged = price.of(amount)
    assert 0 <= charged <= amount.cents * UNITS
    assert charged >= min(price.least.cents, amount.cents) * UNITS
    if price.most is not None:
        assert charged <= price.most.cents * UNITS


@given(prices, st.lists(st.integers(1, 5_000), min_size=1, max_size=6))
def test_returned_in_any_parcels_a_redemption_has_cost_nothing(price: Price, parcels: list[int]) -> None:
    whole, upto, back = Money(sum(parcels)), ZERO, 0
    for cents in parcels:
        given_back = price.part_of(whole, upto + Money(cents)) - price.part_of(whole, upto)
        assert given_back >= 0
        assert abs(given_back - price.of(whole) * cents / whole.cents) < 1
        back, upto = back + given_back, upto + Money(cents)
    assert back == price.of(whole)


@pytest.mark.parametrize(
    ("price", "amount", "cents"),
    [
        (Price(300), 12_50, 37.5), (Price(300, flat=Money(10)), 12_50, 47.5), (Price(300, least=Money(50)), 12_50, 50),
        (Price(300, most=Money(30)), 12_50, 30), (Price(0, flat=Money(20)), 15, 15), (Price(0), 12_50, 0),
        (Price(300, least=Money(50)), 20_00, 60), (Price(300, most=Money(60)), 19_00, 57),
    ],
)  # fmt: skip
def test_rate_flat_sum_least_and_most(price: Price, amount: int, cents: float) -> None:
    assert price.of(Money(amount)) == cents * UNITS


@given(prices)
def test_a_price_is_read_as_it_was_written(price: Price) -> None:
    assert Price.read(price.key) == price


@pytest.mark.parametrize(
    ("price", "french", "english"),
    [
        (Price(300, least=Money(10)), "3 % de 120,00 €, au moins 0,10 € par encaissement",
         "3% of €120.00, at least €0.10 a redemption"),
        (Price(250, Money(5), ZERO, Money(200)),
         "2,5 % de 120,00 € et 0,05 € par encaissement, au plus 2,00 € par encaissement",
         "2.5% of €120.00 and €0.05 a redemption, at most €2.00 a redemption"),
    ],
)  # fmt: skip
def test_a_price_in_words(price: Price, french: str, english: str) -> None:
    assert price.said("fr", Money(120_00)).replace("\u00a0", " ") == french
    assert price.said("en", Money(120_00)) == english


def test_a_price_without_a_sum_speaks_of_each_redemption() -> None:
    assert Price(300).said("en") == "3% of each redemption"
    assert Price(0, flat=Money(10)).said("en") == "€0.10 a redemption"
    assert Price(0).said("fr") == "sans commission"


def test_an_exact_sum_has_as_many_decimals_as_it_needs() -> None:
    assert [shown_exactly(units, "en") for units in (37_5000, 3_60_0000, -2500, 1)] == [
        "€0.375", "€3.60", "-€0.0025", "€0.000001",
    ]  # fmt: skip
    assert shown_exactly(37_5000, "fr") == "0,375\u00a0€"


def test_the_most_specific_rule_holds_whatever_the_order() -> None:
    scopes: tuple[Scope, ...] = ("campaign", "shop", "trade", "programme")
    rules = [a_rule(scope, Price(number), last=DAY) for number, scope in enumerate(scopes, start=1)]
    for number in range(4):
        assert price_on(rules[number:][::-1]) == Price(number + 1)
    assert price_on([]) is None
    assert price_on(rules[2:], naf="47.11B") == Price(4)


def test_a_rule_holds_from_its_first_day_through_its_last() -> None:
    rules = [a_rule("shop", Price(1)), a_rule("shop", Price(2), DAY + timedelta(3), DAY + timedelta(5))]
    found = [price_on(rules, DAY + timedelta(after)) for after in (-1, 0, 2, 3, 5, 6)]
    assert found == [None, Price(1), Price(1), Price(2), Price(2), Price(1)]


def test_of_two_rules_of_a_day_the_later_one_holds_and_one_without_price_ends_them() -> None:
    first, second, end = a_rule("shop", Price(1)), a_rule("shop", Price(2)), a_rule("shop", None)
    assert price_on([second, first]) == Price(2)
    assert price_on([first, second, end, a_rule("trade", Price(9))]) == Price(9)


WRONG: Final = [
    (NewRule("shop", Price(300), DAY), "shops"), (NewRule("shop", Price(300), DAY, shops=(SHOP, new_id())), "shops"),
    (NewRule("programme", Price(300), DAY, shops=(SHOP,)), "shops"), (NewRule("trade", Price(300), DAY), "naf"),
    (NewRule("campaign", Price(300), DAY, campaign="Noël", shops=(SHOP,)), "last_day"),
    (NewRule("campaign", Price(300), DAY, DAY, campaign="  ", shops=(SHOP,)), "campaign"),
    (NewRule("campaign", Price(300), DAY, DAY, campaign="Noël"), "shops"),
    (NewRule("programme", Price(300), DAY, DAY - timedelta(1)), "last_day"),
    (NewRule("programme", Price(10_001), DAY), "rate_bp"), (NewRule("programme", Price(-1), DAY), "rate_bp"),
    (NewRule("programme", Price(0, flat=Money(-1)), DAY), "flat"),
    (NewRule("programme", Price(0, least=Money(100_001)), DAY), "least"),
    (NewRule("programme", Price(0, least=Money(50), most=Money(49)), DAY), "most"),
]  # fmt: skip


async def test_a_rule_out_of_its_bounds_or_of_nobody_is_refused(town: Town) -> None:
    for new, field in WRONG:
        with pytest.raises(CommissionMalformed) as refused:
            await town.do(lambda session, new=new: add_rule(session, new, actor="op", at=town.at))
        assert refused.value.field == field
    for new, refusal in (
        (NewRule("shop", Price(300), DAY, shops=(new_id(),)), ShopUnknown),
        (NewRule("trade", Price(300), DAY, naf="99.99Z"), NafUnknown),
    ):
        with pytest.raises(refusal):
            await town.do(lambda session, new=new: add_rule(session, new, actor="op", at=town.at))
    assert await town.do(all_rules) == []


async def test_settled_days_take_no_rule_and_a_rule_is_kept_as_it_was_made(town: Town) -> None:
    town.at = paris("2026-11-03T09:00")
    await town.close(Period.month("2026-10"))
    late = NewRule("shop", Price(100), date(2026, 10, 31), shops=(town.till.shop,))
    with pytest.raises(CommissionTooLate) as refused:
        await town.do(lambda session: add_rule(session, late, actor="op", at=town.at))
    assert refused.value.settled == date(2026, 10, 31)
    new = NewRule(
        "campaign", Price(100, Money(5), Money(10), Money(90)), date(2026, 11, 1), date(2026, 11, 9),
        campaign=" Noël  ici ", shops=(town.till.shop, town.tills[1].shop),
    )  # fmt: skip
    made = await town.do(lambda session: add_rule(session, new, actor="op", at=town.at))
    assert made.campaign == "Noël ici"
    assert await town.do(all_rules) == [made]


async def test_each_shop_is_charged_by_its_rule_and_the_books_say_so(town: Town, voucher: Paper) -> None:
    """A trade at 0,20 € a redemption, one shop of it at 1 %, at least 0,50 €: 10,00 € cost it 0,50 €."""
    for new in (
        NewRule("trade", Price(0, flat=Money(20)), DAY, naf=NAF),
        NewRule("shop", Price(100, least=Money(50)), DAY, shops=(town.till.shop,)),
    ):
        await town.do(lambda session, new=new: add_rule(session, new, actor="op", at=town.at))
    receipts = [await till.redeem(voucher, "10,00") for till in town.tills[:2]]
    town.at = paris("2026-11-03T09:00")
    await town.close(Period.month("2026-10"))
    made = [one.figures for one in await town.settlements()]
    assert [one.commission for one in made] == [Money(50), Money(20)]
    assert [one.vat for one in made] == [Money(10), Money(4)]
    await town.give_back(receipts[0], "4,00")
    await town.undo(receipts[1])
    town.at = paris("2026-12-01T09:00")
    back = [one.figures for one in await town.settlements(await town.close(Period.month("2026-11")))]
    assert [one.commission for one in back] == [-Money(20), -Money(20)]
    assert (await town.audit()).agrees


async def test_another_trade_changes_nothing_of_what_was_sold_before(town: Town, voucher: Paper) -> None:
    rule = NewRule("trade", Price(1_000), DAY, naf=NAF)
    await town.do(lambda session: add_rule(session, rule, actor="op", at=town.at))
    receipt = await town.till.redeem(voucher, "10,00")
    new = check_shop({**SHOPS[0], "commune": "Marseille", "naf": "47.11B"})
    shop = town.till.shop
    await town.do(lambda session: registering.change_particulars(session, shop, new, actor="shop", at=town.at))
    charged = await town.do(lambda session: pricing(session, [shop]))
    assert [charged.price(shop, DAY), charged.price(shop, DAY + timedelta(1))] == [Price(1_000), Price(300)]
    town.at = paris("2026-11-03T09:00")
    await town.close(Period.month("2026-10"))
    assert (await town.settlements())[0].figures.commission == Money(100)
    await town.undo(receipt)
    town.at = paris("2026-12-01T09:00")
    await town.close(Period.month("2026-11"))
    assert (await town.settlements())[1].figures.commission == -Money(100)
    assert (await town.audit()).agrees


async def test_a_shops_own_minimum_is_bounded_and_only_ever_raises_the_programmes(town: Town) -> None:
    shop = town.till.shop
    for cents in (-1, 100_001):
        with pytest.raises(MinimumTooHigh):
            await town.do(
                lambda session, cents=cents: registering.set_minimum_payout(
                    session, shop, Money(cents), actor="op", at=town.at
                )
            )
    made = await town.do(
        lambda session: registering.set_minimum_payout(session, shop, Money(50_00), actor="op", at=town.at)
    )
    assert made.minimum_payout == 50_00
