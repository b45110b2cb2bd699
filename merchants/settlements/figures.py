"""What a shop is paid for a period. Pure: movements and rates in, figures out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ledger.days import day_of
from ledger.money import ZERO, Money, rounded, total
from ledger.tallies import Movement
from merchants.movements import REDEMPTION, RETURN
from merchants.programme import WHOLE, share_of


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one settlement.

    ``turnover = redeemed - undone - returned`` and
    ``paid + carried_forward = turnover - commission - vat + brought_forward``. What is carried is zero or
    negative: what the shop owes because undos and returns outweighed its redemptions. The commission is rounded once,
    on the whole document, and so is its VAT.

    :param commission_parts: turnover by rate (basis points) that held on the day of each redemption
    """

    redeemed: Money
    undone: Money
    returned: Money
    turnover: Money
    commission_parts: tuple[tuple[int, Money], ...]
    commission: Money
    vat_rate_bp: int
    vat: Money
    brought_forward: Money
    carried_forward: Money
    paid: Money


def figures(
    movements: Sequence[Movement],
    *,
    commission_on: Callable[[date], int],
    vat_rate_bp: int,
    brought_forward: Money,
) -> Figures:
    """Settle the movements of one shop.

    :param commission_on: the commission rate, in basis points, that held on a day; an undo or a return gives
        back the commission at the rate of the redemption that it takes back
    :param brought_forward: zero, or what the shop still owed, negative
    """
    redeemed = total([movement.amount for movement in movements if movement.kind == REDEMPTION])
    returned = -total([movement.amount for movement in movements if movement.kind == RETURN])
    turnover = total([movement.amount for movement in movements])
    by_rate: dict[int, Money] = {}
    for movement in movements:
        rate = commission_on(day_of(movement.first_at))
        by_rate[rate] = by_rate.get(rate, ZERO) + movement.amount
    commission = rounded(sum((Fraction(base.cents * rate, WHOLE) for rate, base in by_rate.items()), Fraction(0)))
    vat = share_of(commission, vat_rate_bp)
    due = turnover - commission - vat + brought_forward
    return Figures(
        redeemed=redeemed,
        undone=redeemed - returned - turnover,
        returned=returned,
        turnover=turnover,
        commission_parts=tuple(sorted(by_rate.items())),
        commission=commission,
        vat_rate_bp=vat_rate_bp,
        vat=vat,
        brought_forward=brought_forward,
        carried_forward=min(due, ZERO),
        paid=max(due, ZERO),
    )
