"""What may go wrong between us and Stripe. Facts carry Stripe's codes, never its sentences, a key or a name."""

from __future__ import annotations

from ledger.errors import Refusal


class CardPaymentUnavailable(Refusal):
    """Stripe did not answer, or asks to wait: whether it acted is unknown. Ask again under the same key.

    ``cause`` is ``network``, ``server``, ``busy`` or ``unreadable``.
    """

    def __init__(self, *, cause: str) -> None:
        self.cause = cause
        super().__init__(f"Stripe cannot be reached or does not answer ({cause}).")


class CardPaymentRefused(Refusal):
    """Stripe will not do this. Under the same key it answers the same for a day.

    ``code`` is Stripe's (https://docs.stripe.com/error-codes), ``param`` what it is about, ``request`` the name of
    the request in Stripe's own log.
    """

    def __init__(self, *, code: str, param: str | None = None, request: str | None = None) -> None:
        self.code, self.param, self.request = code, param, request
        super().__init__(f"Stripe refused: {code}, {param or 'no parameter'}, {request or 'no request'}.")


class CardObjectUnknown(Refusal):
    """Our account at Stripe has no such object."""

    def __init__(self, *, object_id: str) -> None:
        self.object_id = object_id
        super().__init__(f"Stripe knows no {object_id} in this account.")


class CardKeysWrong(Refusal):
    """Stripe does not accept the programme's secret key, or the key may not do this."""

    def __init__(self) -> None:
        super().__init__("Stripe does not accept the secret key.")


class SignatureInvalid(Refusal):
    """The message is not signed with any of the secrets."""

    def __init__(self) -> None:
        super().__init__("No signature of the message fits.")


class EventStale(Refusal):
    """The message was signed too long ago: it may be a recording."""

    def __init__(self, *, age_seconds: int) -> None:
        self.age_seconds = age_seconds
        super().__init__(f"The message was signed {age_seconds} s ago.")


class EventUnreadable(Refusal):
    """The message is not an event of Stripe's as we know them."""

    def __init__(self) -> None:
        super().__init__("The message is not an event.")
