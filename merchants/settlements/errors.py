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
