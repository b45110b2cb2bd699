"""Vouchers limited to communes, trades, shops and days: where money moves, and where it does not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger.ids import new_id
from ledger.money import ZERO, Money
from merchants.shops import reach
from merchants.shops.reach import Reach
from tests.given import OPENED, Paper, Town, paris
from vouchers import blocking, queries
from vouchers.errors import NotEnoughLeft, VoucherBlocked
from vouchers.rules import keeping, rule_errors
from vouchers.rules import queries as rules
from vouchers.rules.queries import RuleView
from vouchers.rules.rule_errors import NotTakenHere, RuleOutsideValidity

TODAY = date(2026, 10, 5)
FIRST, SECOND = "13202", "13201"
"""The arrondissements of the town's first shop and of its second one."""


async def a_rule(town: Town, *, name: str = "Deuxième", **asks: Any) -> RuleView:
    given: dict[str, Any] = asks or {"communes": frozenset({FIRST})}
    return await town.do(lambda session: keeping.make(session, name=name, **given, actor="op", at=town.at))


async def limited(town: Town, **asks: Any) -> Paper:
    made = await a_rule(town, **asks)
    return await town.voucher(worth="20,00 €", rule=made.current.id)


async def test_a_limited_voucher_is_taken_inside_and_refused_outside_with_where_it_is_taken(town: Town) -> None:
    voucher = await limited(town)
    await town.till.redeem(voucher, "5,00")
    with pytest.raises(NotTakenHere) as refused:
        await town.tills[1].redeem(voucher, "5,00")
    assert (refused.value.reasons, refused.value.communes) == (
        ("commune",), ((FIRST, "Marseille 2e Arrondissement"),),
    )  # fmt: skip
    seen = refused.value
    assert (seen.shop_here, seen.trade_here, seen.commune_here) == ("Fournil Łódź", "56.30Z", "Marseille")
    assert (await town.view(voucher)).left == Money.of("15,00")


async def test_a_batch_at_the_counter_decides_each_alone_and_a_key_keeps_its_refusal(town: Town) -> None:
    free, bound = await town.voucher(worth="20,00 €"), await limited(town)
    there = town.tills[1]
    asked = [there.asks(bound, "5,00", key="b"), there.asks(free, "5,00"), town.till.asks(bound, "5,00")]
    kinds = [type(one).__name__ for one in await town.redeem_many(asked)]
    assert kinds == ["NotTakenHere", "Receipt", "Receipt"]
    (again,) = await town.redeem_many([there.asks(bound, "5,00", key="b")])
    assert isinstance(again, NotTakenHere)
    assert again.communes == ((FIRST, "Marseille 2e Arrondissement"),)


async def test_why_a_voucher_cannot_be_used_at_all_comes_before_where_and_where_before_how_much(town: Town) -> None:
    voucher = await limited(town)
    with pytest.raises(NotTakenHere):
        await town.tills[1].redeem(voucher, "500,00")
    with pytest.raises(NotEnoughLeft):
        await town.till.redeem(voucher, "500,00")
    await town.block(voucher)
    with pytest.raises(VoucherBlocked):
        await town.tills[1].redeem(voucher, "5,00")


async def test_whole_marseille_takes_its_arrondissements_in(town: Town) -> None:
    voucher = await limited(town, communes=frozenset({"13055"}))
    await town.till.redeem(voucher, "5,00")
    await town.tills[1].redeem(voucher, "5,00")
    assert await town.do(lambda session: reach.reached(session, Reach(communes=frozenset({"13055"})))) == 2


async def test_a_shop_of_a_list_alone_takes_it(town: Town) -> None:
    voucher = await limited(town, shops=frozenset({town.tills[1].shop}))
    await town.tills[1].redeem(voucher, "5,00")
    with pytest.raises(NotTakenHere) as refused:
        await town.till.redeem(voucher, "5,00")
    assert (refused.value.reasons, refused.value.shops) == (
        ("shop",), ((str(town.tills[1].shop), "Fournil Łódź"),),
    )  # fmt: skip


async def test_days_count_whole_in_paris(town: Town) -> None:
    voucher = await limited(town, first_day=date(2026, 10, 24), last_day=date(2026, 10, 25))
    for moment, reasons in (("2026-10-23 23:59", ("before",)), ("2026-10-26 00:00", ("after",))):
        town.at = paris(moment)
        with pytest.raises(NotTakenHere) as refused:
            await town.till.redeem(voucher, "1,00")
        assert refused.value.reasons == reasons
    for moment in ("2026-10-24 00:00", "2026-10-25 23:59"):
        town.at = paris(moment)
        await town.till.redeem(voucher, "1,00")


async def test_holds_are_refused_outside_and_a_hold_placed_inside_is_captured_after_its_last_day(town: Town) -> None:
    voucher = await limited(town, communes=frozenset({FIRST}), last_day=TODAY)
    with pytest.raises(NotTakenHere):
        await town.tills[1].hold(voucher, "5,00")
    hold = await town.till.hold(voucher, "5,00", lasts=timedelta(days=2))
    town.at = OPENED + timedelta(days=1)
    with pytest.raises(NotTakenHere):
        await town.till.hold(voucher, "5,00")
    await town.till.capture(hold)
    assert await town.balance(town.till.shop) == Money.of("5,00")


