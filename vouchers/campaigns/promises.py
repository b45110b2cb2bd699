"""What a campaign promises, and what one purchase brings by it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, Literal
from uuid import UUID

from ledger.money import ZERO, Money, rounded
from vouchers.campaigns.errors import CampaignDaysWrong, CampaignIncomplete

Kind = Literal["story", "top_up", "draw"]
Motif = Literal["heart", "star", "sun", "leaf", "gift"]

MOTIFS: Final[tuple[Motif, ...]] = ("heart", "star", "sun", "leaf", "gift")
"""The pictures of which a campaign wears one."""

LONGEST: Final = timedelta(days=366)
TITLE_LONGEST: Final = 80
THEME_LONGEST: Final = 160
STORY_LONGEST: Final = 5_000
PRIZES_MOST: Final = 1_000
MONEY_MOST: Final = Money(1_000_000_00)
LATEST: Final = timedelta(days=31)
"""How long after its last day a campaign still gives what a voucher that was blocked had earned."""

MORNING: Final = 6
"""The hour in Paris from which the purchases of the day before bring something."""

WHOLE: Final = 10_000
"""Hundredths of a percent in a whole."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A campaign as whoever plans it writes it.

    :param rate_bp: of a top-up, the share of what is spent that is added, in hundredths of a percent; or
    :param each: what every purchase adds, never more than was spent; of a draw, one prize
    :param most_per_voucher: what a top-up adds to one voucher at most, in all
    :param least_spent: purchases below it do not count
    """

    title: str
    kind: Kind
    first_day: date
    last_day: date
    theme: str = ""
    story: str = ""
    motif: Motif = "heart"
    funder: UUID | None = None
    budget: Money = ZERO
    rate_bp: int = 0
    each: Money = ZERO
    most_per_voucher: Money = ZERO
    least_spent: Money = ZERO
    prizes: int = 0

    def refuse_unless_sound(self) -> None:
        """Whether it holds together.

        :raises CampaignDaysWrong, CampaignIncomplete:
        """
        if self.last_day < self.first_day or self.last_day - self.first_day > LONGEST:
            raise CampaignDaysWrong(first_day=self.first_day, last_day=self.last_day)
        wrong = [*self._of_words(), *self._of_money()]
        if wrong:
            raise CampaignIncomplete(fields=tuple(wrong))

    def brings(self, spent: Money) -> Money:
        """What one purchase adds to its voucher, before any bound. Rounded half up, never more than was spent."""
        if spent < self.least_spent or self.kind != "top_up":
            return ZERO
        if self.rate_bp:
            return rounded(Fraction(spent.cents * self.rate_bp, WHOLE))
        return min(self.each, spent)

    def _of_words(self) -> list[str]:
        bounds = (("title", TITLE_LONGEST), ("theme", THEME_LONGEST), ("story", STORY_LONGEST))
        wrong = [name for name, most in bounds if len(getattr(self, name)) > most]
        if not self.title.strip():
            wrong.append("title")
        if self.motif not in MOTIFS:
            wrong.append("motif")
        return wrong

    def _of_money(self) -> list[str]:
        sums = ("budget", "each", "most_per_voucher", "least_spent")
        wrong = [name for name in sums if not ZERO <= getattr(self, name) <= MONEY_MOST]
        if not 0 <= self.rate_bp <= WHOLE:
            wrong.append("rate_bp")
        wanted = {
            "story": {"funder": False, "budget": False, "rate_bp": False, "each": False, "most_per_voucher": False},
            "top_up": {"funder": True, "budget": True, "most_per_voucher": True},
            "draw": {"funder": True, "budget": True, "rate_bp": False, "each": True},
        }[self.kind]
        wrong += [name for name, needed in wanted.items() if bool(getattr(self, name)) != needed]
        if self.kind == "top_up" and bool(self.rate_bp) == bool(self.each):
            wrong.append("rate_bp")
        if self.kind == "draw":
            sound = 1 <= self.prizes <= PRIZES_MOST and self.each * self.prizes == self.budget
            wrong += [] if sound and self.most_per_voucher == self.each else ["prizes"]
        elif self.prizes:
            wrong.append("prizes")
        return list(dict.fromkeys(wrong))


def a_draw(*, prizes: int, each: Money) -> dict[str, object]:
    """The sums of a draw, of which all follow from the prizes."""
    return {"prizes": prizes, "each": each, "budget": each * prizes, "most_per_voucher": each}
