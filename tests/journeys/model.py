"""What a programme should do, told in plain Python: whole cents, lists, and the rules of the trade.

Written from ``domain.md`` and the docstrings, with nothing of Obole imported, so that both can be wrong only in
different ways. An operation is refused by raising `Refused` with the name of the refusal, and then changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import permutations

from tests.journeys.words import (
    Answer,
    Ask,
    Batch,
    Hold,
    Movement,
    Redemption,
    Refused,
    Rules,
    Settled,
    Voucher,
    day_in_paris,
    in_proportion,
    months_after,
    percent,
    whole_cents,
)


@dataclass(eq=False)
class Programme:
    """A programme: who has how many cents, and what happened."""

    name: str
    rules: Rules
    commission: list[tuple[date, int]]
    pots: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    shops: list[int] = field(default_factory=list)
    funders: dict[str, int] = field(default_factory=dict)
    vouchers: list[Voucher] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    keys: dict[tuple[int, str], tuple[tuple[Voucher, int], Answer]] = field(default_factory=dict)
    unsettled: list[Movement] = field(default_factory=list)
    owed: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    rests: dict[int, tuple[Decimal, Decimal]] = field(default_factory=dict)
    closed: dict[tuple[date, date], dict[int, Settled]] = field(default_factory=dict)
    settlements: int = 0

    # Issuing

    def pay_in(self, cents: int, funder: str | None = None) -> None:
        self.pots["bank"] += cents
        self._receive(funder or "buyer", cents)

    def fee(self, value: int, quantity: int) -> tuple[int, int]:
        """The service fee of a batch, and its VAT."""
        fee = percent(value * quantity, self.rules.fee_bp)
        return fee, percent(fee, self.rules.vat_bp)

    def cost(self, value: int, quantity: int) -> int:
        return value * quantity + sum(self.fee(value, quantity))

    def issue(
        self, value: int, quantity: int, first_day: date | None, last_day: date | None, *, credit: bool, at: datetime
    ) -> Batch:
        today = day_in_paris(at)
        first_day = first_day or today
        last_day = last_day or months_after(first_day, self.rules.months)
        if value <= 0:
            raise Refused("amount-not-positive")
        if not 1 <= quantity <= 100_000:
            raise Refused("batch-too-large")
        if last_day < max(first_day, today):
            raise Refused("last-day-too-early")
        fee, vat = self.fee(value, quantity)
        if self.pots["buyer"] < value * quantity + fee + vat and not credit:
            raise Refused("not-paid")
        self.pots["buyer"] -= value * quantity + fee + vat
        self.pots["fees"] += fee
        self.pots["vat"] += vat
        batch = Batch(value, quantity)
        self.batches.append(batch)
        self.vouchers += [Voucher(self, batch, first_day, last_day, value) for _ in range(quantity)]
        return batch

    def members(self, batch: Batch) -> list[Voucher]:
        return [voucher for voucher in self.vouchers if voucher.batch is batch]

    # Redeeming

    def spendable(self, voucher: Voucher, at: datetime) -> int:
        """What is on it and not held; a hold whose time is over holds nothing."""
        return voucher.left - sum(h.left for h in voucher.holds if h.state == "pending" and h.until > at)

    def judge(self, ask: Ask, at: datetime, ahead: Sequence[tuple[Ask, Answer]] = ()) -> tuple[Answer, bool]:
        """The answer to a redemption that comes after ``ahead``, and whether it is given for the first time."""
        if ask.key is not None:
            known = {(one.shop, one.key): (one.request, answer) for one, answer in ahead if one.key is not None}
            known |= self.keys
            if (ask.shop, ask.key) in known:
                request, answer = known[ask.shop, ask.key]
                return (answer if request == ask.request else Answer(refused="key-reused")), False
        spent = sum(one.cents for one, answer in ahead if one.voucher is ask.voucher and answer.refused is None)
        left = self.spendable(ask.voucher, at) - spent
        refusal = "amount-not-positive" if ask.cents <= 0 else self._unusable(ask.voucher, day_in_paris(at))
        if refusal is None and ask.cents > left:
            refusal = "not-enough-left"
        return (Answer(refused=refusal) if refusal else Answer(left=left - ask.cents)), True

    def in_order(self, asks: Sequence[Ask], at: datetime) -> tuple[list[Answer], list[tuple[Ask, Answer]]]:
        """The answers to redemptions one after the other, and those of them given for the first time."""
        ahead: list[tuple[Ask, Answer]] = []
        answers = []
        for ask in asks:
            answer, fresh = self.judge(ask, at, ahead)
            answers.append(answer)
            if fresh:
                ahead.append((ask, answer))
        return answers, ahead

    def in_any_order(
        self, asks: Sequence[Ask], at: datetime
    ) -> Iterator[tuple[list[Answer], list[tuple[Ask, Answer]]]]:
        """What redemptions at the same instant may come to: one of these, the answers in the order asked."""
        for order in permutations(range(len(asks))):
            answers, fresh = self.in_order([asks[i] for i in order], at)
            yield [answers[order.index(i)] for i in range(len(asks))], fresh

    def redeemed(self, asks: Sequence[Ask], fresh: Sequence[tuple[Ask, Answer]], at: datetime) -> list[Redemption]:
        """Let it have happened."""
        for ask in asks:
            self.release_overdue(ask.voucher, at)
        done = []
        for ask, answer in fresh:
            if ask.key is not None:
                self.keys[ask.shop, ask.key] = ask.request, answer
            if answer.refused is None:
                done.append(self._spend(ask.voucher, ask.shop, ask.cents, at))
        return done

    def undo(self, redemption: Redemption, shop: int | None, at: datetime) -> int:
        """What is left to spend on the voucher after it, or on its heir."""
        today = day_in_paris(at)
        if shop is not None and shop != redemption.shop:
            raise Refused("redemption-unknown")
        if shop is not None and today != redemption.day:
            raise Refused("undo-too-late")
        if redemption.undone:
            raise Refused("already-undone")
        if redemption.returned:
            raise Refused("already-returned" if redemption.returned == redemption.cents else "partly-returned")
        redemption.undone = True
        return self._goes_back(redemption, redemption.cents, "undone", today)

    def give_back(self, redemption: Redemption, shop: int | None, cents: int | None, at: datetime) -> int:
        """What is left to spend on the voucher after it, or on its heir, for a month at least."""
        today = day_in_paris(at)
        if cents is not None and cents <= 0:
            raise Refused("amount-not-positive")
        if shop is not None and shop != redemption.shop:
            raise Refused("redemption-unknown")
        if shop is not None and today > redemption.day + timedelta(days=90):
            raise Refused("return-too-late")
        if redemption.undone:
            raise Refused("already-undone")
        rest = redemption.cents - redemption.returned
        if not rest:
            raise Refused("already-returned")
        given = rest if cents is None else cents
        if given > rest:
            raise Refused("return-exceeded")
        redemption.returned += given
        heir = self._heir(redemption.voucher)
        heir.last_day = max(heir.last_day, today + timedelta(days=30))
        return self._goes_back(redemption, given, "returned", today)

    def _goes_back(self, redemption: Redemption, cents: int, what: str, today: date) -> int:
        heir = self._heir(redemption.voucher)
        heir.left += cents
        heir.batch.sums[what] += cents
        self.shops[redemption.shop] -= cents
        self.unsettled.append(Movement(redemption.shop, -cents, today, redemption.day, what == "returned"))
        return heir.left - heir.pending

    def _heir(self, voucher: Voucher) -> Voucher:
        while voucher.heir is not None:
            voucher = voucher.heir
        return voucher

    # Holding

    def hold(self, voucher: Voucher, shop: int, cents: int, lasts: timedelta, at: datetime) -> Hold:
        if cents <= 0:
            raise Refused("amount-not-positive")
        if not timedelta(minutes=1) <= lasts <= timedelta(days=7):
            raise Refused("hold-too-long")
        self._refuse_unusable(voucher, day_in_paris(at))
        if cents > self.spendable(voucher, at):
            raise Refused("not-enough-left")
        self.release_overdue(voucher, at)
        voucher.holds.append(Hold(voucher, shop, cents, at + lasts))
        return voucher.holds[-1]

    def capture(self, hold: Hold, shop: int, cents: int | None, *, final: bool, at: datetime) -> Redemption:
        if shop != hold.shop:
            raise Refused("hold-unknown")
        if cents is not None and cents <= 0:
            raise Refused("amount-not-positive")
        if hold.state != "pending" or hold.until <= at:
            raise Refused("hold-closed")
        taken = hold.left if cents is None else cents
        if taken > hold.left:
            raise Refused("hold-exceeded")
        hold.left -= taken
        if final or not hold.left:
            hold.left, hold.state = 0, "captured"
        return self._spend(hold.voucher, hold.shop, taken, at)

    def void(self, hold: Hold, shop: int) -> None:
        if shop != hold.shop:
            raise Refused("hold-unknown")
        if hold.state != "pending":
            raise Refused("hold-closed")
        hold.left, hold.state = 0, "voided"

    def time_out(self, at: datetime) -> int:
        return sum(self.release_overdue(voucher, at) for voucher in self.vouchers)

    def release_overdue(self, voucher: Voucher, at: datetime) -> int:
        overdue = [hold for hold in voucher.holds if hold.state == "pending" and hold.until <= at]
        for hold in overdue:
            hold.left, hold.state = 0, "timed_out"
        return len(overdue)

    # What the operator does

    def block(self, voucher: Voucher) -> None:
        if voucher.status == "replaced":
            raise Refused("voucher-replaced")
        voucher.status = "blocked"

    def unblock(self, voucher: Voucher) -> None:
        if voucher.status == "replaced":
            raise Refused("voucher-replaced")
        if voucher.status != "blocked":
            raise Refused("voucher-not-blocked")
        voucher.status = "active"

    def reissue(self, voucher: Voucher, at: datetime) -> Voucher:
        if voucher.status == "replaced":
            raise Refused("voucher-replaced")
        if day_in_paris(at) > voucher.last_day:
            raise Refused("voucher-expired")
        if any(hold.state == "pending" and hold.until > at for hold in voucher.holds):
            raise Refused("voucher-held")
        self.release_overdue(voucher, at)
        heir = Voucher(self, voucher.batch, voucher.first_day, voucher.last_day, voucher.left, first=voucher.origin)
        self.vouchers.append(heir)
        voucher.left, voucher.status, voucher.heir = 0, "replaced", heir
        return heir

    def extend(self, voucher: Voucher, last_day: date, at: datetime) -> int:
        """What comes back of what had expired."""
        if voucher.status == "replaced":
            raise Refused("voucher-replaced")
        if last_day < max(voucher.last_day, day_in_paris(at)):
            raise Refused("last-day-too-early")
        back: dict[str, int] = defaultdict(int)
        for receiver, cents in voucher.lapsed:
            back[receiver] += cents
        if any(receiver in self.funders and cents > self.funders[receiver] for receiver, cents in back.items()):
            raise Refused("overdrawn")
        for receiver, cents in back.items():
            self._receive(receiver, -cents)
        voucher.last_day, voucher.lapsed = last_day, []
        came = sum(back.values())
        voucher.left += came
        voucher.batch.sums["reinstated"] += came
        return came

    def expire(self, at: datetime) -> int:
        due = [v for v in self.vouchers if v.last_day < day_in_paris(at) and v.left and not v.pending]
        for voucher in due:
            given = voucher.origin.given if self.rules.breakage_to_funders else {}
            receivers = ["breakage", *(funder for funder in self.funders if funder in given)]
            weights = [voucher.batch.value, *(given[funder] for funder in receivers[1:])]
            for receiver, part in zip(receivers, in_proportion(voucher.left, weights), strict=True):
                if part:
                    self._receive(receiver, part)
                    voucher.lapsed.append((receiver, part))
            voucher.batch.sums["expired"] += voucher.left
            voucher.left = 0
        return len(due)

    def top_up(self, voucher: Voucher, funder: str, cents: int, at: datetime) -> None:
        if cents <= 0:
            raise Refused("amount-not-positive")
        self._refuse_unusable(voucher, max(day_in_paris(at), voucher.first_day))
        if cents > self.funders[funder]:
            raise Refused("funds-exhausted")
        self.funders[funder] -= cents
        voucher.left += cents
        voucher.batch.sums["topped_up"] += cents
        voucher.origin.given[funder] = voucher.origin.given.get(funder, 0) + cents

    def close(self, first_day: date, last_day: date, at: datetime) -> dict[int, Settled]:
        if last_day >= day_in_paris(at):
            raise Refused("period-not-over")
        if (first_day, last_day) not in self.closed:
            due = [move for move in self.unsettled if move.day <= last_day]
            self.unsettled = [move for move in self.unsettled if move.day > last_day]
            moved = sorted({move.shop for move in due})
            self.closed[first_day, last_day] = {
                shop: self._settle(shop, [move for move in due if move.shop == shop]) for shop in moved
            }
        return self.closed[first_day, last_day]

    def _settle(self, shop: int, moves: Sequence[Movement]) -> Settled:
        redeemed = sum(move.cents for move in moves if move.cents > 0)
        returned = -sum(move.cents for move in moves if move.returned)
        turnover = sum(move.cents for move in moves)
        exact = sum((Decimal(m.cents) * self.rate_on(m.sold_on) for m in moves), Decimal(0)) / 10_000
        tax = exact * self.rules.vat_bp / 10_000
        kept = self.rests.get(shop, (Decimal(0), Decimal(0)))
        commission, vat = whole_cents(exact + kept[0]), whole_cents(tax + kept[1])
        self.rests[shop] = exact + kept[0] - commission, tax + kept[1] - vat
        brought = self.owed[shop]
        due = turnover - commission - vat + brought
        self.owed[shop] = min(due, 0)
        self.shops[shop] -= commission + vat + max(due, 0)
        self.pots["commission"] += commission
        self.pots["vat"] += vat
        self.pots["transit"] += max(due, 0)
        self.settlements += 1
        return Settled(
            redeemed, redeemed - returned - turnover, returned, commission, vat, brought, min(due, 0), max(due, 0)
        )

    def rate_on(self, day: date) -> int:
        return [rate for since, rate in self.commission if since <= day][-1]

    # What is owed and owned

    @property
    def debts(self) -> int:
        """What vouchers, shops, funders and payouts on their way are owed."""
        return (
            sum(voucher.left for voucher in self.vouchers)
            + sum(self.shops) + sum(self.funders.values()) + self.pots["transit"]
        )  # fmt: skip

    def _spend(self, voucher: Voucher, shop: int, cents: int, at: datetime) -> Redemption:
        voucher.left -= cents
        voucher.batch.sums["redeemed"] += cents
        self.shops[shop] += cents
        day = day_in_paris(at)
        self.unsettled.append(Movement(shop, cents, day, day))
        return Redemption(voucher, shop, cents, day)

    def _receive(self, receiver: str, cents: int) -> None:
        if receiver in self.funders:
            self.funders[receiver] += cents
        else:
            self.pots[receiver] += cents

    def _unusable(self, voucher: Voucher, day: date) -> str | None:
        if voucher.status != "active":
            return f"voucher-{voucher.status}"
        if day < voucher.first_day:
            return "voucher-not-yet-valid"
        return "voucher-expired" if day > voucher.last_day else None

    def _refuse_unusable(self, voucher: Voucher, day: date) -> None:
        if (refusal := self._unusable(voucher, day)) is not None:
            raise Refused(refusal)
