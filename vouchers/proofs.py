"""The proofs that every cent of every batch, funder, redemption and settlement is accounted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import audit as books
from ledger import tallies
from ledger.audit import Audit, Finding
from ledger.chart import Side
from ledger.database import sum_of
from ledger.money import ZERO, Money, total
from merchants.invoices.proofs import invoice_findings
from merchants.movements import REDEMPTION, RETURN, UNDO
from merchants.settlements.proofs import settlement_findings
from vouchers.blocking import REINSTATEMENT
from vouchers.campaigns.campaign_proofs import campaign_findings
from vouchers.expiring import EXPIRY
from vouchers.funding.funding_proofs import funding_findings
from vouchers.orders.paperwork.papers_proofs import paper_findings
from vouchers.orders.proofs import order_findings
from vouchers.orders.unspent import CHARGED_BACK, REFUND
from vouchers.queries import BatchView, every_batch
from vouchers.redemption_proofs import redemption_findings
from vouchers.tables import Funder, TopUp, Voucher
from vouchers.topping_up import TOP_UP


@dataclass(frozen=True, slots=True)
class Conservation:
    """Where every cent of a batch is: issued + topped_up = what it became.

    That is ``left + redeemed - undone - returned + expired - reinstated + refunded``.

    ``refunded`` is what went back to the buyer and the funders, asked for or because a dispute was lost.
    """

    batch: UUID
    issued: Money
    topped_up: Money
    redeemed: Money
    undone: Money
    returned: Money
    expired: Money
    reinstated: Money
    refunded: Money
    left: Money

    @property
    def missing(self) -> Money:
        """Zero, or the books of this batch do not agree."""
        spent = self.redeemed - self.undone - self.returned
        return self.issued + self.topped_up - (self.left + spent + self.expired - self.reinstated + self.refunded)


@dataclass(frozen=True, slots=True)
class FunderConservation:
    """Where every cent of a funder is: one sub-ledger each.

    :param came: what it paid in, and what came back to it from vouchers
    :param left_it: what its account gave up, ``topped_up`` among it
    :param by_top_ups: what the top-ups of vouchers say that it gave
    """

    funder: UUID
    name: str
    came: Money
    left_it: Money
    topped_up: Money
    by_top_ups: Money
    left: Money

    @property
    def missing(self) -> Money:
        """Zero, or the account of this funder does not agree with its top-ups, or with what it holds."""
        return self.topped_up - self.by_top_ups or self.came - self.left_it - self.left


async def audit(session: AsyncSession) -> Audit:
    """The ledger's audit, and the proofs of batches, redemptions, settlements, invoices, orders, papers and budgets."""
    found = await books.audit(session)
    more = [
        *[_finding(one) for one in await conservation(session) if one.missing],
        *[_of_funder(one) for one in await conservation_of_funders(session) if one.missing],
        *await redemption_findings(session),
        *await settlement_findings(session),
        *await invoice_findings(session),
        *await order_findings(session),
        *await paper_findings(session),
        *await campaign_findings(session),
        *await funding_findings(session),
    ]
    return replace(found, findings=(*found.findings, *more))


async def conservation(session: AsyncSession) -> list[Conservation]:
    """The proof of every batch."""
    batches = await every_batch(session)
    if not batches:
        return []
    sums = await tallies.sums_by_group(session, _SUMS_OF_BATCHES)
    return _proved(batches, sums, await tallies.left_by_group(session, _LEFT_IN_BATCHES))


async def conservation_of(session: AsyncSession, batch: BatchView) -> Conservation:
    """The proof of one batch."""
    wanted = {"batch": batch.id}
    sums = await tallies.sums_by_group(session, _SUMS_OF_BATCH, wanted)
    return _proved([batch], sums, await tallies.left_by_group(session, _LEFT_IN_BATCH, wanted))[0]


def _proved(
    batches: Sequence[BatchView], sums: Mapping[tuple[UUID, str, Side], Money], left: Mapping[UUID, Money]
) -> list[Conservation]:
    """Issued is what the batch says, left what the accounts hold now; the rest is summed from the transfers."""
    return [
        Conservation(
            batch=one.id,
            issued=one.face_value * one.quantity,
            topped_up=sums.get((one.id, TOP_UP, Side.CREDIT), ZERO),
            redeemed=sums.get((one.id, REDEMPTION, Side.DEBIT), ZERO),
            undone=sums.get((one.id, UNDO, Side.CREDIT), ZERO),
            returned=sums.get((one.id, RETURN, Side.CREDIT), ZERO),
            expired=sums.get((one.id, EXPIRY, Side.DEBIT), ZERO),
            reinstated=sums.get((one.id, REINSTATEMENT, Side.CREDIT), ZERO),
            refunded=total([sums.get((one.id, kind, Side.DEBIT), ZERO) for kind in (REFUND, CHARGED_BACK)]),
            left=left.get(one.id, ZERO),
        )
        for one in batches
    ]


async def conservation_of_funders(session: AsyncSession) -> list[FunderConservation]:
    """The proof of every funder: its account against what it holds, and against the top-ups that vouchers had."""
    known = (await session.execute(_FUNDERS)).all()
    if not known:
        return []
    sums = await tallies.sums_by_group(session, _SUMS_OF_FUNDERS)
    left = await tallies.left_by_group(session, _LEFT_OF_FUNDERS)
    given = {funder: Money(amount) for funder, amount in await session.execute(_BY_TOP_UPS)}
    return [
        FunderConservation(
            funder=funder,
            name=name,
            came=total([sum_ for (one, _, side), sum_ in sums.items() if (one, side) == (funder, Side.CREDIT)]),
            left_it=total([sum_ for (one, _, side), sum_ in sums.items() if (one, side) == (funder, Side.DEBIT)]),
            topped_up=sums.get((funder, TOP_UP, Side.DEBIT), ZERO),
            by_top_ups=given.get(funder, ZERO),
            left=left.get(funder, ZERO),
        )
        for funder, name in known
    ]


def _of_funder(one: FunderConservation) -> Finding:
    detail = f"gave {one.topped_up} by its account, {one.by_top_ups} by its top-ups, and has {one.left} left"
    return Finding("conservation", "funder", one.funder, detail)


def _finding(one: Conservation) -> Finding:
    return Finding("conservation", "batch", one.batch, f"{one.missing} of {one.issued} issued is not accounted for")


_IN_BATCHES: Final = select(Voucher.id, Voucher.batch_id)
_IN_BATCH: Final = _IN_BATCHES.where(Voucher.batch_id == bindparam("batch", type_=Uuid()))
_SUMS_OF_BATCHES, _LEFT_IN_BATCHES = tallies.sums_of(_IN_BATCHES), tallies.left_of(_IN_BATCHES)
_SUMS_OF_BATCH, _LEFT_IN_BATCH = tallies.sums_of(_IN_BATCH), tallies.left_of(_IN_BATCH)

_FUNDERS: Final = select(Funder.id, Funder.name).order_by(Funder.id)
_THEMSELVES: Final = select(Funder.id, Funder.id.label("funder"))
_SUMS_OF_FUNDERS, _LEFT_OF_FUNDERS = tallies.sums_of(_THEMSELVES), tallies.left_of(_THEMSELVES)
_BY_TOP_UPS: Final = select(TopUp.funder_id, sum_of(TopUp.amount)).group_by(TopUp.funder_id)
