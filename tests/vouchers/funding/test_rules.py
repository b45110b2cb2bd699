"""What rules add to orders: never above a bound, never more than there is, and what is added is what is posted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.days import Period
from ledger.ids import new_id
from ledger.money import ZERO, Money, total
from tests.given import paris
from tests.vouchers.orders.given import SELLING, OrderTown, named
from vouchers.errors import FundsExhausted
from vouchers.funding import budgets, ruling
from vouchers.funding.errors import BudgetExceeded, FundsReserved, RuleEnded, RuleUnsound, TopUpRuleUnknown
from vouchers.funding.rules import Bought, Terms, Wanted, adds
from vouchers.funding.ruling import RuleView
from vouchers.orders import adding, fulfilling, refunding
from vouchers.public_accounts import accounting
from vouchers.rules import keeping

OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
TEN = Terms("La ville ajoute 10 €", OCTOBER, Money.of("60"), Money.of("10"), each=Money.of("10"))
CENTS = st.integers(1, 9_000).map(Money)


@given(
    wanted=st.lists(st.tuples(CENTS, st.sampled_from("abc")), max_size=12),
    each=st.integers(0, 1_500), rate=st.integers(1, 10_000), per_voucher=CENTS, per_order=st.integers(0, 4_000),
    per_person=st.integers(0, 2_000), least=st.integers(0, 3_000), had=st.integers(0, 2_000),
    left=st.integers(0, 9_000),
)  # fmt: skip
def test_no_bound_is_ever_crossed(
    wanted: list[tuple[Money, str]], each: int, rate: int, per_voucher: Money, per_order: int, per_person: int,
    least: int, had: int, left: int,
) -> None:  # fmt: skip
    terms = Terms(
        "x", OCTOBER, Money(9_000), per_voucher, 0 if each else rate, Money(each), Money(per_order), Money(per_person),
        Money(least),
    )  # fmt: skip
    some = [Wanted(*one) for one in wanted]
    before = dict.fromkeys("abc", Money(had))
    added = adds(terms, some, had=before, left=Money(left))
    assert len(added.parts) == len(some)
    each_with_part = list(zip(some, added.parts, strict=True))
    assert all(ZERO <= part <= min(per_voucher, terms.brings(one.face)) for one, part in each_with_part)
    assert added.total in {ZERO, added.needed}
    assert added.total <= Money(left)
    assert not per_order or added.needed <= Money(per_order)
    if per_person:
        for person in "abc":
            theirs = total([part for one, part in each_with_part if one.person == person])
            assert theirs <= max(Money(per_person - had), ZERO)


def test_a_part_of_the_face_value_up_to_a_bound_from_a_face_value_on() -> None:
    terms = replace(TEN, each=ZERO, rate_bp=2_000, least_face=Money.of("20"))
    assert [terms.brings(Money.of(face)) for face in ("19,99", "20", "33,33", "80")] == [
        ZERO, Money.of("4"), Money.of("6,67"), Money.of("10"),
    ]  # fmt: skip


def test_the_bound_of_an_order_treats_colleagues_alike() -> None:
    terms = replace(TEN, most_per_order=Money.of("20"))
    added = adds(terms, [Wanted(Money.of("50"), str(i)) for i in range(4)], had={}, left=Money.of("60"))
    assert added.parts == (Money.of("5"),) * 4


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("title", " "), ("budget", ZERO), ("most_per_voucher", ZERO), ("rate_bp", 10_001), ("rate_bp", 100),
        ("each", ZERO), ("least_face", Money(-1)), ("postcodes", ("1300",)), ("buyers", "nobody"),
        ("days", Period(date(2026, 1, 1), date(2028, 1, 1))),
    ],
)  # fmt: skip
def test_a_rule_that_does_not_hold_together_is_refused(field: str, wrong: Any) -> None:
    with pytest.raises(RuleUnsound):
        replace(TEN, **{field: wrong}).refuse_unless_sound()


def test_it_concerns_some_buyers_in_its_days() -> None:
    terms = replace(TEN, buyers="person", postcodes=("13001", "13002"))
    assert terms.concerns(Bought("person", "13002"), today=date(2026, 10, 31))
    for kind, postcode, today in (
        ("company", "13002", date(2026, 10, 5)), ("person", "13003", date(2026, 10, 5)),
        ("person", "", date(2026, 10, 5)), ("person", "13002", date(2026, 11, 1)),
    ):  # fmt: skip
        assert not terms.concerns(Bought(kind, postcode), today=today)


async def test_it_may_be_for_vouchers_of_one_rule_of_use_through_all_of_its_versions(orders: OrderTown) -> None:
    zone, other = [
        await orders.do(
            lambda session, name=name: keeping.make(
                session, name=name, trades=frozenset({"56.30Z"}), actor="op", at=orders.at
            )
        )
        for name in ("Bars", "Autres bars")
    ]
    await opened(orders, replace(TEN, use=zone.id))
    newest = await orders.do(
        lambda session: keeping.change(
            session, zone.id, name="Bars et cafés", trades=frozenset({"56.30Z"}), actor="op", at=orders.at
        )
    )
    for rule, left in ((newest.current.id, "30"), (other.current.id, "20"), (None, "20")):
        order = await orders.issued((1, "20,00"), rule=rule)
        assert [await orders.left_on(one) for one in await orders.vouchers_of(order.id)] == [Money.of(left)]
    assert (await orders.audit()).agrees


async def opened(town: OrderTown, terms: Terms = TEN) -> RuleView:
    return await town.do(lambda session: ruling.open_rule(session, town.funder, terms, actor="op", at=town.at))


async def seen(town: OrderTown, rule: RuleView) -> RuleView:
    return await town.do(lambda session: ruling.rule(session, rule.id))


async def test_an_order_that_is_paid_has_its_top_up_when_it_is_issued(orders: OrderTown) -> None:
    rule = await opened(orders)
    order = await orders.placed((2, "50,00"), (1, "20,00"))
    (offer,) = await orders.do(lambda session: adding.offers(session, order, at=orders.at))
    assert offer.adds.total == Money.of("30")
    await orders.pay(order.id)
    assert ((await seen(orders, rule)).left, await orders.balance(orders.funder)) == (Money.of("30"), Money.of("100"))
    await orders.issue_order(order.id)
    papers = await orders.vouchers_of(order.id)
    assert [await orders.left_on(one) for one in papers] == [Money.of("60"), Money.of("60"), Money.of("30")]
    assert await orders.balance(orders.funder) == Money.of("70")
    (claim,) = await orders.do(lambda session: adding.promised(session, order.id))
    assert (claim.state, claim.amount, len(claim.shares)) == ("given", Money.of("30"), 3)
    told = await orders.do(
        lambda session: accounting.account_of(
            session, orders.funder, Period(date(2026, 1, 1), date(2026, 12, 31)), at=orders.at
        )
    )
    assert [(one.title, one.count, one.amount) for one in told.grants] == [(TEN.title, 3, Money.of("30"))]
    assert told.agrees
    audit = await orders.audit()
    assert audit.agrees, audit.findings


async def test_who_pays_first_is_first_and_an_order_too_large_for_the_rest_has_nothing(orders: OrderTown) -> None:
    await opened(orders)
    late, early, small = [await orders.placed((count, "20,00")) for count in (4, 3, 3)]
    for order in (early, late, small):
        await orders.pay(order.id)
        await orders.issue_order(order.id)
    sums = [[await orders.left_on(one) for one in await orders.vouchers_of(order.id)] for order in (early, late, small)]
    assert sums == [[Money.of("30")] * 3, [Money.of("20")] * 4, [Money.of("30")] * 3]


async def test_two_orders_paid_at_once_cannot_both_have_the_last_of_a_rule(orders: OrderTown) -> None:
    rule = await opened(orders, replace(TEN, budget=Money.of("30")))
    placed = [await orders.placed((3, "20,00"), buyer=await orders.new_buyer(f"B{i}")) for i in range(3)]
    await asyncio.gather(*(orders.pay(one.id) for one in placed))
    kept = [await orders.do(lambda session, id_=one.id: adding.promised(session, id_)) for one in placed]  # type: ignore[misc]
    assert sorted(len(one) for one in kept) == [0, 0, 1]
    assert (await seen(orders, rule)).left == ZERO
    assert (await orders.audit()).agrees


async def test_a_person_has_no_more_than_one_may_have_over_many_orders(orders: OrderTown) -> None:
    await opened(orders, replace(TEN, most_per_person=Money.of("15")))
    for _ in range(2):
        order = await orders.issued(people=named(2))
    assert [await orders.left_on(one) for one in await orders.vouchers_of(order.id)] == [Money.of("25")] * 2


async def test_what_a_cancelled_order_was_promised_is_there_for_others(orders: OrderTown) -> None:
    budget = await orders.do(
        lambda session: budgets.open_budget(
            session, orders.funder, label="2026", days=Period(date(2026, 1, 1), date(2026, 12, 31)),
            amount=Money.of("60"), actor="op", at=orders.at,
        )
    )  # fmt: skip
    rule = await opened(orders)
    order = await orders.paid((6, "20,00"))
    assert (await seen(orders, rule)).left == ZERO
    await orders.cancel(order.id)
    assert (await seen(orders, rule)).left == Money.of("60")
    await orders.issued((6, "20,00"))
    (line,) = await orders.do(lambda session: budgets.budgets_of(session, orders.funder))
    assert (line.id, line.granted) == (budget, Money.of("60"))
    audit = await orders.audit()
    assert audit.agrees, audit.findings


async def test_an_order_on_credit_has_its_top_up_and_a_refund_gives_it_back(orders: OrderTown) -> None:
    await opened(orders)
    placed = await orders.placed((2, "50,00"))
    await orders.do(
        lambda session: fulfilling.issue_on_credit(
            session, placed.id, reason="mairie", keys=orders.keys, actor="op", at=orders.at
        )
    )
    assert await orders.balance(orders.funder) == Money.of("80")
    first, _ = await orders.vouchers_of(placed.id)
    await orders.till.redeem(first, "30,00")
    await orders.do(
        lambda session: refunding.ask_refund(session, placed.id, method="credit", reason="", actor="op", at=orders.at)
    )
    assert await orders.balance(orders.funder) == Money.of("95")


async def test_a_rule_keeps_its_money_until_it_ends(orders: OrderTown) -> None:
    rule = await opened(orders)
    with pytest.raises(FundsReserved):
        await opened(orders, replace(TEN, budget=Money.of("40,01")))
    with pytest.raises(FundsExhausted):
        await opened(orders, replace(TEN, budget=Money.of("100,01")))
    paid = await orders.paid((1, "20,00"))
    await orders.do(lambda session: ruling.end_rule(session, rule.id, at=orders.at))
    later = await orders.issued((1, "20,00"))
    assert [await orders.left_on(one) for one in await orders.vouchers_of(later.id)] == [Money.of("20")]
    await orders.issue_order(paid.id)
    assert [await orders.left_on(one) for one in await orders.vouchers_of(paid.id)] == [Money.of("30")]
    await opened(orders, replace(TEN, budget=Money.of("90")))
    for id_, refusal in ((rule.id, RuleEnded), (new_id(), TopUpRuleUnknown)):
        with pytest.raises(refusal):
            await orders.do(lambda session, id_=id_: ruling.end_rule(session, id_, at=orders.at))  # type: ignore[misc]


async def test_a_rule_is_not_opened_in_the_past_nor_beyond_the_budget(orders: OrderTown) -> None:
    with pytest.raises(RuleUnsound):
        await opened(orders, replace(TEN, days=Period(date(2026, 9, 1), date(2026, 9, 30))))
    await orders.do(
        lambda session: budgets.open_budget(
            session, orders.funder, label="2026", days=OCTOBER, amount=Money.of("59,99"), actor="op", at=orders.at
        )
    )
    with pytest.raises(BudgetExceeded):
        await opened(orders)


async def test_what_expired_and_is_promised_since_is_not_taken_back_by_an_extension(orders: OrderTown) -> None:
    await orders.set_terms(SELLING.with_changes({"breakage_to": "funder"}), since=date(2026, 1, 1))
    voucher: Any = await orders.voucher(paid="30,00", last_day=date(2026, 10, 10))
    await orders.top_up(voucher, "100,00")
    orders.at = paris("2026-10-12T08:00")
    await orders.expire()
    await opened(orders)
    with pytest.raises(FundsReserved):
        await orders.extend(voucher, date(2026, 12, 1))
    assert await orders.balance(orders.funder) == Money.of("100")
