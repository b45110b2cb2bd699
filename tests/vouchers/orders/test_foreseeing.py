"""What money is said to do before it is recorded is what it does; what a statement says leads to its order."""

from __future__ import annotations

import pytest

from ledger.money import Money
from tests.vouchers.orders.given import OrderTown
from vouchers import buyers
from vouchers.orders import awaiting, finding, fulfilling
from vouchers.orders.foreseeing import Effect, foresee
from vouchers.orders.queries import OrderView


async def given(orders: OrderTown, state: str) -> OrderView:
    """An order of 164,80 € in some state, of a buyer who may owe for another."""
    if state == "owing":
        owed = await orders.placed((1, "20,00"))  # 20,60 € with the fee
        await on_credit(orders, owed)
    found = await orders.placed()
    if state == "paid":
        await orders.pay(found.id)
    elif state == "cancelled":
        await orders.cancel(found.id)
    elif state == "on credit":
        await on_credit(orders, found)
    elif state == "part":
        await orders.pay(found.id, "64,80")
    return await orders.order(found.id)


async def on_credit(orders: OrderTown, found: OrderView) -> None:
    await orders.do(
        lambda session: fulfilling.issue_on_credit(
            session, found.id, reason="known", keys=orders.keys, actor="operator", at=orders.at
        )
    )


@pytest.mark.parametrize(
    ("state", "typed", "kind", "missing", "debt", "credit"),
    [
        ("placed", "164,80", "exact", "0,00", "0,00", "0,00"),
        ("placed", "163,80", "short", "1,00", "0,00", "0,00"),
        ("placed", "165,80", "over", "0,00", "0,00", "1,00"),
        ("part", "100,00", "exact", "0,00", "0,00", "0,00"),
        ("part", "100,01", "over", "0,00", "0,00", "0,01"),
        ("paid", "164,80", "late", "0,00", "0,00", "164,80"),
        ("cancelled", "10,00", "late", "0,00", "0,00", "10,00"),
        ("on credit", "164,80", "exact", "0,00", "0,00", "0,00"),
        ("on credit", "100,00", "short", "64,80", "0,00", "0,00"),
        ("on credit", "170,00", "over", "0,00", "0,00", "5,20"),
        ("owing", "164,80", "short", "20,60", "20,60", "0,00"),
        ("owing", "185,40", "exact", "0,00", "20,60", "0,00"),
        ("owing", "190,00", "exact", "0,00", "20,60", "0,00"),
    ],
)
async def test_what_is_said_before_is_what_happens(
    orders: OrderTown, state: str, typed: str, kind: str, missing: str, debt: str, credit: str
) -> None:
    found = await given(orders, state)
    before = await orders.do(lambda session: buyers.buyer(session, found.buyer))
    said = foresee(found, before, Money.of(typed))
    await orders.pay(found.id, typed)
    after = await orders.order(found.id)
    free = (await orders.do(lambda session: buyers.buyer(session, found.buyer))).free
    assert said.covers == after.covered - found.covered
    assert said.credit == free - before.free
    assert said.covers + said.debt + said.credit == Money.of(typed)
    if said.kind != "late":
        assert said.missing == after.missing
    if (state, typed) != ("owing", "190,00"):
        expected = Effect(said.kind, said.covers, Money.of(missing), Money.of(debt), Money.of(credit))
        assert (said.kind, said) == (kind, expected)


async def test_a_statement_leads_to_its_order_and_to_no_other(orders: OrderTown) -> None:
    first, second = await orders.placed((1, "20,00"), label="Fête du port"), await orders.placed()
    assert first.reference is not None

    async def found(typed: str, amount: str | None = None) -> list[tuple[str, object]]:
        sum_ = Money.of(amount) if amount else None
        some = await orders.do(lambda session: finding.find(session, typed, sum_, limit=10))
        return [(one.why, one.awaiting.order.id) for one in some]

    assert await found(f"PERFORMANCE {first.reference.lower()} XY") == [("reference", first.id)]
    swapped = first.reference[:-2] + first.reference[-1] + first.reference[-2]
    assert ("nearly", first.id) in await found(swapped)
    assert await found("", "164,80") == [("amount", second.id)]
    assert await found("fete du PORT") == [("name", first.id)]
    assert await found("%") == []
    assert await found("1") == [("reference", first.id)]
    await orders.pay(first.id)
    assert await found(first.reference) == [("reference", first.id)], "money may come twice"
    waiting = await orders.do(awaiting.awaiting)
    assert [one.order.id for one in waiting] == [second.id]
