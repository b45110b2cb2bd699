"""Money by statement: what is sure is recorded once, whatever file brings it; the rest waits, and is decided once."""

from __future__ import annotations

import asyncio
from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError

from ledger.chart import Kind
from ledger.money import ZERO, Money
from merchants.bank import deciding, queries
from merchants.bank.errors import (
    BankAccountNotOurs,
    BankEntryDecided,
    BankEntryNoMoney,
    BankFileBroken,
    BankStatementChanged,
    BankTransferTaken,
)
from merchants.bank.queries import EntryView
from merchants.bank.tables import BankEntry, BankStatement
from tests.merchants.bank.given import document, entry, file, statement, transaction
from tests.vouchers.orders.given import OrderTown
from vouchers import proofs
from vouchers.orders import bank_matching
from vouchers.orders.bank_matching import Suggestion, Taken, references_in
from vouchers.orders.paperwork.reference import make, spell
from vouchers.orders.queries import OrderView


async def taken(town: OrderTown, content: bytes) -> list[Taken]:
    return await town.do(lambda session: bank_matching.take(session, file(content), actor="op", at=town.at))


async def lines(town: OrderTown) -> list[EntryView]:
    return await town.do(lambda session: queries.entries_page(session, limit=1_000))


async def became(town: OrderTown) -> list[tuple[str, str]]:
    return [(one.state, one.line.why) for one in await lines(town)]


async def offered(town: OrderTown, one: EntryView, typed: str = "") -> list[Suggestion]:
    return await town.do(lambda session: bank_matching.suggestions(session, one, typed, limit=8))


async def settle(town: OrderTown, one: EntryView, order: UUID) -> None:
    await town.do(lambda session: bank_matching.pays(session, one.id, order, actor="op", at=town.at))


def money_for(order: OrderView, amount: str = "164.80", **told: str) -> str:
    """A transfer that names an order."""
    return entry(amount, transaction(amount, reference=order.reference or "", **told))


async def test_a_sure_match_pays_its_order_once_and_the_same_file_again_changes_nothing(orders: OrderTown) -> None:
    order = await orders.placed()
    content = document(statement(money_for(order, name="Savonnerie"), closing="1164.80"))
    (first,) = await taken(orders, content)
    (again,) = await taken(orders, content)
    assert (first.before, again.before, first.statement) == (False, True, again.statement)
    assert await orders.status(order.id) == "paid"
    assert await orders.balance(Kind.BANK) == Money.of("164,80")
    (line,) = await lines(orders)
    assert (line.state, line.decided_by) == ("recorded", "op")
    found = await orders.do(lambda session: queries.statement(session, first.statement))
    assert (found.adds_up, found.opening, found.closing) == (True, Money.of("1000,00"), Money.of("1164,80"))
    assert (await orders.do(proofs.audit)).agrees


async def test_the_same_file_twice_at_once_is_read_once(orders: OrderTown) -> None:
    order = await orders.placed()
    content = document(statement(money_for(order)))
    both = await asyncio.gather(taken(orders, content), taken(orders, content))
    assert sorted(one.before for (one,) in both) == [False, True]
    assert await orders.balance(Kind.BANK) == Money.of("164,80")


async def test_a_reference_among_other_words_is_found_and_two_of_them_are_not_sure(orders: OrderTown) -> None:
    one, other, third = [await orders.placed() for _ in range(3)]
    spelled = spell(one.reference or "").lower()
    await taken(
        orders,
        document(
            statement(
                entry("164.80", transaction("164.80", words=f"merci {spelled} de Zoé")),
                entry("164.80", transaction("164.80", words=f"{other.reference} et {third.reference}")),
            )
        ),
    )
    assert await became(orders) == [("recorded", ""), ("queued", "several")]
    assert [await orders.status(order.id) for order in (one, other, third)] == [
        "paid", "awaiting_payment", "awaiting_payment",
    ]  # fmt: skip


