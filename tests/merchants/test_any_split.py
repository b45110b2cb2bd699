"""Into whichever periods time is cut, each shop is charged and paid the same in all. In books: `test_any_month`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.ids import new_id
from ledger.money import ZERO, Money, total
from ledger.movements import Movement
from merchants.commission.prices import Price
from merchants.movements import REDEMPTION, RETURN, UNDO, Moved
from merchants.settlements.figures import NOTHING, Figures, figures
from tests.merchants.test_commission import prices

FIRST: Final = date(2026, 10, 1)
DAYS: Final = 60
SHOP: Final = new_id()


@dataclass(frozen=True, slots=True)
class Rules:
    """Prices and rates of VAT before and from a day on; a minimum; the day on which the shop leaves, if it does."""

    prices: tuple[Price, Price]
    vat: tuple[int, int]
    changes: int
    minimum: int
    leaves: int

    def price(self, day: date) -> Price:
        return self.prices[(day - FIRST).days >= self.changes]

    def rate(self, day: date) -> int:
        return self.vat[(day - FIRST).days >= self.changes]


def moved(kind: str, cents: int, sold: int, day: int, whole: int, before: int = 0) -> Moved:
    noon = datetime(2026, 10, 1, 10, tzinfo=UTC)
    movement = Movement(SHOP, new_id(), kind, Money(cents), noon + timedelta(day), noon + timedelta(sold))
    return Moved(movement, Money(whole), Money(before))


@st.composite
def histories(draw: st.DrawFn) -> list[Moved]:
    """Redemptions, each kept, undone the same day or long after, or returned in parcels."""
    made: list[Moved] = []
    for _ in range(draw(st.integers(1, 12))):
        day, cents = draw(st.integers(0, DAYS - 1)), draw(st.integers(1, 20_000))
        made.append(moved(REDEMPTION, cents, day, day, cents))
        later = st.integers(day, DAYS - 1)
        match draw(st.sampled_from(["kept", "kept", "undone", "returned"])):
            case "undone":
                made.append(moved(UNDO, -cents, day, draw(later), cents))
            case "returned":
                cuts = sorted(draw(st.sets(st.integers(1, cents), min_size=1, max_size=3)))
                back = sorted(draw(later) for _ in cuts)
                for when, before, upto in zip(back, [0, *cuts], cuts, strict=False):
                    made.append(moved(RETURN, before - upto, day, when, cents, before))
    return made


rules = st.builds(
    Rules, st.tuples(prices, prices), st.sampled_from([(2_000, 2_000), (2_000, 0), (0, 2_000), (2_000, 850)]),
    st.integers(0, DAYS), st.integers(0, 30_000), st.integers(0, 2 * DAYS),
)  # fmt: skip
splits = st.sets(st.integers(1, DAYS - 1), max_size=12).map(lambda cuts: [*sorted(cuts), DAYS])


def settle(history: Sequence[Moved], cuts: Sequence[int], by: Rules) -> list[Figures]:
    """The settlements of a shop, closed after each of these days."""
    made: list[Figures] = []
    taken: set[int] = set()
    for cut in cuts:
        ends = datetime(2026, 10, 1, tzinfo=UTC) + timedelta(cut)
        due = [n for n, one in enumerate(history) if n not in taken and one.movement.at < ends]
        taken |= set(due)
        made.append(
            figures(
                [history[n] for n in due], price_on=by.price, vat_on=by.rate, vat_today=0,
                before=made[-1].after if made else NOTHING,
                minimum=ZERO if cut >= by.leaves else Money(by.minimum),
            )
        )  # fmt: skip
    return made


def sums(made: Sequence[Figures]) -> tuple[Money, ...]:
    """Commission, VAT, and what is paid with what is still to be."""
    last = made[-1].carried_forward
    return (
        total([one.commission for one in made]), total([one.vat for one in made]),
        total([one.paid for one in made]) + last,
    )  # fmt: skip


@settings(max_examples=60)
@given(histories(), rules, splits, splits)
def test_any_split_into_periods_charges_and_pays_the_same(
    history: list[Moved], by: Rules, one: list[int], other: list[int]
) -> None:
    first, second = settle(history, one, by), settle(history, other, by)
    assert sums(first) == sums(second)
    assert first[-1].after.commission == second[-1].after.commission
    assert first[-1].after.vat == second[-1].after.vat


@settings(max_examples=60)
@given(histories(), rules, splits)
def test_statements_are_invoices_payouts_and_what_is_carried(history: list[Moved], by: Rules, cuts: list[int]) -> None:
    made = settle(history, cuts, by)
    invoiced = total([one.commission + one.vat for one in made])
    paid = total([one.paid for one in made])
    assert total([one.turnover for one in made]) == invoiced + paid + made[-1].carried_forward
    for one in made:
        assert total([base for _, base, _ in one.vat_parts]) == (one.commission if one.vat_parts else ZERO)
        assert total([tax for _, _, tax in one.vat_parts]) == (one.vat if one.vat_parts else ZERO)
        assert all(rate or not tax for rate, _, tax in one.vat_parts)
        if len(one.vat_parts) == 1:
            assert one.commission.cents * one.vat.cents >= 0, "an invoice never bears VAT of the other sign"
        assert one.carried_forward < max(one.minimum, Money(1))
    if by.leaves <= DAYS:
        assert made[-1].carried_forward <= ZERO


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, DAYS - 1), st.integers(1, 20_000)), min_size=1, max_size=8), rules, splits)
def test_what_is_all_undone_in_the_end_has_cost_nothing(
    sold: list[tuple[int, int]], by: Rules, cuts: list[int]
) -> None:
    history = [moved(REDEMPTION, cents, day, day, cents) for day, cents in sold]
    history += [moved(UNDO, -cents, day, DAYS - 1, cents) for day, cents in sold]
    assert sums(settle(history, cuts, by)) == (ZERO, ZERO, ZERO)
