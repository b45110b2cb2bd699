"""The proofs: books that were kept through the door are clean, and whatever was done by hand is named."""

from __future__ import annotations

from uuid import UUID

import pytest

from ledger import audit
from ledger.audit import Finding
from ledger.chart import Kind, single
from ledger.database import Sessions
from ledger.money import ZERO, Money
from ledger.posting import NewTransfer
from tests.ledger.given import Town, by_hand, change_by_hand

RESEALED = (
    "digest = public.transfer_digest(id, entry_id, kind, debit_account_id, credit_account_id, amount, debit_seq,"
    " credit_seq, effective_at, recorded_at, reverses, hold_id, document)"
)
"""Whoever knows how can make the digest agree again."""


def named(found: audit.Audit, proof: str) -> set[UUID | None]:
    assert not found.agrees
    return {finding.id for finding in found.findings if finding.proof == proof}


def proofs_failed(found: audit.Audit) -> set[str]:
    return {finding.proof for finding in found.findings}


async def reseal(owner: Sessions, transfer: UUID, change: str) -> None:
    """Change a transfer by hand and make its digest agree again."""
    await change_by_hand(owner, "transfers", transfer, change)
    await change_by_hand(owner, "transfers", transfer, RESEALED)


async def test_books_in_which_much_has_happened_are_clean(town: Town) -> None:
    spent = await town.spend("3,00")
    await town.reverse(spent)
    await town.capture((await town.hold("5,00")).id, "2,00")
    await town.void((await town.hold("1,00")).id)
    found = await town.audit()
    assert found.agrees
    assert found.findings == ()
    assert (found.transfers, found.accounts) == (5, 12)
    assert found.debits == found.credits == Money.of("48,00")


async def test_books_in_which_nothing_has_happened_are_clean(sessions: Sessions) -> None:
    async with sessions() as session:
        found = await audit.audit(session)
    assert found.agrees
    assert (found.accounts, found.transfers, found.debits) == (0, 0, ZERO)
    assert found.ring_fence.covered


@pytest.mark.parametrize(
    "change",
    [
        "amount = 1251",
        "amount = amount + 1",
        "kind = 'gift'",
        "document = 'another'",
        "document = NULL",
        "entry_id = gen_random_uuid()",
        "effective_at = effective_at - interval '1 day'",
        "recorded_at = recorded_at + interval '1 microsecond'",
        "debit_account_id = credit_account_id, credit_account_id = debit_account_id",
        "debit_seq = 7",
        "credit_seq = 7",
        "reverses = gen_random_uuid()",
        "hold_id = gen_random_uuid()",
        "id = '00000000-0000-7000-8000-000000000001'",
        "digest = ''",
    ],
)
async def test_a_transfer_changed_by_hand_is_named(town: Town, owner: Sessions, change: str) -> None:
    asked = NewTransfer("redemption", town.voucher, town.shop, Money(1_250), document="ticket")
    await town.spend("1,00")
    await town.post(asked)
    await change_by_hand(owner, "transfers", asked.id, change)
    changed = UUID("00000000-0000-7000-8000-000000000001") if change.startswith("id =") else asked.id
    assert named(await town.audit(), "digest") == {changed}


async def test_a_transfer_changed_with_the_trigger_taken_off_is_named_too(town: Town, owner: Sessions) -> None:
    spent = await town.spend("12,50 €")
    async with owner.begin() as session:
        raw = await session.connection()
        await raw.exec_driver_sql("ALTER TABLE p_treiz.transfers DISABLE TRIGGER written_once")
        await raw.exec_driver_sql("UPDATE p_treiz.transfers SET amount = 1251 WHERE amount = 1250")
        await raw.exec_driver_sql("ALTER TABLE p_treiz.transfers ENABLE TRIGGER written_once")
    found = await town.audit()
    assert Finding(
        "digest", "transfer", spent,
        f"the row is not what was posted: now 1251 cents from {town.voucher} to {town.shop}",
    ) in found.findings  # fmt: skip
    assert named(found, "sums") == {town.voucher, town.shop}


async def test_a_transfer_changed_by_somebody_who_mends_its_digest_shows_in_both_its_accounts(
    town: Town, owner: Sessions
) -> None:
    await reseal(owner, await town.spend("12,50 €"), "amount = 1251")
    found = await town.audit()
    assert proofs_failed(found) == {"sums"}
    assert named(found, "sums") == {town.voucher, town.shop}


