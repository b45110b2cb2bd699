"""Numbered papers: the ledger's own figures, without a gap, once for an order, the same for ever."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.chart import Kind, single
from ledger.database import Sessions
from ledger.ids import new_id
from ledger.money import ZERO, Money
from ledger.posting import NewTransfer
from tests.given import paris
from tests.ledger.given import by_hand
from tests.till import Paper
from tests.vouchers.orders.given import SELLING, OrderTown
from tests.vouchers.orders.test_epc import parsed
from vouchers import buyers
from vouchers.buyers import NewBuyer
from vouchers.orders.errors import NothingIssued, OrderUnknown, WrongOrderStatus
from vouchers.orders.fulfilling import issue_on_credit
from vouchers.orders.paperwork import issuing_papers, requesting
from vouchers.orders.paperwork.issuing_papers import DocumentView
from vouchers.orders.paperwork.paper_errors import (
    CreditBeyondInvoice,
    DocumentUnknown,
    PapersDisagree,
    TransferUnavailable,
)
from vouchers.orders.paperwork.papers import CreditNote, FeeInvoice, PaymentRequest, Receipt, ReceiptCancellation
from vouchers.orders.paperwork.papers_proofs import paper_findings


async def papers(town: OrderTown, order: UUID) -> list[DocumentView]:
    return await town.do(lambda session: issuing_papers.papers_of(session, order))


async def request(town: OrderTown, order: UUID) -> PaymentRequest:
    return await town.do(lambda session: requesting.payment_request(session, order, at=town.at))


async def give_back(town: OrderTown, vouchers: list[Paper], *, face: str = "0", fee: str = "0", vat: str = "0") -> UUID:
    """Post, as one entry, ``face`` from each voucher and the parts of the fee back to the buyer."""
    entry = new_id()
    parts = [(voucher.id, Money.of(face)) for voucher in vouchers]
    parts += [(single(Kind.FEES), Money.of(fee)), (single(Kind.VAT), Money.of(vat))]
    transfers = [NewTransfer("refund", debit, town.buyer, amount, entry=entry) for debit, amount in parts if amount]
    await town.do(lambda session: posting.post(session, transfers, at=town.at))
    return entry


async def credit(town: OrderTown, order: UUID, refund: UUID) -> list[DocumentView]:
    return await town.do(lambda session: issuing_papers.issue_credit_papers(session, order, refund=refund, at=town.at))


async def changed(sessions: Sessions, change: str) -> None:
    """Run SQL with all that guards the tables in place."""
    async with sessions.begin() as session:
        await session.execute(text("SET LOCAL search_path = p_treiz, public"))
        await session.execute(text(change))


def drawn(document: DocumentView) -> bytes:
    out = BytesIO()
    issuing_papers.draw(document, out, "fr")
    return out.getvalue()


async def agreed(town: OrderTown) -> bool:
    return not await town.do(paper_findings)


async def test_an_issued_order_has_the_papers_that_the_books_make(orders: OrderTown) -> None:
    order = await orders.issued((140, "50,00"), (3, "20,00"))
    invoice, receipt = [one.paper for one in await papers(orders, order.id)]
    assert isinstance(invoice, FeeInvoice)
    assert isinstance(receipt, Receipt)
    assert invoice.net == await orders.balance(Kind.FEES) == Money.of("176,50")
    assert invoice.vat == await orders.balance(Kind.VAT) == Money.of("35,30")
    assert receipt.face_total == Money.of("7060,00")
    assert invoice.gross + receipt.face_total == await orders.balance(Kind.BANK) == order.total
    assert [(line.quantity, line.total) for line in receipt.lines] == [
        (140, Money.of("7000,00")), (3, Money.of("60,00")),
    ]  # fmt: skip
    assert (invoice.number, receipt.number) == ("TREIZF-2026-000001", "TREIZR-2026-000001")
    assert (invoice.receipt, receipt.invoice) == (receipt.number, invoice.number)
    assert (invoice.vat_rate_bp, invoice.due_on, receipt.owed) == (2_000, None, ZERO)
    assert [(one.means, one.amount) for one in receipt.paid] == [("transfer", order.total)]
    assert invoice.seller.vat_number == "FR02181300013"  # by its SIREN, since nobody entered it
    assert await agreed(orders)


async def test_an_order_without_fee_has_a_receipt_alone(orders: OrderTown) -> None:
    await orders.set_terms(SELLING.with_changes({"service_fee_bp": 0}), since=date(2026, 10, 1))
    order = await orders.issued()
    (receipt,) = await papers(orders, order.id)
    assert isinstance(receipt.paper, Receipt)
    assert (receipt.paper.invoice, receipt.total) == (None, order.face_total)


async def test_papers_are_issued_once(orders: OrderTown) -> None:
    order = await orders.issued()
    before = await papers(orders, order.id)
    again = await asyncio.gather(
        *(orders.do(lambda session: issuing_papers.issue_papers(session, order.id, at=orders.at)) for _ in range(3))
    )
    assert again == [before] * 3
    assert await papers(orders, order.id) == before
    assert await orders.do(lambda session: issuing_papers.document(session, before[0].id)) == before[0]


async def test_numbers_have_no_gap_whatever_happens_at_once_and_whatever_fails(orders: OrderTown) -> None:
    paid = [await orders.paid() for _ in range(5)]

    class Interrupted(Exception):
        pass

    async def fail(session: AsyncSession) -> None:
        await issuing_papers.number_of(session, "invoice", prefix="TREIZ", at=orders.at)
        raise Interrupted

    async def failing() -> None:
        with pytest.raises(Interrupted):
            await orders.do(fail)

    await asyncio.gather(*(orders.issue_order(order.id) for order in paid), failing(), failing())
    numbers = [one.number for order in paid for one in await papers(orders, order.id)]
    expected = [f"TREIZ{letter}-2026-{count:06d}" for count in range(1, 6) for letter in "FR"]
    assert sorted(numbers) == sorted(expected)
    assert await agreed(orders)


async def test_numbers_begin_again_with_the_year_in_paris(orders: OrderTown) -> None:
    old, new = await orders.paid(), await orders.paid()
    orders.at = paris("2026-12-31T23:59:59")
    await orders.issue_order(old.id)
    orders.at = paris("2027-01-01T00:00:00")
    await orders.issue_order(new.id)
    assert [one.number for one in await papers(orders, old.id)] == [
        "TREIZF-2026-000001",
        "TREIZR-2026-000001",
    ]
    assert [one.number for one in await papers(orders, new.id)] == ["TREIZF-2027-000001", "TREIZR-2027-000001"]
    assert [one.issued_on for one in await papers(orders, new.id)] == [date(2027, 1, 1)] * 2


async def test_a_later_number_never_bears_an_earlier_day(orders: OrderTown) -> None:
    """A transaction that began before midnight may get its number after one that began later."""
    early, late = await orders.paid(), await orders.paid()
    orders.at = paris("2026-11-02T00:00:01")
    await orders.issue_order(late.id)
    orders.at = paris("2026-11-01T23:59:58")
    await orders.issue_order(early.id)
    assert {one.issued_on for one in await papers(orders, early.id)} == {date(2026, 11, 2)}


async def test_an_issued_paper_never_changes(orders: OrderTown, owner: Sessions) -> None:
    order = await orders.issued()
    before = [(one, drawn(one)) for one in await papers(orders, order.id)]
    await orders.set_terms(
        SELLING.with_changes({"legal_name": "Un autre nom", "vat_rate_bp": 550, "number_prefix": "AUTRE"}),
        since=date(2026, 10, 5),
    )
    await orders.do(
        lambda session: buyers.change_buyer(session, orders.buyer, NewBuyer("company", "Rebaptisée", "552100554"))
    )
    await orders.pay(order.id, "5,00")
    assert [(one, drawn(one)) for one in await papers(orders, order.id)] == before
    for change in ("UPDATE documents SET total = 1", "DELETE FROM documents"):
        for sessions in (orders.sessions, owner):
            with pytest.raises(DBAPIError):
                await changed(sessions, change)


async def test_the_parties_are_as_they_are_on_the_day(orders: OrderTown) -> None:
    new = NewBuyer(
        "company", "Łódź & <b>", "552100554", "FR96552100554", street="1 rue Paradis", postcode="13001",
        commune="Marseille",
    )  # fmt: skip
    await orders.do(lambda session: buyers.change_buyer(session, orders.buyer, new))
    await orders.set_terms(
        SELLING.with_changes({"legal_notice": "Association loi 1901, RNA W131", "vat_on_debits": True}),
        since=date(2026, 10, 1),
    )
    invoice, _ = [one.paper for one in await papers(orders, (await orders.issued()).id)]
    assert isinstance(invoice, FeeInvoice)
    assert invoice.customer.address == ("1 rue Paradis", "13001 Marseille")
    assert (invoice.customer.name, invoice.customer.siren) == ("Łódź & <b>", "552100554")
    assert (invoice.seller.notice, invoice.vat_on_debits) == ("Association loi 1901, RNA W131", True)


async def test_a_private_person_has_no_business_numbers_on_its_papers(orders: OrderTown) -> None:
    zoe = await orders.new_buyer("Zoé")
    order = await orders.issued((1, "20,00"), buyer=zoe, method="card")
    invoice, receipt = [one.paper for one in await papers(orders, order.id)]
    assert isinstance(receipt, Receipt)
    assert (invoice.customer.company, invoice.customer.siren) == (False, None)
    assert [one.means for one in receipt.paid] == ["card"]


async def test_what_came_beyond_the_order_is_on_its_receipt(orders: OrderTown) -> None:
    placed = await orders.placed()
    await orders.pay(placed.id, placed.total - Money(100))
    await orders.pay(placed.id, "3,00")
    await orders.issue_order(placed.id)
    receipt = (await papers(orders, placed.id))[-1].paper
    assert isinstance(receipt, Receipt)
    assert [one.amount for one in receipt.paid] == [placed.total - Money(100), Money(300)]
    assert (receipt.covered, receipt.from_credit, receipt.owed) == (placed.total, Money(-200), ZERO)


async def test_vouchers_on_credit_are_due_in_thirty_days(orders: OrderTown) -> None:
    placed = await orders.placed()
    await orders.pay(placed.id, "64,80")
    await orders.do(
        lambda session: issue_on_credit(
            session, placed.id, reason="client connu", keys=orders.keys, actor="op", at=orders.at
        )
    )
    invoice, receipt = [one.paper for one in await papers(orders, placed.id)]
    assert isinstance(invoice, FeeInvoice)
    assert isinstance(receipt, Receipt)
    assert (receipt.owed, receipt.due_on, invoice.due_on) == (Money.of("100,00"), date(2026, 11, 4), date(2026, 11, 4))
    asked = await request(orders, placed.id)
    assert (asked.issued, asked.missing, asked.due_on) == (True, Money.of("100,00"), date(2026, 11, 4))
    assert await agreed(orders)


async def test_nothing_is_papered_before_it_is_issued(orders: OrderTown) -> None:
    paid = await orders.paid()
    with pytest.raises(NothingIssued):
        await orders.do(lambda session: issuing_papers.issue_papers(session, paid.id, at=orders.at))
    with pytest.raises(NothingIssued):
        await credit(orders, paid.id, await give_back(orders, [], fee="1,00"))
    with pytest.raises(OrderUnknown):
        await orders.do(lambda session: issuing_papers.issue_papers(session, new_id(), at=orders.at))
    with pytest.raises(DocumentUnknown):
        await orders.do(lambda session: issuing_papers.document(session, new_id()))
    assert await agreed(orders)


@pytest.mark.parametrize(
    ("spoil", "figure"),
    [("UPDATE orders SET fee = fee + 1", "fee"), ("UPDATE orders SET fee_vat = fee_vat + 1", "fee_vat"),
     ("UPDATE orders SET face_total = face_total + 1", "face_total"),
     ("UPDATE order_lines SET quantity = quantity + 1", "face_total"),
     ("UPDATE transfers SET amount = amount + 1 WHERE kind = 'fee'", "fee"),
     ("UPDATE transfers SET amount = amount + 1 WHERE kind = 'issue'", "face_total")],
)  # fmt: skip
async def test_papers_that_would_not_agree_with_the_books_are_refused(
    orders: OrderTown, owner: Sessions, spoil: str, figure: str
) -> None:
    order = await orders.issued((2, "20,00"))
    await by_hand(owner, "DELETE FROM documents")
    await by_hand(owner, spoil)
    with pytest.raises(PapersDisagree) as refused:
        await orders.do(lambda session: issuing_papers.issue_papers(session, order.id, at=orders.at))
    assert refused.value.figure == figure
    assert refused.value.agreed != refused.value.posted


async def test_what_is_given_back_has_its_papers(orders: OrderTown) -> None:
    order = await orders.issued((3, "20,00"))
    vouchers = await orders.vouchers_of(order.id)
    refund = await give_back(orders, vouchers[:2], face="15,00", fee="1,00", vat="0,20")
    made = await credit(orders, order.id, refund)
    note, cancelled = [one.paper for one in made]
    assert isinstance(note, CreditNote)
    assert isinstance(cancelled, ReceiptCancellation)
    assert (note.number, note.net, note.vat, note.gross) == ("TREIZA-2026-000001", Money(100), Money(20), Money(120))
    assert (cancelled.number, cancelled.quantity, cancelled.face_value) == ("TREIZAR-2026-000001", 2, Money.of("30,00"))
    assert (note.corrects.number, cancelled.corrects.number) == ("TREIZF-2026-000001", "TREIZR-2026-000001")
    assert await credit(orders, order.id, refund) == made
    assert [one.kind for one in await papers(orders, order.id)] == [
        "invoice", "receipt", "credit_note", "receipt_cancellation",
    ]  # fmt: skip
    assert await agreed(orders)


async def test_face_values_alone_need_no_credit_note(orders: OrderTown) -> None:
    order = await orders.issued((3, "20,00"))
    refund = await give_back(orders, (await orders.vouchers_of(order.id))[:1], face="0,01")
    (cancelled,) = await credit(orders, order.id, refund)
    assert (cancelled.kind, cancelled.total) == ("receipt_cancellation", Money(1))
    assert await credit(orders, order.id, new_id()) == []


async def test_no_more_is_credited_than_was_invoiced(orders: OrderTown) -> None:
    order = await orders.issued((3, "20,00"))  # a fee of 1,50 and VAT of 0,30
    await credit(orders, order.id, await give_back(orders, [], fee="1,00", vat="0,20"))
    with pytest.raises(CreditBeyondInvoice) as refused:
        await credit(orders, order.id, await give_back(orders, [], fee="0,51", vat="0,10"))
    assert (refused.value.number, refused.value.left, refused.value.asked) == (
        "TREIZF-2026-000001", Money(60), Money(61),
    )  # fmt: skip
    last = await credit(orders, order.id, await give_back(orders, [], fee="0,50", vat="0,10"))
    assert [one.number for one in last] == ["TREIZA-2026-000002"]


async def test_a_paper_that_was_lost_or_changed_by_hand_is_named(orders: OrderTown, owner: Sessions) -> None:
    order = await orders.issued()
    invoice, receipt = await papers(orders, order.id)
    await by_hand(owner, "UPDATE documents SET total = total + 1 WHERE id = :id", id=invoice.id)
    await by_hand(owner, "UPDATE transfers SET amount = amount + 1 WHERE kind = 'issue'")
    found = await orders.do(paper_findings)
    assert {(one.proof, one.id) for one in found} == {("document", invoice.id), ("document", receipt.id)}
    await by_hand(owner, "DELETE FROM documents")
    assert {(one.proof, one.subject) for one in await orders.do(paper_findings)} == {
        ("numbering", "invoice"), ("numbering", "receipt"),
    }  # fmt: skip


async def test_a_request_asks_for_what_is_missing_on_the_day(orders: OrderTown) -> None:
    placed = await orders.placed()
    asked = await request(orders, placed.id)
    assert (asked.missing, asked.total, asked.due_on) == (placed.total, placed.total, placed.lapses_on)
    assert asked.account is not None
    assert parsed((asked.account.code or "").encode()).reference == placed.reference
    await orders.pay(placed.id, placed.total - Money(100))
    short = await request(orders, placed.id)
    assert short.account is not None
    assert parsed((short.account.code or "").encode()).amount == 1
    await orders.pay(placed.id, "1,00")
    assert (await request(orders, placed.id)).account is None


async def test_only_what_is_placed_is_asked_for(orders: OrderTown) -> None:
    draft = await orders.draft()
    with pytest.raises(WrongOrderStatus):
        await request(orders, draft)
    await orders.cancel(draft)
    with pytest.raises(WrongOrderStatus):
        await request(orders, draft)


async def test_without_a_bank_account_nobody_is_asked_to_transfer(orders: OrderTown) -> None:
    placed = await orders.placed(method="card")
    await orders.set_terms(replace(SELLING, iban=None, bic=None), since=date(2026, 10, 2))
    with pytest.raises(TransferUnavailable):
        await request(orders, placed.id)
    await orders.pay(placed.id, method="card")
    assert (await request(orders, placed.id)).account is None
    orders.at += timedelta(days=1)
    assert (await request(orders, placed.id)).drawn_on == date(2026, 10, 6)
