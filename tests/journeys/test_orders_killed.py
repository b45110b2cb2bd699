"""Killed between any two steps of order, payment, issue and delivery, it converges: nothing happens twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import httpx
import pytest

from api.engines import Database
from api.jobs import cards
from ledger.money import Money
from tests.journeys.orders_gates import Step
from tests.journeys.orders_life import PEOPLE, TOTAL, Life, Warm, a_life, until, warm_server
from tests.mail_server import mail_server
from tests.stripe_double.driving import Account
from vouchers import proofs
from vouchers.orders import refunding, stripe_books

DRAFTED: Final = Step("INSERT", "orders")
PLACED: Final = Step("UPDATE", "orders", "NEW.status = 'awaiting_payment'")
BEGUN: Final = Step("INSERT", "checkout_attempts")
OPENED: Final = Step("UPDATE", "checkout_attempts", "NEW.state = 'open'")
PAID: Final = Step("INSERT", "payments")
ISSUED: Final = Step("UPDATE", "orders", "NEW.status = 'issued'")
MAILED: Final = Step("INSERT", "mailings", "NEW.kind = 'voucher'")
DELIVERED: Final = Step("UPDATE", "orders", "NEW.status = 'delivered'")
DREW: Final = Step("UPDATE", "printings", "NEW.state = 'drawing' AND NEW.done > 0")
DRAWN: Final = Step("UPDATE", "printings", "NEW.state = 'ready'")
GAVE_BACK: Final = Step("UPDATE", "refunds", "NEW.state = 'sent'")


@pytest.fixture(scope="module")
async def warm() -> AsyncIterator[Warm]:
    """The process from which servers are started, for the tests of this module."""
    async with warm_server() as warm:
        yield warm


@pytest.fixture
async def life(warm: Warm, database: Database, tmp_path: Path, stripe_account: Account) -> AsyncIterator[Life]:
    """A programme that sells; no server runs yet."""
    with mail_server() as mail:
        async with a_life(warm, database, tmp_path, stripe_account, mail) as life:
            yield life


async def test_killed_at_every_step_until_it_is_paid_an_order_is_charged_once(life: Life) -> None:
    await life.killed_at(DRAFTED, "through", asked=lambda: draft(life))
    await life.start()
    await draft(life)
    await life.killed_at(PLACED, "through", asked=lambda: place(life))
    assert await life.status() == "awaiting_payment"
    await life.killed_at(BEGUN, "through", asked=lambda: begin_to_pay(life))
    opened_at_stripe = await life.held_at_stripe("POST /v1/checkout/sessions")
    await life.killed_when(opened_at_stripe, asked=lambda: begin_to_pay(life))
    await life.killed_at(OPENED, "through", asked=lambda: begin_to_pay(life))
    await life.start()
    page = await begin_to_pay(life)
    await life.killed_at(PAID, "lost", asked=lambda: life.stripe.pay(page))
    await a_minute_passes_on_the_page(life)
    await life.killed_at(PAID, "through")
    await life.start()
    await life.reaches("delivered")
    (told,) = await life.stripe.events("checkout.session.completed")
    assert await life.stripe.redeliver(told["id"]) == httpx.codes.OK
    await everything_happened_once(life)
    assert await mailed(life) == dict.fromkeys(ADDRESSES, ("sent", 1))
    assert life.kills == 7


async def test_killed_at_every_step_after_it_is_paid_an_order_is_issued_and_mailed_once(life: Life) -> None:
    """Of six people each is written to at another moment of the server's death."""
    await life.start()
    await draft(life)
    await place(life)
    page = await begin_to_pay(life)
    await life.killed_at(PAID, "lost", asked=lambda: life.stripe.pay(page))
    (told,) = await life.stripe.events("checkout.session.completed")
    await life.killed_at(PAID, "through", asked=lambda: life.stripe.redeliver(told["id"]))
    await life.killed_at(ISSUED, "lost", asked=lambda: life.stripe.redeliver(told["id"]))
    await life.killed_at(ISSUED, "through")
    await life.killed_at(MAILED, "through")
    first, second, third, fourth, fifth, sixth = ADDRESSES
    named = life.silent(first, "silent at RCPT")
    await life.killed_when(named, barrier=sending(first, "or later"))
    await life.killed_at(sending(second), "lost", barrier=sending(second, "later"))
    await life.killed_at(sending(third), "through", barrier=sending(third, "later"))
    taken = life.silent(fourth, "silent")
    await life.killed_when(taken, barrier=sending(fourth, "later"))
    await life.killed_at(sent(fifth), "lost", barrier=sending(fifth, "later"))
    await life.killed_at(sent(sixth), "through")
    await life.killed_at(DELIVERED, "lost")
    await life.start()
    await life.reaches("delivered")
    await everything_happened_once(life)
    assert await mailed(life) == {
        first: ("sent", 1), second: ("sent", 1), third: ("doubtful", 0), fourth: ("doubtful", 1),
        fifth: ("doubtful", 1), sixth: ("sent", 1),
    }  # fmt: skip
    assert life.kills == 12


