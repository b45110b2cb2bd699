"""Vouchers live at random in two programmes, and after every step the books are what a plain model says.

The random life tries what nobody thought of; the told one takes every kind of step once, so that a machine that
came to do nothing would not pass for a proof.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import URL

from tests.journeys.life import Life
from tests.thoroughness import examples

EXAMPLES: Final = examples(5)
"""Up to its tenth example Hypothesis draws afresh; from there on it mostly varies what it drew."""
STEPS: Final = 50


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """The one event loop of a machine, which is not that of the tests around it."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        yield runner


def test_whatever_happens_every_cent_is_where_the_model_says(
    cluster: URL, tmp_path: Path, runner: asyncio.Runner
) -> None:
    happened: Counter[str] = Counter()
    run_state_machine_as_test(
        lambda: Life(cluster, tmp_path, runner, happened),
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, print_blob=True,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )  # fmt: skip
    print(f"{happened.total()} things happened: {dict(happened.most_common())}")
    assert happened.total() > EXAMPLES * STEPS / 4
    assert len(happened) > 12


def test_every_kind_of_step_is_taken_and_agrees_with_the_model(
    cluster: URL, tmp_path: Path, runner: asyncio.Runner
) -> None:
    happened: Counter[str] = Counter()
    life = Life(cluster, tmp_path, runner, happened)
    try:
        life.open()
        for chapter in (issuing, spending, returning, two_tills, holding, days_passing, caring, ending):
            for side in (0, 1):
                for _step in chapter(life, side):
                    life.the_books_agree_with_the_model()
            life.the_books_agree_with_themselves()
    finally:
        life.teardown()
    never = [kind for kind in EVERY_KIND if not happened[kind]]
    assert not never, f"never happened: {never}"


Chapter = Iterator[Any]
"""Told step by step; the books are compared at every ``yield``."""


def issued(life: Life, side: int, *, paid: str = "exactly", begins: int | None = None, lasts: int | None = None) -> Any:
    (voucher,) = life.issue(side, 50_00, 1, paid, begins, lasts).values
    return voucher


def issuing(life: Life, side: int) -> Chapter:
    yield issued(life, side)
    yield life.issue(side, 20_00, 3, "credit", None, None)
    yield life.issue(side, 20_00, 3, "short", None, None)
    yield life.issue(side, 20_00, 3, "exactly", None, -1)
    later = issued(life, side, begins=2, lasts=40)
    yield life.redeem(later, 1, "half")


def spending(life: Life, side: int) -> Chapter:
    one, other = issued(life, side), issued(life, side)
    for share in ("cent too many", "nothing", "less"):
        yield life.redeem(one, 0, share)
    yield life.redeem_together([(one, 0, "half"), (one, 1, "all"), (other, 0, "third"), (one, 0, "cent")])
    keyed = life.redeem_under_a_key(other, 1, "third")
    for more in (0, 1, -1):
        yield life.ask_again(keyed, more)
    yield life.the_other_programme_does_not_know_the_code(other, 0)
    (redemption,) = life.redeem(other, 0, "third").values
    for by in ("another shop", "till", "till", "operator"):
        yield life.undo(redemption, by)


def returning(life: Life, side: int) -> Chapter:
    one = issued(life, side)
    first, second, held = (life.redeem(one, 0, "third").values[0] for _ in range(3))
    for share, by in (
        ("nothing", "till"), ("cent too many", "till"), ("third", "another shop"), ("half", "till"),
        ("cent", "operator"),
    ):  # fmt: skip
        yield life.give_back(first, share, by)
    for by in ("till", "operator"):
        yield life.undo(first, by)
    yield life.give_back(first, None, "till")
    yield life.give_back(first, None, "till")
    yield life.undo(first, "till")
    yield life.undo(second, "till")
    yield life.give_back(second, None, "till")
    heir = life.reissue(one)
    yield life.give_back(held, "half", "till")
    yield life.redeem(heir, 1, "cent")


def two_tills(life: Life, side: int) -> Chapter:
    one = issued(life, side)
    yield life.two_at_once(one, "half", "third", 1)
    yield life.two_at_once(one, "half", "third", 0)
    for at_once in (True, False):
        for more in (0, 1):
            yield life.two_under_one_key(one, "third", 0, more, at_once)
    yield life.two_at_once(one, "all", "cent", 1)


def holding(life: Life, side: int) -> Chapter:
    for share, final in (("cent", False), ("half", True), ("all", False), ("cent too many", False)):
        one = issued(life, side)
        hold = life.hold(one, 0, "half", timedelta(hours=1))
        yield life.capture(hold, share, final=final)
        yield life.reissue(one)
        yield life.void(hold, "another")
        yield life.capture(hold, None, final=False)
        yield life.capture(hold, "cent", final=False)
        yield life.void(hold, "its shop")
    one = issued(life, side)
    yield life.hold(one, 0, "cent too many", timedelta(hours=1))
    yield life.hold(one, 0, "third", timedelta(seconds=59))
    yield life.void(life.hold(one, 1, "third", timedelta(hours=1)), "its shop")
    yield life.hold(one, 1, "third", timedelta(minutes=30))
    yield life.redeem(one, 0, "cent too many")
    yield life.hold(one, 0, "cent too many", timedelta(minutes=30))


