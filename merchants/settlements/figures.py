"""What a shop is paid for a period. Pure: movements, prices and what is brought forward in, figures out.

The commission is exact, in ten-thousandths of a cent, and so is the VAT on it, in ten-thousandths of that. A document
charges whole cents; what rounding leaves, half a cent either way at most, is carried to the shop's next document. So
it does not matter into how many documents time is cut: all of them together charge and pay the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.money import ZERO, Money, total
from merchants.commission.prices import UNITS, CommissionPart, Price, in_order
from merchants.movements import REDEMPTION, RETURN, Moved
from merchants.programme import WHOLE

VAT_UNITS: Final = UNITS * WHOLE
"""Units of VAT in a cent."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What a settlement takes over from the shop's last one: an amount, and what rounding left.

    :param amount: below zero what the shop owed; above zero what was too little to be paid
    :param commission: ten-thousandths of a cent, from -5,000 through 4,999
    :param vat: hundred-millionths of a cent, from -50,000,000 through 49,999,999
    """

    amount: Money = ZERO
    commission: int = 0
    vat: int = 0


NOTHING: Final = Brought()


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one settlement.

    ``turnover = redeemed - undone - returned`` and
    ``paid + carried_forward = turnover - commission - vat + brought_forward``. What is carried is below zero if the
    shop owes it because undos and returns outweighed its redemptions, and above zero if it is less than ``minimum``.

    :param commission_parts: by the price that held on the day of each redemption
    :param vat_parts: commission and VAT by the rate (basis points) that held on the day of each redemption; they add
        up to those of the document
    :param vat_rate_bp: the rate of the largest part, which is the only one unless the rate changed
    :param before: what the settlement took over from the last one
    :param after: what it leaves to the next one
    """

    redeemed: Money
    undone: Money
    returned: Money
    turnover: Money
    commission_parts: tuple[CommissionPart, ...]
    commission: Money
    vat_rate_bp: int
    vat_parts: tuple[tuple[int, Money, Money], ...]
    vat: Money
    before: Brought
    after: Brought
    minimum: Money
    paid: Money

    @property
    def brought_forward(self) -> Money:
        """What the last settlement left."""
        return self.before.amount

    @property
    def carried_forward(self) -> Money:
        """What is left to the next settlement."""
        return self.after.amount


def figures(
    movements: Sequence[Moved],
    *,
    price_on: Callable[[date], Price],
    vat_on: Callable[[date], int],
    vat_today: int,
    before: Brought = NOTHING,
    minimum: Money = ZERO,
) -> Figures:
    """Settle the movements of one shop.

    :param price_on: what was charged for a redemption of a day; an undo gives all of it back, a return its share
    :param vat_on: the rate of VAT on that, in basis points
    :param vat_today: the rate that a document without a movement names
    :param minimum: nothing is paid below it
    """
    redeemed = total([one.movement.amount for one in movements if one.movement.kind == REDEMPTION])
    returned = -total([one.movement.amount for one in movements if one.movement.kind == RETURN])
    turnover = total([one.movement.amount for one in movements])
    parts, by_rate = _charged(movements, price_on, vat_on)
    commission, commission_rest = _whole(sum(by_rate.values()) + before.commission, UNITS)
    vat, vat_rest = _whole(sum(rate * exact for rate, exact in by_rate.items()) + before.vat, VAT_UNITS)
    due = turnover - commission - vat + before.amount
    paid = due if due > ZERO and due >= minimum else ZERO
    return Figures(
        redeemed=redeemed,
        undone=redeemed - returned - turnover,
        returned=returned,
        turnover=turnover,
        commission_parts=parts,
        commission=commission,
        vat_rate_bp=max(by_rate, key=lambda rate: (abs(by_rate[rate]), rate), default=vat_today),
        vat_parts=_by_rate(by_rate, commission, vat),
        vat=vat,
        before=before,
        after=Brought(due - paid, commission_rest, vat_rest),
        minimum=minimum,
        paid=paid,
    )


def charged(one: Moved, price: Price) -> int:
    """The commission on a movement, in ten-thousandths of a cent; below zero if it is given back.

    What returns give back of a redemption adds up to its commission, to the last unit, once all of it is returned.
    """
    if one.movement.kind == REDEMPTION:
        return price.of(one.whole)
    if one.movement.kind != RETURN:
        return -price.of(one.whole)
    upto = one.before - one.movement.amount
    return price.part_of(one.whole, one.before) - price.part_of(one.whole, upto)


def _charged(
    movements: Sequence[Moved], price_on: Callable[[date], Price], vat_on: Callable[[date], int]
) -> tuple[tuple[CommissionPart, ...], dict[int, int]]:
    """By price, and the exact commission by rate of VAT."""
    parts: dict[Price, tuple[Money, int]] = {}
    by_rate: dict[int, int] = {}
    for one in movements:
        price, rate = price_on(one.sold_on), vat_on(one.sold_on)
        exact = charged(one, price)
        base, so_far = parts.get(price, (ZERO, 0))
        parts[price] = (base + one.movement.amount, so_far + exact)
        by_rate[rate] = by_rate.get(rate, 0) + exact
    made = [CommissionPart(price, base, exact) for price, (base, exact) in parts.items()]
    return in_order(made), by_rate


def _whole(exact: int, units: int) -> tuple[Money, int]:
    """Whole cents, and the units that rounding leaves; half a cent goes up, so that the rest itself rounds to zero."""
    cents = (exact + units // 2) // units
    return Money(cents), exact - cents * units


def _by_rate(exact: dict[int, int], commission: Money, vat: Money) -> tuple[tuple[int, Money, Money], ...]:
    """Commission and VAT of a document by rate, adding up to those of the document; at a rate of zero none."""
    bases = _adding_up(exact, commission, UNITS)
    taxes = _adding_up({rate: rate * one for rate, one in exact.items()}, vat, VAT_UNITS)
    return tuple((rate, bases[rate], taxes[rate]) for rate in sorted(exact))


def _adding_up(exact: dict[int, int], whole: Money, units: int) -> dict[int, Money]:
    """Each rounded, but for the largest, which takes what is left of the whole."""
    made = {rate: _whole(one, units)[0] for rate, one in exact.items()}
    if made:
        largest = max(exact, key=lambda rate: (abs(exact[rate]), rate))
        made[largest] += whole - total(list(made.values()))
    return made
