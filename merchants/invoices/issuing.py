"""Issuing commission invoices: each settlement with commission or VAT has one, in the transaction that made it.

If more is given back than taken, VAT included, since undos and returns outweigh redemptions, it is a credit note. It
names the invoices from whose settlements the redemptions are that it gives back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances
from ledger.days import Period, day_of
from ledger.ids import new_id
from ledger.money import ZERO, Money
from ledger.parallel import any_of, given
from ledger.wishes import wish
from merchants import facts, programme
from merchants.commission.kept import parts_in, vat_parts_in
from merchants.commission.prices import UNITS, CommissionPart
from merchants.invoices import letters
from merchants.invoices.invoice import CommissionInvoice, Corrected, Customer, Seller, TaxPart
from merchants.invoices.tables import Invoice
from merchants.invoices.words import EXEMPTION, notes_of
from merchants.movements import redemption_in
from merchants.numbering import Letters, take_numbers
from merchants.programme import Terms
from merchants.shops import identity
from merchants.shops.queries import ShopView, shops_by_id
from merchants.tables import Closing, Settlement, SettlementLine

SERIES: Final = "commission invoice"
LETTERS: Final[Letters] = "FC"
"""What follows the programme's prefix in a number, such as ``TREIZFC-2026-000123``: facture de commission.

Orders have C, the invoices of their fees F.
"""


async def invoice_settlements(session: AsyncSession, settlements: Sequence[UUID], *, at: datetime) -> list[UUID]:
    """Issue the invoices of settlements, and ask for the letters that bring them to shops that want them.

    A settlement that has its invoice, or that has neither commission nor VAT, gets none. The numbers stay locked
    until the transaction ends, so that none is lost: let this come last in it.

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
    new = {row.Settlement.id: (number, issued_on) for number, row in zip(numbers, rows, strict=True)}
    corrected = await _corrected(session, [row.Settlement for row in rows if gives_back(row.Settlement)], new)
    made = [
        (settled, made_out(
            settled, number=number, period=Period(first_day, last_day), issued_on=issued_on, at=at, terms=terms,
            shop=shops[settled.shop_id], corrects=corrected.get(settled.id, ()),
        ))
        for number, (settled, first_day, last_day) in zip(numbers, rows, strict=True)
    ]  # fmt: skip
    await session.execute(insert(Invoice), [_row(settled, invoice) for settled, invoice in made])
    wish(session, "draw_invoices")
    return [settled.id for settled, _ in made]


async def uninvoiced(session: AsyncSession, *, after: UUID | None = None, limit: int) -> list[UUID]:
    """Settlements with commission or VAT and without an invoice, such as those made before there were invoices.

    In the order of their ids.
    """
    statement = _UNINVOICED if after is None else _UNINVOICED.where(Settlement.id > after)
    return list((await session.execute(statement.limit(limit))).scalars())


async def _numbers(session: AsyncSession, count: int, *, terms: Terms, at: datetime) -> tuple[list[str], date]:
    """The next numbers and the day they bear: a later number never bears an earlier day of its year.

    The moment of a transaction is that of its beginning, and one that began before midnight may get its numbers after
    another of the new day.
    """
    today = day_of(at)
    numbers = await take_numbers(
        session, series=SERIES, prefix=terms.number_prefix, letters=LETTERS, year=today.year, count=count
    )
    newest = await session.execute(_NEWEST, {"first": date(today.year, 1, 1), "last": date(today.year, 12, 31)})
    return numbers, max(today, newest.scalar_one() or today)


def gives_back(settled: Settlement) -> bool:
    """Whether it takes a credit note: by what is charged with VAT, and if that is nothing, by what is without."""
    return (settled.commission + settled.vat or settled.commission) < 0


