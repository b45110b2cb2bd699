"""Issuing commission invoices: each settlement with a commission has one, in the transaction that made it.

A commission that is given back, since undos and returns outweigh redemptions, is a credit note. It names the invoices
from whose settlements the redemptions are that it gives back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Uuid, bindparam, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances
from ledger.days import day_of
from ledger.ids import new_id
from ledger.money import ZERO, Money, rounded
from ledger.parallel import any_of, given
from ledger.wishes import wish
from merchants import facts, programme
from merchants.invoices import letters
from merchants.invoices.invoice import CommissionInvoice, Corrected, Customer, Part, Seller
from merchants.invoices.tables import Invoice
from merchants.invoices.words import EXEMPTION, notes_of
from merchants.movements import redemption_in
from merchants.numbering import take_numbers
from merchants.programme import WHOLE, Terms
from merchants.shops import identity
from merchants.shops.queries import ShopView, shops_by_id
from merchants.tables import Closing, Settlement, SettlementLine

SERIES: Final = "commission invoice"
LETTER: Final = "C"
"""What follows the programme's prefix in a number, such as ``TREIZC-2026-000123``."""

Settled = Row[Settlement, date, date]


async def invoice_settlements(session: AsyncSession, settlements: Sequence[UUID], *, at: datetime) -> list[UUID]:
    """Issue the invoices of settlements, and ask for the letters that bring them to shops that want them.

    A settlement that has its invoice, or whose commission is zero, gets none. The numbers stay locked until the
    transaction ends, so that none is lost: let this come last in it.

    :returns: the settlements whose invoices are new, in the order of their numbers
    :raises TermsMissing:
    """
    await letters.ask_letters(session, settlements, at=at)
    await take_numbers(session, series=SERIES, prefix="", year=day_of(at).year, count=0)  # one after the other
    rows = list(await session.execute(_UNINVOICED_OF, given(settlement=settlements)))
    if not rows:
        return []
    terms = await programme.terms_on(session, day_of(at))
    numbers, issued_on = await _numbers(session, len(rows), terms=terms, at=at)
    shops = await shops_by_id(session, list({row.Settlement.shop_id for row in rows}))
    corrected = await _corrected(session, [row.Settlement for row in rows if row.Settlement.commission < 0])
    made = [
        (row.Settlement, _invoice(
            row, number=number, issued_on=issued_on, at=at, terms=terms, shop=shops[row.Settlement.shop_id],
            corrects=corrected.get(row.Settlement.id, ()),
        ))
        for number, row in zip(numbers, rows, strict=True)
    ]  # fmt: skip
    await session.execute(insert(Invoice), [_row(settled, invoice) for settled, invoice in made])
    wish(session, "draw_invoices")
    return [settled.id for settled, _ in made]


async def uninvoiced(session: AsyncSession, *, limit: int) -> list[UUID]:
    """Settlements with a commission and without an invoice, such as those made before there were invoices."""
    return list((await session.execute(_UNINVOICED.limit(limit))).scalars())


async def _numbers(session: AsyncSession, count: int, *, terms: Terms, at: datetime) -> tuple[list[str], date]:
    """The next numbers and the day they bear: a later number never bears an earlier day of its year.

    The moment of a transaction is that of its beginning, and one that began before midnight may get its numbers after
    another of the new day.
    """
    today = day_of(at)
    prefix = f"{terms.number_prefix}{LETTER}"
    numbers = await take_numbers(session, series=SERIES, prefix=prefix, year=today.year, count=count)
    newest = await session.execute(_NEWEST, {"first": date(today.year, 1, 1), "last": date(today.year, 12, 31)})
    return numbers, max(today, newest.scalar_one() or today)


def _invoice(
    row: Settled, *, number: str, issued_on: date, at: datetime, terms: Terms, shop: ShopView,
    corrects: tuple[Corrected, ...],
) -> CommissionInvoice:  # fmt: skip
    settled, first_day, last_day = row
    credit = settled.commission < 0
    net, vat = Money(abs(settled.commission)), Money(abs(settled.vat))
    return CommissionInvoice(
        number=number, kind="credit_note" if credit else "invoice", issued_on=issued_on, made_at=at,
        settlement=settled.number, settled_on=settled.issued_on, first_day=first_day, last_day=last_day,
        seller=_seller(terms, taxed=bool(settled.vat_rate_bp)), customer=_customer(shop), parts=_parts(settled),
        net=net, vat_rate_bp=settled.vat_rate_bp, vat=vat,
        settled=net + vat if credit else min(net + vat, max(Money(settled.turnover), ZERO)),
        vat_on_debits=terms.vat_on_debits, exemption="" if settled.vat_rate_bp else EXEMPTION,
        notes=notes_of(vat_on_debits=terms.vat_on_debits, credit=credit, vat=bool(settled.vat_rate_bp)),
        corrects=corrects,
    )  # fmt: skip


