"""What vouchers refuse."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ledger.errors import Refusal
from ledger.money import Money


class CodeNotRecognised(Refusal):
    """What was scanned or typed is no code of this programme.

    Malformed, forged, of another programme or of a retired key: answered alike, so that a guess teaches nothing.
    Holds nothing of what was presented, since refusals are logged.
    """

    def __init__(self) -> None:
        super().__init__("This code is not recognised.")


class NoUsableCodeKey(Refusal):
    """None of the installation's master secrets made the programme's code keys."""

    def __init__(self) -> None:
        super().__init__("The master secret is not the one that made this programme's codes.")


class CodeKeysUsedUp(Refusal):
    """Sixteen generations of code keys are in use; a programme has no more."""

    def __init__(self) -> None:
        super().__init__("All sixteen generations of code keys are in use.")


class BuyerUnknown(Refusal):
    """No such buyer in this programme."""

    def __init__(self, *, buyer: UUID) -> None:
        self.buyer = buyer
        super().__init__(f"There is no buyer {buyer}.")


class FunderUnknown(Refusal):
    """No such funder in this programme."""

    def __init__(self, *, funder: UUID) -> None:
        self.funder = funder
        super().__init__(f"There is no funder {funder}.")


class NotPaid(Refusal):
    """The buyer has paid in less than the batch and its fee cost."""

    def __init__(self, *, paid: Money, cost: Money) -> None:
        self.paid, self.cost = paid, cost
        super().__init__(f"The batch costs {cost}; {paid} is paid in.")


class FundsExhausted(Refusal):
    """The funder has paid in less than the top-up asks for."""

    def __init__(self, *, left: Money, asked: Money) -> None:
        self.left, self.asked = left, asked
        super().__init__(f"The funder has {left} left; {asked} was asked.")


class BatchUnknown(Refusal):
    """No such batch in this programme."""

    def __init__(self, *, batch: UUID) -> None:
        self.batch = batch
        super().__init__(f"There is no batch {batch}.")


class BatchTooLarge(Refusal):
    """A batch is 1 to 100,000 vouchers whose values add up to a number of cents that can be kept."""

    def __init__(self, *, quantity: int) -> None:
        self.quantity = quantity
        super().__init__(f"{quantity} vouchers of this value are too many for one batch, or too few.")


class LastDayTooEarly(Refusal):
    """The last day lies before the day from which it must count."""

    def __init__(self, *, last_day: date, earliest: date) -> None:
        self.last_day, self.earliest = last_day, earliest
        super().__init__(f"The last day {last_day} is before {earliest}.")


class ExtensionUnderWay(Refusal):
    """A batch is extended once at a time."""

    def __init__(self, *, last_day: date) -> None:
        self.last_day = last_day
        super().__init__(f"This batch is being extended to {last_day}.")


class CreditSpent(Refusal):
    """What expired was given back to the buyer, who has used it since."""

    def __init__(self, *, free: Money, needed: Money) -> None:
        self.free, self.needed = free, needed
        super().__init__(f"The buyer has {free} left of the {needed} that it was given back.")


class AmountNotPositive(Refusal):
    """An amount of money that must be above zero is not."""

    def __init__(self, *, amount: Money) -> None:
        self.amount = amount
        super().__init__(f"{amount} is not above zero.")


class VoucherUnknown(Refusal):
    """No such voucher in this programme (asked by its id; a code is never unknown, only not recognised)."""

    def __init__(self, *, voucher: UUID) -> None:
        self.voucher = voucher
        super().__init__(f"There is no voucher {voucher}.")


class VoucherBlocked(Refusal):
    """The voucher is blocked."""

    def __init__(self) -> None:
        super().__init__("The voucher is blocked.")


class VoucherReplaced(Refusal):
    """The voucher was reissued under a new code; the old one is dead."""

    def __init__(self) -> None:
        super().__init__("The voucher was replaced by another.")


class VoucherExpired(Refusal):
    """The last day of the voucher is over (Europe/Paris)."""

    def __init__(self, *, last_day: date) -> None:
        self.last_day = last_day
        super().__init__(f"The voucher was valid through {last_day}.")


class VoucherNotYetValid(Refusal):
    """The first day of the voucher is still to come (Europe/Paris)."""

    def __init__(self, *, first_day: date) -> None:
        self.first_day = first_day
        super().__init__(f"The voucher is valid from {first_day}.")


class VoucherHeld(Refusal):
    """Part of the voucher is held by an online shop; it cannot be replaced until that is captured or voided."""

    def __init__(self, *, held: Money) -> None:
        self.held = held
        super().__init__(f"{held} of the voucher is held.")


class VoucherNotBlocked(Refusal):
    """Only a blocked voucher is unblocked."""

    def __init__(self) -> None:
        super().__init__("The voucher is not blocked.")


class NotEnoughLeft(Refusal):
    """The voucher holds less than the shop asked for. ``left`` is without what is held."""

    def __init__(self, *, left: Money, asked: Money) -> None:
        self.left, self.asked = left, asked
        super().__init__(f"The voucher holds {left}; {asked} was asked.")


class RedemptionUnknown(Refusal):
    """No such redemption, or none that the caller may see."""

    def __init__(self, *, redemption: UUID) -> None:
        self.redemption = redemption
        super().__init__(f"There is no redemption {redemption}.")


class NothingToClose(Refusal):
    """Nothing was redeemed or undone at this till since its last closing."""

    def __init__(self) -> None:
        super().__init__("Nothing was redeemed or undone here since the last closing.")


class AlreadyUndone(Refusal):
    """A redemption is undone at most once."""

    def __init__(self, *, redemption: UUID) -> None:
        self.redemption = redemption
        super().__init__(f"Redemption {redemption} is undone already.")


class UndoTooLate(Refusal):
    """A shop undoes on the day of the redemption; later, the operator does."""

    def __init__(self, *, day: date) -> None:
        self.day = day
        super().__init__(f"The redemption is of {day}; a shop undoes the same day.")


class PartlyReturned(Refusal):
    """Part of the redemption was returned, so that it cannot be undone as a whole: the rest is returned."""

    def __init__(self, *, returned: Money, left: Money) -> None:
        self.returned, self.left = returned, left
        super().__init__(f"{returned} of the redemption is returned already; {left} is left.")


class AlreadyReturned(Refusal):
    """All of the redemption was returned before."""

    def __init__(self, *, redemption: UUID) -> None:
        self.redemption = redemption
        super().__init__(f"Redemption {redemption} is returned already.")


class ReturnExceeded(Refusal):
    """More was asked to be returned than is left of the redemption."""

    def __init__(self, *, left: Money, asked: Money) -> None:
        self.left, self.asked = left, asked
        super().__init__(f"{left} of the redemption can be returned; {asked} was asked.")


class ReturnTooLate(Refusal):
    """A shop takes goods back for 90 days; later, the operator gives the money back."""

    def __init__(self, *, last_day: date) -> None:
        self.last_day = last_day
        super().__init__(f"A shop could return this through {last_day}.")


class HoldTooLong(Refusal):
    """A hold lasts one minute at least and seven days at most."""

    def __init__(self, *, minutes: int) -> None:
        self.minutes = minutes
        super().__init__(f"A hold of {minutes} minutes is too short or too long.")