async def test_undoing_and_giving_back_work_after_the_last_day(town: Town) -> None:
    voucher = await limited(town, last_day=TODAY)
    undone, returned = await town.till.redeem(voucher, "5,00"), await town.till.redeem(voucher, "6,00")
    town.at = OPENED + timedelta(days=1)
    await town.undo(undone)
    await town.till.give_back(returned)
    assert (await town.view(voucher)).left == Money.of("20,00")
    assert await town.balance(town.till.shop) == ZERO


async def test_what_a_funder_adds_and_what_a_new_code_holds_stay_within_the_rule(town: Town) -> None:
    await town.pay_in("30,00", owner=town.funder)
    voucher = await limited(town)
    await town.top_up(voucher, "10,00")
    heir = await town.reissue(voucher)
    with pytest.raises(NotTakenHere):
        await town.tills[1].redeem(heir, "25,00")
    assert (await town.till.redeem(heir, "30,00")).left == ZERO


async def test_an_extension_leaves_the_rules_last_day(town: Town) -> None:
    voucher = await limited(town, last_day=TODAY)
    await town.do(
        lambda session: blocking.extend(
            session, voucher.id, last_day=date(2028, 1, 1), actor="op", reason="asked", at=town.at
        )
    )
    town.at = OPENED + timedelta(days=1)
    with pytest.raises(NotTakenHere):
        await town.till.redeem(voucher, "1,00")


async def test_a_change_is_a_new_version_and_vouchers_keep_theirs(town: Town) -> None:
    made = await a_rule(town)
    voucher = await town.voucher(worth="20,00 €", rule=made.current.id)

    async def second(session: Any) -> RuleView:
        return await keeping.change(
            session, made.id, name="Premier", communes=frozenset({SECOND}), actor="op", at=town.at
        )

    changed = await town.do(second)
    assert (changed.number, changed.current.name) == (2, "Premier")
    assert (await town.do(second)).number == 2, "what is already so is not written again"
    await town.till.redeem(voucher, "1,00")
    with pytest.raises(NotTakenHere):
        await town.tills[1].redeem(voucher, "1,00")
    versions = await town.do(lambda session: rules.versions_of(session, made.id))
    assert [(one.number, one.vouchers) for one in versions] == [(2, 0), (1, 1)]
    batch = await town.do(lambda session: queries.batch(session, voucher.batch))
    assert batch.rule == made.current.id


@pytest.mark.parametrize("change", ["UPDATE {t} SET name = 'x'", "DELETE FROM {t}", "TRUNCATE {t} CASCADE"])
async def test_the_database_lets_nobody_change_a_version(town: Town, change: str) -> None:
    await a_rule(town)
    with pytest.raises(DBAPIError):
        await town.do(lambda session: session.execute(text(change.format(t="usage_rule_versions"))))


@pytest.mark.parametrize(
    ("asks", "refusal"),
    [
        ({"communes": frozenset()}, rule_errors.RuleWithoutConditions),
        ({"name": " "}, rule_errors.RuleNameWrong),
        ({"name": "x" * 81}, rule_errors.RuleNameWrong),
        ({"communes": frozenset({"13028"})}, rule_errors.RuleShopsUnknown),
        ({"trades": frozenset({"47.61Z"})}, rule_errors.RuleShopsUnknown),
        ({"shops": frozenset({UUID(int=1)})}, rule_errors.RuleShopsUnknown),
        ({"communes": frozenset({FIRST, *map(str, range(500))})}, rule_errors.RuleTooLong),
        ({"last_day": TODAY - timedelta(days=1)}, rule_errors.RuleDaysWrong),
        ({"first_day": date(2027, 1, 2), "last_day": date(2027, 1, 1)}, rule_errors.RuleDaysWrong),
    ],
)
async def test_a_rule_that_cannot_stand_is_refused(town: Town, asks: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        await a_rule(town, **asks)


async def test_a_rule_by_which_nothing_could_be_spent_anywhere_is_refused(town: Town) -> None:
    with pytest.raises(rule_errors.RuleReachesNobody):
        await a_rule(town, communes=frozenset({FIRST}), shops=frozenset({town.tills[1].shop}))


@pytest.mark.parametrize(
    ("asks", "new", "fits"),
    [
        ({"last_day": date(2027, 10, 5)}, {}, True),
        ({"last_day": date(2027, 10, 6)}, {}, False),
        ({"first_day": date(2027, 10, 6)}, {}, False),
        ({"last_day": TODAY}, {"valid_from": TODAY + timedelta(days=1)}, False),
        ({"first_day": TODAY, "last_day": date(2026, 12, 1)}, {"valid_from": date(2026, 11, 1)}, True),
    ],
)
async def test_a_rule_ends_within_the_validity_of_its_vouchers(
    town: Town, asks: dict[str, Any], new: dict[str, Any], fits: bool
) -> None:
    made = await a_rule(town, **asks)
    if fits:
        await town.voucher(rule=made.current.id, **new)
        return
    with pytest.raises(RuleOutsideValidity):
        await town.voucher(rule=made.current.id, **new)


async def test_an_unknown_rule_issues_nothing(town: Town) -> None:
    with pytest.raises(rule_errors.RuleUnknown):
        await town.voucher(rule=new_id())
