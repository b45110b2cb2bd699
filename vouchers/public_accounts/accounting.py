"""Making up a funder's account from its transfers, and from those of the vouchers to which it added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import movements, tallies
from ledger.chart import Kind, single
from ledger.days import Period, day_of
from ledger.money import ZERO, Money, total
from ledger.tallies import Flow
from merchants import programme
from merchants.movements import REDEMPTION, RETURN, UNDO
from merchants.programme import Terms
from merchants.settlements.statement import StatementProgramme
from merchants.shops.queries import shops_by_id
from vouchers.blocking import REINSTATEMENT
from vouchers.buyers import PAYMENT
from vouchers.campaigns import figures
from vouchers.expiring import EXPIRY
from vouchers.funders import FunderView, funder
from vouchers.funding import ruling
from vouchers.funding.giving_back import GIVEN_BACK
from vouchers.issuing import ISSUE
from vouchers.orders.unspent import CHARGED_BACK, REFUND
from vouchers.public_accounts.account import Account, Grant, Held, Paid, Spending
from vouchers.public_accounts.portions import Chain, Portion, portion
from vouchers.tables import Funder, TopUp, Voucher
from vouchers.topping_up import TOP_UP

_AT_SHOPS: Final = frozenset({REDEMPTION, UNDO, RETURN})
_EXPIRIES: Final = frozenset({EXPIRY, REINSTATEMENT})
_REFUNDS: Final = frozenset({REFUND, CHARGED_BACK})
_BY_BANK: Final = frozenset({PAYMENT, GIVEN_BACK})


async def account_of(session: AsyncSession, funder_id: UUID, days: Period, *, at: datetime) -> Account:
    """A funder's account of some days. Let the session see one moment, so that its sums agree.

    :raises FunderUnknown:
    """
    found = await funder(session, funder_id)
    before, after = [await _portions(session, funder_id, until) for until in (days.starts, days.ends)]
    moved = after.less(before)
    held = await _held(session, funder_id, days)
    terms = await programme.newest_terms(session)
    return Account(
        _party(terms), found, days, day_of(at), held, before.left, after.left, moved.lapsed,
        await _grants(session, funder_id, days, held.granted), await _spendings(session, moved.spent),
        await _payments(session, funder_id, days),
    )  # fmt: skip


def years_of(found: FunderView, *, at: datetime) -> list[int]:
    """The civil years of which there is an account, the latest first."""
    return list(range(day_of(at).year, day_of(found.registered_at).year - 1, -1))


def chains(flows: Iterable[Flow], funder_id: UUID) -> list[Chain]:
    """What became of each voucher, from what moved between its chain and other accounts. Pure."""
    of = defaultdict[UUID, list[Flow]](list)
    for one in flows:
        of[one.group].append(one)
    return [_chain(some, funder_id) for some in of.values()]


def _chain(flows: Sequence[Flow], funder_id: UUID) -> Chain:
    added, spent = defaultdict[UUID, Money](lambda: ZERO), defaultdict[UUID, Money](lambda: ZERO)
    for one in flows:
        if one.kind == TOP_UP:
            added[one.other] += one.amount
        elif one.kind in _AT_SHOPS:
            spent[one.other] -= one.amount
    breakage = single(Kind.BREAKAGE)
    return Chain(
        _came(flows, {ISSUE}),
        added,
        spent,
        -_came([one for one in flows if one.other == breakage], _EXPIRIES),
        -_came([one for one in flows if one.other == funder_id], _EXPIRIES),
        -_came([one for one in flows if one.other == funder_id], _REFUNDS),
        total([one.amount for one in flows]),
    )


def _came(flows: Iterable[Flow], kinds: Iterable[str]) -> Money:
    wanted = set(kinds)
    return total([one.amount for one in flows if one.kind in wanted])


async def _portions(session: AsyncSession, funder_id: UUID, until: datetime) -> Portion:
    """What became, until a moment, of all that a funder granted."""
    origins = select(TopUp.origin_id).where(TopUp.funder_id == funder_id, TopUp.at < until)
    members = select(Voucher.id, Voucher.origin_id).where(Voucher.origin_id.in_(origins))
    flows = await tallies.flows_by_group(session, members, before=until)
    return Portion.of_all([portion(one, funder_id) for one in chains(flows, funder_id)])


async def _held(session: AsyncSession, funder_id: UUID, days: Period) -> Held:
    itself = select(Funder.id, Funder.id.label("funder")).where(Funder.id == funder_id)
    before, after = [await tallies.flows_by_group(session, itself, before=one) for one in (days.starts, days.ends)]
    kinds = {one.kind for one in after}

    def moved(*wanted: str) -> Money:
        return _came(after, wanted) - _came(before, wanted)

    known = {PAYMENT, TOP_UP, GIVEN_BACK, *_EXPIRIES, *_REFUNDS}
    return Held(
        total([one.amount for one in before]), moved(PAYMENT), -moved(TOP_UP), moved(*_EXPIRIES), moved(*_REFUNDS),
        -moved(GIVEN_BACK), moved(*(kinds - known)), total([one.amount for one in after]),
    )  # fmt: skip


async def _grants(session: AsyncSession, funder_id: UUID, days: Period, granted: Money) -> tuple[Grant, ...]:
    between = {"since": days.starts, "before": days.ends}
    told = [
        *await figures.given_by(session, funder_id, **between), *await ruling.given_by(session, funder_id, **between),
    ]  # fmt: skip
    every = select(func.count()).where(TopUp.funder_id == funder_id, TopUp.at >= days.starts, TopUp.at < days.ends)
    count = (await session.execute(every)).scalar_one()
    found = [Grant(*one) for one in told]
    alone = granted - total([one.amount for one in found])
    if alone:
        found.append(Grant("", count - sum(one.count for one in found), alone))
    return tuple(found)


async def _spendings(session: AsyncSession, spent: Mapping[UUID, Money]) -> tuple[Spending, ...]:
    """By commune and trade, in the order of their names."""
    shops = await shops_by_id(session, list(spent))
    sums, counts = defaultdict[tuple[str, str], Money](lambda: ZERO), defaultdict[tuple[str, str], int](int)
    for shop_id, amount in spent.items():
        if amount:
            place = (shops[shop_id].commune, shops[shop_id].trade)
            sums[place] += amount
            counts[place] += 1
    return tuple(Spending(*place, counts[place], amount) for place, amount in sorted(sums.items()))


async def _payments(session: AsyncSession, funder_id: UUID, days: Period) -> tuple[Paid, ...]:
    """What came from the funder and was sent back, in the order of the books."""
    found = await movements.movements_of(
        session, funder_id, transfer_kinds=_BY_BANK, since=days.starts, before=days.ends
    )
    return tuple(Paid(day_of(one.at), one.document or "", one.amount, one.transfer) for one in found)


def _party(terms: Terms) -> StatementProgramme:
    address = (terms.street, f"{terms.postcode} {terms.commune}".strip())
    return StatementProgramme(
        terms.name, terms.legal_name, tuple(line for line in address if line), terms.siren, terms.vat_number
    )
