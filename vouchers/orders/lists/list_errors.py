"""What a list of beneficiaries is refused for as a whole; its sentences are in `vouchers.orders.lists.list_words`."""

from __future__ import annotations

from typing import Literal

from ledger.errors import Refusal

ListReason = Literal[
    "empty", "old-excel", "password", "open-document", "pdf", "picture", "other-document", "broken-workbook",
    "broken-line", "not-text", "bytes", "unpacked", "many-lines", "far-lines",
]  # fmt: skip


class ListUnreadable(Refusal):
    """No list can be read in what was given.

    `line` is where reading stopped and `limit` what was passed (bytes, or lines of the sheet), when there is one.
    """

    def __init__(self, *, reason: ListReason, line: int | None = None, limit: int | None = None) -> None:
        self.reason, self.line, self.limit = reason, line, limit
        super().__init__(f"The list cannot be read ({reason}{'' if line is None else f', line {line}'}).")


class ListColumnsMissing(Refusal):
    """The header names no column for the name; `found` are its titles, shortened and printable."""

    def __init__(self, *, missing: tuple[str, ...], found: tuple[str, ...]) -> None:
        self.missing, self.found = missing, found
        super().__init__(f"Missing columns: {', '.join(missing)}.")


class ListTooLong(Refusal):
    """More people than one order takes."""

    def __init__(self, *, lines: int, at_most: int) -> None:
        self.lines, self.at_most = lines, at_most
        super().__init__(f"The list has {lines} lines; {at_most} are taken at most.")
