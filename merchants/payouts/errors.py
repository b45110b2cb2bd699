"""What paying shops refuses."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ledger.errors import Refusal
from ledger.money import Money


class PayoutRunUnknown(Refusal):
    """No such run in this programme."""

    def __init__(self, *, run: UUID) -> None:
        self.run = run
        super().__init__(f"There is no payout run {run}.")


class PayoutRunDecided(Refusal):
    """The run was approved or withdrawn before."""

    def __init__(self, *, number: str) -> None:
        self.number = number
        super().__init__(f"{number} is approved or withdrawn already.")


class PayoutFileMissing(Refusal):
    """There is no file before the run is approved."""

    def __init__(self, *, number: str) -> None:
        self.number = number
        super().__init__(f"{number} is not approved, so there is no file of it.")


class SamePerson(Refusal):
    """Who proposed a run may not approve it."""

    def __init__(self, *, number: str) -> None:
        self.number = number
        super().__init__(f"{number} is approved by somebody else than who proposed it.")


class NothingToPay(Refusal):
    """No settlement waits that could be paid; ``held_back`` are those that cannot be yet."""

    def __init__(self, *, held_back: int) -> None:
        self.held_back = held_back
        super().__init__(f"Nothing can be paid; {held_back} settlements are held back.")


class PayoutsOutdated(Refusal):
    """Since the run was proposed, shops changed in a way that matters to it; ``shops`` are their names."""

    def __init__(self, *, shops: tuple[str, ...]) -> None:
        self.shops = shops
        super().__init__(f"Not as they were when it was proposed: {', '.join(shops)}.")


class ProgrammeAccountMissing(Refusal):
    """The programme's rules name no bank account from which shops are paid."""

    def __init__(self) -> None:
        super().__init__("The programme has no bank account.")


class ExecutionDayPast(Refusal):
    """The day is over; ``earliest`` is the first that is still possible."""

    def __init__(self, *, day: date, earliest: date) -> None:
        self.day, self.earliest = day, earliest
        super().__init__(f"{day} is over; {earliest} is possible.")


class ExecutionDayTooFar(Refusal):
    """So far ahead nobody plans payouts: the day is mistyped."""

    def __init__(self, *, day: date, latest: date) -> None:
        self.day, self.latest = day, latest
        super().__init__(f"{day} is after {latest}.")


class ExecutionDayClosed(Refusal):
    """Banks do not settle transfers on this day; ``open_on`` is the first after it on which they do."""

    def __init__(self, *, day: date, open_on: date) -> None:
        self.day, self.open_on = day, open_on
        super().__init__(f"Banks settle no transfer on {day}; they do on {open_on}.")


class CutOffPassed(Refusal):
    """It is too late to have a transfer made today."""

    def __init__(self, *, hour: int, earliest: date) -> None:
        self.hour, self.earliest = hour, earliest
        super().__init__(f"It is past {hour}:00; {earliest} is possible.")


class NameNotSendable(Refusal):
    """A name in which no letter or digit is left once it is written as transfers write."""

    def __init__(self, *, typed: str) -> None:
        self.typed = typed
        super().__init__(f"{typed!r} cannot be written in a transfer.")


class PayoutAmountOutOfBounds(Refusal):
    """A transfer is of 0.01 to 999,999,999.99 euros."""

    def __init__(self, *, amount: Money, most: Money) -> None:
        self.amount, self.most = amount, most
        super().__init__(f"{amount} is not between a cent and {most}.")


class PayoutReferenceRefused(Refusal):
    """The reference of a transfer is malformed, or another transfer of the same file has it."""

    def __init__(self, *, reference: str) -> None:
        self.reference = reference
        super().__init__(f"{reference!r} cannot be the reference of this transfer.")


class PayoutUnknown(Refusal):
    """No such payout in this programme, or in this run."""

    def __init__(self, *, payout: UUID) -> None:
        self.payout = payout
        super().__init__(f"There is no payout {payout}.")


class PayoutStandsOtherwise(Refusal):
    """A payout leaves once, comes back once, and is refused by the bank only before; ``number`` is its reference."""

    def __init__(self, *, number: str) -> None:
        self.number = number
        super().__init__(f"{number} does not stand as it would have to.")


class PayoutLineWrongWay(Refusal):
    """What leaves is a debit of the bank's statement, what comes back a credit."""

    def __init__(self, *, entry: UUID) -> None:
        self.entry = entry
        super().__init__(f"The line {entry} went the other way.")


class PayoutAmountDiffers(Refusal):
    """A line is of another amount than the payouts that it is said to be, with the fee that was told."""

    def __init__(self, *, number: str, expected: Money, told: Money) -> None:
        self.number, self.expected, self.told = number, expected, told
        super().__init__(f"The line of {told} is not {number}, which makes {expected}.")


class PayoutNotCameBack(Refusal):
    """Only what came back from the shop's account, and waits, is sent there again; once for each time."""

    def __init__(self, *, settlement: UUID) -> None:
        self.settlement = settlement
        super().__init__(f"The settlement {settlement} does not wait because it came back.")
