"""What rules of commission refuse."""

from __future__ import annotations

from datetime import date

from ledger.errors import Refusal


class CommissionTooLate(Refusal):
    """A day that is settled already keeps what was charged on it."""

    def __init__(self, *, settled: date) -> None:
        self.settled = settled
        super().__init__(f"The days up to {settled} are settled.")


class CommissionMalformed(Refusal):
    """A rule out of its bounds; ``field`` names it."""

    def __init__(self, *, field: str) -> None:
        self.field = field
        super().__init__(f"{field} is out of bounds.")
