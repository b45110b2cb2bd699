"""What vouchers were worth over time, out of the ledger: sold, added, spent, ended, and in circulation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate

from sqlalchemy.ext.asyncio import AsyncSession

from ledger import movements, tallies
from ledger.chart import Kind
from ledger.days import Period
from ledger.money import Money, total
from ledger.movements import OfDay
from merchants.movements import MOVEMENTS
from vouchers.figures.weeks import Week, by_week, weeks_of
from vouchers.issuing import ISSUE
from vouchers.topping_up import TOP_UP


@dataclass(frozen=True, slots=True)
class Flows:
    """Week by week: face values issued, what funders and campaigns added, what shops took less what went back to
    vouchers, what ended unspent (expired, refunded, lost in a dispute), and what vouchers held when the week was over.
    """

    weeks: tuple[Week, ...]
    sold: tuple[Money, ...]
    added: tuple[Money, ...]
    spent: tuple[Money, ...]
    ended: tuple[Money, ...]
    held: tuple[Money, ...]

    @property
    def before(self) -> Money:
        """What vouchers held when the period began."""
        return self.held[0] - self.sold[0] - self.added[0] + self.spent[0] + self.ended[0]


async def flows(session: AsyncSession, period: Period) -> Flows:
    """A period week by week, read in one snapshot. Of one that is not over, the last sums are those of now."""
    now = await tallies.held_by_kind(session, Kind.VOUCHER)
    moved = await movements.net_by_day(session, Kind.VOUCHER, since=period.starts)
    within = [one for one in moved if one.day <= period.last_day]
    after = total([one.amount for one in moved if one.day > period.last_day])
    weeks = weeks_of(period)
    known = (ISSUE, TOP_UP, *MOVEMENTS)
    ended = [one for one in within if one.kind not in known]
    every = by_week(weeks, [(one.day, one.amount) for one in within])
    before = now - after - total(every)
    return Flows(
        weeks,
        _of(within, (ISSUE,), weeks),
        _of(within, (TOP_UP,), weeks),
        tuple(-one for one in _of(within, MOVEMENTS, weeks)),
        tuple(-one for one in by_week(weeks, [(one.day, one.amount) for one in ended])),
        tuple(accumulate(every, initial=before))[1:],
    )


def _of(moved: Sequence[OfDay], kinds: Collection[str], weeks: Sequence[Week]) -> tuple[Money, ...]:
    return by_week(weeks, [(one.day, one.amount) for one in moved if one.kind in kinds])
