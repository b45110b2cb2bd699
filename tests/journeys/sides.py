"""A programme in both worlds, and the comparison of one with the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances
from ledger.audit import Audit
from ledger.balances import Balance
from ledger.chart import Kind, single
from ledger.money import ZERO
from merchants.programme import Terms
from merchants.settlements.figures import Figures
from tests.given import Till, Town
from tests.journeys.model import Programme
from tests.journeys.words import Redemption, Settled
from vouchers import proofs
from vouchers.proofs import Conservation

SUMS: Final = ("topped_up", "redeemed", "undone", "returned", "expired", "reinstated")


@dataclass(slots=True)
class Side:
    """A programme in the model, and in Obole."""

    model: Programme
    town: Town
    terms: Terms
    funders: dict[str, UUID]
    on_credit: bool = False

    @property
    def tills(self) -> list[Till]:
        """One of each shop."""
        return self.town.tills


def compare_receipt(side: Side, redemption: Redemption, *, at: datetime) -> None:
    """The receipt says what the model knows of the redemption."""
    receipt, till = redemption.real, side.tills[redemption.shop]
    assert (receipt.voucher, receipt.shop, receipt.till) == (redemption.voucher.real.id, till.shop, till.id)
    assert (receipt.amount.cents, receipt.last_day) == (redemption.cents, redemption.voucher.last_day)
    assert receipt.at == at


def settled(made: Figures) -> Settled:
    """A settlement's figures as the model tells them."""
    return Settled(
        made.redeemed.cents, made.undone.cents, made.returned.cents, made.commission.cents, made.vat.cents,
        made.brought_forward.cents, made.carried_forward.cents, made.paid.cents,
    )  # fmt: skip


async def compare(side: Side) -> None:
    """After a step, every cent is where the model says."""
    kept, conserved = await side.town.do(lambda session: _books(session, side))
    _balances(side, kept)
    _batches(side, conserved)


async def prove(side: Side) -> None:
    """The audit is green. It reads everything there ever was, and what it finds does not go away by itself."""
    audit = await side.town.audit()
    assert audit.agrees, audit.findings
    assert audit.debits == audit.credits
    _ring_fence(side, audit)


def _balances(side: Side, kept: dict[UUID, Balance]) -> None:
    model = side.model
    made = {id_: (one.balance.cents, one.pending.cents) for id_, one in kept.items()}
    told = {voucher.real.id: (voucher.left, voucher.pending) for voucher in model.vouchers}
    told |= {side.tills[shop].shop: (cents, 0) for shop, cents in enumerate(model.shops)}
    told |= {side.funders[funder]: (cents, 0) for funder, cents in model.funders.items()}
    told |= {account: (model.pots[pot] * (-1 if pot == "buyer" else 1), 0) for pot, account in _pots(side).items()}
    differing = {one: (made.get(one), told.get(one)) for one in made | told if made.get(one) != told.get(one)}
    assert not differing
    assert all(one.balance >= one.pending >= ZERO for one in kept.values() if one.kind is Kind.VOUCHER)


def _batches(side: Side, conserved: list[Conservation]) -> None:
    batches = {batch.real: batch for batch in side.model.batches}
    assert {one.batch for one in conserved} == set(batches)
    for one in conserved:
        batch = batches[one.batch]
        left = sum(voucher.left for voucher in side.model.members(batch))
        assert not one.missing
        assert one.issued.cents == batch.value * batch.quantity
        assert one.left.cents == left
        made = {name: getattr(one, name).cents for name in SUMS}
        assert made == {name: batch.sums[name] for name in SUMS}


def _ring_fence(side: Side, audit: Audit) -> None:
    """What is owed is in the bank, but for what was issued on credit, and a rounding cent a settlement."""
    held, owed = side.model.pots["bank"], side.model.debts
    assert (audit.ring_fence.held.cents, audit.ring_fence.owed.cents) == (held, owed)
    if not side.on_credit:
        assert audit.ring_fence.short_by.cents <= side.model.settlements


async def _books(session: AsyncSession, side: Side) -> tuple[dict[UUID, Balance], list[Conservation]]:
    accounts = [
        *(voucher.real.id for voucher in side.model.vouchers),
        *(till.shop for till in side.tills),
        *side.funders.values(),
        *_pots(side).values(),
    ]
    return await balances.balances_of(session, accounts), await proofs.conservation(session)


def _pots(side: Side) -> dict[str, UUID]:
    kinds = (Kind.BANK, Kind.FEES, Kind.VAT, Kind.COMMISSION, Kind.BREAKAGE, Kind.TRANSIT)
    return {"buyer": side.town.buyer} | {kind.value: single(kind) for kind in kinds}
