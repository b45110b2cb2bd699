"""What proving refuses."""

from __future__ import annotations

from ledger.errors import Refusal


class GaugeLimitsMalformed(Refusal):
    """A gauge warns before it alarms, and alarms at the threshold of the law at the latest."""

    def __init__(self) -> None:
        super().__init__("A gauge warns above zero, alarms above that, and at 100 % at the latest.")
