"""What the database refuses by itself, whoever asks and however: nothing here passes through the door."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from ledger import once, posting
from ledger.database import Sessions
from ledger.ids import new_id
from ledger.posting import NewTransfer
from ledger.tables import Account, Hold, Transfer
from tests.ledger.given import AT, SOON, Town, spending

CHANGES = (
    "UPDATE p_treiz.transfers SET amount = amount + 1",
    "UPDATE p_treiz.transfers SET digest = '' WHERE kind = 'issue'",
    "UPDATE p_treiz.transfers SET document = 'another'",
    "DELETE FROM p_treiz.transfers",
    "TRUNCATE p_treiz.transfers CASCADE",
    "TRUNCATE p_treiz.accounts CASCADE",
    "TRUNCATE p_treiz.holds CASCADE",
    "UPDATE p_treiz.outcomes SET outcome = '{}'",
    "DELETE FROM p_treiz.outcomes",
)

BEYOND_THE_RUNTIME = (
    "UPDATE p_treiz.accounts SET kind = 'shop'",
    "UPDATE p_treiz.accounts SET guarded = false",
    "UPDATE p_treiz.accounts SET id = gen_random_uuid()",
    "UPDATE p_treiz.accounts SET name = 'another'",
    "DELETE FROM p_treiz.accounts",
    "UPDATE p_treiz.holds SET amount = amount + 1",
    "UPDATE p_treiz.holds SET expires_at = now()",
    "DELETE FROM p_treiz.holds",
    "ALTER TABLE p_treiz.transfers DISABLE TRIGGER written_once",
    "ALTER TABLE p_treiz.accounts DROP CONSTRAINT ck_accounts_guard",
    "DROP TABLE p_treiz.transfers CASCADE",
    "CREATE TABLE p_treiz.mine (id int)",
    "CREATE TABLE public.mine (id int)",
    "SET session_replication_role = replica",
    "INSERT INTO public.programmes (id, slug, schema_name) VALUES (gen_random_uuid(), 'x', 'p_x')",
    "UPDATE p_treiz.alembic_version SET version_num = '0001'",
    "UPDATE public.alembic_version SET version_num = '0000'",
    "CREATE OR REPLACE FUNCTION public.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
)


@pytest.fixture
async def lived_in(town: Town) -> Town:
    """A town in which something of each kind has happened."""
    await town.spend("1,00")
    await town.hold("2,00")
    async with town.sessions.begin() as session:
        await once.remember(session, [(once.Once(new_id(), "k-1", b"asked"), {"done": True})])
    return town


@pytest.mark.parametrize("statement", [*CHANGES, *BEYOND_THE_RUNTIME])
async def test_the_runtime_role_may_not(lived_in: Town, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"InsufficientPrivilege"):
        await run(lived_in.sessions, statement)


@pytest.mark.parametrize("statement", CHANGES)
async def test_not_even_the_owner_changes_what_is_written(lived_in: Town, owner: Sessions, statement: str) -> None:
    with pytest.raises(IntegrityError, match="never changed or deleted: post the opposite instead"):
        await run(owner, statement)
    assert (await lived_in.audit()).agrees


Row = dict[str, object]

NOWHERE = UUID(int=0)

UNWRITABLE: dict[str, tuple[Row, str]] = {
    "an amount of zero": ({"amount": 0}, "ck_transfers_positive"),
    "a negative amount": ({"amount": -100}, "ck_transfers_positive"),
    "no amount": ({"amount": None}, "NotNullViolation"),
    "an amount beyond bigint": ({"amount": 2**63}, "out of range"),
    "no debit": ({"debit_account_id": None}, "NotNullViolation"),
    "no credit": ({"credit_account_id": None}, "NotNullViolation"),
    "an account that is not there": ({"credit_account_id": NOWHERE}, "fk_transfers_credit_account_id"),
    "a hold that is not there": ({"hold_id": NOWHERE}, "fk_transfers_hold_id"),
    "the reversal of nothing": ({"reverses": NOWHERE}, "fk_transfers_reverses"),
    "a number that its debit account has had": ({"debit_seq": 2}, "uq_transfers_debit_account_id_debit_seq"),
    "a number that its credit account has had": ({"credit_seq": 1}, "uq_transfers_credit_account_id_credit_seq"),
    "no digest": ({"digest": None}, "NotNullViolation"),
}


@pytest.mark.parametrize("what", UNWRITABLE)
async def test_a_transfer_is_unwritable_with(town: Town, owner: Sessions, what: str) -> None:
    spoilt, refusal = UNWRITABLE[what]
    await town.spend("1,00")
    row = past_the_door(town)
    for who in (town.sessions, owner):
        with pytest.raises(DBAPIError, match=refusal):
            await write(who, row | spoilt)
    await write(town.sessions, row)  # nothing else was wrong with it


async def test_a_transfer_from_an_account_to_itself_is_unwritable(town: Town, owner: Sessions) -> None:
    for who in (town.sessions, owner):
        with pytest.raises(IntegrityError, match="ck_transfers_two_accounts"):
            await write(who, past_the_door(town) | {"credit_account_id": town.voucher})


async def test_a_second_reversal_is_unwritable(town: Town, owner: Sessions) -> None:
    spent = await town.spend("1,00")
    await town.reverse(spent)
    for who in (town.sessions, owner):
        with pytest.raises(IntegrityError, match="uq_transfers_reverses"):
            await write(who, past_the_door(town) | {"reverses": spent})


@pytest.mark.parametrize("column", ["debits_posted", "debits_pending"])
async def test_a_guarded_account_below_zero_is_unwritable(town: Town, owner: Sessions, column: str) -> None:
    statement = update(Account).where(Account.id == town.voucher).values({column: 2_001})
    for who in (town.sessions, owner):
        with pytest.raises(IntegrityError, match="ck_accounts_guard"):
            async with who.begin() as session:
                await session.execute(statement)
    async with town.sessions.begin() as session:
        await session.execute(statement.values({column: 2_000}))


async def test_the_guard_stands_when_the_door_believes_wrong_books(town: Town) -> None:
    async with town.sessions() as session:
        books = await posting.lock(session, [town.voucher, town.shop])
        books[town.voucher].credits += 1_000_000
        with pytest.raises(IntegrityError, match="ck_accounts_guard"):
            await posting.post(session, [spending(town, "20,01")], at=AT, books=books)
    assert (await town.audit()).agrees


@pytest.mark.parametrize("column", ["debits_posted", "credits_posted", "debits_pending", "version"])
async def test_no_sum_of_an_account_is_ever_negative(town: Town, column: str) -> None:
    with pytest.raises(IntegrityError, match="ck_accounts_sums"):
        async with town.sessions.begin() as session:
            await session.execute(update(Account).where(Account.id == town.shop).values({column: -1}))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"captured": 201, "state": "captured"}, "ck_holds_sums"),
        ({"captured": -1}, "ck_holds_sums"),
        ({"released": -1}, "ck_holds_sums"),
        ({"captured": 200, "released": 1, "state": "captured"}, "ck_holds_sums"),
        ({"captured": 200}, "ck_holds_closed"),
        ({"state": "voided"}, "ck_holds_closed"),
        ({"state": "lost", "released": 200}, "ck_holds_state"),
    ],
)
async def test_a_hold_that_does_not_add_up_is_unwritable(town: Town, changes: Row, refusal: str) -> None:
    await town.hold("2,00")
    with pytest.raises(IntegrityError, match=refusal):
        async with town.sessions.begin() as session:
            await session.execute(update(Hold).values(changes))


@pytest.mark.parametrize("cents", [0, -1])
async def test_a_hold_of_nothing_is_unwritable(town: Town, cents: int) -> None:
    hold = insert(Hold).values(
        id=new_id(), kind="redemption", debit_account_id=town.voucher, credit_account_id=town.shop, amount=cents,
        placed_at=AT, expires_at=SOON,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="ck_holds"):
        async with town.sessions.begin() as session:
            await session.execute(hold)


async def test_the_same_key_of_the_same_caller_is_unwritable_twice(town: Town) -> None:
    asked = once.Once(new_id(), "k-1", b"asked")
    async with town.sessions.begin() as session:
        await once.remember(session, [(asked, {})])
    with pytest.raises(IntegrityError, match="pk_outcomes"):
        async with town.sessions.begin() as session:
            await once.remember(session, [(asked, {})])


async def test_the_same_transfer_is_unwritable_twice(town: Town, owner: Sessions) -> None:
    row = past_the_door(town)
    await write(town.sessions, row)
    for who in (town.sessions, owner):
        with pytest.raises(IntegrityError, match="pk_transfers"):
            await write(who, row | {"debit_seq": 98, "credit_seq": 98})


async def test_the_digest_of_no_two_transfers_is_the_same_though_they_read_alike(town: Town) -> None:
    """Each column goes in after its length: `ab` and `c` are not `a` and `bc`, absent is not empty."""
    digests = set()
    async with town.sessions() as session:
        for kind, document in (("ab", "c"), ("a", "bc"), ("abc", ""), ("abc", None), ("", "abc")):
            statement = text(
                "SELECT public.transfer_digest(:id, :id, :kind, :id, :id, 1, 1, 1, :at, :at, NULL, NULL, :document)"
            )
            facts = {"id": UUID(int=1), "kind": kind, "at": datetime(2026, 1, 1, tzinfo=UTC), "document": document}
            digests.add((await session.execute(statement, facts)).scalar_one())
    assert len(digests) == 5


def past_the_door(town: Town) -> Row:
    """A row of transfers as somebody might write it who does not use the door."""
    asked = NewTransfer("redemption", town.voucher, town.shop, spending(town, "1,00").amount)
    return {
        "id": asked.id, "entry_id": asked.entry, "kind": asked.kind, "debit_account_id": asked.debit,
        "credit_account_id": asked.credit, "amount": asked.amount.cents, "debit_seq": 99, "credit_seq": 99,
        "effective_at": AT, "recorded_at": AT, "digest": b"",
    }  # fmt: skip


async def write(who: Sessions, row: Row) -> None:
    async with who.begin() as session:
        await session.execute(insert(Transfer).values(row))


async def run(who: Sessions, statement: str) -> None:
    async with who.begin() as session:
        await session.execute(text(statement))
