"""Both worlds side by side: what is done in Obole is done in the model, and every answer and balance compared.

Nothing here decides: what is possible and what is refused is for ``tests.journeys.model`` to say.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import URL, text

from api.engines import runtime_engine
from api.settings import Settings
from ledger.database import sessions_of
from ledger.days import Period
from ledger.errors import Refusal
from ledger.money import Money
from tests import databases
from tests.given import TERMS, a_town
from tests.journeys.model import Programme
from tests.journeys.sides import Side, compare, compare_receipt, prove, settled
from tests.journeys.words import Answer, Ask, Batch, Redemption, Refused, Rules, Voucher, day_in_paris
from vouchers import redeeming as real
from vouchers.redeeming import Receipt

OPENED: Final = datetime(2026, 10, 21, 8, tzinfo=UTC)
AUDITED: Final = 16
"""After so many steps everything is proved, and at the end: a proof reads sixty times, a comparison five."""
FUNDERS: Final = ("ville", "département")
PLAIN: Final = TERMS
GENEROUS: Final = replace(
    TERMS, name="Alpes en Poche", number_prefix="ALPES", commission_bp=275, service_fee_bp=150, validity_months=1,
    breakage_to="funder",
)  # fmt: skip

Told = TypeVar("Told")
Done = TypeVar("Done")
Way = tuple[list[Answer], list[tuple[Ask, Answer]]]
"""A way it may go: the answers in the order asked, and what is answered for the first time, in its order."""


class Worlds(RuleBasedStateMachine):
    """Two programmes, each with two shops, a buyer and two funders; one clock."""

    def __init__(self, cluster: URL, home: Path, runner: asyncio.Runner, happened: Counter[str]) -> None:
        super().__init__()
        self.cluster, self.settings, self.runner, self.happened = cluster, Settings(home=home), runner, happened
        self.opened = AsyncExitStack()
        self.at = OPENED
        self.sides: list[Side] = []
        self.touched: list[Side] = []
        self.steps = 0
        self.first_answers: dict[tuple[str, int, str], real.Answer] = {}

    def open(self) -> None:
        """A database of this example's own."""
        if not self.sides:
            self.run(self._open())
        self.touched = list(self.sides)

    def teardown(self) -> None:
        try:
            if not self.touched:  # else a step failed, and says more
                self.the_books_agree_with_themselves()
        finally:
            self.runner.run(self.opened.aclose())

    async def _open(self) -> None:
        new = databases.new_database(self.cluster, template=databases.TEMPLATE)
        engine = await self.opened.enter_async_context(
            runtime_engine(await self.opened.enter_async_context(new), self.settings)
        )
        for (slug, schema), terms in zip(databases.PROGRAMMES.items(), (PLAIN, GENEROUS), strict=True):
            town = await a_town(sessions_of(engine, schema=schema), self.settings, terms=terms, at=self.at, shops=2)
            rules = Rules(terms.validity_months, terms.service_fee_bp, terms.vat_rate_bp, terms.breakage_to == "funder")
            model = Programme(slug, rules, [(date(2020, 1, 1), terms.commission_bp)], shops=[0, 0])
            model.funders = dict.fromkeys(FUNDERS, 0)
            for funder in FUNDERS:
                model.pay_in(100_00, funder)
            funders = {name: await town.new_funder(name, "100,00") for name in FUNDERS}
            self.sides.append(Side(model, town, terms, funders))

    # Doing

    def run(self, work: Coroutine[object, object, Done]) -> Done:
        return self.runner.run(work)

    def pay_in(self, side: Side, cents: int, funder: str | None = None) -> None:
        side.town.at = self.at
        self.run(side.town.pay_in(Money(cents), owner=side.funders[funder] if funder else None))
        side.model.pay_in(cents, funder)

    def set_commission(self, side: Side, rate: int, *, since: date) -> None:
        side.terms = replace(side.terms, commission_bp=rate)
        self.run(side.town.set_terms(side.terms, since=since))
        side.model.commission.append((since, rate))
        self.happened["commission"] += 1

    def issue_to(
        self, side: Side, value: int, quantity: int, *,
        paid: str = "exactly", begins: int | None = None, lasts: int | None = None,
    ) -> list[Voucher]:  # fmt: skip
        """Issue a batch, for which the buyer pays exactly, a cent too little, or later (``credit``).

        :param begins: in how many days, of today if None; ``lasts`` likewise, by the programme's validity if None
        """
        today = day_in_paris(self.at)
        days = [None if count is None else today + timedelta(days=count) for count in (begins, lasts)]
        missing = side.model.cost(value, quantity) - side.model.pots["buyer"] - (paid == "short")
        if paid != "credit" and missing > 0:
            self.pay_in(side, missing)
        credit = paid == "credit"
        side.on_credit |= credit
        both = self.attempt(
            "issue on credit" if credit else "issue",
            side,
            lambda: side.model.issue(value, quantity, *days, credit=credit, at=self.at),
            lambda: side.town.issue(Money(value), quantity, valid_from=days[0], last_day=days[1], on_credit=credit),
        )
        return self.issued(side, *both) if both else []

    def issued(self, side: Side, batch: Batch, batch_id: UUID) -> list[Voucher]:
        """The vouchers of a new batch; which is which does not matter, since they are alike."""
        batch.real = batch_id
        vouchers = side.model.members(batch)
        for voucher, paper in zip(vouchers, self.run(side.town.papers(batch_id)), strict=True):
            voucher.real = paper
        return vouchers

    def ask(self, voucher: Voucher, shop: int, share: str, *, key: str | None = None) -> Ask:
        """A part of what can be spent now."""
        return Ask(voucher, shop, part(share, voucher.programme.spendable(voucher, self.at)), key)

    def new_key(self) -> str:
        """An idempotency key that nobody has used."""
        return f"key {len(self.first_answers)}"

    async def by_statement(self, side: Side, statement: str, **values: object) -> None:
        async with side.town.sessions.begin() as session:
            await session.execute(text(statement), values)

    def attempt(
        self, kind: str, side: Side, told: Callable[[], Told], done: Callable[[], Awaitable[Done]]
    ) -> tuple[Told, Done] | None:
        """Let the model and Obole do it; None if both refuse, by the same name."""
        side.town.at, self.touched = self.at, [side]
        foretold = _refusal_or(told)
        try:
            made: Done | Refusal = self.runner.run(_awaited(done))
        except Refusal as refusal:
            made = refusal
        said = [one.name if isinstance(one, Refused | Refusal) else "yes" for one in (made, foretold)]
        assert said[0] == said[1], f"{kind}: Obole says {said[0]}, the model {said[1]}"
        if isinstance(made, Refusal) or isinstance(foretold, Refused):
            self.happened[f"{kind}: {said[0]}"] += 1
            return None
        self.happened[kind] += 1
        return foretold, made

    def redeem_in_order(self, kind: str, *asks: Ask) -> list[Redemption]:
        """Redeem in one transaction, one after the other."""
        side = self.side_of(asks[0].voucher)
        return self._redeem(kind, side, asks, [side.model.in_order(asks, self.at)], self._together)

    def redeem_at_once(self, kind: str, *asks: Ask) -> list[Redemption]:
        """Redeem in as many transactions, at the same instant."""
        side = self.side_of(asks[0].voucher)
        return self._redeem(kind, side, asks, list(side.model.in_any_order(asks, self.at)), self._each_alone)

    def side_of(self, voucher: Voucher) -> Side:
        return next(side for side in self.sides if side.model is voucher.programme)

    def _redeem(
        self,
        kind: str,
        side: Side,
        asks: Sequence[Ask],
        ways: list[Way],
        redeem: Callable[[Side, list[real.Asked]], Awaitable[list[real.Answer]]],
    ) -> list[Redemption]:
        """What Obole answers must be one of the ways; then let it have happened in the model."""
        side.town.at, self.touched = self.at, [side]
        asked = [side.tills[ask.shop].asks(ask.voucher.real, Money(ask.cents), key=ask.key) for ask in asks]
        made = self.runner.run(_awaited(lambda: redeem(side, asked)))
        answers = [
            Answer(left=one.left.cents) if isinstance(one, Receipt) else Answer(refused=one.name) for one in made
        ]
        fresh = next((fresh for told, fresh in ways if told == answers), None)
        assert fresh is not None, f"{kind}: Obole says {answers}, the model {[told for told, _ in ways]}"
        for answer in answers:
            self.happened[kind if answer.refused is None else f"{kind}: {answer.refused}"] += 1
        done = side.model.redeemed(asks, fresh, self.at)
        receipts = [made[asks.index(ask)] for ask, answer in fresh if answer.refused is None]
        for redemption, redemption.real in zip(done, receipts, strict=True):
            compare_receipt(side, redemption, at=self.at)
        for ask, answer in zip(asks, made, strict=True):
            if ask.key is not None and not (isinstance(answer, Refusal) and answer.name == "key-reused"):
                first = self.first_answers.setdefault((side.model.name, ask.shop, ask.key), answer)
                assert _said(answer) == _said(first), f"{kind}: the first answer was {first}, now {answer}"
        return done

    async def _together(self, side: Side, asked: list[real.Asked]) -> list[real.Answer]:
        return await side.town.redeem_many(asked)

    async def _each_alone(self, side: Side, asked: list[real.Asked]) -> list[real.Answer]:
        return [answer for (answer,) in await asyncio.gather(*(side.town.redeem_many([one]) for one in asked))]

    def close_period(self, side: Side, first_day: date, last_day: date) -> None:
        """Close it, and once more, and compare every settlement."""
        model, known = side.model, (first_day, last_day) in side.model.closed
        both = self.attempt(
            "close again" if known else "close",
            side,
            lambda: model.close(first_day, last_day, self.at),
            lambda: side.town.close(Period(first_day, last_day)),
        )
        if both:
            told, closed = both
            shops = {till.shop: number for number, till in enumerate(side.tills)}
            made = {shops[one.shop]: settled(one.figures) for one in self.run(side.town.settlements(closed))}
            assert made == told
            assert closed.paid.cents == sum(one.paid for one in told.values())

    # After every step

    @invariant()
    def the_books_agree_with_the_model(self) -> None:
        for side in self.touched:
            self.run(compare(side))
        self.touched = []
        self.steps += 1
        if self.steps % AUDITED == 0:
            self.the_books_agree_with_themselves()

    def the_books_agree_with_themselves(self) -> None:
        for side in self.sides:
            self.run(prove(side))


def part(share: str, whole: int) -> int:
    """An amount told by what there is; of nothing, a cent."""
    return {
        "all": max(whole, 1), "half": max(whole // 2, 1), "third": max(whole // 3, 1), "cent": 1,
        "cent too many": whole + 1,
        "nothing": 0, "less": -5,
    }[share]  # fmt: skip


def _refusal_or(told: Callable[[], Told]) -> Told | Refused:
    try:
        return told()
    except Refused as refused:
        return refused


def _said(answer: real.Answer) -> object:
    return (answer.name, vars(answer)) if isinstance(answer, Refusal) else answer


async def _awaited(work: Callable[[], Awaitable[Done]]) -> Done:
    return await work()
