"""What is refused about selling online."""

from __future__ import annotations

from uuid import UUID

from ledger.errors import Refusal


class CheckoutUnknown(Refusal):
    """No such checkout, or none of this shop."""

    def __init__(self, *, checkout: UUID) -> None:
        self.checkout = checkout
        super().__init__(f"There is no checkout {checkout}.")


class CheckoutClosed(Refusal):
    """The checkout was cancelled, or its time is over."""

    def __init__(self, *, state: str) -> None:
        self.state = state
        super().__init__(f"The checkout is {state}.")


class ReturnAddressUnknown(Refusal):
    """Holders would be sent to an address that the shop has not registered."""

    def __init__(self, *, origin: str, path: str) -> None:
        self.origin, self.path = origin, path
        super().__init__(f"{origin}{path} is not a registered return address.")


class ReturnAddressMissing(Refusal):
    """No such return address of this shop."""

    def __init__(self, *, address: UUID) -> None:
        self.address = address
        super().__init__(f"There is no return address {address}.")


class TooManyReturnAddresses(Refusal):
    """A shop registers twenty return addresses at most."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        super().__init__(f"A shop has {most} return addresses at most.")
