"""What settling refuses."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ledger.errors import Refusal


class PeriodNotOver(Refusal):
    """A period is closed once its last day is over."""

    def __init__(self, *, last_day: date) -> None:
        self.last_day = last_day
        super().__init__(f"The period ends with {last_day}, which is not over.")


class FiguresChanged(Refusal):
    """A period comes to something else than what was shown to whoever closes it."""

    def __init__(self) -> None:
        super().__init__("The figures changed since they were shown.")


class SettlementUnknown(Refusal):
    """No such settlement in this programme."""

    def __init__(self, *, settlement: UUID) -> None:
        self.settlement = settlement
        super().__init__(f"There is no settlement {settlement}.")


class ClosingUnknown(Refusal):
    """No such closing in this programme."""

    def __init__(self, *, closing: UUID) -> None:
        self.closing = closing
        super().__init__(f"There is no closing {closing}.")


class ClosingNotFinished(Refusal):
    """A closing is still settling its shops."""

    def __init__(self, *, first_day: date, last_day: date) -> None:
        self.first_day, self.last_day = first_day, last_day
        super().__init__(f"The closing of {first_day} to {last_day} is not finished.")


class PaidInRhythm(Refusal):
    """Only a shop that is paid on demand, or left, asks to be paid now."""

    def __init__(self, *, rhythm: str) -> None:
        self.rhythm = rhythm
        super().__init__(f"This shop is paid {rhythm}.")


class AskedToday(Refusal):
    """A shop asks to be paid once a day at most."""

    def __init__(self) -> None:
        super().__init__("This shop asked to be paid today already.")


class NothingOwed(Refusal):
    """A shop asks to be paid, and nothing is owed to it."""

    def __init__(self) -> None:
        super().__init__("Nothing is owed to this shop up to the end of yesterday.")