async def test_killed_while_sheets_are_drawn_and_money_goes_back_it_gives_both_once(life: Life) -> None:
    await life.start()
    await draft(life)
    await place(life)
    await life.stripe.pay(await begin_to_pay(life))
    await life.reaches("delivered")
    await life.killed_at(DREW, "through", asked=lambda: ask_sheets(life))
    await life.killed_at(DRAWN, "lost")
    await life.start()
    await until(lambda: at_rest(life), meanwhile=life.minute)
    await every_file_is_whole(life)
    given_at_stripe = await life.held_at_stripe("POST /v1/refunds")
    await life.killed_when(given_at_stripe, asked=lambda: ask_refund(life), barrier=GAVE_BACK)
    await life.killed_at(GAVE_BACK, "through")
    await life.start()
    await everything_happened_once(life, given_back=4_000)
    assert await mailed(life) == dict.fromkeys(ADDRESSES, ("sent", 1))
    assert life.kills == 4


ADDRESSES: Final = tuple(f"p{number}@savonnerie.example" for number in range(1, PEOPLE + 1))


def sending(address: str, which: str = "") -> Step:
    """The claim of the message to somebody, or to those who come later."""
    compared = {"": "=", "later": ">", "or later": ">="}[which]
    return Step(
        "UPDATE", "mailings",
        f"NEW.kind = 'voucher' AND NEW.state = 'sending' AND NEW.address COLLATE \"C\" {compared} '{address}'",
    )  # fmt: skip


def sent(address: str) -> Step:
    """The note that the mail server took somebody's message."""
    return Step("UPDATE", "mailings", f"NEW.state = 'sent' AND NEW.address = '{address}'")


async def draft(life: Life) -> None:
    """Order by API, under the same key each time."""
    people = [
        {"name": f"Personne {number}", "face_value": 2_000, "email": address, "staff_number": f"M{number:03d}"}
        for number, address in enumerate(ADDRESSES, start=1)
    ]
    asked = {"buyer": str(life.company), "handing": "email", "label": "Noël", "beneficiaries": people}
    answer = await life.client.post("/api/v1/orders", json=asked, headers={"Idempotency-Key": "draft"})
    assert answer.status_code == httpx.codes.CREATED, answer.text
    life.order = UUID(answer.json()["id"])


async def place(life: Life) -> None:
    answer = await life.client.post(f"/api/v1/orders/{life.order}/place", json={"version": 1, "method": "card"})
    assert answer.status_code == httpx.codes.OK, answer.text
    assert answer.json()["total"] == TOTAL


async def begin_to_pay(life: Life) -> str:
    """Press the button of the page; the id of the payment page to which it leads."""
    answer = await life.client.post(f"/treiz/orders/{life.order}/pay-by-card", data={})
    assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
    found = re.search(r"/c/pay/([^/?#]+)", answer.headers["location"])
    assert found, answer.headers["location"]
    return found[1]


async def a_minute_passes_on_the_page(life: Life) -> None:
    """Nobody says that it was paid: the server looks by itself."""
    await life.gates.run("UPDATE checkout_attempts SET made_at = made_at - interval '2 minutes'")


async def ask_sheets(life: Life) -> None:
    answer = await life.client.post(
        f"/api/v1/orders/{life.order}/printings", json={"layout": "eight", "language": "fr"}
    )
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text


async def every_file_is_whole(life: Life) -> None:
    """One file was asked for, and it is there to the end."""
    ((printing, state, done),) = await life.gates.run("SELECT id, state, done FROM printings")
    assert (state, done) == ("ready", PEOPLE)
    file = await life.client.get(f"/api/v1/orders/{life.order}/printings/{printing}/sheets.pdf")
    assert file.status_code == httpx.codes.OK, file.text
    assert file.content.startswith(b"%PDF")
    assert file.content.rstrip().endswith(b"%%EOF")


