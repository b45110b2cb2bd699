"""What the books of account refuse."""

from __future__ import annotations

from ledger.errors import Refusal


class WorkbookTooLong(Refusal):
    """More rows than a workbook takes here; as CSV there is no limit."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        super().__init__(f"A workbook takes {most} rows.")
