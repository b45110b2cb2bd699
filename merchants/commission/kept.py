"""Parts of a settlement as JSON: what was charged at which price, and by which rate of VAT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.money import Money
from merchants.commission.prices import CommissionPart, Price, in_order


def parts_kept(parts: Sequence[CommissionPart]) -> dict[str, Any]:
    """Turnover in cents by price; where the price is more than a rate, with the commission exactly."""
    return {part.price.key: part.base.cents if part.price.plain else [part.base.cents, part.exact] for part in parts}


def parts_in(kept: Mapping[str, Any]) -> tuple[CommissionPart, ...]:
    """What ``parts_kept`` kept."""
    return in_order([_part(Price.read(key), of) for key, of in kept.items()])


def _part(price: Price, of: Any) -> CommissionPart:
    if isinstance(of, int):
        return CommissionPart(price, Money(of), of * price.rate_bp)
    base, exact = of
    return CommissionPart(price, Money(base), exact)


def vat_parts_kept(parts: Sequence[tuple[int, Money, Money]]) -> dict[str, Any]:
    """Commission and VAT in cents by rate."""
    return {str(rate): [commission.cents, vat.cents] for rate, commission, vat in parts}


def vat_parts_in(
    kept: Mapping[str, Any], *, rate: int, commission: Money, vat: Money
) -> tuple[tuple[int, Money, Money], ...]:
    """What ``vat_parts_kept`` kept. Settlements made before it have one rate only, and it is theirs."""
    if not kept:
        return ((rate, commission, vat),) if commission or vat else ()
    return tuple(sorted((int(one), Money(base), Money(tax)) for one, (base, tax) in kept.items()))
