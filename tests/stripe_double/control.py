"""What tests may do that Stripe's API has no word for, under ``/_double/<deed>``."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.stripe_double import balance, refunds, sessions
from tests.stripe_double.account import Account, Fault, Thing
from tests.stripe_double.delivering import Endpoint, body_of, signature
from tests.stripe_double.refusing import Refused

if TYPE_CHECKING:
    from tests.stripe_double.server import StripeServer

_CANCEL = "cancel"


def act(server: StripeServer, key: str, deed: str, asked: Thing) -> tuple[int, Any]:
    """Do a deed in the account of a secret key; the HTTP status and what to answer."""
    if deed == "accounts":
        opened = server.open_account(asked.get("key"))
        return 200, {"key": opened.key, "address": server.address}
    account = server.accounts.get(key)
    if account is None or deed not in DEEDS | POST_DEEDS:
        return 404, {"error": f"no such account, or no such deed: {deed}"}
    try:
        if deed in POST_DEEDS:  # these may wait for webhooks that call back: never under the lock
            return 200, POST_DEEDS[deed](account, **asked)
        with account.lock:
            return 200, DEEDS[deed](account, **asked)
    except Refused as refused:
        return refused.status, {"error": refused.error["message"]}
    except (KeyError, StopIteration, TypeError) as error:
        return 400, {"error": repr(error)}


def _hear(account: Account, url: str, secrets: list[str], events: list[str] | None = None) -> None:
    account.post.endpoints = [one for one in account.post.endpoints if one.url != url]
    account.post.endpoints.append(Endpoint(url, secrets, events or []))


def _hear_nothing(account: Account) -> None:
    account.post.endpoints = []


def _pay(account: Account, session: str, how: str) -> str | None:
    thing = account.find("checkout.session", session, "session")
    return thing["cancel_url"] if how == _CANCEL else sessions.pay(account, thing, how)


def _settle_sepa(account: Account, intent: str, *, succeeds: bool) -> None:
    sessions.settle_debit(account, intent, succeeds=succeeds)


def _delivery(account: Account, mode: str, *, twice: bool) -> None:
    if mode not in {"now", "hold", "lost", "swapped"}:
        raise Refused(f"no such way to deliver: {mode}")
    account.post.mode, account.post.twice = mode, twice


def _events(account: Account, type: str | None = None) -> list[Thing]:  # noqa: A002 the API's own word
    return [one for one in reversed(list(account.of("event"))) if type in {None, one["type"]}]


def _held(account: Account) -> list[str]:
    return [event["id"] for event in account.post.held]


def _release(account: Account, events: list[str]) -> None:
    account.post.release(events)


def _fail_next(account: Account, how: str | Thing, times: int, path: str) -> None:
    account.faults.append(Fault(how, times, path))


def _dispute(account: Account, intent: str, amount: int | None, reason: str, *, inquiry: bool, days: int | None) -> str:
    return str(refunds.dispute(account, intent, amount, reason, inquiry=inquiry, days=days)["id"])


def _answer(account: Account, dispute: str) -> None:
    refunds.answer(account, dispute)


def _decide(account: Account, dispute: str, *, won: bool) -> None:
    refunds.decide(account, dispute, won=won)


def _refunds_start(account: Account, status: str) -> None:
    account.refunds_start = status


def _refund(account: Account, intent: str, amount: int | None) -> str:
    asked: Thing = {"payment_intent": intent} | ({"amount": amount} if amount else {})
    return str(refunds.refund(account, asked)["id"])


def _settle_refund(account: Account, refund: str) -> None:
    refunds.settle(account, refund)


def _fail_refund(account: Account, refund: str) -> None:
    refunds.fail(account, refund)


def _payout(account: Account, amount: int | None) -> str:
    return str(balance.pay_out(account, amount)["id"])


def _payout_paid(account: Account, payout: str) -> None:
    balance.payout_paid(account, payout)


def _payout_failed(account: Account, payout: str) -> None:
    balance.payout_failed(account, payout)


def _advance(account: Account, seconds: int) -> None:
    account.skew += seconds
    balance.ripen(account)
    sessions.lapse(account)


def _expire(account: Account, session: str) -> None:
    sessions.expire(account, session)


def _charge_fee(account: Account, cents: int) -> str:
    return str(balance.move(account, "stripe_fee", "fee", -cents, None, description="Billing - Usage Fee")["id"])


def _many_movements(account: Account, number: int) -> None:
    for _ in range(number):
        _charge_fee(account, 1)


def _requests(account: Account) -> list[Thing]:
    return account.requests


def _deliveries(account: Account) -> list[Thing]:
    return account.post.done


def _redeliver(account: Account, event: str, at: int | None = None) -> int:
    return account.post.deliver(account.find("event", event), at)


def _signed(account: Account, event: str, secrets: list[str], at: int | None = None) -> Thing:
    body = body_of(account.find("event", event))
    return {"body": body.decode(), "signature": signature(body, secrets, at or int(time.time()))}


def _quiet(account: Account) -> bool:
    return account.post.quiet()


DEEDS: dict[str, Callable[..., Any]] = {
    deed.__name__.removeprefix("_"): deed
    for deed in (
        _hear, _hear_nothing, _pay, _settle_sepa, _delivery, _events, _held, _release, _fail_next, _dispute, _answer,
        _decide, _refunds_start, _refund, _settle_refund, _fail_refund, _payout, _payout_paid, _payout_failed, _advance,
        _expire, _charge_fee, _many_movements, _requests, _deliveries,
    )
}  # fmt: skip

POST_DEEDS: dict[str, Callable[..., Any]] = {"redeliver": _redeliver, "signed": _signed, "quiet": _quiet}
