"""The proofs: green after a life of everything; whatever a superuser spoils is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.database import Sessions
from ledger.days import Period
from ledger.money import ZERO, Money
from merchants.settlements.queries import SettlementView
from tests.given import Paper, Town, paris
from tests.ledger.given import by_hand
from vouchers import proofs, queries
from vouchers.redeeming import Receipt


@dataclass(frozen=True, slots=True)
class Story:
    """A town in which everything has happened once."""

    town: Town
    voucher: Paper
    kept: Receipt
    undone: Receipt
    settlement: SettlementView


@pytest.fixture
async def story(town: Town) -> Story:
    await town.pay_in("10,00", owner=town.funder)
    voucher, lost, expired = await town.vouchers(3, last_day=date(2026, 10, 31))
    await town.top_up(voucher, "10,00")
    kept = await town.till.redeem(voucher, "12,50")
    undone = await town.tills[1].redeem(voucher, "3,00")
    await town.undo(undone)
    await town.till.capture(await town.till.hold(voucher, "5,00"), "4,00", final=True)
    await town.reissue(lost)
    town.at = paris("2026-11-03T09:00")
    await town.expire()
    await town.extend(expired, date(2026, 12, 31))
    await town.close(Period.month("2026-10"))
    (settlement, *_) = await town.settlements()
    return Story(town, voucher, kept, undone, settlement)


async def found(story: Story) -> set[tuple[str, UUID | None]]:
    return {(finding.proof, finding.id) for finding in (await story.town.audit()).findings}


async def test_after_a_whole_life_every_cent_of_the_batch_is_accounted_for(story: Story) -> None:
    audit = await story.town.audit()
    assert audit.agrees, audit.findings
    assert audit.ring_fence.covered
    (batch,) = await story.town.do(proofs.conservation)
    assert batch.missing == ZERO
    assert (batch.issued, batch.topped_up) == (Money.of("60,00"), Money.of("10,00"))
    assert (batch.redeemed, batch.undone) == (Money.of("19,50"), Money.of("3,00"))
    assert (batch.expired, batch.reinstated) == (Money.of("53,50"), Money.of("20,00"))
    assert batch.left == Money.of("20,00")


SPOILED = [
    ("UPDATE batches SET face_value = face_value + 1", "conservation", "batch"),
    ("UPDATE batches SET quantity = quantity + 1", "conservation", "batch"),
    ("UPDATE redemptions SET amount = amount + 1 WHERE id = :kept", "redemption", "kept"),
    ("UPDATE redemptions SET shop_id = :other_shop WHERE id = :kept", "redemption", "kept"),
    ("UPDATE redemptions SET voucher_id = :other_voucher WHERE id = :kept", "redemption", "kept"),
    ("DELETE FROM transfers WHERE id = :kept", "redemption", "kept"),
    ("UPDATE transfers SET kind = 'issue' WHERE id = :kept", "redemption", "kept"),
    ("UPDATE transfers SET kind = 'issue' WHERE id = :kept", "digest", "kept"),
    ("UPDATE transfers SET amount = amount + 1 WHERE id = :kept", "digest", "kept"),
    ("UPDATE undos SET redemption_id = :kept", "undo", "kept"),
    ("UPDATE transfers SET reverses = NULL WHERE reverses = :undone", "undo", "undone"),
    ("UPDATE settlements SET redeemed = redeemed + 1, turnover = turnover + 1, paid = paid + 1 WHERE id = :settlement",
     "settlement", "settlement"),
    ("UPDATE settlements SET commission = commission + 1, paid = paid - 1 WHERE id = :settlement",
     "settlement", "settlement"),
    ("UPDATE settlements SET commission_rest = 17 WHERE id = :settlement", "settlement", "settlement"),
    ("UPDATE settlements SET vat_rest_before = 17 WHERE id = :settlement", "settlement", "settlement"),
    ("UPDATE terms SET commission_bp = 301", "settlement", "settlement"),
    ("UPDATE settlements SET number = 'TREIZ-2026-999999' WHERE id = :settlement", "settlement", "settlement"),
    ("DELETE FROM settlement_lines WHERE transfer_id = :kept", "settlement", "settlement"),
    ("UPDATE numbers SET last = last + 1", "numbering", None),
    ("DELETE FROM settlements WHERE id = :settlement", "numbering", None),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "proof", "named"), SPOILED, ids=[f"{one[1]}: {one[0][:60]}" for one in SPOILED])
async def test_what_a_superuser_changes_is_named(
    story: Story, owner: Sessions, statement: str, proof: str, named: str | None
) -> None:
    town = story.town
    ids: dict[str, Any] = {
        "kept": story.kept.redemption, "undone": story.undone.redemption, "settlement": story.settlement.id,
        "batch": story.voucher.batch, "other_shop": town.tills[1].shop,
        "other_voucher": (await town.papers(story.voucher.batch))[1].id,
    }  # fmt: skip
    used = {name: value for name, value in ids.items() if f":{name}" in statement}
    await by_hand(owner, statement, **used)
    assert (proof, ids[named] if named else None) in await found(story)


async def test_an_undo_row_that_is_deleted_by_hand_is_missed(story: Story, owner: Sessions) -> None:
    """The money is back on the voucher, but nobody can say who took it back."""
    view = await story.town.do(lambda session: queries.redemption(session, story.undone.redemption))
    await by_hand(owner, "DELETE FROM undos")
    assert ("undo", view.undo) in await found(story)


async def test_a_redemption_row_that_is_deleted_by_hand_is_missed(story: Story, owner: Sessions) -> None:
    await by_hand(owner, "DELETE FROM redemptions WHERE id = :kept", kept=story.kept.redemption)
    assert ("redemption", story.kept.redemption) in await found(story)


async def test_redemptions_are_proved_in_portions(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vouchers.redemption_proofs.AT_ONCE", 1)
    story.town.at += timedelta(days=1)
    assert (await story.town.audit()).agrees
