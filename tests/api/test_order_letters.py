"""What goes out by itself: the letters about an order, to its buyer and to those who receive vouchers."""

from __future__ import annotations

from email import message_from_bytes, policy
from io import BytesIO
from typing import Any
from uuid import UUID

from PIL import Image
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.email import outbox
from api.installation import in_transaction
from api.jobs.mailing import send_queued
from api.jobs.orders import advance_order, tend_orders
from ledger.money import ZERO, Money
from merchants import programme
from tests.api.given import Door, World
from tests.api.lived import TODAY
from tests.given import TERMS
from tests.scanner import scan
from vouchers import buyers
from vouchers.buyers import NewBuyer
from vouchers.orders import awaiting, card, converging, refunding
from vouchers.orders.cards.card_words import CheckoutState, Mark, PaymentState

PEOPLE = [
    {"name": "Zoé Łódź", "email": "zoe@people.example", "face_value": 5000},
    {"name": "Ada & Co", "email": "ada@people.example", "face_value": 2000},
]


async def a_company(world: World) -> UUID:
    """A company with an address for its papers, in a programme with a fee and a bank account."""
    terms = TERMS.with_changes({"service_fee_bp": 200, "iban": "FR7630006000011234567890189", "bic": "AGRIFRPPXXX"})

    async def work(session: AsyncSession) -> UUID:
        await programme.set_terms(session, terms, effective_from=TODAY)
        new = NewBuyer("company", "Conserverie", "552100554", email="ce@conserverie.example")
        made = await buyers.register_buyer(session, new, at=await _now(session))
        return made.id

    return await in_transaction((await world.town()).sessions, work)


async def ordered(world: World, door: Door, **more: Any) -> dict[str, Any]:
    """A placed order by e-mail for two people."""
    body = {"buyer": str(await a_company(world)), "beneficiaries": PEOPLE, "handing": "email", **more}
    made = (await door.post("/orders", body)).json()
    answer = await door.post(f"/orders/{made['id']}/place", {"version": 1})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def letters(world: World) -> list[outbox.Kept]:
    """Send what waits; what lies in the outbox then, oldest first."""
    here = world.app.state.installation
    await send_queued(here, await world.town())
    return outbox.newest(here.settings.home)[::-1]


async def test_from_placed_to_delivered_everybody_is_written_to_once(world: World) -> None:
    door = await world.door("operator")
    order = await ordered(world, door)
    path, town = f"/orders/{order['id']}", await world.town()
    assert [one.to for one in await letters(world)] == ["ce@conserverie.example"]
    await door.post(f"{path}/payments", {"amount": order["total"] - 100, "reference": "VIR 1"})
    assert len(await letters(world)) == 2
    await door.post(f"{path}/payments", {"amount": 100, "reference": "VIR 2"})
    for _ in range(3):
        await advance_order(town, UUID(order["id"]))
        sent = await letters(world)
    assert sorted(one.to for one in sent[2:]) == ["ada@people.example", "ce@conserverie.example", "zoe@people.example"]
    assert (await door.get(path)).json()["status"] == "delivered"
    messages = (await door.get(f"{path}/messages")).json()
    assert [one["kind"] for one in messages if one["beneficiary"] is None] == ["placed", "short", "issued"]
    assert {one["state"] for one in messages} == {"sent"}


async def test_the_code_in_a_letter_opens_the_voucher_and_after_a_replacement_only_the_new_one_does(
    world: World,
) -> None:
    door = await world.door("operator")
    order = await ordered(world, door)
    path = f"/orders/{order['id']}"
    await door.post(f"{path}/payments", {"amount": order["total"], "reference": "VIR"})
    await advance_order(await world.town(), UUID(order["id"]))
    await advance_order(await world.town(), UUID(order["id"]))
    first = await code_for(world, "zoe@people.example")
    assert await left_on(world, first) == 5000
    (zoe,) = (await door.get(f"{path}/beneficiaries", search="Zoé")).json()["items"]
    await door.post(f"{path}/beneficiaries/{zoe['id']}/reissue", {"reason": "Lost", "send": True})
    second = await code_for(world, "zoe@people.example")
    assert second != first
    assert await left_on(world, second) == 5000
    till = await world.door("till")
    assert (await till.post("/vouchers/look-up", {"code": first}, key=None)).json().get("state") in {None, "replaced"}


