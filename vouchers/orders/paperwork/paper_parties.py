"""Who sells, who buys, and which order: as they are on the day on which a paper is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import day_of
from merchants import programme
from merchants.programme import Terms
from merchants.shops import identity
from vouchers.buyers import BuyerView
from vouchers.orders.paperwork.paper_errors import PapersDisagree
from vouchers.orders.paperwork.papers import Customer, OrderMark, Paid, Seller
from vouchers.orders.queries import OrderView, PaymentView

_LONGEST_REFERENCE: Final = 80


def seller_of(terms: Terms) -> Seller:
    """The programme's legal identity.

    Who charges VAT has a VAT number: an invoice does not go without it because nobody entered it.
    """
    vat_number = terms.vat_number
    if vat_number is None and terms.vat_rate_bp:
        vat_number = identity.vat_number_of(terms.siren)
    return Seller(
        programme=terms.name,
        legal_name=terms.legal_name,
        address=_address(terms.street, terms.postcode, terms.commune),
        siren=terms.siren,
        vat_number=vat_number,
        notice=terms.legal_notice,
        contact=terms.contact,
    )


def customer_of(buyer: BuyerView) -> Customer:
    """The buyer; what identifies a business is not asked of a private person."""
    company = buyer.kind == "company"
    return Customer(
        name=buyer.name,
        company=company,
        address=_address(buyer.street, buyer.postcode, buyer.commune),
        siren=buyer.siren if company else None,
        vat_number=buyer.vat_number if company else None,
    )


def mark_of(order: OrderView) -> OrderMark:
    """An order that was placed."""
    if order.number is None or order.reference is None or order.placed_at is None:
        raise ValueError("an order that was not placed has no papers")
    return OrderMark(
        number=order.number, reference=order.reference, label=order.label, placed_on=day_of(order.placed_at)
    )


def paid_of(payments: Sequence[PaymentView]) -> tuple[Paid, ...]:
    """What came, oldest first."""
    return tuple(Paid(day_of(one.at), one.method, one.reference[:_LONGEST_REFERENCE], one.amount) for one in payments)


async def agreed_vat_rate(session: AsyncSession, order: OrderView) -> int:
    """The rate by which the price was agreed: that of the day on which the order was placed, if it makes the VAT.

    :raises PapersDisagree: if no rate that the programme had makes it
    """
    agreed = await programme.terms_on(session, mark_of(order).placed_on)
    later = reversed(await programme.all_terms(session))  # an order that was opened again is placed by later terms
    for terms in (agreed, *(one for _, one in later)):
        if terms.vat_on(order.fee) == order.fee_vat:
            return terms.vat_rate_bp
    raise PapersDisagree(figure="fee_vat", agreed=agreed.vat_on(order.fee), posted=order.fee_vat)


def _address(street: str, postcode: str, commune: str) -> tuple[str, ...]:
    return tuple(line for line in (street.strip(), f"{postcode} {commune}".strip()) if line)
