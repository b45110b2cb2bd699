"""What the proofs came to each morning: from seven in Paris, once a day, and who has a letter about it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from ledger.ids import new_id
from ledger.money import Money
from tests.given import Town, paris
from vouchers.proving import letters, mornings
from vouchers.proving.everything import Line

GREEN = (Line("ring-fence", "holds", Money(5)), Line("audit", "watch", count=0))
RED = (Line("ring-fence", "broken", -Money(5)), Line("audit", "watch", count=0))


@pytest.mark.parametrize(
    ("typed", "due"),
    [
        ("2026-07-01T06:59:59", False), ("2026-07-01T07:00:00", True),  # summer
        ("2026-12-01T06:59:59", False), ("2026-12-01T07:00:00", True),  # winter
        ("2026-12-01T00:30:00", False), ("2026-12-01T23:59:59", True),  # a server that was away all day
    ],
)  # fmt: skip
async def test_it_is_morning_from_seven_in_paris(town: Town, typed: str, due: bool) -> None:
    assert await town.do(lambda session: mornings.is_due(session, at=paris(typed))) is due


async def test_a_morning_is_kept_once_and_writes_while_it_is_red_and_once_when_it_is_green_again(town: Town) -> None:
    people = [new_id(), new_id()]
    town.at = paris("2026-10-06T07:00")

    async def keep(lines: tuple[Line, ...]) -> int:
        """How many letters that makes."""
        before = len(await town.do(lambda session: letters.queued(session, limit=100)))
        await town.do(lambda session: mornings.keep(session, lines, recipients=people, at=town.at))
        return len(await town.do(lambda session: letters.queued(session, limit=100))) - before

    made = []
    for lines in (GREEN, RED, RED, GREEN, GREEN):
        made += [await keep(lines), await keep(RED)]  # a second run of the same morning changes nothing
        assert not await town.do(lambda session: mornings.is_due(session, at=town.at))
        last = await town.do(mornings.last)
        assert last is not None
        assert (last.lines, last.reckoned_at) == (lines, town.at)
        town.at += timedelta(days=1)
    assert made == [0, 0, 2, 0, 2, 0, 2, 0, 0, 0]


async def test_a_letter_is_claimed_by_one_and_doubtful_if_its_worker_never_came_back(town: Town) -> None:
    await town.do(lambda session: mornings.keep(session, RED, recipients=[new_id()], at=town.at))
    (one,) = await town.do(lambda session: letters.queued(session, limit=9))
    assert await town.do(lambda session: letters.claim(session, one, at=town.at))
    assert not await town.do(lambda session: letters.claim(session, one, at=town.at))
    late = town.at + letters.PATIENCE + timedelta(seconds=1)
    await town.do(lambda session: letters.doubt_stale(session, at=late))
    await town.do(lambda session: letters.settle(session, one, "sent", detail="", at=late))
    assert await town.do(lambda session: letters.queued(session, limit=9)) == []
    states = await town.do(lambda session: session.execute(text("SELECT state FROM p_treiz.proof_letters")))
    assert states.scalars().all() == ["doubtful"]