def made_out(
    settled: Settlement, *, number: str, period: Period, issued_on: date, at: datetime, terms: Terms, shop: ShopView,
    corrects: tuple[Corrected, ...],
) -> CommissionInvoice:  # fmt: skip
    """The invoice or credit note of a settlement that has commission or VAT. Pure."""
    credit = gives_back(settled)
    sign = -1 if credit else 1
    taxes = _taxes(settled, sign)
    net, vat = Money(sign * settled.commission), Money(sign * settled.vat)
    taxed = any(part.rate_bp for part in taxes)
    parts, rest = _reckoned(settled, sign)
    return CommissionInvoice(
        number=number, kind="credit_note" if credit else "invoice", issued_on=issued_on, made_at=at,
        settlement=settled.number, settled_on=settled.issued_on, first_day=period.first_day, last_day=period.last_day,
        seller=_seller(terms, taxed=taxed), customer=_customer(shop), parts=parts, rest=rest, taxes=taxes, net=net,
        vat=vat, settled=net + vat if credit else min(net + vat, _at_hand(settled)),
        vat_on_debits=terms.vat_on_debits, exemption="" if all(part.rate_bp for part in taxes) else EXEMPTION,
        notes=notes_of(vat_on_debits=terms.vat_on_debits, credit=credit, vat=taxed), corrects=corrects,
    )  # fmt: skip


def _taxes(settled: Settlement, sign: int) -> tuple[TaxPart, ...]:
    """By rate, but for a rate at which nothing is charged; of a credit note, what is given back is above zero."""
    parts = vat_parts_in(
        settled.vat_parts, rate=settled.vat_rate_bp, commission=Money(settled.commission), vat=Money(settled.vat)
    )
    return tuple(TaxPart(rate, net * sign, vat * sign) for rate, net, vat in parts if net or vat)


def _at_hand(settled: Settlement) -> Money:
    """Out of what the commission can be paid: what the shop took, and what it was owed already."""
    return max(Money(settled.turnover) + max(Money(settled.brought_forward), ZERO), ZERO)


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


def _reckoned(settled: Settlement, sign: int) -> tuple[tuple[CommissionPart, ...], int]:
    """What the commission was reckoned on, with the rest brought in, if that is what it comes to."""
    parts, rest = parts_in(settled.commission_parts), settled.commission_rest_before
    exact = sum(part.exact for part in parts) + rest
    if abs(exact - settled.commission * UNITS) * 2 > UNITS:
        return (), 0
    return tuple(CommissionPart(part.price, part.base * sign, part.exact * sign) for part in parts), rest * sign


async def _corrected(
    session: AsyncSession, given_back: Sequence[Settlement], new: Mapping[UUID, tuple[str, date]]
) -> dict[UUID, tuple[Corrected, ...]]:
    """What each credit note takes back from.

    That is the invoice of each settlement which took a redemption that is given back now; the settlement itself where
    it has no invoice. Where nothing that it gives back was settled before, it is the settlement that gives back.

    :param new: the invoices that are made with it, by their settlements
    """
    first = await _first(session, [one.id for one in given_back])
    rows = (await session.execute(_SETTLED_IN, given(transfer=[one for some in first.values() for one in some]))).all()
    told = {row.transfer_id: row for row in rows}
    found: dict[UUID, tuple[Corrected, ...]] = {}
    for one in given_back:
        documents = {told[sold].settlement_id: _document(told[sold]) for sold in first.get(one.id, ()) if sold in told}
        documents.pop(one.id, None)
        named = [Corrected(*new.get(settlement, documents[settlement])) for settlement in sorted(documents)]
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
    """What has commission or VAT and no invoice."""
    invoiced = select(Invoice.id).where(Invoice.settlement_id == Settlement.id).exists()
    return and_(or_(Settlement.commission != 0, Settlement.vat != 0), ~invoiced)


def _settled() -> Select[Settlement, date, date]:
    return select(Settlement, Closing.first_day, Closing.last_day).join(Closing, Closing.id == Settlement.closing_id)


_UNINVOICED_OF: Final = (
    _settled().where(Settlement.id == any_of("settlement", Uuid()), _without_invoice()).order_by(Settlement.id)
)
_UNINVOICED: Final = select(Settlement.id).where(_without_invoice()).order_by(Settlement.id)
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
