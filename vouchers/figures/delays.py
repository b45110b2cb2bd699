"""How long vouchers wait: from the day they are issued to the day they are first spent, and to their last cent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, DateTime, Select, bindparam, cast, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ledger.days import PARIS, Period
from vouchers.tables import Batch, Redemption, Return, Undo, Voucher


@dataclass(frozen=True, slots=True)
class Waited:
    """Days: a quarter of the vouchers took ``quarter`` or fewer, half of them ``half``, three quarters ``most``."""

    vouchers: int
    quarter: int
    half: int
    most: int


async def until_first_spent(session: AsyncSession, period: Period) -> Waited | None:
    """Of vouchers first spent in a period (mistakes taken back do not count); none if there are none."""
    return await _waited(session, _FIRST, period)


async def until_last_cent(session: AsyncSession, period: Period) -> Waited | None:
    """Of vouchers emptied in a period, by a purchase of which nothing went back; none if there are none."""
    return await _waited(session, _LAST, period)


async def _waited(session: AsyncSession, statement: Select[Any], period: Period) -> Waited | None:
    asked = {"since": period.starts, "before": period.ends}
    vouchers, days = (await session.execute(statement, asked)).one()
    return Waited(vouchers, *days) if vouchers else None


_SINCE: Final = bindparam("since", type_=DateTime(timezone=True))
_BEFORE: Final = bindparam("before", type_=DateTime(timezone=True))
_STANDS: Final = ~exists().where(Undo.redemption_id == Redemption.id)


def _in_days(of_vouchers: Select[UUID, datetime]) -> Select[Any]:
    """How many vouchers, and the quartiles of their days; of vouchers with the batch and a moment."""
    some = of_vouchers.subquery()
    days = _day(some.c.at) - _day(Batch.issued_at)
    quartiles = func.percentile_disc([0.25, 0.5, 0.75]).within_group(days)
    return select(func.count(), quartiles).select_from(some).join(Batch, Batch.id == some.c.batch_id)


def _day(moment: Any) -> Any:
    return cast(func.timezone(str(PARIS), moment), Date)


def _first() -> Select[UUID, datetime]:
    """The first purchase of each chain of vouchers, if it lies in the period.

    A voucher and those that replaced it are one chain; each half of what was before is found by an index.
    """
    earlier, before, heir = aliased(Redemption), aliased(Redemption), aliased(Voucher)
    undone, undone_too = aliased(Undo), aliased(Undo)
    by_origin = (
        exists()
        .where(earlier.voucher_id == Voucher.origin_id, earlier.at < _SINCE)
        .where(~exists().where(undone.redemption_id == earlier.id))
    )
    by_heir = (
        exists()
        .where(heir.origin_id == Voucher.origin_id, heir.origin_id != heir.id, before.voucher_id == heir.id)
        .where(before.at < _SINCE, ~exists().where(undone_too.redemption_id == before.id))
    )
    return (
        select(Voucher.batch_id, func.min(Redemption.at).label("at"))
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .where(Redemption.at >= _SINCE, Redemption.at < _BEFORE, _STANDS, ~by_origin, ~by_heir)
        .group_by(Voucher.origin_id, Voucher.batch_id)
    )


_FIRST: Final = _in_days(_first())
_LAST: Final = _in_days(
    select(Voucher.batch_id, func.max(Redemption.at).label("at"))
    .join(Voucher, Voucher.id == Redemption.voucher_id)
    .where(Redemption.at >= _SINCE, Redemption.at < _BEFORE, Redemption.left_after == 0, _STANDS)
    .where(~exists().where(Return.redemption_id == Redemption.id))
    .group_by(Voucher.origin_id, Voucher.batch_id)
)
