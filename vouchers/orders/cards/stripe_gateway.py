"""Card payments at Stripe: the only module that speaks to it.

Nothing here knows the books or the database, and no call may be made while a transaction is open. The version of the
API is pinned. Parameters are typed against the library's own TypedDicts, since the library sends unknown keys without
a word. Every failure leaves as one of ``card_errors``.
Source: https://docs.stripe.com/api?api-version=2026-10-28.endive
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import stripe

from ledger.formats import Language
from ledger.money import Money, total
from vouchers.orders.cards import card_reading as reading
from vouchers.orders.cards.card_errors import (
    CardKeysWrong,
    CardObjectUnknown,
    CardPaymentRefused,
    CardPaymentUnavailable,
)
from vouchers.orders.cards.card_words import (
    BalanceState,
    CheckoutLine,
    CheckoutState,
    DisputeState,
    Movement,
    OpenedCheckout,
    PaymentState,
    PayoutState,
    RefundState,
)

if TYPE_CHECKING:
    from stripe.params import BalanceTransactionListParams, RefundCreateParams
    from stripe.params.checkout import (
        SessionCreateParams,
        SessionCreateParamsLineItem,
        SessionCreateParamsLineItemPriceDataProductData,
    )

API_VERSION: Final = "2026-10-28.endive"
STRIPE: Final = "https://api.stripe.com"

_CONFLICT: Final = 409
_SERVER: Final = 500

stripe.enable_telemetry = False  # it would write a file into the home of whoever runs us
logging.getLogger("stripe").setLevel(logging.WARNING)  # below, it writes down names and addresses of payers


class _Http(stripe.HTTPXClient):
    """The library hands its text to httpx as ``data``, of which httpx complains; this hands it as ``content``."""

    def _get_request_args_kwargs(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | None
    ) -> list[Any]:
        where, how = super()._get_request_args_kwargs(method, url, headers, post_data)
        how["content"] = how.pop("data") or None
        return [where, how]


class StripeGateway:
    """A programme's account at Stripe. One for the life of a process; ``close`` it at the end.

    ``base`` is another address than Stripe's own, ``timeout`` in seconds for each try, ``retries`` how often a request
    is sent again after no answer, a 409 or a 5xx, always under the key it had.
    """

    __slots__ = ("_client", "_http")

    def __init__(self, *, secret_key: str, base: str = "", timeout: float = 20.0, retries: int = 2) -> None:
        address = base.rstrip("/") or STRIPE
        # Without TLS no certificate is looked at, and to read those of every authority takes longer than all else here.
        self._http = _Http(timeout=timeout, verify_ssl_certs=not address.startswith("http://"))
        self._client = stripe.StripeClient(
            secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": address, "connect": address, "files": address, "meter_events": address},
            max_network_retries=retries,
            http_client=self._http,
        ).v1

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]  # the library leaves it so

    async def open_checkout(
        self,
        *,
        attempt: UUID,
        order: UUID,
        programme: str,
        number: str,
        lines: Sequence[CheckoutLine],
        amount: Money,
        email: str | None,
        language: Language,
        success_url: str,
        cancel_url: str,
        expires_at: datetime,
    ) -> OpenedCheckout:
        """Open a payment page for ``amount``, the sum of ``lines``, by card or SEPA debit.

        Asked again for the same attempt it answers the same page, if everything else is the same too: so take
        ``expires_at`` (30 minutes to 24 hours ahead) from when the attempt was made, not from now.

        :raises CardPaymentUnavailable, CardPaymentRefused, CardKeysWrong:
        """
        if total([line.unit * line.quantity for line in lines]) != amount:
            raise ValueError("the lines do not add up to the amount")
        mark = {"order": str(order), "programme": programme, "attempt": str(attempt)}
        params: SessionCreateParams = {
            "mode": "payment",
            "ui_mode": "hosted_page",
            "allowed_payment_method_types": ["card", "sepa_debit"],
            "adaptive_pricing": {"enabled": False},  # else Stripe may charge another currency than the euro
            "line_items": [_line(line) for line in lines],
            "client_reference_id": number,
            "locale": language,
            "success_url": success_url,
            "cancel_url": cancel_url,
            "expires_at": int(expires_at.timestamp()),
            "metadata": mark,
            "payment_intent_data": {"description": number, "metadata": mark},
        }
        if email:
            params["customer_email"] = email
        with _asking("checkout"):
            session = await self._client.checkout.sessions.create_async(
                params, {"idempotency_key": f"checkout-{attempt}"}
            )
        if session.amount_total != amount.cents or session.url is None:
            raise CardPaymentRefused(code="amount_differs")
        return OpenedCheckout(session.id, session.url)

    async def checkout(self, session_id: str) -> CheckoutState:
        """:raises CardObjectUnknown, CardPaymentUnavailable, CardPaymentRefused, CardKeysWrong:"""
        with _asking(session_id):
            return reading.checkout_of(await self._client.checkout.sessions.retrieve_async(session_id))

    async def expire_checkout(self, session_id: str) -> CheckoutState:
        """Shut a payment page. One that is paid or shut already is answered as it is.

        :raises CardObjectUnknown, CardPaymentUnavailable, CardPaymentRefused, CardKeysWrong:
        """
        try:
            with _asking(session_id):
                return reading.checkout_of(await self._client.checkout.sessions.expire_async(session_id))
        except CardPaymentRefused:
            state = await self.checkout(session_id)
            if state.status == "open":
                raise
            return state

    async def payment(self, intent_id: str) -> PaymentState:
        """:raises CardObjectUnknown, CardPaymentUnavailable, CardPaymentRefused, CardKeysWrong:"""
        with _asking(intent_id):
            intent = await self._client.payment_intents.retrieve_async(intent_id, {"expand": ["latest_charge.refunds"]})
            charge = intent.latest_charge if isinstance(intent.latest_charge, stripe.Charge) else None
            dispute: DisputeState | None = None
            if charge is not None and charge.disputed:
                newest = await self._client.disputes.list_async({"payment_intent": intent_id, "limit": 1})
                dispute = reading.dispute_of(newest.data[0]) if newest.data else None
        return reading.payment_of(intent, charge, dispute)

    async def refund(self, *, refund: UUID, payment_intent: str, amount: Money) -> RefundState:
        """Give ``amount`` of a payment back, once for each ``refund``.

        Stripe forgets keys after 24 hours: look in ``refunds`` before you ask again for one older than that.

        :raises CardPaymentUnavailable, CardPaymentRefused, CardObjectUnknown, CardKeysWrong:
        """
        params: RefundCreateParams = {
            "payment_intent": payment_intent,
            "amount": amount.cents,
            "reason": "requested_by_customer",
            "metadata": {"refund": str(refund)},
        }
        with _asking(payment_intent):
            return reading.refund_of(
                await self._client.refunds.create_async(params, {"idempotency_key": f"refund-{refund}"})
            )

    async def refund_state(self, refund_id: str) -> RefundState:
        """:raises CardObjectUnknown, CardPaymentUnavailable, CardPaymentRefused, CardKeysWrong:"""
        with _asking(refund_id):
            return reading.refund_of(await self._client.refunds.retrieve_async(refund_id))

    async def refunds(self, payment_intent: str) -> tuple[RefundState, ...]:
        """Every refund of a payment, newest first, those made by hand at Stripe too.

        :raises CardObjectUnknown, CardPaymentUnavailable, CardPaymentRefused, CardKeysWrong:
        """
        with _asking(payment_intent):
            page = await self._client.refunds.list_async({"payment_intent": payment_intent, "limit": 100})
            return tuple([reading.refund_of(refund) async for refund in page.auto_paging_iter()])

    async def dispute(self, dispute_id: str) -> DisputeState:
        """:raises CardObjectUnknown, CardPaymentUnavailable, CardPaymentRefused, CardKeysWrong:"""
        with _asking(dispute_id):
            return reading.dispute_of(await self._client.disputes.retrieve_async(dispute_id))

    async def movements(
        self, *, since: datetime | None = None, older_than: str | None = None, payout: str | None = None
    ) -> AsyncIterator[Movement]:
        """What moved on our account, in euros, newest first, page after page.

        ``since`` takes what was created then or later; ``older_than`` goes on below a movement; ``payout`` takes
        what one automatic payout carried.

        :raises CardPaymentUnavailable, CardPaymentRefused, CardObjectUnknown, CardKeysWrong:
        """
        params: BalanceTransactionListParams = {"currency": reading.EUR, "limit": 100, "expand": ["data.source"]}
        if since is not None:
            params["created"] = {"gte": int(since.timestamp())}
        if older_than is not None:
            params["starting_after"] = older_than
        if payout is not None:
            params["payout"] = payout
        with _asking(payout or older_than or "movements"):
            page = await self._client.balance_transactions.list_async(params)
        while not page.is_empty:
            for line in page.data:
                yield reading.movement_of(line)
            with _asking("movements"):
                page = await page.next_page_async()

    async def payout(self, payout_id: str) -> PayoutState:
        """:raises CardObjectUnknown, CardPaymentUnavailable, CardPaymentRefused, CardKeysWrong:"""
        with _asking(payout_id):
            return reading.payout_of(await self._client.payouts.retrieve_async(payout_id))

    async def balance(self) -> BalanceState:
        """:raises CardPaymentUnavailable, CardPaymentRefused, CardKeysWrong:"""
        with _asking("balance"):
            balance = await self._client.balance.retrieve_async()
        return BalanceState(
            available=total([Money(part.amount) for part in balance.available if part.currency == reading.EUR]),
            pending=total([Money(part.amount) for part in balance.pending if part.currency == reading.EUR]),
        )


def _line(line: CheckoutLine) -> SessionCreateParamsLineItem:
    product: SessionCreateParamsLineItemPriceDataProductData = {"name": line.name}
    if line.description:
        product["description"] = line.description
    return {
        "quantity": line.quantity,
        "price_data": {"currency": reading.EUR, "unit_amount": line.unit.cents, "product_data": product},
    }


@contextmanager
def _asking(object_id: str) -> Iterator[None]:
    """Every failure of the library leaves as one of ours; ``object_id`` is what is asked about."""
    try:
        yield
    except stripe.APIConnectionError as error:
        raise CardPaymentUnavailable(cause="network") from error
    except stripe.RateLimitError as error:
        raise CardPaymentUnavailable(cause="busy") from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise CardKeysWrong from error
    except stripe.StripeError as error:
        status = error.http_status or 0
        if status == _CONFLICT:
            raise CardPaymentUnavailable(cause="busy") from error
        if status >= _SERVER:
            raise CardPaymentUnavailable(cause="server") from error
        if error.code == "resource_missing":
            raise CardObjectUnknown(object_id=object_id) from error
        if error.error is None:
            raise CardPaymentUnavailable(cause="unreadable") from error
        raise CardPaymentRefused(
            code=error.code or error.error.type, param=getattr(error, "param", None), request=error.request_id
        ) from error