async def test_what_is_not_sure_waits_and_says_why(orders: OrderTown) -> None:
    order, paid, short = await orders.placed(), await orders.paid(), await orders.placed()
    await orders.pay(short.id, "10,00")
    reference = order.reference or ""
    await taken(
        orders,
        document(
            statement(
                entry("164.80", transaction("164.80", name="Savonnerie")),
                entry("164.80", transaction("164.80", reference=f"RF00{reference[4:]}")),
                money_for(paid),
                money_for(short, "10.00"),
                money_for(order, returned="AC04"),
                entry("164.80", transaction("164.80", reference=reference), charges="1.00"),
                entry("164.80", transaction("164.80", reference=reference), reversal=True),
                entry("164.80", transaction("164.80", reference=reference), way="DBIT"),
                entry("164.80", transaction("164.80", reference=reference), status="PDNG"),
                entry("164.80", transaction("164.80", reference=reference), currency="USD"),
            )
        ),
    )
    assert await became(orders) == [
        ("queued", "unreferenced"), ("queued", "unreferenced"), ("queued", "idle"), ("queued", "before"),
        ("queued", "returned"), ("queued", "charges"), ("queued", "reversal"), ("queued", "debit"),
        ("skipped", "pending"), ("refused", "currency"),
    ]  # fmt: skip
    assert await orders.balance(Kind.BANK) == Money.of("174,80")  # what was recorded by hand, and no more
    assert await orders.do(queries.count_queued) == 8


async def test_two_transfers_for_one_order_in_one_statement_pay_it_once(orders: OrderTown) -> None:
    order = await orders.placed()
    await taken(orders, document(statement(money_for(order), money_for(order))))
    assert Counter(await became(orders)) == {("recorded", ""): 1, ("queued", ""): 1}
    assert await orders.credit() == ZERO + order.total


async def test_another_statement_that_overlaps_brings_nothing_twice(orders: OrderTown) -> None:
    order = await orders.placed()
    known = entry("100.00", transaction("100.00", reference=order.reference or ""), ref="BNK00017")
    bare = entry("30.00", transaction("30.00", words="merci"))
    await taken(orders, document(statement(known, bare, number="DAY")))
    await taken(orders, document(statement(known, bare, number="MONTH")))
    assert await became(orders) == [
        ("recorded", ""), ("queued", "unreferenced"), ("skipped", "repeated"), ("queued", "alike"),
    ]  # fmt: skip
    assert (await orders.order(order.id)).covered == Money.of("100,00")


async def test_a_known_statement_with_other_lines_is_refused(orders: OrderTown) -> None:
    await taken(orders, document(statement(entry("1.00"))))
    for other in (
        statement(entry("2.00")),
        statement(entry("1.00"), entry("1.00")),
        statement(entry("1.00"), opening="7"),
    ):
        with pytest.raises(BankStatementChanged):
            await taken(orders, document(other))
    assert len(await lines(orders)) == 1


async def test_a_file_that_breaks_off_leaves_nothing_behind(orders: OrderTown) -> None:
    order = await orders.placed()
    content = document(statement(money_for(order)), statement(entry("1.00"), number="S-2"))
    with pytest.raises(BankFileBroken):
        await taken(orders, content[:-40])
    assert (await lines(orders), await orders.status(order.id)) == ([], "awaiting_payment")


async def test_the_statement_of_another_account_is_refused(orders: OrderTown) -> None:
    with pytest.raises(BankAccountNotOurs) as refused:
        await taken(orders, document(statement(account="FR1420041010050500013M02606")))
    assert refused.value.masked == "FR14 •••• •••• 2606"


