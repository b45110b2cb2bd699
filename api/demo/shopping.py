"""People of the demonstration go shopping: at the hours when they do, for sums such as those shops take."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from api.demo.purse import Carried, Purse
from api.demo.town import Till, moment
from ledger.days import Period, day_of
from ledger.money import Money
from vouchers import redeeming, undoing

HOURS: Final[dict[bool, tuple[tuple[int, int], ...]]] = {
    False: ((9, 20), (10, 50), (12, 25), (15, 5), (16, 40), (18, 10)),
    True: ((10, 15), (11, 45)),
}
"""When shops redeem, on working days and on Sundays; each time shifts by up to a quarter of an hour."""

_PRICES: Final[tuple[tuple[str, tuple[int, int]], ...]] = (
    ("10.7", (2, 14)), ("47.24", (2, 14)), ("56.30", (3, 18)), ("56.10A", (14, 48)), ("56.1", (8, 24)),
    ("47.11", (6, 45)), ("47.2", (6, 30)), ("47.6", (7, 32)), ("47.7", (15, 60)), ("47.8", (4, 20)),
    ("55", (40, 90)), ("96.02", (16, 58)), ("96", (8, 40)),
)  # fmt: skip
_ELSEWHERE: Final = (5, 35)
_ENDINGS: Final = (0, 0, 0, 20, 40, 50, 50, 80, 90, 90, 95)
_LITTLE: Final = Money(200)
_UNDONE: Final = 0.025
_REASONS: Final = ("Montant saisi deux fois", "Erreur de montant", "Article rendu", "Mauvais client en caisse")

Act = Callable[[datetime], Awaitable[None]]


def shopping(
    session: AsyncSession, purse: Purse, tills: Sequence[Till], chance: random.Random, months: Sequence[Period]
) -> Iterator[tuple[datetime, Act]]:
    """The hours of three months at which people shop, and what they do then. Some tills are far busier than others."""
    weights = list(accumulate(1 / (rank + 4) for rank in range(len(tills))))

    async def shop(at: datetime) -> None:
        drawn = purse.draw(chance, chance.choice((1, 2, 2, 3, 3, 4, 5)), day_of(at))
        spent = [(one, chance.choices(tills, cum_weights=weights)[0]) for one in drawn]
        await _spend(session, purse, spent, chance, at)

    for month in months:
        day = month.first_day
        while day <= month.last_day:
            yield from ((at, shop) for at in _hours(day, chance))
            day += timedelta(days=1)


async def _spend(
    session: AsyncSession, purse: Purse, spent: Sequence[tuple[Carried, Till]], chance: random.Random, at: datetime
) -> None:
    asked = [
        redeeming.Asked(till.id, one.code, _price(till.naf, one.left, chance), cashier=till.cashier_at(at))
        for one, till in spent
    ]
    for (one, till), answer in zip(spent, await redeeming.redeem_many(session, asked, at=at), strict=True):
        if not isinstance(answer, redeeming.Receipt):
            raise answer
        one.left = answer.left
        if chance.random() < _UNDONE:
            why, soon = chance.choice(_REASONS), at + timedelta(minutes=4, seconds=chance.randrange(60))
            undone = await undoing.undo(
                session, answer.redemption, shop=till.shop, actor=f"till:{till.id}", reason=why, at=soon
            )
            one.left = undone.left
        else:
            purse.spent.append((answer.redemption, one))


def _hours(day: date, chance: random.Random) -> Iterator[datetime]:
    for hour, minute in HOURS[day.isoweekday() == 7]:  # noqa: PLR2004 - Sunday
        yield moment(day, hour, minute) + timedelta(minutes=chance.randrange(30), seconds=chance.randrange(60))


def _price(naf: str, left: Money, chance: random.Random) -> Money:
    """A sum such as this trade takes; all that is left when little else would be."""
    least, most = next((prices for start, prices in _PRICES if naf.startswith(start)), _ELSEWHERE)
    price = Money(chance.randrange(least, most) * 100 + chance.choice(_ENDINGS))
    return left if price >= left or left - price < _LITTLE else price
