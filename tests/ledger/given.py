"""What the ledger's tests start from: books with a voucher, two shops and a buyer in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from ledger import audit, balances, holds, posting
from ledger.chart import Kind, single
from ledger.database import Sessions
from ledger.ids import new_id
from ledger.money import Money
from ledger.posting import NewAccount, NewTransfer

AT = datetime(2026, 10, 5, 10, 30, tzinfo=UTC)
SOON = AT + timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Town:
    """A programme's books: a buyer, a voucher it paid, two shops."""

    sessions: Sessions
    buyer: UUID
    voucher: UUID
    shop: UUID
    bakery: UUID

    async def post(self, *transfers: NewTransfer, at: datetime = AT) -> None:
        async with self.sessions.begin() as session:
            await posting.post(session, transfers, at=at)

    async def spend(self, typed: str, *, at: datetime = AT, shop: UUID | None = None) -> UUID:
        transfer = spending(self, typed, shop=shop)
        await self.post(transfer, at=at)
        return transfer.id

    async def reverse(self, transfer: UUID, *, at: datetime = AT) -> UUID:
        async with self.sessions.begin() as session:
            return await posting.reverse(session, transfer, kind="undo", at=at)

    async def hold(self, typed: str, *, until: datetime = SOON, at: datetime = AT) -> holds.Held:
        async with self.sessions.begin() as session:
            new = holds.NewHold("redemption", self.voucher, self.shop, Money.of(typed), until)
            return await holds.place(session, new, at=at)

    async def capture(self, hold: UUID, typed: str, *, final: bool = False, at: datetime = AT) -> holds.Held:
        async with self.sessions.begin() as session:
            return await holds.capture(session, hold, Money.of(typed), transfer=new_id(), final=final, at=at)

    async def void(self, hold: UUID, *, at: datetime = AT) -> holds.Held:
        async with self.sessions.begin() as session:
            return await holds.void(session, hold, at=at)

    async def balance(self, account: UUID, *, at: datetime | None = None) -> balances.Balance:
        async with self.sessions() as session:
            return await balances.balance(session, account, at=at)

    async def left(self) -> Money:
        return (await self.balance(self.voucher)).balance

    async def available(self) -> Money:
        return (await self.balance(self.voucher)).available

    async def history(self, account: UUID, *, after: int = 0, limit: int = 1_000) -> list[balances.Posted]:
        async with self.sessions() as session:
            return await balances.history(session, account, after=after, limit=limit)

    async def audit(self) -> audit.Audit:
        async with self.sessions() as session:
            return await audit.audit(session)


async def a_town(sessions: Sessions, *, worth: str = "20,00 €") -> Town:
    """Books in which a buyer has paid for one voucher, which is issued."""
    town = Town(sessions, buyer=new_id(), voucher=new_id(), shop=new_id(), bakery=new_id())
    async with sessions.begin() as session:
        await posting.open_books(session)
        await posting.open_accounts(
            session,
            [
                NewAccount(town.buyer, Kind.BUYER, "Savonnerie du Port"),
                NewAccount(town.voucher, Kind.VOUCHER, "Bon 1"),
                NewAccount(town.shop, Kind.SHOP, "Bar Pierre"),
                NewAccount(town.bakery, Kind.SHOP, "Fournil Łódź"),
            ],
        )
        amount = Money.of(worth)
        await posting.post(
            session,
            [
                NewTransfer("payment", single(Kind.BANK), town.buyer, amount, document="C-2026-1"),
                NewTransfer("issue", town.buyer, town.voucher, amount, document="C-2026-1"),
            ],
            at=AT,
        )
    return town


def spending(town: Town, typed: str, *, shop: UUID | None = None) -> NewTransfer:
    """A redemption that is not posted yet."""
    return NewTransfer("redemption", town.voucher, shop or town.shop, Money.of(typed))


async def by_hand(owner: Sessions, *statements: str, **values: object) -> None:
    """Run SQL as a superuser with all triggers off, foreign keys included. Constraints on rows stay."""
    async with owner.begin() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text("SET LOCAL search_path = p_treiz, public"))
        for statement in statements:
            await session.execute(text(statement), values)


async def change_by_hand(owner: Sessions, table: str, row: UUID, change: str) -> None:
    """Change one row as ``by_hand`` does; ``change`` is what follows SET."""
    await by_hand(owner, f"UPDATE {table} SET {change} WHERE id = :id", id=row)  # noqa: S608  (our own words)