async def test_a_deleted_transfer_shows_in_both_its_accounts(town: Town, owner: Sessions) -> None:
    spent = await town.spend("1,00")
    await town.spend("1,00")
    await by_hand(owner, "DELETE FROM transfers WHERE id = :id", id=spent)
    found = await town.audit()
    assert named(found, "sums") == named(found, "sequence") == {town.voucher, town.shop}


async def test_a_deleted_transfer_leaves_a_gap_though_the_sums_are_mended(town: Town, owner: Sessions) -> None:
    spent = await town.spend("1,00")
    await town.spend("1,00")
    await by_hand(
        owner,
        "DELETE FROM transfers WHERE id = :id",
        "UPDATE accounts SET debits_posted = debits_posted - 100, version = version - 1 WHERE id = :voucher",
        "UPDATE accounts SET credits_posted = credits_posted - 100, version = version - 1 WHERE id = :shop",
        id=spent, voucher=town.voucher, shop=town.shop,
    )  # fmt: skip
    found = await town.audit()
    assert proofs_failed(found) == {"sequence"}
    assert named(found, "sequence") == {town.voucher, town.shop}


@pytest.mark.parametrize("column", ["debits_posted", "credits_posted"])
async def test_an_account_whose_sum_was_changed_by_hand_is_named(town: Town, owner: Sessions, column: str) -> None:
    await change_by_hand(owner, "accounts", town.shop, f"{column} = {column} + 1")
    found = await town.audit()
    assert named(found, "sums") == {town.shop}
    assert named(found, "totals") == {None}
    assert proofs_failed(found) == {"sums", "totals"}


async def test_an_account_whose_count_was_changed_by_hand_is_named(town: Town, owner: Sessions) -> None:
    await change_by_hand(owner, "accounts", town.voucher, "version = 5")
    found = await town.audit()
    assert proofs_failed(found) == {"sequence"}
    assert named(found, "sequence") == {town.voucher}


@pytest.mark.parametrize("change", ["credit_seq = 3", "credit_seq = 0", "credit_seq = -1"])
async def test_numbers_with_a_gap_or_not_from_one_are_named(town: Town, owner: Sessions, change: str) -> None:
    first = await town.spend("1,00")
    await town.spend("1,00")
    await reseal(owner, first, change)
    found = await town.audit()
    assert proofs_failed(found) == {"sequence"}
    assert named(found, "sequence") == {town.shop}


async def test_a_number_given_twice_is_named_though_the_last_and_the_count_agree(town: Town, owner: Sessions) -> None:
    """The voucher has 1, 2 and 3; after this 1, 1 and 3, the first as credit, the second as debit."""
    second = await town.spend("1,00")
    await town.spend("1,00")
    await reseal(owner, second, "debit_seq = 1")
    assert named(await town.audit(), "sequence") == {town.voucher}


async def test_a_voucher_below_zero_is_named(town: Town, owner: Sessions) -> None:
    async with owner.begin() as session:
        await (await session.connection()).exec_driver_sql(
            "ALTER TABLE p_treiz.accounts DROP CONSTRAINT ck_accounts_guard"
        )
    await change_by_hand(owner, "accounts", town.voucher, "debits_posted = 2001")
    found = await town.audit()
    assert named(found, "guard") == {town.voucher}
    assert any(finding.detail == "voucher account: holds -1 cents" for finding in found.findings)


@pytest.mark.parametrize("change", ["guarded = false", "kind = 'shop'", "kind = 'treasure'"])
async def test_a_voucher_that_lost_its_guard_or_its_kind_is_named(town: Town, owner: Sessions, change: str) -> None:
    await change_by_hand(owner, "accounts", town.voucher, change)
    found = await town.audit()
    assert proofs_failed(found) == {"chart"}
    assert named(found, "chart") == {town.voucher}


async def test_a_transfer_whose_account_was_deleted_is_named(town: Town, owner: Sessions) -> None:
    spent = await town.spend("1,00")
    await by_hand(owner, "DELETE FROM accounts WHERE id = :id", id=town.shop)
    assert named(await town.audit(), "orphan") == {spent}


@pytest.mark.parametrize("change", ["amount = 99", "reverses = (SELECT id FROM transfers WHERE kind = 'payment')"])
async def test_a_reversal_that_is_not_the_opposite_is_named(town: Town, owner: Sessions, change: str) -> None:
    undone = await town.reverse(await town.spend("1,00"))
    await reseal(owner, undone, change)
    assert named(await town.audit(), "reversal") == {undone}


