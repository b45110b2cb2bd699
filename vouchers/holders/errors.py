"""What holders are refused."""

from __future__ import annotations

from datetime import date

from ledger.errors import Refusal


class VoucherKeptAlready(Refusal):
    """The voucher is kept with an address; only whom that belongs to can let it go. Never says which address."""

    def __init__(self) -> None:
        super().__init__("The voucher is kept with an address already.")


class VoucherNotKept(Refusal):
    """The voucher is not kept with this address, or not any more."""

    def __init__(self) -> None:
        super().__init__("The voucher is not kept with this address.")


class HolderLinkSpent(Refusal):
    """A link of a letter that opens nothing: too old, cut off, or never ours."""

    def __init__(self) -> None:
        super().__init__("This link opens nothing any more.")


class TooLateToRemind(Refusal):
    """The last day is nearer than every distance at which reminders were asked."""

    def __init__(self, *, last_day: date) -> None:
        self.last_day = last_day
        super().__init__(f"The last day {last_day} is too near to be reminded of.")
