"""Keeping a voucher with an address: proved by a letter, one at a time, first come, and no way to somebody's code."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from ledger.money import Money
from tests.given import Town
from tests.vouchers.holders.given import (
    ANNE,
    BORIS,
    ask_to_keep,
    confirm,
    deliver,
    deliver_again,
    keep,
    keeper,
    kept_by,
    kinds,
    let_go,
    lose,
    post,
    replace,
    waiting,
    with_money,
)
from tests.vouchers.orders.given import OrderTown, named
from vouchers.errors import VoucherBlocked, VoucherExpired, VoucherHeld, VoucherReplaced
from vouchers.holders import letters
from vouchers.holders.errors import HolderLinkSpent, VoucherNotKept
from vouchers.orders import queries


async def test_an_address_that_was_only_typed_keeps_nothing(town: Town) -> None:
    voucher = await town.voucher()
    assert await ask_to_keep(town, voucher, ANNE)
    assert await keeper(town, voucher) is None
    ((secret, letter),) = (await post(town)).items()
    assert (letter.kind, letter.email, letter.voucher) == ("claim", ANNE, voucher.id)
    assert await keeper(town, voucher) is None
    assert await confirm(town, secret)
    assert await keeper(town, voucher) == ANNE
    assert await confirm(town, secret), "pressed once more, it says the same"


async def test_a_second_claim_is_refused_and_the_first_claimer_is_told_once_a_day(town: Town) -> None:
    voucher = await town.voucher()
    await keep(town, voucher, ANNE)
    assert not await ask_to_keep(town, voucher, BORIS)
    assert await kinds(town) == [("contested", ANNE)]
    assert not await ask_to_keep(town, voucher, BORIS)
    assert await kinds(town) == []
    town.at += timedelta(days=1)
    assert not await ask_to_keep(town, voucher, "carla@ailleurs.example")
    assert await kinds(town) == [("contested", ANNE)]
    assert await keeper(town, voucher) == ANNE


async def test_whoever_keeps_it_is_not_told_of_themselves_however_they_spell_it(town: Town) -> None:
    voucher = await town.voucher()
    await keep(town, voucher, ANNE)
    assert not await ask_to_keep(town, voucher, "Anne@Famille.example")
    assert await waiting(town) == []


async def test_of_two_who_confirm_at_once_one_keeps_it_and_is_told_of_the_other(town: Town) -> None:
    voucher = await town.voucher()
    for one in (ANNE, BORIS):
        assert await ask_to_keep(town, voucher, one)
    sent = await post(town)
    outcomes = await asyncio.gather(*(confirm(town, secret) for secret in sent))
    assert sorted(outcomes) == [False, True]
    first = next(letter.email for letter, kept in zip(sent.values(), outcomes, strict=True) if kept)
    assert await keeper(town, voucher) == first
    assert await kinds(town) == [("contested", first)]


async def test_it_is_let_go_by_its_owner_alone_and_then_somebody_else_may_keep_it(town: Town) -> None:
    voucher = await town.voucher()
    await keep(town, voucher, ANNE)
    with pytest.raises(VoucherNotKept):
        await let_go(town, voucher, BORIS)
    await let_go(town, voucher, ANNE)
    assert await keeper(town, voucher) is None
    await keep(town, voucher, BORIS)
    assert (await kept_by(town, ANNE), await kept_by(town, BORIS)) == ([], [voucher.id])


async def test_a_link_is_good_for_its_time_and_nothing_else_opens_anything(town: Town) -> None:
    voucher = await town.voucher()
    assert await ask_to_keep(town, voucher, ANNE)
    ((secret, _),) = (await post(town)).items()
    for wrong in ("", "x" * 43, secret[:-1], secret + "A"):
        with pytest.raises(HolderLinkSpent):
            await confirm(town, wrong)
    town.at += letters.LASTS["claim"]
    with pytest.raises(HolderLinkSpent):
        await confirm(town, secret)


async def test_a_code_that_is_dead_by_now_proves_nothing_about_the_new_one(town: Town) -> None:
    """Somebody photographed it and asked; the buyer had it replaced; then they press the button."""
    voucher = await town.voucher()
    assert await ask_to_keep(town, voucher, BORIS)
    ((secret, _),) = (await post(town)).items()
    heir = await town.reissue(voucher)
    with pytest.raises(VoucherReplaced):
        await confirm(town, secret)
    assert await keeper(town, heir) is None
    assert await with_money(town, BORIS) == []


async def test_whoever_kept_a_voucher_that_others_replaced_has_no_claim_to_the_new_one(town: Town) -> None:
    voucher = await town.voucher()
    await keep(town, voucher, BORIS)
    heir = await town.reissue(voucher)
    assert await with_money(town, BORIS) == []
    assert await keeper(town, heir) is None
    await keep(town, heir, ANNE)
    assert await with_money(town, ANNE) == [heir.id]


async def test_what_is_blocked_or_over_is_not_kept(town: Town) -> None:
    blocked, old = await town.vouchers(2)
    await town.block(blocked)
    with pytest.raises(VoucherBlocked):
        await ask_to_keep(town, blocked, ANNE)
    town.at += timedelta(days=800)
    with pytest.raises(VoucherExpired):
        await ask_to_keep(town, old, ANNE)


async def test_its_owner_has_the_code_changed_and_finds_the_new_one_by_a_letter(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    await town.till.redeem(voucher, "12,50")
    await keep(town, voucher, ANNE)
    heir = await replace(town, voucher, ANNE)
    assert await replace(town, voucher, ANNE) == heir, "pressed twice, it is changed once"
    assert (await town.view(heir)).left == Money.of("7,50")
    assert await keeper(town, heir) == ANNE
    assert await with_money(town, ANNE) == [heir]
    assert ("lost", ANNE) in await kinds(town)
    with pytest.raises(VoucherReplaced):
        await town.till.redeem(voucher, "0,01")
    with pytest.raises(VoucherNotKept):
        await replace(town, heir, BORIS)
    assert (await town.audit()).agrees


async def test_a_code_is_not_changed_under_a_purchase_online(town: Town) -> None:
    voucher = await town.voucher()
    await keep(town, voucher, ANNE)
    await town.till.hold(voucher, "5,00")
    with pytest.raises(VoucherHeld):
        await replace(town, voucher, ANNE)
    assert await keeper(town, voucher) == ANNE


async def test_a_lost_voucher_is_asked_for_in_one_letter_whoever_asks(town: Town) -> None:
    first, second, empty = await town.vouchers(3)
    for one in (first, second, empty):
        await keep(town, one, ANNE)
    await town.till.redeem(empty, "20,00")
    for address in (ANNE, ANNE, "nobody@ailleurs.example"):
        await lose(town, address)
    assert [(one.kind, one.email) for one in await waiting(town)] == [
        ("lost", ANNE), ("lost", "nobody@ailleurs.example"),
    ]  # fmt: skip
    assert await with_money(town, ANNE.upper()) == [first.id, second.id]
    assert await with_money(town, "nobody@ailleurs.example") == []


async def test_a_voucher_sent_by_e_mail_is_kept_with_that_address_from_the_start(orders: OrderTown) -> None:
    order = (await orders.issued(people=named(2), handing="email")).id
    mine, other = await orders.vouchers_of(order)
    assert await keeper(orders, mine) is None, "nothing was sent yet"
    await deliver(orders, order)
    assert [await keeper(orders, one) for one in (mine, other)] == ["p1@savonnerie.example", "p2@savonnerie.example"]
    assert await with_money(orders, "P1@savonnerie.example") == [mine.id]
    assert not await ask_to_keep(orders, mine, BORIS)
    assert await kinds(orders) == [("contested", "p1@savonnerie.example")]
    await let_go(orders, mine, "p1@savonnerie.example")
    assert await with_money(orders, "p1@savonnerie.example") == []
    await keep(orders, mine, BORIS)
    await let_go(orders, mine, BORIS)
    assert await keeper(orders, mine) is None, "let go once, it does not fall back to whom it was sent to"


async def test_a_new_code_belongs_to_the_mailbox_only_once_it_was_sent_there(orders: OrderTown) -> None:
    order = (await orders.issued(people=named(1), handing="email")).id
    (voucher,) = await orders.vouchers_of(order)
    await deliver(orders, order)
    orders.at += timedelta(days=1)
    heir = await orders.reissue(voucher)
    assert await with_money(orders, "p1@savonnerie.example") == []
    (who,) = await orders.do(lambda session: queries.beneficiaries_of(session, order))
    orders.at += timedelta(days=1)
    await deliver_again(orders, order, who.id, "nouvelle@savonnerie.example")
    assert await with_money(orders, "p1@savonnerie.example") == []
    assert await with_money(orders, "nouvelle@savonnerie.example") == [heir.id]


async def test_whom_it_was_sent_to_has_its_code_changed_too(orders: OrderTown) -> None:
    order = (await orders.issued(people=named(1), handing="email")).id
    (voucher,) = await orders.vouchers_of(order)
    await deliver(orders, order)
    heir = await replace(orders, voucher, "p1@savonnerie.example")
    assert await with_money(orders, "p1@savonnerie.example") == [heir]
    assert (await orders.audit()).agrees
