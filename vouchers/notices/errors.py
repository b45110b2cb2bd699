"""What is refused about where online shops are told."""

from __future__ import annotations

from uuid import UUID

from ledger.errors import Refusal


class EndpointUnknown(Refusal):
    """No such endpoint, or none of this shop."""

    def __init__(self, *, endpoint: UUID) -> None:
        self.endpoint = endpoint
        super().__init__(f"There is no endpoint {endpoint}.")


class NoticeUnknown(Refusal):
    """No such message, or none of this endpoint."""

    def __init__(self, *, notice: UUID) -> None:
        self.notice = notice
        super().__init__(f"There is no message {notice}.")


class TooManyEndpoints(Refusal):
    """A shop is told at five addresses at most."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        super().__init__(f"A shop has {most} endpoints at most.")


class SigningKeyMissing(Refusal):
    """The secret of an endpoint was derived from a master secret that the installation no longer has."""

    def __init__(self) -> None:
        super().__init__("The signing secret was made with a master secret that is no longer here.")
