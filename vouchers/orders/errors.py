"""What orders refuse."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ledger.errors import Refusal
from ledger.money import Money


class OrderUnknown(Refusal):
    """No such order in this programme, or none that the caller may see."""

    def __init__(self, *, order: UUID) -> None:
        self.order = order
        super().__init__(f"There is no order {order}.")


class OrderChanged(Refusal):
    """Somebody else changed the order since it was read."""

    def __init__(self, *, version: int) -> None:
        self.version = version
        super().__init__(f"The order was changed meanwhile; it is at version {version}.")


class WrongOrderStatus(Refusal):
    """What was asked is not possible in this status of the order."""

    def __init__(self, *, status: str, needed: tuple[str, ...]) -> None:
        self.status, self.needed = status, needed
        super().__init__(f"The order is {status}; this takes {' or '.join(needed)}.")


class OrderEmpty(Refusal):
    """The order asks for no voucher."""

    def __init__(self) -> None:
        super().__init__("The order asks for no voucher.")


class OrderTooLarge(Refusal):
    """An order is for 100,000 vouchers at most."""

    def __init__(self, *, quantity: int, most: int) -> None:
        self.quantity, self.most = quantity, most
        super().__init__(f"{quantity} vouchers were asked; an order is for {most} at most.")


class QuantityNotPositive(Refusal):
    """A line asks for less than one voucher."""

    def __init__(self, *, quantity: int) -> None:
        self.quantity = quantity
        super().__init__(f"A line asks for {quantity} vouchers.")


class FaceValueOutOfBounds(Refusal):
    """The programme's vouchers are worth neither so little nor so much."""

    def __init__(self, *, face_value: Money, least: Money, most: Money) -> None:
        self.face_value, self.least, self.most = face_value, least, most
        super().__init__(f"A voucher is worth {least} to {most}; {face_value} was asked.")


class DeliveryDayPast(Refusal):
    """Vouchers are handed out today or later, within a year."""

    def __init__(self, *, day: date, earliest: date, latest: date) -> None:
        self.day, self.earliest, self.latest = day, earliest, latest
        super().__init__(f"{day} is not between {earliest} and {latest}.")


class TextTooLong(Refusal):
    """A text is longer than what has room for it; ``field`` names it."""

    def __init__(self, *, field: str, length: int, most: int) -> None:
        self.field, self.length, self.most = field, length, most
        super().__init__(f"{field} has {length} characters; there is room for {most}.")


class AddressesMissing(Refusal):
    """Vouchers that go out by e-mail need an address for each: ``missing`` is how many have none."""

    def __init__(self, *, missing: int) -> None:
        self.missing = missing
        super().__init__(f"{missing} vouchers have nobody's e-mail address.")


class LinesUnmended(Refusal):
    """Some lines of the list wait to be mended or left out."""

    def __init__(self, *, lines: int) -> None:
        self.lines = lines
        super().__init__(f"{lines} lines of the list wait to be mended.")


class PictureUnknown(Refusal):
    """No such logo among the buyer's."""

    def __init__(self, *, picture: UUID) -> None:
        self.picture = picture
        super().__init__(f"There is no picture {picture}.")


class BeneficiaryUnknown(Refusal):
    """No such beneficiary in this order."""

    def __init__(self, *, beneficiary: UUID) -> None:
        self.beneficiary = beneficiary
        super().__init__(f"There is no beneficiary {beneficiary} in this order.")


class NotEnoughCredit(Refusal):
    """The buyer has less free credit than was asked."""

    def __init__(self, *, free: Money, asked: Money) -> None:
        self.free, self.asked = free, asked
        super().__init__(f"The buyer has {free} of credit; {asked} was asked.")


class CreditNotForPeople(Refusal):
    """Only a company is trusted with vouchers before it has paid."""

    def __init__(self) -> None:
        super().__init__("Only a company has vouchers on credit.")


class MailingUnknown(Refusal):
    """No such message."""

    def __init__(self, *, mailing: UUID) -> None:
        self.mailing = mailing
        super().__init__(f"There is no message {mailing}.")


class MessageOnItsWay(Refusal):
    """The last message to this person is still on its way: a second one waits until that is known."""

    def __init__(self) -> None:
        super().__init__("A message to this person is on its way.")


class NothingIssued(Refusal):
    """The order has no vouchers yet."""

    def __init__(self, *, status: str) -> None:
        self.status = status
        super().__init__(f"The order is {status}: it has no vouchers yet.")


class PaymentUnknown(Refusal):
    """No such payment in this programme."""

    def __init__(self, *, payment: UUID) -> None:
        self.payment = payment
        super().__init__(f"There is no payment {payment}.")


class MoneyMoved(Refusal):
    """What was decided on is not so any more: somebody else recorded, used or cancelled meanwhile."""

    def __init__(self) -> None:
        super().__init__("The order was not as it was shown any more.")
