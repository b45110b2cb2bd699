"""Two months in three shops, lived in a town.

The same is sold, taken back and changed in a second town that never closes: what one closing of all of it would come
to is seen there. Which account is good at what moment, and who is held back for what, a plain model says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import pytest
from lxml import etree

from ledger.days import Period
from ledger.money import Money
from merchants.commission.rules import NewRule, add_rule
from merchants.payouts import approving, proposing, queries
from merchants.payouts.credit_transfers import NAMESPACE
from merchants.payouts.errors import NothingToPay, PayoutsOutdated
from merchants.payouts.target_days import target_day_from
from merchants.payouts.waiting import Due, Waiting, waiting
from merchants.settlements import foreseeing
from merchants.settlements.foreseeing import Preview
from merchants.settlements.rounds import Round
from merchants.shops import bank_changing, registering
from merchants.shops.errors import BankAccountSame
from merchants.shops.queries import Status
from tests.given import TERMS, Paper, Town
from tests.merchants import month_steps as steps
from tests.merchants.month_steps import Account, Cut, NewPrice, NewTerms, Sale, Standing, Step
from vouchers.redeeming import Receipt

IBANS: Final = ("FR7630006000011234567890189", "DE89370400440532013000", "BE68539007547034")
OPERATOR: Final = "person:op"
ACCOUNTANT: Final = "person:acc"
TWO_DAYS: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Sent:
    """A payout as the bank reads it."""

    settlement: UUID
    shop: UUID
    iban: str
    amount: Money


@dataclass(slots=True)
class Street:
    """A town with a voucher big enough for all of it, and what was redeemed there, by the number of its step."""

    town: Town
    voucher: Paper
    sold: dict[int, Receipt] = field(default_factory=dict)


@dataclass(slots=True)
class Bank:
    """The account of one shop by the model: the one that is good, and the one that waits, since when."""

    good: str | None
    asked: tuple[str, datetime] | None = None

    def at(self, now: datetime) -> Bank:
        """As it is at this moment."""
        if self.asked and self.asked[1] + TWO_DAYS <= now:
            self.good, self.asked = self.asked[0], None
        return self


@dataclass(slots=True)
class Months:
    """Two towns in which the same happens; only ``books`` is closed and pays."""

    books: Street
    whole: Street
    banks: list[Bank]
    standing: list[Status] = field(default_factory=lambda: ["accepted"] * 3)
    closed: date = field(default_factory=lambda: steps.day(-1))
    proposed: dict[int, tuple[UUID, Waiting]] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)

    async def live(self, story: Sequence[Step]) -> Preview:
        """Take every step on its day.

        :returns: what one closing of all of it would come to
        """
        for at, what, number, step in sorted(steps.events(story), key=lambda one: one[0]):
            self._moves_to(at)
            await getattr(self, what)(number, step)
        self._moves_to(steps.moment(steps.LAST_CUT, 8))
        period = Period(steps.FIRST, steps.day(steps.LAST_CUT - 1))
        seen = await self.whole.town.do(
            lambda session: foreseeing.preview(session, Round(period), at=self.whole.town.at)
        )
        for number, step in ((-1, Cut(steps.LAST_CUT)), (-2, Cut(steps.LAST_RUN))):
            self._moves_to(steps.moment(step.day, 8))
            await (self.cut if number == -1 else self.pay)(number, step)
            await self.decide(number, step)
        return seen

    def _moves_to(self, at: datetime) -> None:
        self.books.town.at = self.whole.town.at = at

    async def sell(self, number: int, step: Sale) -> None:
        if self.standing[step.shop] != "accepted":
            return
        self.happened["sold"] += 1
        for street in (self.books, self.whole):
            street.sold[number] = await street.town.tills[step.shop].redeem(street.voucher, Money(step.cents))

    async def take_back(self, number: int, step: Sale) -> None:
        if number not in self.books.sold:
            return
        self.happened[f"{step.fate}{' in another month' if step.late else ''}"] += 1
        for street in (self.books, self.whole):
            receipt = street.sold[number]
            if step.fate == "undone":
                await street.town.undo(receipt)
            else:
                await street.town.give_back(receipt, Money(max(1, step.cents * step.part // 100)))

    async def ask_account(self, _number: int, step: Account) -> None:
        await self._apply_due()
        town, bank, iban = self.books.town, self._bank(step.shop), IBANS[step.iban]
        asking = town.do(
            lambda session: bank_changing.ask_change(
                session, town.tills[step.shop].shop, iban=iban, bic=None, actor="shop", at=town.at
            )
        )
        if bank.good == iban:
            with pytest.raises(BankAccountSame):
                await asking
            return
        await asking
        bank.asked = (iban, town.at)
        self.happened["account"] += 1

    async def stand(self, _number: int, step: Standing) -> None:
        if self.standing[step.shop] in {step.to, "left"}:
            return
        self.standing[step.shop] = step.to
        self.happened[step.to] += 1
        for street in (self.books, self.whole):
            await street.town.set_status(street.town.tills[step.shop].shop, step.to)

    async def change_terms(self, _number: int, step: NewTerms) -> None:
        terms = replace(_TERMS, commission_bp=step.commission, vat_rate_bp=step.vat, minimum_payout=step.minimum)
        self.happened["terms"] += 1
        for street in (self.books, self.whole):
            await street.town.set_terms(terms, since=steps.day(step.day + 1))

    async def change_price(self, _number: int, step: NewPrice) -> None:
        since = steps.day(step.day + 1)
        self.happened["price"] += 1
        for street in (self.books, self.whole):
            town = street.town
            one, other = (town.tills[(step.shop + more) % 3].shop for more in (0, 1))
            new = NewRule("shop", step.price, since, shops=(one,))
            if step.lasts is not None:
                last = since + timedelta(step.lasts)
                new = NewRule("campaign", step.price, since, last, campaign="Vendanges", shops=(one, other))
            await town.do(lambda session, new=new, town=town: add_rule(session, new, actor="op", at=town.at))

    async def cut(self, number: int, step: Cut) -> None:
        first, last = self.closed + timedelta(days=1), steps.day(step.day - 1)
        if first <= last:
            await self.books.town.close(Period(first, last))
            self.closed = last
            self.happened["closed"] += 1
        if step.pays:
            await self.pay(number, step)

    async def pay(self, number: int, step: Cut) -> None:
        """Propose what waits, after what is held back was compared with the model."""
        await self._apply_due()
        town = self.books.town
        found = await town.do(waiting)
        for one in found.payable:
            assert (self._why(one.due), one.to.iban) == ("", self._bank_of(one.due).good)
        for held in found.held_back:
            assert held.why == self._why(held.due)
            self.happened[held.why] += 1
        day = target_day_from(steps.day(step.day + 4))
        proposing_ = town.do(lambda session: proposing.propose(session, execution_day=day, actor=OPERATOR, at=town.at))
        if not found.payable:
            with pytest.raises(NothingToPay):
                await proposing_
            return
        self.proposed[number] = (await proposing_).id, found

    async def decide(self, number: int, _step: Cut) -> None:
        """Another person approves, unless a shop of the run could not be paid any more, or elsewhere."""
        if number not in self.proposed:
            return
        await self._apply_due()
        town, (run, found) = self.books.town, self.proposed[number]
        approving_ = town.do(lambda session: approving.approve(session, run, actor=ACCOUNTANT, at=town.at))
        if any(self._why(one.due) or self._bank_of(one.due).good != one.to.iban for one in found.payable):
            with pytest.raises(PayoutsOutdated):
                await approving_
            await town.do(lambda session: approving.withdraw(session, run, actor=OPERATOR, at=town.at))
            self.happened["withdrawn"] += 1
            return
        await approving_
        sent = await self._sent(run)
        assert {one.settlement: one for one in sent} == {
            one.due.settlement: Sent(
                one.due.settlement, one.due.shop, self._bank_of(one.due).good or "", one.due.amount
            )
            for one in found.payable
        }
        self.sent += sent
        self.happened["paid"] += 1

    async def _sent(self, run: UUID) -> list[Sent]:
        """What the bank's file says, with the settlements that it pays."""
        town = self.books.town
        told = {one.end_to_end_id: one for one in await town.do(lambda session: queries.payouts_of(session, run))}
        file = etree.fromstring((await town.do(lambda session: queries.file_of(session, run))).content)
        made = []
        for one in file.iterfind(f".//{{{NAMESPACE}}}CdtTrfTxInf"):
            name, cents, iban = (
                one.findtext(f".//{{{NAMESPACE}}}{tag}") or "" for tag in ("EndToEndId", "InstdAmt", "IBAN")
            )
            payout = told.pop(name)
            made.append(Sent(payout.settlement, payout.shop, iban, Money(int(Decimal(cents) * 100))))
        assert not told
        return made

    async def _apply_due(self) -> None:
        """The job that runs all day."""
        town = self.books.town
        await town.do(lambda session: bank_changing.apply_due(session, at=town.at))

    def _bank(self, shop: int) -> Bank:
        return self.banks[shop].at(self.books.town.at)

    def _bank_of(self, due: Due) -> Bank:
        return self._bank(self._number(due.shop))

    def _number(self, shop: UUID) -> int:
        return next(number for number, till in enumerate(self.books.town.tills) if till.shop == shop)

    def _why(self, due: Due) -> str:
        """Why a shop is not paid now; nothing if it is."""
        number = self._number(due.shop)
        if self.standing[number] == "suspended":
            return "suspended"
        bank = self._bank(number)
        return "account-changing" if bank.asked else "" if bank.good else "no-account"


async def begin(books: Town, whole: Town) -> Months:
    """Two of the three shops have an account, and the programme can pay."""
    streets = []
    for town in (books, whole):
        await town.set_terms(_TERMS, since=date(2026, 1, 1))
        streets.append(Street(town, await town.voucher(worth="10 000,00 €", last_day=date(2030, 1, 1))))
    for number in (0, 1):
        await books.do(
            lambda session, number=number: registering.set_bank_account(
                session, books.tills[number].shop, iban=IBANS[number], bic=None, actor="op", at=books.at
            )
        )
    return Months(streets[0], streets[1], [Bank(IBANS[0]), Bank(IBANS[1]), Bank(None)])


_TERMS: Final = replace(TERMS, iban=IBANS[0], bic="AGRIFRPP")