def days_passing(life: Life, side: int) -> Chapter:
    (redemption,) = life.redeem(issued(life, side), 0, "third").values
    yield life.the_commission_changes_tomorrow(side, 1000)
    for step in ("eve", "midnight"):
        yield life.time_passes(step)
        yield life.close(side, "yesterday")
        yield life.close(side, "today")
    yield life.undo(redemption, "till")
    yield life.undo(redemption, "operator")
    yield life.sweep(side, "time out")
    yield life.time_passes("clocks change")


def caring(life: Life, side: int) -> Chapter:
    one = issued(life, side)
    for what in ("block", "block", "unblock", "unblock"):
        yield life.block_or_unblock(one, what)
        yield life.redeem(one, 0, "cent")
    for share in ("third", "cent too many", "nothing"):
        yield life.top_up(one, "ville", share)
    heir = life.reissue(one)
    yield life.redeem(one, 0, "cent")
    yield life.redeem(heir, 1, "third")
    yield life.block_or_unblock(heir, "block")
    yield life.sweep(side, "unblock all")
    yield life.overdraw_past_the_decision(heir, 0)
    yield life.close(side, "so far")


def ending(life: Life, side: int) -> Chapter:
    brief, held = issued(life, side, lasts=1), issued(life, side, lasts=1)
    hold = life.hold(held, 0, "half", timedelta(days=7))
    yield life.top_up(brief, "ville", "third")
    today = issued(life, side, lasts=0)
    for step in ("eve", "midnight"):
        yield life.time_passes(step)
        yield life.redeem(today, 0, "cent")
        yield life.sweep(side, "expire")
    yield life.time_passes("week")
    yield life.sweep(side, "expire")
    yield life.redeem(brief, 0, "cent")
    yield life.reissue(brief)
    yield life.extend(brief, -1, "its last day")
    yield life.extend(brief, 60, "today")
    (redemption,) = life.redeem(brief, 0, "half").values
    yield life.time_passes("day")
    yield life.close(side, "yesterday")
    yield life.the_commission_changes_tomorrow(side, 333)
    yield life.time_passes("day")
    yield life.undo(redemption, "operator")
    yield life.redeem(brief, 1, "cent")
    (late,) = life.redeem(brief, 1, "third").values
    yield life.time_passes("day")
    yield life.close(side, "yesterday")
    yield life.capture(hold, None, final=False)
    yield life.sweep(side, "time out")
    yield life.void(hold, "its shop")
    yield life.time_passes("months")
    yield life.sweep(side, "expire")
    yield life.close(side, "last month")
    yield life.close(side, "last month")
    yield life.give_back(late, "half", "till")
    yield life.sweep(side, "expire")
    yield life.time_passes("week")
    yield life.close(side, "yesterday")
    for _ in range(4):
        yield life.time_passes("week")
    yield life.give_back(late, "cent", "till")
    yield life.give_back(late, None, "operator")
    yield life.sweep(side, "expire")


EVERY_KIND: Final = (
    "issue", "issue on credit", "issue: not-paid", "issue: last-day-too-early",
    "redeem", "redeem: not-enough-left", "redeem: amount-not-positive", "redeem: voucher-blocked",
    "redeem: voucher-expired", "redeem: voucher-replaced", "redeem: voucher-not-yet-valid", "redeem: code of another",
    "redeem together", "redeem together: not-enough-left", "redeem under a key", "ask again",
    "ask otherwise: key-reused", "two at once", "two at once: not-enough-left", "two under one key",
    "two under one key: key-reused",
    "undo by the till", "undo by the till: undo-too-late", "undo by the till: already-undone",
    "undo by the another shop: redemption-unknown", "undo by the operator",
    "undo by the till: partly-returned", "undo by the operator: partly-returned", "undo by the till: already-returned",
    "return by the till", "return by the operator", "return by the another shop: redemption-unknown",
    "return by the till: amount-not-positive", "return by the till: return-exceeded",
    "return by the till: already-returned", "return by the till: already-undone", "return by the till: return-too-late",
    "hold", "hold: not-enough-left", "hold: hold-too-long", "capture", "capture, final", "capture all",
    "capture: hold-exceeded", "capture all: hold-closed", "void", "void: hold-closed", "void: hold-unknown", "time out",
    "block", "unblock", "unblock: voucher-not-blocked", "reissue", "reissue: voucher-held", "reissue: voucher-expired",
    "extend", "extend: last-day-too-early", "reinstate", "expire", "top up", "top up: funds-exhausted",
    "close", "close: period-not-over", "close again", "commission", "time: clocks change",
    "overdraw: refused by posting", "overdraw: refused by the database",
)  # fmt: skip
