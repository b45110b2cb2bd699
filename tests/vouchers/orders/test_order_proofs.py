"""The proofs of orders: green after everything has happened; whatever a superuser spoils is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import text

from ledger.audit import Finding
from ledger.chart import Kind, single
from ledger.database import Sessions
from tests.vouchers.orders.cards import CardTown
from tests.vouchers.orders.given import named
from vouchers import proofs
from vouchers.orders import queries
from vouchers.orders.paperwork import documents


@dataclass(frozen=True, slots=True)
class Story:
    """A programme in which orders have done everything once, and the ids of what they left behind."""

    cards: CardTown
    ids: dict[str, Any]


@pytest.fixture
async def story(cards: CardTown) -> Story:
    """One order paid by card, given back in part; one disputed; one half paid by transfer; one paid, not issued."""
    town = cards.town
    issued, _ = await cards.paid((2, "20,00"), people=named(2))
    refunded = await cards.send(await cards.refund(issued.id, "15,00", with_fee=True))
    asked = await cards.refund(issued.id, "5,00", method="transfer")
    other = await town.new_buyer("Camille Martin")
    disputed, intent = await cards.paid((1, "30,00"), buyer=other)
    await cards.stripe.dispute(intent)
    await cards.converge(intent)
    waiting = await town.placed((1, "40,00"), buyer=await town.new_buyer("Dominique Petit"))
    transfer = await town.pay(waiting.id, "10,00")
    paid = await town.paid((1, "50,00"))
    await cards.reconcile()
    (payment,) = await town.do(lambda session: queries.payments_of(session, issued.id))
    papers = await town.do(lambda session: documents.papers_of(session, issued.id))
    invoice = next(one for one in papers if one.kind == "invoice")
    ids = {
        "issued": issued.id, "buyer": issued.buyer, "refunded": refunded.id, "asked": asked.id, "paid": paid.id,
        "waiting": waiting.id, "waits": waiting.buyer, "disputed": disputed.id, "payment": payment.id,
        "transfer": transfer.id, "invoice": invoice.id, "stripe": single(Kind.STRIPE), "nil": UUID(int=0),
    }  # fmt: skip
    return Story(cards, ids)


SPOILED: Final = (
    ("UPDATE orders SET covered = covered - 1 WHERE id = :issued", "order", "issued"),
    ("UPDATE orders SET status = 'issued' WHERE id = :paid", "order", "paid"),
    ("UPDATE orders SET status = 'paid' WHERE id = :waiting", "order", "waiting"),
    ("UPDATE orders SET status = 'paid' WHERE id = :issued", "order", "issued"),
    ("UPDATE order_lines SET batch_id = NULL WHERE order_id = :issued", "order", "issued"),
    ("UPDATE beneficiaries SET voucher_id = NULL WHERE order_id = :issued", "order", "issued"),
    ("UPDATE buyers SET set_aside = set_aside + 1 WHERE id = :buyer", "set-aside", "buyer"),
    ("UPDATE orders SET covered = covered - 1 WHERE id = :waiting", "set-aside", "waits"),
    ("UPDATE orders SET covered = covered + 1 WHERE id = :waiting", "set-aside", "waits"),
    ("UPDATE refunds SET amount = amount + 1 WHERE id = :asked", "set-aside", "buyer"),
    ("UPDATE refunds SET state = 'failed' WHERE id = :asked", "set-aside", "buyer"),
    ("UPDATE payments SET amount = amount + 1 WHERE id = :payment", "payment", "payment"),
    ("UPDATE payments SET method = 'transfer', payment_intent = NULL WHERE id = :payment", "payment", "payment"),
    ("UPDATE payments SET buyer_id = :waits WHERE id = :payment", "payment", "payment"),
    ("UPDATE payments SET id = '00000000-0000-0000-0000-000000000000' WHERE id = :payment", "payment", "nil"),
    ("DELETE FROM payments WHERE id = :payment", "stripe", "stripe"),
    ("DELETE FROM transfers WHERE id = :transfer", "payment", "transfer"),
    ("UPDATE refunds SET amount = amount + 1 WHERE id = :refunded", "refund", "refunded"),
    ("UPDATE refunds SET fee = fee + 1 WHERE id = :refunded", "refund", "refunded"),
    ("UPDATE refunds SET state = 'failed' WHERE id = :refunded", "refund", "refunded"),
    ("UPDATE refunds SET state = 'sent' WHERE id = :asked", "refund", "asked"),
    ("UPDATE refunds SET transfer_id = NULL WHERE id = :refunded", "refund", "refunded"),
    ("UPDATE disputes SET amount = amount + 1", "dispute", None),
    ("UPDATE disputes SET withdrawn = false, withdrawal_id = NULL", "stripe", "stripe"),
    ("DELETE FROM disputes", "stripe", "stripe"),
    ("UPDATE documents SET total = total + 1 WHERE id = :invoice", "document", "invoice"),
    ("DELETE FROM documents WHERE id = :invoice", "numbering", None),
)  # fmt: skip


async def test_what_a_superuser_changes_in_orders_is_named(story: Story, owner: Sessions) -> None:
    audit = await story.cards.town.audit()
    assert audit.agrees, audit.findings
    for statement, proof, named_ in SPOILED:
        found = {(one.proof, one.id) for one in await spoiled(story, owner, statement)}
        assert (proof, story.ids[named_] if named_ else None) in found, (statement, found)
    line = await spoiled(story, owner, "UPDATE stripe_movements SET fee = fee + 1, net = net - 1 WHERE type = 'charge'")
    assert ("stripe", "movement") in {(one.proof, one.subject) for one in line}
    refund = await spoiled(story, owner, "DELETE FROM refunds WHERE id = :refunded")
    assert ("refund", "transfer") in {(one.proof, one.subject) for one in refund}


async def spoiled(story: Story, owner: Sessions, statement: str) -> tuple[Finding, ...]:
    """What the audit finds after a statement, which is taken back then."""
    used: dict[str, UUID] = {name: id_ for name, id_ in story.ids.items() if f":{name}" in statement}
    async with owner() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text("SET LOCAL search_path = p_treiz, public"))
        await session.execute(text(statement), used)
        found = await proofs.audit(session)
        await session.rollback()
    return found.findings
