"""The steps that vouchers' lives are made of, in two programmes; each is taken in Obole and in the model."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, multiple, rule
from sqlalchemy.exc import IntegrityError

from ledger import holds as ledger_holds
from ledger import posting
from ledger.days import PARIS
from ledger.errors import Overdrawn
from ledger.money import Money
from tests.databases import PROGRAMMES
from tests.journeys.sides import compare_receipt
from tests.journeys.words import Ask, Hold, Redemption, Voucher, day_in_paris
from tests.journeys.worlds import FUNDERS, Worlds, part
from vouchers import codes
from vouchers.errors import CodeNotRecognised

ONE_DAY: Final = timedelta(days=1)
DAYS: Final = ((2026, 10, 25), (2027, 3, 28), (2027, 10, 31), (2028, 3, 26))
CHANGES: Final = tuple(datetime(*day, 1, tzinfo=UTC) for day in DAYS)
"""Clocks change at 01:00 UTC on the last Sundays of October and March."""

sides = st.integers(0, 1)
shops = st.integers(0, 1)
shares = st.sampled_from(["third", "half", "third", "half", "cent", "third", "all", "cent too many", "nothing", "less"])
spans = st.sampled_from([timedelta(minutes=30), timedelta(days=1), timedelta(days=7), timedelta(hours=3)])
too_long = st.sampled_from([timedelta(seconds=59), timedelta(days=7, seconds=1)])


def often(usual: str, *others: str, times: int = 3) -> st.SearchStrategy[str]:
    """One of these, most often the first."""
    return st.sampled_from([*[usual] * times, *others])


class Life(Worlds):
    """What may happen."""

    vouchers = Bundle("vouchers")
    redemptions = Bundle("redemptions")
    holds = Bundle("holds")
    keyed = Bundle("keyed")

    # Each example begins with what none may miss: two tills at once, keys used again, an overdraft tried.
    @initialize(target=vouchers)
    def some_vouchers(self) -> Any:
        self.open()
        return multiple(*[voucher for side in self.sides for voucher in self.issue_to(side, 50_00, 2)])

    @initialize(target=redemptions)
    def some_redemptions(self) -> Any:
        self.open()
        made = [self.two_at_once(voucher, "all", "half", 1) for voucher in self.one_of_each()]
        return multiple(*[redemption for one in made for redemption in one.values])

    @initialize(target=holds)
    def some_holds(self) -> Any:
        self.open()
        return multiple(*[self.hold(voucher, 0, "third", timedelta(days=7)) for voucher in self.one_of_each()])

    @initialize(target=keyed)
    def some_keys(self) -> Any:
        self.open()
        asked = [self.redeem_under_a_key(voucher, 0, "third") for voucher in self.one_of_each()]
        for ask in asked:
            self.ask_again(ask, 0)
            self.ask_again(ask, 1)
            self.overdraw_past_the_decision(ask.voucher, 1)
        return multiple(*asked)

    def one_of_each(self) -> list[Voucher]:
        return [voucher for side in self.sides for voucher in self.issue_to(side, 20_00, 1)]

    @rule(step=often("minutes", "hours", "day", "eve", "midnight", "week", "months", "clocks change", "just before"))
    def time_passes(self, step: str) -> None:
        tomorrow = day_in_paris(self.at) + ONE_DAY
        midnight = datetime.combine(tomorrow, time(), PARIS).astimezone(UTC)
        change = next((one for one in CHANGES if one > self.at), self.at)
        an_instant = timedelta(microseconds=1)
        self.at = {
            "minutes": self.at + timedelta(minutes=20),
            "hours": self.at + timedelta(hours=5),
            "day": self.at + ONE_DAY,
            "eve": midnight - an_instant,
            "midnight": midnight,
            "week": self.at + timedelta(days=9),
            "months": self.at + timedelta(days=70),
            "clocks change": change,
            "just before": max(self.at, change - an_instant),
        }[step]
        self.happened[f"time: {step}"] += 1

    @rule(
        target=vouchers, side=sides, value=st.sampled_from([20_00, 50_00, 3_33]), quantity=st.integers(1, 3),
        paid=often("exactly", "short", "credit"), begins=st.sampled_from([None, None, None, 0, 2, -3]),
        lasts=st.sampled_from([None, None, None, 0, 1, 6, 40, -1]),
    )  # fmt: skip
    def issue(self, side: int, value: int, quantity: int, paid: str, begins: int | None, lasts: int | None) -> Any:
        return multiple(*self.issue_to(self.sides[side], value, quantity, paid=paid, begins=begins, lasts=lasts))

    # Redeeming

    @rule(target=redemptions, voucher=vouchers, shop=shops, share=shares)
    def redeem(self, voucher: Voucher, shop: int, share: str) -> Any:
        return multiple(*self.redeem_in_order("redeem", self.ask(voucher, shop, share)))

    @rule(target=redemptions, some=st.lists(st.tuples(vouchers, shops, shares), min_size=2, max_size=4))
    def redeem_together(self, some: list[tuple[Voucher, int, str]]) -> Any:
        of_one = [one for one in some if one[0].programme is some[0][0].programme]
        return multiple(*self.redeem_in_order("redeem together", *[self.ask(*one) for one in of_one]))

    @rule(target=keyed, voucher=vouchers, shop=shops, share=shares)
    def redeem_under_a_key(self, voucher: Voucher, shop: int, share: str) -> Ask:
        ask = self.ask(voucher, shop, share, key=self.new_key())
        self.redeem_in_order("redeem under a key", ask)
        return ask

    @rule(ask=keyed, more=st.sampled_from([0, 0, 1, -1, 500]))
    def ask_again(self, ask: Ask, more: int) -> None:
        again = Ask(ask.voucher, ask.shop, ask.cents + more, ask.key)
        self.redeem_in_order("ask otherwise" if more else "ask again", again)

    @rule(target=redemptions, voucher=vouchers, first=shares, second=shares, shop=shops)
    def two_at_once(self, voucher: Voucher, first: str, second: str, shop: int) -> Any:
        asks = self.ask(voucher, 0, first), self.ask(voucher, shop, second)
        return multiple(*self.redeem_at_once("two at once", *asks))

    @rule(voucher=vouchers, share=shares, shop=shops, more=st.sampled_from([0, 0, 1]), at_once=st.booleans())
    def two_under_one_key(self, voucher: Voucher, share: str, shop: int, more: int, at_once: bool) -> None:
        first = self.ask(voucher, shop, share, key=self.new_key())
        second = Ask(voucher, shop, first.cents + more, first.key)
        redeem = self.redeem_at_once if at_once else self.redeem_in_order
        redeem("two under one key", first, second)

    @rule(voucher=vouchers, shop=shops)
    def the_other_programme_does_not_know_the_code(self, voucher: Voucher, shop: int) -> None:
        side = self.side_of(voucher)
        other = next(one for one in self.sides if one is not side)
        code = codes.derive(side.town.keys.current, voucher.real.id)
        with pytest.raises(CodeNotRecognised):
            codes.read(code.token, other.town.keys.keys)
        with pytest.raises(CodeNotRecognised):
            self.run(other.town.tills[shop].redeem(voucher.real, Money(1)))
        self.touched = self.sides
        self.happened["redeem: code of another"] += 1

    @rule(redemption=redemptions, by=often("till", "operator", "another shop", times=2))
    def undo(self, redemption: Redemption, by: str) -> None:
        side = self.side_of(redemption.voucher)
        shop = {"till": redemption.shop, "another shop": 1 - redemption.shop}.get(by)
        both = self.attempt(
            f"undo by the {by}",
            side,
            lambda: side.model.undo(redemption, shop, self.at),
            lambda: side.town.undo(redemption.real, shop=None if shop is None else side.tills[shop].shop),
        )
        if both:
            assert both[1].left.cents == both[0]

    @rule(redemption=redemptions, share=st.none() | shares, by=often("till", "operator", "another shop", times=4))
    def give_back(self, redemption: Redemption, share: str | None, by: str) -> None:
        side = self.side_of(redemption.voucher)
        shop = {"till": redemption.shop, "another shop": 1 - redemption.shop}.get(by)
        cents = None if share is None else part(share, redemption.cents - redemption.returned)
        typed = None if cents is None else Money(cents)
        both = self.attempt(
            f"return by the {by}",
            side,
            lambda: side.model.give_back(redemption, shop, cents, self.at),
            lambda: side.town.give_back(redemption.real, typed, shop=None if shop is None else side.tills[shop].shop),
        )
        if both:
            assert both[1].left.cents == both[0]

    # Holding

    @rule(target=holds, voucher=vouchers, shop=shops, share=shares, lasts=spans | spans | too_long)
    def hold(self, voucher: Voucher, shop: int, share: str, lasts: timedelta) -> Any:
        side, cents = self.side_of(voucher), self.ask(voucher, shop, share).cents
        both = self.attempt(
            "hold",
            side,
            lambda: side.model.hold(voucher, shop, cents, lasts, self.at),
            lambda: side.tills[shop].hold(voucher.real, Money(cents), lasts=lasts),
        )
        if not both:
            return multiple()
        both[0].real = both[1].id
        return both[0]

    @rule(target=redemptions, hold=holds, share=st.none() | shares, final=st.booleans())
    def capture(self, hold: Hold, share: str | None, final: bool) -> Any:
        side = self.side_of(hold.voucher)
        cents = None if share is None else part(share, hold.left)
        kind = "capture all" if cents is None else "capture, final" if final else "capture"
        both = self.attempt(
            kind,
            side,
            lambda: side.model.capture(hold, hold.shop, cents, final=final, at=self.at),
            lambda: side.tills[hold.shop].capture(hold.real, None if cents is None else Money(cents), final=final),
        )
        if not both:
            return multiple()
        redemption, redemption.real = both
        compare_receipt(side, redemption, at=self.at)
        return redemption

    @rule(hold=holds, by=often("its shop", "another"))
    def void(self, hold: Hold, by: str) -> None:
        side, shop = self.side_of(hold.voucher), hold.shop if by == "its shop" else 1 - hold.shop
        self.attempt("void", side, lambda: side.model.void(hold, shop), lambda: side.tills[shop].void(hold.real))

    # What the operator does

    @rule(voucher=vouchers, what=often("block", "unblock", times=1))
    def block_or_unblock(self, voucher: Voucher, what: str) -> None:
        model, town = self.side_of(voucher).model, self.side_of(voucher).town
        told, done = (model.block, town.block) if what == "block" else (model.unblock, town.unblock)
        self.attempt(what, self.side_of(voucher), lambda: told(voucher), lambda: done(voucher.real))

    @rule(target=vouchers, voucher=vouchers)
    def reissue(self, voucher: Voucher) -> Any:
        side = self.side_of(voucher)
        told, done = side.model.reissue, side.town.reissue
        both = self.attempt("reissue", side, lambda: told(voucher, self.at), lambda: done(voucher.real))
        if not both:
            return multiple()
        heir, heir.real = both
        return heir

    @rule(voucher=vouchers, days=st.sampled_from([60, 10, 1, 0, -1]), after=often("today", "its last day"))
    def extend(self, voucher: Voucher, days: int, after: str) -> None:
        side, today = self.side_of(voucher), day_in_paris(self.at)
        last_day = (max(voucher.last_day, today) if after == "today" else voucher.last_day) + timedelta(days=days)
        both = self.attempt(
            "extend",
            side,
            lambda: side.model.extend(voucher, last_day, self.at),
            lambda: side.town.extend(voucher.real, last_day),
        )
        if both and both[0]:
            self.happened["reinstate"] += 1

    @rule(voucher=vouchers, funder=st.sampled_from(FUNDERS), share=often("third", "cent", "cent too many", "nothing"))
    def top_up(self, voucher: Voucher, funder: str, share: str) -> None:
        side = self.side_of(voucher)
        cents = part(share, side.model.funders[funder])
        if side.model.funders[funder] < 50_00 and share == "third":
            self.pay_in(side, 10_01, funder)
        self.attempt(
            "top up",
            side,
            lambda: side.model.top_up(voucher, funder, cents, self.at),
            lambda: side.town.top_up(voucher.real, Money(cents), funder=side.funders[funder]),
        )

    @rule(side=sides, what=often("unblock all", "expire", "expire", "time out", "time out", times=1))
    def sweep(self, side: int, what: str) -> None:
        one = self.sides[side]
        if what == "unblock all":
            for voucher in one.model.vouchers:
                if voucher.status == "blocked":
                    self.block_or_unblock(voucher, "unblock")
            return
        told, done = {
            "expire": (one.model.expire, one.town.expire),
            "time out": (one.model.time_out, one.town.time_out),
        }[what]
        both = self.attempt("sweep", one, lambda: told(self.at), done)
        assert both
        assert both[0] == (both[1] if what == "expire" else len(both[1]))
        self.happened[what] += both[0]

    @rule(side=sides, rate=st.sampled_from([0, 125, 333, 1000]))
    def the_commission_changes_tomorrow(self, side: int, rate: int) -> None:
        self.set_commission(self.sides[side], rate, since=day_in_paris(self.at) + ONE_DAY)

    @rule(side=sides, what=often("so far", "yesterday", "last month", "today", times=2))
    def close(self, side: int, what: str) -> None:
        today = day_in_paris(self.at)
        end_of_month = today.replace(day=1) - ONE_DAY
        first_day, last_day = {
            "so far": (date(2026, 10, 1), today - ONE_DAY),
            "yesterday": (today - ONE_DAY, today - ONE_DAY),
            "last month": (end_of_month.replace(day=1), end_of_month),
            "today": (today, today),
        }[what]
        self.close_period(self.sides[side], first_day, last_day)

    @rule(voucher=vouchers, shop=shops)
    def overdraw_past_the_decision(self, voucher: Voucher, shop: int) -> None:
        """What a mistake in deciding would let through, posting and then the database refuse."""
        side = self.side_of(voucher)
        side.town.at, self.touched = self.at, [side]
        one, over = voucher.real.id, Money(voucher.left - voucher.pending + 1)
        taken = posting.NewTransfer("redemption", one, side.tills[shop].shop, over)
        held = ledger_holds.NewHold("redemption", one, side.tills[shop].shop, over, self.at + ONE_DAY)
        with pytest.raises(Overdrawn):
            self.run(side.town.do(lambda session: posting.post(session, [taken], at=self.at)))
        with pytest.raises(Overdrawn):
            self.run(side.town.do(lambda session: ledger_holds.place(session, held, at=self.at)))
        self.happened["overdraw: refused by posting"] += 1
        for column in ("debits_posted", "debits_pending"):
            table = f"{PROGRAMMES[side.model.name]}.accounts"
            raised = f"UPDATE {table} SET {column} = {column} + :over WHERE id = :one"  # noqa: S608 - words of ours
            with pytest.raises(IntegrityError, match="ck_accounts_guard"):
                self.run(self.by_statement(side, raised, over=over.cents, one=one))
        self.happened["overdraw: refused by the database"] += 1
