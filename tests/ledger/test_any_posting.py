"""Whatever is posted, held, captured, reversed or refused, in any order: the books balance and the audit is clean."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import holds, posting
from ledger.chart import Kind
from ledger.database import Sessions
from ledger.errors import Refusal
from ledger.ids import new_id, new_ids
from ledger.money import Money
from ledger.posting import NewAccount, NewTransfer
from tests.ledger.given import AT, Town
from tests.thoroughness import examples

KINDS = (Kind.BUYER, Kind.VOUCHER, Kind.VOUCHER, Kind.SHOP, Kind.FUNDER)
GUARDED = (1, 2, 4)
ACCOUNTS = st.integers(0, len(KINDS) - 1)
AMOUNTS = st.integers(1, 2_000)
PAIRS = st.tuples(ACCOUNTS, ACCOUNTS).filter(lambda pair: pair[0] != pair[1])
NTH = st.integers(0, 5)

STEPS = st.one_of(
    st.tuples(st.just("post"), st.lists(st.tuples(PAIRS, AMOUNTS), min_size=1, max_size=4)),
    st.tuples(st.just("reverse"), NTH),
    st.tuples(st.just("hold"), st.tuples(PAIRS, AMOUNTS)),
    st.tuples(st.just("capture"), st.tuples(NTH, AMOUNTS, st.booleans())),
    st.tuples(st.just("void"), NTH),
    st.tuples(st.just("wait"), st.integers(1, 20)),
)


@dataclass(slots=True)
class Model:
    """The same books as whole numbers in Python lists, kept by rules simple enough to be read at a glance."""

    balance: list[int] = field(default_factory=lambda: [0] * len(KINDS))
    held: list[int] = field(default_factory=lambda: [0] * len(KINDS))
    transfers: list[tuple[UUID, int, int, int]] = field(default_factory=list)
    reversed: set[UUID] = field(default_factory=set)
    holds: list[list[int]] = field(default_factory=list)
    """Of each hold: debit, credit, what is left of it, the minute at which it ends."""

    def lets(self, moved: list[tuple[int, int, int]]) -> bool:
        after = list(self.balance)
        for debit, credit, cents in moved:
            after[debit] -= cents
            after[credit] += cents
        return all(after[n] >= self.held[n] for n in GUARDED)

    def move(self, transfer: UUID, debit: int, credit: int, cents: int) -> None:
        self.balance[debit] -= cents
        self.balance[credit] += cents
        self.transfers.append((transfer, debit, credit, cents))


class Books:
    """The books and their model, driven side by side. Each step is either done by both or refused by both."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions, self.model, self.minute = sessions, Model(), 0
        self.accounts, self.hold_ids = new_ids(len(KINDS)), list[UUID]()

    @property
    def now(self) -> datetime:
        return AT + timedelta(minutes=self.minute)

    async def open(self) -> None:
        new = [NewAccount(id_, kind, "") for id_, kind in zip(self.accounts, KINDS, strict=True)]
        async with self.sessions.begin() as session:
            await posting.open_accounts(session, new)

    async def post(self, asked: list[tuple[tuple[int, int], int]]) -> None:
        moved = [(debit, credit, cents) for (debit, credit), cents in asked]
        new = [
            NewTransfer("any", self.accounts[debit], self.accounts[credit], Money(cents))
            for debit, credit, cents in moved
        ]
        done = False
        with suppress(Refusal):
            async with self.sessions.begin() as session:
                await posting.post(session, new, at=self.now)
            done = True
        assert done == self.model.lets(moved)
        if done:
            for transfer, (debit, credit, cents) in zip(new, moved, strict=True):
                self.model.move(transfer.id, debit, credit, cents)

    async def reverse(self, nth: int) -> None:
        if not self.model.transfers:
            return
        transfer, debit, credit, cents = self.model.transfers[-1 - nth % len(self.model.transfers)]
        expected = transfer not in self.model.reversed and self.model.lets([(credit, debit, cents)])
        opposite = None
        with suppress(Refusal):
            async with self.sessions.begin() as session:
                opposite = await posting.reverse(session, transfer, kind="undo", at=self.now)
        assert (opposite is not None) == expected
        if opposite is not None:
            self.model.reversed.add(transfer)
            self.model.move(opposite, credit, debit, cents)

    async def hold(self, asked: tuple[tuple[int, int], int]) -> None:
        (debit, credit), cents = asked
        new = holds.NewHold(
            "any", self.accounts[debit], self.accounts[credit], Money(cents), self.now + timedelta(minutes=10)
        )
        done = False
        with suppress(Refusal):
            async with self.sessions.begin() as session:
                await holds.place(session, new, at=self.now)
            done = True
        assert done == (debit not in GUARDED or self.model.balance[debit] - self.model.held[debit] >= cents)
        if done:
            self.hold_ids.append(new.id)
            self.model.held[debit] += cents
            self.model.holds.append([debit, credit, cents, self.minute + 10])

    async def capture(self, asked: tuple[int, int, bool]) -> None:
        nth, cents, final = asked
        if not self.hold_ids:
            return
        which = nth % len(self.hold_ids)
        hold, transfer, done = self.model.holds[which], new_id(), False
        with suppress(Refusal):
            async with self.sessions.begin() as session:
                await holds.capture(
                    session, self.hold_ids[which], Money(cents), transfer=transfer, final=final, at=self.now
                )
            done = True
        debit, credit, left, ends = hold
        assert done == (cents <= left and self.minute < ends)
        if done:
            released = left if final else cents
            hold[2] -= released
            self.model.held[debit] -= released
            self.model.move(transfer, debit, credit, cents)

    async def void(self, nth: int) -> None:
        if not self.hold_ids:
            return
        which = nth % len(self.hold_ids)
        hold, done = self.model.holds[which], False
        with suppress(Refusal):
            async with self.sessions.begin() as session:
                await holds.void(session, self.hold_ids[which], at=self.now)
            done = True
        assert done == (hold[2] > 0)
        self.release(hold)

    async def wait(self, minutes: int) -> None:
        self.minute += minutes
        async with self.sessions.begin() as session:
            over = await holds.time_out(session, self.accounts, at=self.now)
        due = [hold for hold in self.model.holds if hold[2] and hold[3] <= self.minute]
        assert len(over) == len(due)
        for hold in due:
            self.release(hold)

    def release(self, hold: list[int]) -> None:
        self.model.held[hold[0]] -= hold[2]
        hold[2] = 0


@given(steps=st.lists(STEPS, max_size=25))
@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_books_agree_with_a_model_in_plain_python_after_any_steps(town: Town, steps: list) -> None:
    books = Books(town.sessions)
    await books.open()
    for step, asked in steps:
        await getattr(books, step)(asked)
    for n, account in enumerate(books.accounts):
        kept = await town.balance(account)
        assert (kept.credits - kept.debits, kept.pending) == (Money(books.model.balance[n]), Money(books.model.held[n]))
    found = await town.audit()
    assert found.agrees
    assert found.debits == found.credits
