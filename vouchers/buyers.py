"""Companies and private people that buy; what is paid in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import bindparam, func, insert, literal, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances, posting, tallies
from ledger.chart import Kind, single
from ledger.ids import new_id
from ledger.money import ZERO, Money
from merchants.shops import identity
from vouchers.errors import AmountNotPositive, BuyerUnknown
from vouchers.tables import Buyer

BuyerKind = Literal["company", "person"]

PAYMENT: Final = "payment"
"""The kind of the transfers by which money comes to the bank from a buyer or a funder."""


@dataclass(frozen=True, slots=True)
class NewBuyer:
    """Who buys. A company has a SIREN; ``email`` is where invoices go."""

    kind: BuyerKind
    name: str
    siren: str | None = None
    vat_number: str | None = None
    email: str | None = None
    street: str = ""
    postcode: str = ""
    commune: str = ""


@dataclass(frozen=True, slots=True)
class BuyerView:
    """A buyer, and what it has paid in that no batch has used yet (negative: it owes).

    ``set_aside`` is how much of that waits for orders that are placed and not issued.
    """

    id: UUID
    kind: BuyerKind
    name: str
    siren: str | None
    vat_number: str | None
    email: str | None
    street: str
    postcode: str
    commune: str
    registered_at: datetime
    credit: Money
    set_aside: Money

    @property
    def free(self) -> Money:
        """What the buyer may use for the next order, or have back; zero if it owes."""
        return max(self.credit - self.set_aside, ZERO)


async def register_buyer(session: AsyncSession, new: NewBuyer, *, at: datetime) -> BuyerView:
    """Register a buyer and open its account.

    :raises SirenInvalid, VatNumberInvalid:
    """
    buyer_id = new_id()
    await posting.open_accounts(session, [posting.NewAccount(buyer_id, Kind.BUYER, new.name)])
    await session.execute(
        insert(Buyer).values(
            id=buyer_id,
            kind=new.kind,
            name=new.name,
            siren=identity.siren(new.siren) if new.siren else None,
            vat_number=identity.vat_number(new.vat_number) if new.vat_number else None,
            email=new.email,
            street=new.street,
            postcode=new.postcode,
            commune=new.commune,
            registered_at=at,
        )
    )
    return await buyer(session, buyer_id)


async def change_buyer(session: AsyncSession, buyer_id: UUID, new: NewBuyer) -> BuyerView:
    """Change what is known of a buyer; what is on papers that were issued stays. Its kind stays too.

    :raises BuyerUnknown, SirenInvalid, VatNumberInvalid:
    """
    await buyer(session, buyer_id)
    await session.execute(
        update(Buyer)
        .where(Buyer.id == buyer_id)
        .values(
            name=new.name,
            siren=identity.siren(new.siren) if new.siren else None,
            vat_number=identity.vat_number(new.vat_number) if new.vat_number else None,
            email=new.email,
            street=new.street,
            postcode=new.postcode,
            commune=new.commune,
        )
        .execution_options(synchronize_session=False)
    )
    return await buyer(session, buyer_id)


async def buyers_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, BuyerView]:
    """The buyers of these ids."""
    rows = await session.execute(select(Buyer).where(Buyer.id.in_(list(ids))))
    return {one.id: one for one in await _buyers(session, list(rows.scalars()))}


async def set_aside(session: AsyncSession, buyer_id: UUID, change: Money) -> None:
    """Set more of a buyer's money aside for its orders, or less. For ``vouchers.orders``, under the account's lock."""
    statement = update(Buyer).where(Buyer.id == buyer_id).values(set_aside=Buyer.set_aside + change.cents)
    await session.execute(statement.execution_options(synchronize_session=False))


async def pay_in(
    session: AsyncSession, owner: UUID, amount: Money, *, reference: str | None = None, at: datetime
) -> UUID:
    """Record money that came to the bank from a buyer or a funder.

    :returns: the transfer
    :raises AmountNotPositive, AccountUnknown:
    """
    if amount <= ZERO:
        raise AmountNotPositive(amount=amount)
    paid = posting.NewTransfer(PAYMENT, single(Kind.BANK), owner, amount, document=reference)
    await posting.post(session, [paid], at=at)
    return paid.id


async def buyer(session: AsyncSession, buyer_id: UUID) -> BuyerView:
    """One buyer.

    :raises BuyerUnknown:
    """
    row = (await session.execute(_BUYER, {"buyer": buyer_id})).scalar_one_or_none()
    if row is None:
        raise BuyerUnknown(buyer=buyer_id)
    return (await _buyers(session, [row]))[0]


async def buyers_page(session: AsyncSession, *, after: UUID | None = None, limit: int) -> list[BuyerView]:
    """Buyers in the order in which they were registered."""
    statement = select(Buyer).order_by(Buyer.id).limit(limit)
    if after is not None:
        statement = statement.where(Buyer.id > after)
    return await _buyers(session, list((await session.execute(statement)).scalars()))


async def find_buyers(
    session: AsyncSession, *, search: str = "", siren: str | None = None, after: str = "", limit: int
) -> list[BuyerView]:
    """Buyers by name; ``search`` is looked for in names, addresses and SIRENs.

    :param after: the name and the id of the last one shown, as `place_in_list` writes them
    """
    statement = select(Buyer).order_by(func.lower(Buyer.name), Buyer.id).limit(limit)
    if search:
        plain = search.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        digits = "".join(plain.split())
        statement = statement.where(
            or_(Buyer.name.ilike(f"%{plain}%"), Buyer.email.ilike(f"%{plain}%"), Buyer.siren.like(f"{digits}%"))
        )
    if siren is not None:
        statement = statement.where(Buyer.siren == siren)
    if after:
        last, _, name = after.partition(" ")
        place = tuple_(func.lower(Buyer.name), Buyer.id)
        statement = statement.where(place > tuple_(func.lower(literal(name)), literal(UUID(last))))
    return await _buyers(session, list((await session.execute(statement)).scalars()))


def place_in_list(one: BuyerView) -> str:
    """Where a buyer stands in the list by name."""
    return f"{one.id} {one.name}"


async def with_credit(session: AsyncSession) -> list[BuyerView]:
    """Buyers who have money here that nothing uses, by name."""
    held = await tallies.left_by_group(session, _HELD)
    rows = await session.execute(select(Buyer.id, Buyer.set_aside))
    free = [id_ for id_, kept in rows if held.get(id_, ZERO) > Money(kept)]
    found = await buyers_by_id(session, free)
    return sorted(found.values(), key=lambda one: (one.name.casefold(), one.id))


async def _buyers(session: AsyncSession, rows: list[Buyer]) -> list[BuyerView]:
    held = await balances.balances_of(session, [row.id for row in rows])
    return [
        BuyerView(
            row.id, cast("BuyerKind", row.kind), row.name, row.siren, row.vat_number, row.email, row.street,
            row.postcode, row.commune, row.registered_at, held[row.id].available, Money(row.set_aside),
        )
        for row in rows
    ]  # fmt: skip


_BUYER: Final = select(Buyer).where(Buyer.id == bindparam("buyer"))


_HELD: Final = tallies.left_of(select(Buyer.id, Buyer.id.label("buyer")))