async def test_a_letter_that_was_overtaken_is_dropped_and_neither_lost_nor_sent_again(world: World) -> None:
    door, french = await world.door("operator"), await world.door("operator", language="fr")
    order = await ordered(world, door)
    path, town = f"/orders/{order['id']}", await world.town()
    await door.post(f"{path}/payments", {"amount": order["total"], "reference": "VIR"})
    for _ in range(2):
        await advance_order(town, UUID(order["id"]))
    (zoe,) = (await door.get(f"{path}/beneficiaries", search="Zoé")).json()["items"]
    await door.post(f"/vouchers/{zoe['voucher']}/block", {"reason": "Given by mistake"})
    cancelled = await ordered(world, door)
    await door.post(f"/orders/{cancelled['id']}/cancel", {"reason": "Ordered twice"})
    sent = [one.to for one in await letters(world)]
    assert sent.count("zoe@people.example") == 0
    await advance_order(town, UUID(order["id"]))
    assert (await door.get(path)).json()["status"] == "delivered"
    assert await dropped(door, order) == [("voucher", IN_VAIN["en"])]
    assert await dropped(french, order) == [("voucher", IN_VAIN["fr"])]
    assert await dropped(door, cancelled) == [("placed", OVERTAKEN["en"])]
    assert await dropped(french, cancelled) == [("placed", OVERTAKEN["fr"])]
    async with town.sessions() as session:
        assert await awaiting.undelivered(session, limit=5) == []


IN_VAIN = {
    "fr": "Il ne restait rien à envoyer : le bon a été dépensé, rendu ou bloqué entre-temps.",
    "en": "Nothing was left to send: the voucher was spent, given back or blocked meanwhile.",
}
OVERTAKEN = {
    "fr": "Il ne restait rien à dire : la commande avait changé avant que le message ne parte.",
    "en": "Nothing was left to say: the order had changed before the message left.",
}


async def dropped(door: Door, order: dict[str, Any]) -> list[tuple[str, str]]:
    """The messages about an order that did not leave since there was nothing left to say, and what is said of them."""
    messages = (await door.get(f"/orders/{order['id']}/messages")).json()
    return [(one["kind"], one["detail"]) for one in messages if one["state"] == "dropped"]


async def test_a_cancelled_order_and_one_that_lapsed_tell_their_buyer(world: World) -> None:
    door = await world.door("operator")
    cancelled = await ordered(world, door)
    await door.post(f"/orders/{cancelled['id']}/cancel", {"reason": "Ordered twice"})
    lapsed = await ordered(world, door, label="Rentrée")
    await world.as_owner("UPDATE orders SET lapses_on = '2020-01-01' WHERE status = 'awaiting_payment'")
    await tend_orders(world.app.state.installation, await world.town())
    assert (await door.get(f"/orders/{lapsed['id']}")).json()["status"] == "cancelled"
    told = [one.subject for one in await letters(world)]
    assert len(set(told)) == len(told)
    assert any(cancelled["number"] in one and "annulée" in one for one in told)
    assert any(lapsed["number"] in one and "close" in one for one in told)


async def test_money_that_no_order_needed_is_told_to_its_buyer_once_with_what_to_do_with_it(world: World) -> None:
    door = await world.door("operator")
    order = await ordered(world, door)
    path = f"/orders/{order['id']}"

    async def told(amount: int, reference: str) -> str:
        for _ in range(2):
            answer = await door.post(f"{path}/payments", {"amount": amount, "reference": reference}, key=reference)
            assert answer.status_code == 201, answer.text
        return plain(await newest(world))

    over = await told(order["total"] + 100, "bank-1")
    assert "Nous avons reçu 72,68 € pour la commande" in over
    assert "C'est 1,00 € de plus qu'il ne fallait." in over
    assert "1,00 € restent à vous, en solde disponible." in over
    again = await told(order["total"], "bank-2")
    assert "Elle était déjà payée : elle n'en avait pas besoin." in again
    assert "71,68 € restent à vous, en solde disponible." in again
    assert "choisissez « L'utiliser pour cette commande »" in again
    assert "Vous préférez être remboursé ? Dites-le-nous" in again
    messages = (await door.get(f"{path}/messages")).json()
    kept = [(one["attempt"], one["state"]) for one in messages if one["kind"] == "kept"]
    assert kept == [(1, "sent"), (2, "sent")]


async def test_money_for_a_cancelled_order_is_told_unless_it_is_used_before_the_letter_leaves(world: World) -> None:
    door = await world.door("operator")
    order = await ordered(world, door, language="en")
    path = f"/orders/{order['id']}"
    await door.post(f"{path}/cancel", {"reason": "Ordered twice"})
    await door.post(f"{path}/payments", {"amount": 2000, "reference": "VIR 1"})
    late = plain(await newest(world))
    assert "It was cancelled and waited for no payment." in late
    assert "€20.00 stays yours" in late
    other = (
        await door.post("/orders", {"buyer": order["buyer"], "lines": [{"quantity": 5, "face_value": 5000}]})
    ).json()
    await door.post(f"/orders/{other['id']}/place", {"version": 1})
    await door.post(f"{path}/payments", {"amount": 3000, "reference": "VIR 2"})
    await door.post(f"/orders/{other['id']}/use-credit")
    await letters(world)
    messages = (await door.get(f"{path}/messages")).json()
    assert [one["state"] for one in messages if one["kind"] == "kept"] == ["sent", "dropped"]


