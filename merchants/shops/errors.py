"""What the register of shops refuses."""

from __future__ import annotations

from uuid import UUID

from ledger.errors import Refusal
from ledger.money import Money


class ShopUnknown(Refusal):
    """No such shop in this programme."""

    def __init__(self, *, shop: UUID) -> None:
        self.shop = shop
        super().__init__(f"There is no shop {shop}.")


class ShopExists(Refusal):
    """A shop of this SIRET is registered already."""

    def __init__(self, *, siret: str) -> None:
        self.siret = siret
        super().__init__(f"The shop {siret} is registered already.")


class ShopStatusRefused(Refusal):
    """A shop in this state cannot go to that one."""

    def __init__(self, *, status: str, asked: str) -> None:
        self.status, self.asked = status, asked
        super().__init__(f"A shop that is {status} cannot become {asked}.")


class ShopNotAccepted(Refusal):
    """Only a shop that accepted the programme's charter redeems."""

    def __init__(self, *, status: str) -> None:
        self.status = status
        super().__init__(f"This shop is {status}; only accepted shops redeem.")


class TillUnknown(Refusal):
    """No such till in this programme."""

    def __init__(self, *, till: UUID) -> None:
        self.till = till
        super().__init__(f"There is no till {till}.")


class CashierUnknown(Refusal):
    """No such cashier in this shop."""

    def __init__(self, *, cashier: UUID) -> None:
        self.cashier = cashier
        super().__init__(f"There is no cashier {cashier} here.")


class CashierRemoved(Refusal):
    """The cashier works at this shop's tills no more."""

    def __init__(self, *, cashier: UUID) -> None:
        self.cashier = cashier
        super().__init__(f"Cashier {cashier} was removed.")


class CashierNameMalformed(Refusal):
    """A cashier's name has 1 to 60 characters, and no other cashier of the shop has it."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        super().__init__(f"A cashier's name has 1 to {most} characters and is told from the others'.")


class TillRevoked(Refusal):
    """The till was taken out of service."""

    def __init__(self, *, till: UUID) -> None:
        self.till = till
        super().__init__(f"Till {till} is revoked.")


class BankAccountSame(Refusal):
    """The account that is asked for is the one that is known."""

    def __init__(self, *, masked: str) -> None:
        self.masked = masked
        super().__init__(f"{masked} is the account that is known.")


class BankChangeUnknown(Refusal):
    """No such change of a bank account here."""

    def __init__(self, *, change: UUID) -> None:
        self.change = change
        super().__init__(f"There is no change {change} of a bank account.")


class BankChangeOver(Refusal):
    """The change is written already, or was called off."""

    def __init__(self, *, state: str) -> None:
        self.state = state
        super().__init__(f"This change of a bank account is {state}.")


class MinimumTooHigh(Refusal):
    """A minimum below zero, or so high that a shop would never be paid."""

    def __init__(self, *, most: Money) -> None:
        self.most = most
        super().__init__(f"A minimum is between zero and {most}.")
