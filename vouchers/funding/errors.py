"""What public money refuses."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ledger.errors import Refusal
from ledger.money import Money


class FundsReserved(Refusal):
    """The funder holds enough, but keeps it for what was promised: campaigns, rules, orders that are paid."""

    def __init__(self, *, free: Money, reserved: Money, asked: Money) -> None:
        self.free, self.reserved, self.asked = free, reserved, asked
        super().__init__(f"Of what the funder holds, {reserved} are promised and {free} free; {asked} was asked.")


class BudgetExceeded(Refusal):
    """The agreement with the funder grants less for these days than was asked."""

    def __init__(self, *, budget: str, left: Money, asked: Money) -> None:
        self.budget, self.left, self.asked = budget, left, asked
        super().__init__(f"Of the budget {budget!r} {left} are left; {asked} was asked.")


class NoBudget(Refusal):
    """The agreement with the funder has budgets, and none of them for this day."""

    def __init__(self, *, day: date) -> None:
        self.day = day
        super().__init__(f"The funder has no budget for {day}.")


class BudgetUnknown(Refusal):
    """No such budget of this funder."""

    def __init__(self, *, budget: UUID) -> None:
        self.budget = budget
        super().__init__(f"There is no budget {budget}.")


class BudgetDaysWrong(Refusal):
    """A budget ends before it begins, or shares a day with another one of the same funder."""

    def __init__(self, *, first_day: date, last_day: date) -> None:
        self.first_day, self.last_day = first_day, last_day
        super().__init__(f"No budget can go from {first_day} to {last_day}.")


class BudgetTooSmall(Refusal):
    """More than this was granted or promised already."""

    def __init__(self, *, bound: Money, asked: Money) -> None:
        self.bound, self.asked = bound, asked
        super().__init__(f"{bound} was granted or promised already; a budget of {asked} is too small.")


class TopUpRuleUnknown(Refusal):
    """No such rule of top-up in this programme."""

    def __init__(self, *, rule: UUID) -> None:
        self.rule = rule
        super().__init__(f"There is no rule {rule}.")


class RuleUnsound(Refusal):
    """What a rule says does not hold together: these fields are missing, or contradict one another."""

    def __init__(self, *, fields: tuple[str, ...]) -> None:
        self.fields = fields
        super().__init__(f"The rule cannot stand like this: {', '.join(fields)}.")


class RuleEnded(Refusal):
    """The rule was ended already, or its last day is over."""

    def __init__(self) -> None:
        super().__init__("The rule has ended.")