def _seller(terms: Terms, *, taxed: bool) -> Seller:
    """Who charges VAT has a VAT number, and an invoice does not go without it because nobody entered it."""
    vat_number = terms.vat_number or (identity.vat_number_of(terms.siren) if taxed else None)
    return Seller(
        programme=terms.name, legal_name=terms.legal_name, street=terms.street, postcode=terms.postcode,
        commune=terms.commune, siren=terms.siren, vat_number=vat_number, notice=terms.legal_notice,
        contact=terms.contact,
    )  # fmt: skip


def _customer(shop: ShopView) -> Customer:
    return Customer(
        legal_name=(shop.legal_name or "").strip() or shop.name, sign=shop.name, street=shop.street,
        postcode=shop.postcode, commune=shop.commune, siret=shop.siret, vat_number=shop.vat_number,
    )  # fmt: skip


def _parts(settled: Settlement) -> tuple[Part, ...]:
    """What the commission was reckoned on, if that is what it comes to; of a credit note, taken back."""
    kept = sorted((int(rate), base) for rate, base in settled.commission_parts.items())
    reckoned = rounded(sum((Fraction(rate * base, WHOLE) for rate, base in kept), Fraction(0)))
    if reckoned.cents != settled.commission:
        return ()
    sign = -1 if settled.commission < 0 else 1
    return tuple(Part(rate, Money(sign * base)) for rate, base in kept if base)


async def _corrected(session: AsyncSession, given_back: Sequence[Settlement]) -> dict[UUID, tuple[Corrected, ...]]:
    """What each credit note takes back from.

    That is the invoice of each settlement which took a redemption that is given back now; the settlement itself where
    it has no invoice. Where nothing that it gives back was settled before, it is the settlement that gives back.
    """
    first = await _first(session, [one.id for one in given_back])
    rows = (await session.execute(_SETTLED_IN, given(transfer=[one for some in first.values() for one in some]))).all()
    told = {row.transfer_id: row for row in rows}
    found: dict[UUID, tuple[Corrected, ...]] = {}
    for one in given_back:
        documents = {told[sold].settlement_id: told[sold] for sold in first.get(one.id, ()) if sold in told}
        documents.pop(one.id, None)
        named = [Corrected(*_document(documents[settlement])) for settlement in sorted(documents)]
        found[one.id] = tuple(named) or (Corrected(one.number, one.issued_on),)
    return found


def _document(row: Any) -> tuple[str, date]:
    if row.invoice is not None:
        return row.invoice, row.invoiced_on
    return row.number, row.issued_on


async def _first(session: AsyncSession, settlements: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """The redemptions that each of these settlements gives back, in part or whole."""
    members = {row.transfer_id: row.settlement_id for row in await session.execute(
        _LINES_OF, given(settlement=settlements)
    )}  # fmt: skip
    found: dict[UUID, list[UUID]] = {}
    for transfer in (await balances.transfers_by_id(session, list(members))).values():
        sold = transfer.reverses or redemption_in(transfer.document)
        if sold is not None:
            found.setdefault(members[transfer.id], []).append(sold)
    return found


def _row(settled: Settlement, invoice: CommissionInvoice) -> dict[str, Any]:
    return {
        "id": new_id(), "number": invoice.number, "kind": invoice.kind, "settlement_id": settled.id,
        "shop_id": settled.shop_id, "issued_on": invoice.issued_on, "net": invoice.net.cents,
        "vat": invoice.vat.cents, "facts": facts.plain(invoice), "made_at": invoice.made_at,
    }  # fmt: skip


def _without_invoice() -> ColumnElement[bool]:
    return ~select(Invoice.id).where(Invoice.settlement_id == Settlement.id).exists()


def _settled() -> Select[Settlement, date, date]:
    return select(Settlement, Closing.first_day, Closing.last_day).join(Closing, Closing.id == Settlement.closing_id)


_UNINVOICED_OF: Final = (
    _settled()
    .where(Settlement.id == any_of("settlement", Uuid()), Settlement.commission != 0, _without_invoice())
    .order_by(Settlement.id)
)
_UNINVOICED: Final = select(Settlement.id).where(Settlement.commission != 0, _without_invoice()).order_by(Settlement.id)
_NEWEST: Final = select(func.max(Invoice.issued_on)).where(
    Invoice.issued_on.between(bindparam("first"), bindparam("last"))
)
_LINES_OF: Final = select(SettlementLine.transfer_id, SettlementLine.settlement_id).where(
    SettlementLine.settlement_id == any_of("settlement", Uuid())
)
_SETTLED_IN: Final = (
    select(
        SettlementLine.transfer_id, SettlementLine.settlement_id, Settlement.number, Settlement.issued_on,
        Invoice.number.label("invoice"), Invoice.issued_on.label("invoiced_on"),
    )
    .join(Settlement, Settlement.id == SettlementLine.settlement_id)
    .outerjoin(Invoice, Invoice.settlement_id == Settlement.id)
    .where(SettlementLine.transfer_id == any_of("transfer", Uuid()))
)  # fmt: skip
