"""What paying by card, giving back and disputes refuse. What Stripe refuses is in ``card_errors``."""

from __future__ import annotations

from uuid import UUID

from ledger.errors import Refusal
from ledger.money import Money


class CardsNotOffered(Refusal):
    """The programme has no keys for Stripe: its orders are paid by transfer."""

    def __init__(self) -> None:
        super().__init__("The programme takes no cards.")


class PaymentUnderWay(Refusal):
    """A direct debit for this order is on its way; a second payment would be one too many."""

    def __init__(self) -> None:
        super().__init__("A payment for this order is on its way.")


class TooLittleForCard(Refusal):
    """Less is to be paid than can be paid by card."""

    def __init__(self, *, amount: Money, least: Money) -> None:
        self.amount, self.least = amount, least
        super().__init__(f"{amount} is to be paid; by card it is {least} at least.")


class RefundTooLarge(Refusal):
    """Less is left unspent than was asked back; ``left`` is without what is held."""

    def __init__(self, *, left: Money, asked: Money) -> None:
        self.left, self.asked = left, asked
        super().__init__(f"{left} is left unspent; {asked} was asked back.")


class CardRefundTooLarge(Refusal):
    """No single card payment of this order has as much left to give back to its card."""

    def __init__(self, *, left: Money, asked: Money) -> None:
        self.left, self.asked = left, asked
        super().__init__(f"{left} can go back to a card; {asked} was asked.")


class BuyerOwes(Refusal):
    """The buyer owes more than would be left to send: what is given back pays that off first."""

    def __init__(self, *, free: Money, asked: Money) -> None:
        self.free, self.asked = free, asked
        super().__init__(f"The buyer owes money: of {asked}, {free} could be sent.")


class RefundUnknown(Refusal):
    """No such refund in this programme."""

    def __init__(self, *, refund: UUID) -> None:
        self.refund = refund
        super().__init__(f"There is no refund {refund}.")


class RefundSettled(Refusal):
    """What became of this refund is decided: it was sent, or it failed."""

    def __init__(self, *, state: str) -> None:
        self.state = state
        super().__init__(f"The refund is {state} already.")
