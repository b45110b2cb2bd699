"""A town at work: what the tests of vouchers, of settlements and of journeys start from.

Amounts are given as a person types them. Everything happens at ``town.at``, which a test moves as it likes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.installation import Work, in_transaction
from api.settings import Settings
from ledger import balances, holds, posting
from ledger.audit import Audit
from ledger.chart import Kind, single
from ledger.database import Sessions
from ledger.days import PARIS, Period
from ledger.ids import new_id
from ledger.money import Money
from merchants import programme
from merchants.programme import Terms
from merchants.settlements import opening
from merchants.settlements import queries as settlements
from merchants.settlements.queries import ClosingView, SettlementView
from merchants.settlements.statement import Statement
from merchants.shops import registering, tills
from merchants.shops.checking import check_shop
from merchants.shops.queries import Status
from tests.till import Paper, Till, money
from vouchers import (
    blocking,
    buyers,
    codes,
    expiring,
    funders,
    issuing,
    keys,
    proofs,
    queries,
    redeeming,
    reissuing,
    releasing,
    returning,
    topping_up,
    undoing,
)
from vouchers.facts import VoucherFacts
from vouchers.funders import NewFunder
from vouchers.keys import KeyRing
from vouchers.redeeming import Answer, Asked, Receipt
from vouchers.returning import ReturnedView
from vouchers.undoing import UndoneView

Answered = TypeVar("Answered")

OPENED: Final = datetime(2026, 10, 5, 8, 30, tzinfo=UTC)
"""Half past ten in the morning in Marseille."""

TERMS: Final = Terms(
    name="Treiz'Local",
    legal_name="CCI Aix-Marseille-Provence",
    siren="181300013",
    street="9 La Canebière",
    postcode="13001",
    commune="Marseille",
    contact="bonjour@treiz.example",
    number_prefix="TREIZ",
)
"""3 % commission, 20 % VAT, no service fee, valid for 12 months, breakage to the operator."""

SHOPS: Final = (
    {"siret": "39009842400034", "sign": "Bar Pierre", "street": "55 rue de Forbin", "postcode": "13002"},
    {"siret": "39051825600024", "sign": "Fournil Łódź", "street": "7 place Leverrier", "postcode": "13001"},
    {"siret": "55210055400013", "sign": "A & B <b>", "street": "12 rue de la République", "postcode": "13002"},
)


def paris(typed: str, *, fold: int = 0) -> datetime:
    """A moment read from a clock on a wall in Marseille; ``fold=1`` in the second run of a repeated hour."""
    return datetime.fromisoformat(typed).replace(tzinfo=PARIS, fold=fold).astimezone(UTC)


@dataclass(slots=True)
class Town:
    """A programme with a buyer, a funder and a shop in it."""

    sessions: Sessions
    settings: Settings
    programme: UUID
    keys: KeyRing
    at: datetime
    buyer: UUID = field(default_factory=new_id)
    funder: UUID = field(default_factory=new_id)
    tills: list[Till] = field(default_factory=list)

    @property
    def till(self) -> Till:
        """The till of the first shop."""
        return self.tills[0]

    async def do(self, work: Work[Answered]) -> Answered:
        """Work in one transaction, as the server does it."""
        return await in_transaction(self.sessions, work)

    async def pay_in(self, typed: str | Money, *, owner: UUID | None = None) -> None:
        await self.do(lambda session: buyers.pay_in(session, owner or self.buyer, money(typed), at=self.at))

    async def batch(self, worth: str | Money, quantity: int, *, paid: str | Money | None = None, **new: object) -> UUID:
        """Issue a batch, for which its face values are paid in first unless ``paid`` says otherwise."""
        amount = money(worth) * quantity if paid is None else money(paid)
        if amount:
            await self.pay_in(amount)
        return await self.issue(worth, quantity, **new)

    async def issue(self, worth: str | Money, quantity: int = 1, **new: object) -> UUID:
        """Issue a batch, paid or not."""
        asked = issuing.NewBatch(**{"buyer": self.buyer, "face_value": money(worth), "quantity": quantity, **new})
        return await self.do(lambda session: issuing.issue(session, asked, keys=self.keys, actor="op", at=self.at))

    async def voucher(self, *, worth: str | Money = "20,00 €", **new: object) -> Paper:
        """One voucher, paid for and issued."""
        (paper,) = await self.papers(await self.batch(worth, 1, **new))
        return paper

    async def vouchers(self, quantity: int, *, worth: str | Money = "20,00 €", **new: object) -> list[Paper]:
        """Vouchers of one batch, paid for and issued."""
        return await self.papers(await self.batch(worth, quantity, **new))

    async def papers(self, batch: UUID) -> list[Paper]:
        """The vouchers of a batch as they are held."""
        found = await self.do(lambda session: queries.vouchers_page(session, batch=batch, limit=100_000))
        return [self.paper(one.facts) for one in found]

    def paper(self, facts: VoucherFacts) -> Paper:
        """A voucher as it is held."""
        key = self.keys.keys[facts.key_number]
        typed = codes.derive(key, facts.id).typed
        return Paper(facts.id, UUID(bytes=codes.read(codes.spell(typed), self.keys.keys)), facts.batch)

    async def redeem_many(self, asked: Sequence[Asked]) -> list[Answer]:
        return await self.do(lambda session: redeeming.redeem_many(session, asked, at=self.at))

    async def undo(self, receipt: Receipt, *, shop: UUID | None = None) -> UndoneView:
        return await self.do(
            lambda session: undoing.undo(
                session, receipt.redemption, shop=shop, actor="someone", reason="mistake", at=self.at
            )
        )

    async def give_back(
        self, receipt: Receipt, typed: str | Money | None = None, *, shop: UUID | None = None
    ) -> ReturnedView:
        """Goods come back; all that is left of the redemption if no amount is told."""
        amount = None if typed is None else money(typed)
        return await self.do(
            lambda session: returning.give_back(
                session, receipt.redemption, amount, shop=shop, actor="someone", reason="too small", at=self.at
            )
        )

    async def block(self, voucher: Paper) -> VoucherFacts:
        return await self.do(
            lambda session: blocking.block(session, voucher.id, actor="op", reason="stolen", at=self.at)
        )

    async def unblock(self, voucher: Paper) -> VoucherFacts:
        return await self.do(
            lambda session: blocking.unblock(session, voucher.id, actor="op", reason="found", at=self.at)
        )

    async def extend(self, voucher: Paper, last_day: date) -> VoucherFacts:
        return await self.do(
            lambda session: blocking.extend(
                session, voucher.id, last_day=last_day, actor="op", reason="asked", at=self.at
            )
        )

    async def reissue(self, voucher: Paper) -> Paper:
        heir = await self.do(
            lambda session: reissuing.reissue(
                session, voucher.id, keys=self.keys, actor="op", reason="lost", at=self.at
            )
        )
        return self.paper((await self.view(heir)).facts)

    async def top_up(self, voucher: Paper, typed: str | Money, *, funder: UUID | None = None) -> UUID:
        return await self.do(
            lambda session: topping_up.top_up(
                session, voucher.id, funder_id=funder or self.funder, amount=money(typed), at=self.at
            )
        )

    async def expire(self) -> int:
        """Expire all that is due.

        :returns: how many vouchers
        """
        every = 0
        while some := await self.do(lambda session: expiring.expire_due(session, at=self.at)):
            every += some
        return every

    async def time_out(self) -> list[holds.Held]:
        return await self.do(lambda session: releasing.time_out_due(session, at=self.at))

    async def close(self, period: Period) -> ClosingView:
        return await self.do(lambda session: opening.close(session, period, at=self.at))

    async def settlements(self, closed: ClosingView | None = None) -> list[SettlementView]:
        """The settlements of a closing, or all of them."""
        wanted = closed.id if closed else None
        return await self.do(lambda session: settlements.settlements_page(session, closing=wanted, limit=1_000))

    async def statement(self, settlement: SettlementView) -> Statement:
        return await self.do(lambda session: settlements.statement(session, settlement.id))

    async def view(self, voucher: Paper | UUID) -> queries.VoucherView:
        wanted = voucher if isinstance(voucher, UUID) else voucher.id
        return await self.do(lambda session: queries.voucher_view(session, wanted))

    async def left_on(self, voucher: Paper) -> Money:
        return (await self.view(voucher)).left

    async def balance(self, account: UUID | Kind) -> Money:
        """What an account holds, on the side on which it grows; a kind stands for the one account of that kind."""
        wanted = single(account) if isinstance(account, Kind) else account
        return (await self.do(lambda session: balances.balance(session, wanted))).balance

    async def audit(self) -> Audit:
        return await self.do(proofs.audit)

    async def open_shop(self, number: int) -> Till:
        """Register one of ``SHOPS``, let it accept, and put a till into it."""
        new = check_shop({**SHOPS[number], "commune": "Marseille", "naf": "56.30Z"})
        shop = await self.do(lambda session: registering.register(session, new, actor="op", at=self.at))
        await self.set_status(shop.id, "accepted")
        return await self.open_till(shop.id)

    async def open_till(self, shop: UUID, *, label: str = "Caisse 1") -> Till:
        opened = await self.do(lambda session: tills.open_till(session, shop, label=label, at=self.at))
        self.tills.append(Till(self, opened.id, shop))
        return self.tills[-1]

    async def set_status(self, shop: UUID, status: Status) -> None:
        await self.do(lambda session: registering.set_status(session, shop, status, actor="op", at=self.at))

    async def new_funder(self, name: str, paid: str | Money = "0") -> UUID:
        found = await self.do(lambda session: funders.register_funder(session, NewFunder(name), at=self.at))
        if money(paid):
            await self.pay_in(paid, owner=found.id)
        return found.id

    async def set_terms(self, terms: Terms, *, since: date) -> None:
        await self.do(lambda session: programme.set_terms(session, terms, effective_from=since))


async def a_town(
    sessions: Sessions, settings: Settings, *, terms: Terms = TERMS, at: datetime = OPENED, shops: int = 1
) -> Town:
    """Found a programme in an empty schema, with a company that buys, a town that funds, and shops that accept."""

    async def work(session: AsyncSession) -> KeyRing:
        await posting.open_books(session)
        await programme.set_terms(session, terms, effective_from=date(2020, 1, 1))
        return await keys.rotate(session, programme=programme_id, masters=settings.master_secrets, at=at)

    programme_id = new_id()
    town = Town(sessions, settings, programme_id, await in_transaction(sessions, work), at)
    new = buyers.NewBuyer("company", "Savonnerie du Port")
    town.buyer = (await town.do(lambda session: buyers.register_buyer(session, new, at=at))).id
    town.funder = await town.new_funder("Ville de Marseille")
    for number in range(shops):
        await town.open_shop(number)
    return town
