"""Orders of limited vouchers: only by a rule that is offered and fits, and none that could be spent nowhere."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from api import clock, printing
from api.installation import Town
from api.jobs.orders import issue_if_paid
from ledger.days import day_of
from ledger.money import Money
from merchants.registry import Registered
from tests.vouchers.orders.given import OrderTown
from vouchers import queries
from vouchers.orders import drafting, history
from vouchers.rules import keeping
from vouchers.rules.queries import RuleView
from vouchers.rules.rule_errors import NotTakenHere, RuleNotOffered, RuleOutsideValidity

TODAY = date(2026, 10, 5)


async def a_rule(town: OrderTown, **asks: Any) -> RuleView:
    given: dict[str, Any] = {"communes": frozenset({"13202"}), **asks}
    return await town.do(lambda session: keeping.make(session, name="Deuxième", **given, actor="op", at=town.at))


async def test_what_is_issued_is_limited_and_its_sheets_say_where_it_is_taken(orders: OrderTown) -> None:
    till, other = orders.till, await orders.open_shop(1)
    rule = await a_rule(orders)
    order = await orders.issued((1, "20,00"), rule=rule.current.id)
    (paper,) = await orders.vouchers_of(order.id)
    with pytest.raises(NotTakenHere):
        await other.redeem(paper, "5,00")
    assert (await till.redeem(paper, "5,00")).left == Money.of("15,00")
    look = await orders.do(lambda session: printing.order_look(session, order, "fr", at=orders.at))
    assert look.taken == "À dépenser dans les commerces de Marseille 2e Arrondissement."
    batch = await orders.do(lambda session: queries.batch(session, paper.batch))
    assert batch.rule == rule.current.id


async def test_a_rule_that_is_withdrawn_or_changed_meanwhile_is_chosen_again(orders: OrderTown) -> None:
    rule = await a_rule(orders)
    draft = await orders.draft((1, "20,00"), rule=rule.current.id)
    await orders.do(lambda session: keeping.offer(session, rule.id, to_buyers=False, actor="op", at=orders.at))
    with pytest.raises(RuleNotOffered):
        await orders.place(draft)
    with pytest.raises(RuleNotOffered):
        await orders.draft((1, "20,00"), rule=rule.current.id)
    asked = await orders.do(lambda session: drafting.asked(session, draft))
    assert asked.rule == rule.current.id, "what is asked now still tells it, so that another part can be changed"


async def test_a_rule_must_fit_the_day_of_delivery(orders: OrderTown) -> None:
    rule = await a_rule(orders, last_day=TODAY + timedelta(days=20))
    draft = await orders.draft((1, "20,00"), rule=rule.current.id, deliver_on=TODAY + timedelta(days=20))
    await orders.place(draft)
    with pytest.raises(RuleOutsideValidity):
        await orders.draft((1, "20,00"), rule=rule.current.id, deliver_on=TODAY + timedelta(days=21))


async def test_an_order_waits_no_longer_than_its_rule_lasts(orders: OrderTown) -> None:
    rule = await a_rule(orders, last_day=TODAY + timedelta(days=3))
    assert (await orders.placed((1, "20,00"), rule=rule.current.id)).lapses_on == TODAY + timedelta(days=3)
    assert (await orders.placed((1, "20,00"))).lapses_on == TODAY + timedelta(days=30)


async def test_paid_and_not_issued_before_its_rule_ended_it_is_cancelled_and_the_money_is_the_buyers(
    orders: OrderTown,
) -> None:
    now = await orders.do(clock.now)
    orders.at = now - timedelta(days=4)
    rule = await a_rule(orders, last_day=day_of(now) - timedelta(days=1))
    order = await orders.paid((1, "20,00"), rule=rule.current.id)
    orders.at = now
    with pytest.raises(RuleOutsideValidity):
        await orders.issue_order(order.id)
    registered = Registered(orders.programme, orders.slug, "p_treiz", orders.at)
    await issue_if_paid(Town(registered, orders.sessions, orders.keys), order.id)
    assert await orders.status(order.id) == "cancelled"
    assert await orders.credit() == order.total
    told = await orders.do(lambda session: history.history_of(session, order.id))
    assert told[-1].facts["reason"] == "Payée après le dernier jour de sa règle d'usage"
