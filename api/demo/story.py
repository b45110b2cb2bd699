"""One order of the demonstration, told step by step: each step is what a person, a bank or a job would do then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.demo.people import Staff
from api.demo.purse import Carried, Purse
from ledger.money import Money
from vouchers.keys import KeyRing
from vouchers.orders import drafting, fulfilling, giving_back, handing, paying, placing, queries, refunding
from vouchers.orders.drafting import NewOrder
from vouchers.orders.handing_out import replacing
from vouchers.orders.queries import Method

Act = Callable[[datetime], Awaitable[None]]
Outcome = Literal["refused", "bounced", "doubtful"]

OBOLE: Final = "obole"
STRIPE: Final = "stripe"
TAKEN: Final = "250 2.0.0 Ok: queued"
ANSWERS: Final[Mapping[Outcome, str]] = {
    "refused": "550 5.1.1 Recipient address rejected: user unknown",
    "bounced": "552 5.2.2 Mailbox full",
    "doubtful": "the connection was lost before the mail server answered",
}
A_MINUTE: Final = timedelta(minutes=1)
SOON: Final = timedelta(seconds=4)
MOST: Final = 1_000
NOT_YET: Final = UUID(int=0)


@dataclass(slots=True)
class Desk:
    """What every order needs: the books, who acts, the purse into which its vouchers go.

    ``fresh`` are orders of which letters still wait: they leave when the server starts.
    """

    session: AsyncSession
    keys: KeyRing
    staff: Staff
    purse: Purse
    fresh: list[UUID] = field(default_factory=list)


@dataclass(slots=True)
class Story:
    """An order from its draft on. Nothing of it is sent: what was asked for is settled as sent at that moment.

    ``untouched`` are places, from 1, of vouchers that nobody spends; all of them if ``spent`` is false.
    """

    desk: Desk
    new: NewOrder
    actor: str
    method: Method = "transfer"
    spent: bool = True
    untouched: frozenset[int] = frozenset()
    fresh: bool = False
    id: UUID = NOT_YET
    refund: UUID = NOT_YET
    issued: list[Carried] = field(default_factory=list)

    @property
    def label(self) -> str:
        """What its buyer calls it."""
        return self.new.label

    def with_picture(self, picture: UUID) -> None:
        """A logo of its buyer's is on it."""
        self.new = replace(self.new, picture=picture)

    async def start(self, at: datetime) -> None:
        """A draft."""
        self.id = await drafting.start(self.desk.session, self.new, actor=self.actor, at=at)

    async def place(self, at: datetime) -> None:
        """The draft is placed."""
        found = await queries.order(self.desk.session, self.id)
        await placing.place(
            self.desk.session, self.id, version=found.version, method=self.method, actor=self.actor, at=at
        )
        await self._posted(at)

    async def ask(self, at: datetime) -> None:
        """Drafted, and placed a quarter of an hour later."""
        await self.start(at)
        await self.place(at + 15 * A_MINUTE)

    def comes(self, amount: Money | None = None, *, label: str = "VIR SEPA") -> Act:
        """A transfer comes; of what is missing if it is not said how much."""

        async def pay(at: datetime) -> None:
            found = await queries.order(self.desk.session, self.id)
            await paying.record_transfer(
                self.desk.session, self.id, amount or found.missing, reference=f"{label} {found.reference}",
                actor=self.desk.staff.accountant, at=at,
            )  # fmt: skip
            await self._posted(at)

        return pay

    def pays_by_card(self, payment_intent: str) -> Act:
        """A card is charged."""

        async def pay(at: datetime) -> None:
            found = await queries.order(self.desk.session, self.id)
            await paying.record_card(
                self.desk.session, self.id, found.missing, payment_intent=payment_intent, actor=STRIPE, at=at
            )
            await self.issue(at + SOON)

        return pay

    async def issue(self, at: datetime) -> None:
        """The vouchers of a paid order."""
        await fulfilling.issue_order(self.desk.session, self.id, keys=self.desk.keys, actor=OBOLE, at=at)
        await self._carry(at)

    def issue_on_credit(self, reason: str) -> Act:
        """The vouchers of an order that is not paid yet."""

        async def issue(at: datetime) -> None:
            await fulfilling.issue_on_credit(
                self.desk.session, self.id, reason=reason, keys=self.desk.keys, actor=self.desk.staff.operator, at=at
            )
            await self._carry(at)

        return issue

    async def take(self, at: datetime) -> None:
        """The sheets, or the list of links, are downloaded."""
        await handing.mark_delivered(self.desk.session, self.id, actor=self.actor, how=self.new.handing, at=at)

    def write(self, outcomes: Mapping[int, Outcome] | None = None) -> Act:
        """Everybody is written to; ``outcomes`` names the places of those whom it did not reach."""

        async def write(at: datetime) -> None:
            await handing.ask_vouchers(self.desk.session, self.id, actor=OBOLE, at=at)
            await self._posted(at, outcomes or {})
            if not self.fresh:
                await handing.mark_delivered(
                    self.desk.session, self.id, actor=OBOLE, how=self.new.handing, at=at + 3 * A_MINUTE
                )

        return write

    def write_again(self, place: int, address: str) -> Act:
        """Somebody's voucher goes to another address."""

        async def write(at: datetime) -> None:
            who = (await queries.beneficiaries_of(self.desk.session, self.id))[place - 1]
            await handing.ask_again(self.desk.session, self.id, who.id, address=address, actor=self.actor, at=at)
            await self._posted(at)

        return write

    def lose(self, place: int, reason: str) -> Act:
        """Somebody lost a voucher: it is replaced and sent again."""

        async def lose(at: datetime) -> None:
            who = (await queries.beneficiaries_of(self.desk.session, self.id))[place - 1]
            await replacing.replace(
                self.desk.session, self.id, who.id, keys=self.desk.keys, reason=reason, send=bool(who.email),
                actor=self.actor, at=at,
            )  # fmt: skip
            await self._posted(at)

        return lose

    def give_back(self, reason: str, *, places: Sequence[int] | None = None) -> Act:
        """The operator takes back what is unspent, of these vouchers or of all, to send it by transfer."""

        async def give_back(at: datetime) -> None:
            chosen = None if places is None else [self.issued[place - 1].id for place in places]
            asked = await refunding.ask_refund(
                self.desk.session, self.id, vouchers=chosen, with_fee=True, method="transfer", reason=reason,
                actor=self.desk.staff.operator, at=at,
            )  # fmt: skip
            self.refund = asked.id

        return give_back

    async def send_back(self, at: datetime) -> None:
        """The transfer of what was taken back has left."""
        await giving_back.confirm_transfer(
            self.desk.session, self.refund, reference=f"Remboursement {self.label}", actor=self.desk.staff.accountant,
            at=at,
        )  # fmt: skip
        await self._posted(at)

    def cancel(self, reason: str) -> Act:
        """The buyer thinks better of it."""

        async def cancel(at: datetime) -> None:
            await placing.cancel(self.desk.session, self.id, actor=self.actor, reason=reason, at=at)
            await self._posted(at)

        return cancel

    async def lapse(self, at: datetime) -> None:
        """Nobody paid in time."""
        await placing.lapse_due(self.desk.session, at=at)
        await self._posted(at)

    def keep_unmended(self, lines: Sequence[Mapping[str, Any]]) -> Act:
        """A list came of which some lines wait to be mended."""

        async def keep(at: datetime) -> None:
            await drafting.change(self.desk.session, self.id, self.new, version=1, actor=self.actor, at=at)
            await drafting.keep_unmended(self.desk.session, self.id, lines)

        return keep

    def leave_purses(self) -> None:
        """Nobody can spend its vouchers any more."""
        gone = {one.id for one in self.issued}
        self.desk.purse.carried = [one for one in self.desk.purse.carried if one.id not in gone]

    async def _carry(self, at: datetime) -> None:
        """Its vouchers go into purses, but those that stay untouched."""
        purse = self.desk.purse
        for line in await queries.lines_of(self.desk.session, self.id):
            if line.batch is not None:
                self.issued += await purse.take_in(self.desk.session, line.batch, self.desk.keys, label=self.label)
        kept = {one.id for place, one in enumerate(self.issued, start=1) if not self.spent or place in self.untouched}
        purse.carried = [one for one in purse.carried if one.id not in kept]
        await self._posted(at)

    async def _posted(self, at: datetime, outcomes: Mapping[int, Outcome] | None = None) -> None:
        """What waits to be sent was sent a moment later, or was not taken; what is fresh keeps waiting."""
        if self.fresh:
            if self.id not in self.desk.fresh:
                self.desk.fresh.append(self.id)
            return
        session, later = self.desk.session, at + SOON
        for place, mailing in enumerate(await handing.queued(session, self.id, limit=MOST), start=1):
            outcome = (outcomes or {}).get(place)
            await handing.claim(session, mailing, at=later)
            match outcome:
                case "refused" | "doubtful":
                    await handing.settle(session, mailing, outcome, detail=ANSWERS[outcome], at=later)
                case _:
                    await handing.settle(session, mailing, "sent", detail=TAKEN, at=later)
            if outcome == "bounced":
                await handing.bounced(session, mailing, detail=ANSWERS[outcome], at=later + A_MINUTE)