async def test_a_line_that_waits_is_decided_once(orders: OrderTown) -> None:
    order, other = await orders.placed(), await orders.placed()
    await taken(orders, document(statement(entry("164.80", transaction("164.80", name="Savonnerie")))))
    (line,) = await lines(orders)
    first, *_ = await offered(orders, line)
    assert (first.found.awaiting.order.id, first.found.why, first.effect.kind, first.payment) == (
        order.id, "amount", "exact", None,
    )  # fmt: skip
    done = await asyncio.gather(settle(orders, line, order.id), settle(orders, line, other.id), return_exceptions=True)
    assert Counter(type(one) for one in done) == {type(None): 1, BankEntryDecided: 1}
    assert await orders.balance(Kind.BANK) == Money.of("164,80")
    with pytest.raises(BankEntryDecided):
        await orders.do(lambda session: deciding.explain(session, line.id, "frais", actor="op", at=orders.at))
    assert await offered(orders, line, order.number or "")  # what it said is found still, for whoever looks


async def test_a_debit_pays_no_order_and_is_explained(orders: OrderTown) -> None:
    order = await orders.placed()
    await taken(orders, document(statement(entry("164.80", way="DBIT", info="FRAIS"))))
    (line,) = await lines(orders)
    assert await offered(orders, line) == []
    with pytest.raises(BankEntryNoMoney):
        await settle(orders, line, order.id)
    await orders.do(lambda session: deciding.explain(session, line.id, "Frais de tenue", actor="op", at=orders.at))
    (line,) = await lines(orders)
    assert (line.state, line.note, line.transfer) == ("explained", "Frais de tenue", None)


async def test_what_was_recorded_by_hand_is_one_line_and_no_other(orders: OrderTown) -> None:
    order = await orders.placed()
    payment = await orders.pay(order.id)
    both = statement(money_for(order), money_for(order), entry("1.00"))
    await taken(orders, document(both))
    first, second, small = await lines(orders)
    assert (first.line.why, [one.payment for one in await offered(orders, first)]) == ("idle", [payment])

    async def was(one: EntryView) -> None:
        await orders.do(
            lambda session: bank_matching.was_recorded(session, one.id, payment.id, actor="op", at=orders.at)
        )

    with pytest.raises(BankTransferTaken):
        await was(small)
    await was(first)
    with pytest.raises(BankTransferTaken):
        await was(second)
    assert [one.payment for one in await offered(orders, second)] == [None]
    assert await orders.balance(Kind.BANK) == Money.of("164,80")


async def test_the_bank_and_the_books_are_told_day_by_day(orders: OrderTown) -> None:
    order = await orders.placed()
    opened = f"{orders.at:%Y-%m-%d}"
    await taken(orders, document(statement(number="0", day="2026-09-30", opening="0.00", closing="0.00")))
    await taken(orders, document(statement(money_for(order), entry("1.00"), day=opened, opening="0", closing="165.80")))
    days = await orders.do(lambda session: queries.balances_by_day(session, limit=9))
    assert [(str(one.day), one.bank, one.books, one.difference) for one in days] == [
        (opened, Money.of("165,80"), Money.of("164,80"), Money.of("1,00")),
        ("2026-09-30", ZERO, ZERO, ZERO),
    ]


async def test_what_the_bank_said_is_never_changed(orders: OrderTown) -> None:
    await taken(orders, document(statement(entry("1.00", way="DBIT"))))
    for table in (BankStatement, BankEntry):
        with pytest.raises(DBAPIError, match="permission denied"):
            await orders.do(lambda session, table=table: session.execute(delete(table)))


@given(st.text("ABRF0123456789", min_size=1, max_size=21), st.text(max_size=20), st.text(max_size=20))
@settings(max_examples=30)
def test_a_reference_is_found_whatever_stands_around_it(body: str, before: str, after: str) -> None:
    reference = make(body)
    assert reference in references_in(f"{before} {spell(reference).lower()} {after}")


@given(st.text(max_size=60))
@settings(max_examples=30)
def test_no_words_break_the_search_for_references(said: str) -> None:
    assert all(one.startswith("RF") for one in references_in(said))