async def test_what_is_given_back_as_credit_is_told_with_what_becomes_of_it(world: World) -> None:
    door, town = await world.door("operator"), await world.town()
    order = await ordered(world, door)
    await door.post(f"/orders/{order['id']}/payments", {"amount": order["total"], "reference": "VIR 1"})
    await advance_order(town, UUID(order["id"]))

    async def give_back(session: AsyncSession) -> None:
        await refunding.ask_refund(
            session, UUID(order["id"]), amount=Money.of("20"), method="credit", reason="Two have left", actor="test",
            at=await _now(session),
        )  # fmt: skip

    await in_transaction(town.sessions, give_back)
    told = plain(await newest(world))
    assert f"20,00 € de la commande {order['number']} vous reviennent en solde disponible" in told
    assert "peuvent plus être dépensés" in told
    messages = (await door.get(f"/orders/{order['id']}/messages")).json()
    assert [one["state"] for one in messages if one["kind"] == "refunded"] == ["sent"]


async def test_a_direct_debit_is_waited_for_and_if_it_fails_its_buyer_can_pay_otherwise(world: World) -> None:
    door = await world.door("operator")
    order = await ordered(world, door)
    await a_debit(world, order, "processing")
    placed = plain(await newest(world))
    assert "Votre prélèvement est en route" in placed
    assert "IBAN" not in placed
    for _ in range(2):
        await a_debit(world, order, "requires_payment_method")
    failed = plain(await newest(world))
    assert "Votre banque n'a pas payé le prélèvement" in failed
    assert "il reste 71,68 € à régler" in failed
    assert "FR76 3000 6000 0112 3456 7890 189" in failed
    assert "par carte" not in failed, "there are no keys"
    messages = (await door.get(f"/orders/{order['id']}/messages")).json()
    assert [(one["kind"], one["state"]) for one in messages] == [("placed", "sent"), ("debit_failed", "sent")]


async def a_debit(world: World, order: dict[str, Any], status: str) -> None:
    """What Stripe says of the direct debit of an order: ``processing``, or ``requires_payment_method`` if it failed."""
    town, order_id = await world.town(), UUID(order["id"])

    async def work(session: AsyncSession) -> None:
        at = await _now(session)
        if not await card.attempts_of(session, order_id):
            await card.begin_attempt(session, order_id, actor="buyer", at=at)
        (tried,) = await card.attempts_of(session, order_id)
        mark, amount = Mark(order_id, town.registered.slug, tried.id), tried.amount
        page = CheckoutState("cs_1", "complete", "unpaid", "pi_1", amount, None, mark)
        failure = None if status == "processing" else "insufficient_funds"
        payment = PaymentState("pi_1", status, amount, ZERO, "py_1", ZERO, None, failure, mark)
        known = await converging.knowledge(session, session_id="cs_1", payment_intent="pi_1")
        told = converging.Fetched(page, payment)
        assert await converging.act(session, told, known=known, programme=town.registered.slug, at=at) == "acted"

    await in_transaction(town.sessions, work)


async def newest(world: World) -> Any:
    """The letter that left last."""
    await letters(world)
    home = world.app.state.installation.settings.home
    return _message(outbox.raw(home, outbox.newest(home)[0].id) or b"")


def plain(message: Any) -> str:
    """What a letter says, with the spaces that a keyboard has."""
    said = message.get_body(("plain",)).get_content()
    return " ".join(said.replace("\u00a0", " ").replace("\u202f", " ").split())


async def code_for(world: World, address: str) -> str:
    """The link in the QR code of the newest letter to somebody, read by another program."""
    await letters(world)
    home = world.app.state.installation.settings.home
    newest = next(one for one in outbox.newest(home) if one.to == address)
    message = _message(outbox.raw(home, newest.id) or b"")
    pictures = [part for part in message.walk() if part.get_content_type() == "image/png"]
    with Image.open(BytesIO(pictures[-1].get_payload(decode=True))) as image:
        (read,) = scan(image)
    return str(read.text)


async def left_on(world: World, code: str) -> int:
    """What a till sees on a voucher."""
    till = await world.door("till")
    answer = await till.post("/vouchers/look-up", {"code": code}, key=None)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["left"])


def _message(content: bytes) -> Any:
    return message_from_bytes(content, policy=policy.default)


async def _now(session: AsyncSession) -> Any:
    return await clock.now(session)
