"""What campaigns refuse."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ledger.errors import Refusal
from ledger.money import Money


class CampaignUnknown(Refusal):
    """No such campaign in this programme, or none that may be seen yet."""

    def __init__(self, *, campaign: UUID | str) -> None:
        self.campaign = campaign
        super().__init__(f"There is no campaign {campaign}.")


class CampaignIncomplete(Refusal):
    """What a campaign promises does not hold together: these fields are missing, or contradict one another."""

    def __init__(self, *, fields: tuple[str, ...]) -> None:
        self.fields = fields
        super().__init__(f"The campaign cannot stand like this: {', '.join(fields)}.")


class CampaignDaysWrong(Refusal):
    """It ends before it begins or before today, or lasts longer than a year."""

    def __init__(self, *, first_day: date, last_day: date) -> None:
        self.first_day, self.last_day = first_day, last_day
        super().__init__(f"A campaign cannot go from {first_day} to {last_day}.")


class CampaignStanding(Refusal):
    """What is asked belongs to another state: a draft is changed, a published campaign is ended, a draw drawn."""

    def __init__(self, *, status: str) -> None:
        self.status = status
        super().__init__(f"The campaign is {status}: that cannot be done any more, or not yet.")


class CampaignNotFunded(Refusal):
    """The funder holds less than all of its published campaigns may still give."""

    def __init__(self, *, left: Money, needed: Money) -> None:
        self.left, self.needed = left, needed
        super().__init__(f"The funder holds {left}; its campaigns may still give {needed}.")


class BudgetBelowGiven(Refusal):
    """More than the new budget has been given already."""

    def __init__(self, *, given: Money, asked: Money) -> None:
        self.given, self.asked = given, asked
        super().__init__(f"{given} was given already; a budget of {asked} is too small.")


class CampaignOver(Refusal):
    """Its last day is over: nobody joins any more."""

    def __init__(self, *, last_day: date) -> None:
        self.last_day = last_day
        super().__init__(f"The campaign ended on {last_day}.")


class DrawTooEarly(Refusal):
    """A draw waits until all of its days are over, and with them what a shop may still take back."""

    def __init__(self, *, first_possible: date) -> None:
        self.first_possible = first_possible
        super().__init__(f"The draw is possible from {first_possible}.")


class AlreadyDrawn(Refusal):
    """A draw is drawn once."""

    def __init__(self) -> None:
        super().__init__("This draw has been drawn.")