async def test_a_reversal_of_a_transfer_that_was_deleted_is_named(town: Town, owner: Sessions) -> None:
    spent = await town.spend("1,00")
    undone = await town.reverse(spent)
    await by_hand(owner, "DELETE FROM transfers WHERE id = :id", id=spent)
    assert named(await town.audit(), "reversal") == {undone}


async def test_a_hold_that_says_more_was_captured_than_was_is_named(town: Town, owner: Sessions) -> None:
    hold = (await town.hold("5,00")).id
    await town.capture(hold, "2,00")
    await change_by_hand(owner, "holds", hold, "captured = 300")
    found = await town.audit()
    assert named(found, "hold") == {hold}
    assert named(found, "pending") == {town.voucher}


async def test_a_capture_into_another_account_than_the_holds_is_named(town: Town, owner: Sessions) -> None:
    hold = (await town.hold("5,00")).id
    await town.capture(hold, "2,00")
    (captured,) = await town.history(town.shop)
    await by_hand(
        owner, "UPDATE transfers SET credit_account_id = :bakery WHERE id = :id", id=captured.id, bakery=town.bakery
    )
    assert named(await town.audit(), "hold") == {hold}


@pytest.mark.parametrize("cents", [0, 499, 501])
async def test_an_account_that_holds_back_another_sum_than_its_holds_is_named(
    town: Town, owner: Sessions, cents: int
) -> None:
    await town.hold("5,00")
    await by_hand(owner, "UPDATE accounts SET debits_pending = :cents WHERE id = :id", id=town.voucher, cents=cents)
    found = await town.audit()
    assert proofs_failed(found) == {"pending"}
    assert named(found, "pending") == {town.voucher}


async def test_money_held_back_for_no_hold_is_named(town: Town, owner: Sessions) -> None:
    hold = (await town.hold("5,00")).id
    await by_hand(owner, "DELETE FROM holds WHERE id = :id", id=hold)
    assert named(await town.audit(), "pending") == {town.voucher}


async def test_what_is_spoilt_in_one_programme_is_not_found_in_another(
    town: Town, owner: Sessions, alpes: Sessions
) -> None:
    await change_by_hand(owner, "accounts", town.voucher, "version = 5")
    async with alpes() as session:
        assert (await audit.audit(session)).agrees


async def test_the_ring_fence_counts_bank_and_stripe_against_all_who_are_owed(town: Town) -> None:
    await town.spend("5,00")
    await town.post(NewTransfer("settlement", town.shop, single(Kind.TRANSIT), Money.of("4,00")))
    fence = (await town.audit()).ring_fence
    assert (fence.held, fence.owed) == (Money.of("20,00"), Money.of("20,00"))
    assert fence.covered
    assert fence.short_by == ZERO


async def test_vouchers_given_on_credit_leave_the_ring_fence_open_and_say_by_how_much(town: Town) -> None:
    await town.post(NewTransfer("issue", town.buyer, town.voucher, Money.of("30,00")))
    found = await town.audit()
    assert found.agrees  # the books are right; it is the bank that lacks the money
    assert not found.ring_fence.covered
    assert found.ring_fence.short_by == Money.of("30,00")


async def test_fees_earned_are_the_operators_and_outside_the_ring_fence(town: Town) -> None:
    await town.post(
        NewTransfer("payment", single(Kind.STRIPE), town.buyer, Money.of("6,00")),
        NewTransfer("fee", town.buyer, single(Kind.FEES), Money.of("5,00")),
        NewTransfer("vat", town.buyer, single(Kind.VAT), Money.of("1,00")),
    )
    fence = (await town.audit()).ring_fence
    assert (fence.held, fence.owed) == (Money.of("26,00"), Money.of("20,00"))


async def test_more_findings_than_can_be_named_are_cut_short(town: Town, owner: Sessions) -> None:
    for _ in range(3):
        await town.spend("0,01")
    await by_hand(
        owner,
        """INSERT INTO accounts (id, kind, name, guarded, version)
           SELECT gen_random_uuid(), 'shop', '', false, 1 FROM generate_series(1, 1001)""",
    )
    assert len((await town.audit()).findings) == audit.NAMED_AT_MOST