async def ask_refund(life: Life) -> None:
    """The operator gives two vouchers back."""
    await life.do(
        lambda session: refunding.ask_refund(
            session, life.order, amount=Money(4_000), method="card", reason="", actor="op", at=datetime.now(UTC)
        )
    )


async def mailed(life: Life) -> dict[str, tuple[str, int]]:
    """What is shown of the message to each person, and how often it came."""
    rows = await life.gates.run(
        "SELECT address, string_agg(state, ', ') FROM mailings WHERE kind = 'voucher' GROUP BY address"
    )
    return {address: (state, len(life.mail.to(address))) for address, state in sorted(rows)}


async def everything_happened_once(life: Life, *, given_back: int = 0) -> None:
    """Whatever was asked for is done, once, and the books agree with themselves and with Stripe."""
    await until(lambda: at_rest(life), meanwhile=life.minute)
    charged = await life.stripe.events("payment_intent.succeeded")
    assert [one["data"]["object"]["amount_received"] for one in charged] == [TOTAL]
    assert len(await life.stripe.events("charge.refunded")) == bool(given_back)
    assert len(await keys_used(life, "/v1/checkout/sessions")) == 1
    assert len(await keys_used(life, "/v1/refunds")) == bool(given_back)
    assert await life.gates.run("SELECT status, covered FROM orders") == [("delivered", TOTAL)]
    assert await life.gates.run("SELECT amount FROM payments") == [(TOTAL,)]
    assert await life.gates.run("SELECT state FROM checkout_attempts") == [("paid",)]
    assert await life.gates.run("SELECT amount FROM refunds WHERE state = 'sent'") == [(given_back,)] * bool(given_back)
    assert await life.asked("SELECT count(*) FROM vouchers") == PEOPLE
    assert await life.asked("SELECT count(DISTINCT voucher_id) FROM beneficiaries") == PEOPLE
    papers = ["invoice", "receipt"] + ["receipt_cancellation"] * bool(given_back)
    assert await life.gates.run("SELECT kind FROM documents ORDER BY 1") == [(kind,) for kind in papers]
    letters = ["issued", "placed"] + ["refunded"] * bool(given_back)
    assert await life.gates.run("SELECT kind FROM mailings WHERE beneficiary_id IS NULL ORDER BY 1") == [
        (kind,) for kind in letters
    ]
    await every_message_came_at_most_once(life)
    await cards.reconcile_cards(life.here, life.town)
    found = await life.do(proofs.audit)
    assert found.agrees, found.findings
    matched = await life.do(stripe_books.reconciliation)
    has = await life.here.cards.gateway("treiz").balance()
    assert matched.agrees, matched
    assert matched.books == has.available + has.pending


async def keys_used(life: Life, path: str) -> set[str]:
    """The idempotency keys under which something was asked of Stripe: one key is one page, or one refund."""
    return {one["key"] for one in await life.stripe.requests() if (one["method"], one["path"]) == ("POST", path)}


async def every_message_came_at_most_once(life: Life) -> None:
    """What is shown as sent came once; what is shown as doubtful came once or never; nothing else came."""
    came = Counter(str(one.message["Message-ID"]) for one in life.mail.received)
    shown = await life.gates.run("SELECT id, state FROM mailings")
    for id_, state in shown:
        times = sum(count for name, count in came.items() if str(id_) in name or id_.hex in name)
        assert times in {"sent": {1}, "doubtful": {0, 1}}[state], (id_, state, times)
    assert set(came.values()) == {1}
    assert len(came) <= len(shown)


async def at_rest(life: Life) -> bool:
    """Nothing waits to be done: no job, no message, no refund, no file."""
    assert not await life.gates.run("SELECT * FROM public.procrastinate_jobs WHERE status = 'failed'")
    return not await life.asked(
        "SELECT (SELECT count(*) FROM public.procrastinate_jobs WHERE status IN ('todo', 'doing'))"
        " + (SELECT count(*) FROM mailings WHERE state IN ('queued', 'sending'))"
        " + (SELECT count(*) FROM refunds WHERE state = 'asked')"
        " + (SELECT count(*) FROM printings WHERE state IN ('asked', 'drawing'))"
    )
