"""The till without scripts: paired once, a code typed, an amount taken once, undone, closed; words for all else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from api.auth import attempts, till_devices
from api.auth.till_devices import till_cookie_of
from api.guessing import wrong_codes
from api.pages import assets
from api.pages.till import shell
from ledger.days import day_of
from ledger.money import Money
from merchants.shops import cashiers, tills
from tests.pages.given import Live
from tests.pages.tilling import TILL, Counter, a_counter, a_new_shop, followed, form_in, present, take, words
from vouchers import codes, queries

BASE = "http://127.0.0.1"


@pytest.fixture
async def counter(still_live: Live) -> AsyncIterator[Counter]:
    async with a_counter(still_live) as counter:
        yield counter


async def test_a_device_is_paired_by_the_button_alone_once_and_within_a_quarter_of_an_hour(counter: Counter) -> None:
    phone, other, path = await counter.window(), await counter.window(), await counter.pairing()
    for _ in range(2):  # a camera or a messenger looks at it
        assert "Associer cet appareil" in words(await other.get(path))
    paired = await phone.post(path)
    assert paired.status_code == 303
    (cookie,) = paired.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-obole-till--treiz=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=34560000"):
        assert part in cookie
    assert "Bar Pierre" in (await phone.get(TILL)).text
    assert (await phone.get("/till")).headers["location"] == TILL
    assert (await other.post(path)).status_code == 410
    assert (await other.get(path)).status_code == 410
    assert "n'est pas une caisse" in words(await other.get(TILL))
    late = await counter.pairing()
    await counter.as_owner("UPDATE p_treiz.pairings SET ends_at = now() - interval '1 second'")
    assert (await other.post(late)).status_code == 410


async def test_a_revoked_device_is_a_till_no_more_at_once(counter: Counter) -> None:
    phone, voucher = await counter.device(), await counter.town.voucher()
    shown = await present(phone, counter.spelt(voucher))
    (device,) = (await counter.town.do(lambda session: till_devices.devices_of(session, [counter.town.till.id])))[
        counter.town.till.id
    ]
    await counter.town.do(
        lambda session: till_devices.revoke_device(
            session, device.id, shop_id=counter.town.till.shop, at=counter.town.at
        )
    )
    refused = await take(phone, shown, amount="5")
    assert refused.status_code == 401
    assert "rien n'a été encaissé" in words(refused)
    assert await counter.town.left_on(voucher) == Money.of("20")


async def test_a_cashier_takes_a_part_sees_what_is_left_undoes_it_and_closes(counter: Counter) -> None:
    phone, voucher = await counter.device(), await counter.town.voucher()
    shown = await present(phone, counter.spelt(voucher).lower().replace("-", " "))
    assert "20,00 €" in words(shown)
    assert counter.code(voucher).typed not in shown.text + str(shown.url)
    receipt = await take(phone, shown, amount="12,5")
    assert "12,50 € encaissés" in words(receipt)
    assert "reste 7,50 €" in words(receipt)
    assert "12,50 €" in words(await phone.get(f"{TILL}/today"))
    undo = await phone.get(str(receipt.url.path) + "/undo")
    action, _ = form_in(undo.text, "undo")
    undone = await followed(phone, await phone.post(action, {"reason": "Wrong amount"}))
    assert "12,50 € annulés" in words(undone)
    assert await counter.town.left_on(voucher) == Money.of("20")
    again = await followed(phone, await phone.post(action, {"reason": "Wrong amount"}))
    assert again.text == undone.text
    closed = await followed(phone, await phone.post(f"{TILL}/today"))
    assert "La caisse est close" in words(closed)
    assert (await followed(phone, await phone.post(f"{TILL}/today"))).url == closed.url
    assert (await counter.town.audit()).findings == ()


async def test_a_reason_is_shown_as_it_was_written_whatever_it_holds(counter: Counter) -> None:
    phone, voucher = await counter.device(), await counter.town.voucher()
    receipt = await take(phone, await present(phone, counter.spelt(voucher)), amount="5")
    action, _ = form_in((await phone.get(f"{receipt.url.path}/undo")).text, "undo")
    assert (await phone.post(action, {"reason": "other", "other": " "})).status_code == 422
    assert (await phone.post(action, {"reason": "nonsense"})).status_code == 422
    written = "<b>10 % & %(x)s</b>"
    undone = await followed(phone, await phone.post(action, {"reason": "other", "other": written}))
    assert "&lt;b&gt;10 % &amp; %(x)s&lt;/b&gt;" in undone.text


async def test_a_double_tap_the_back_button_and_a_reload_find_the_same_receipt(counter: Counter) -> None:
    phone, voucher = await counter.device(), await counter.town.voucher()
    shown = await present(phone, counter.spelt(voucher))
    action, begins = form_in(shown.text, "pay")
    twice = await asyncio.gather(*(phone.post(action, {**begins, "amount": "5"}) for _ in range(4)))
    assert len({one.headers["location"] for one in twice}) == 1
    receipt = twice[0].headers["location"]
    assert (await phone.get(action)).headers["location"] == receipt  # the back button asks for the page again
    assert (await phone.post(action, {**begins, "amount": "7"})).headers["location"] == receipt
    assert (await phone.post(action, {**begins, "cents": "1500"})).headers["location"] == receipt
    assert await counter.town.left_on(voucher) == Money.of("15")


async def test_a_ticket_is_of_one_device_and_of_half_an_hour(counter: Counter) -> None:
    phone, other, voucher = await counter.device(), await counter.device(), await counter.town.voucher()
    shown = await present(phone, counter.spelt(voucher))
    action, begins = form_in(shown.text, "pay")
    for wrong in (action, f"{TILL}/voucher/nonsense", f"{TILL}/voucher/{'A' * 52}"):
        assert (await other.post(wrong, {**begins, "amount": "5"})).status_code == 404
    assert await counter.town.left_on(voucher) == Money.of("20")


async def test_what_is_given_up_is_closed_and_whatever_arrives_late_takes_nothing(counter: Counter) -> None:
    phone, voucher = await counter.device(), await counter.town.voucher()
    shown = await present(phone, counter.spelt(voucher))
    action, begins = form_in(shown.text, "pay")
    gone = await phone.post(f"{action}/give-up")
    assert gone.headers["location"] == f"{TILL}?said=not-taken"
    late = await followed(phone, await phone.post(action, {**begins, "amount": "5"}))
    assert "Rien n'a été encaissé" in words(late)
    assert await counter.town.left_on(voucher) == Money.of("20")
    shown = await present(phone, counter.spelt(voucher))
    action, begins = form_in(shown.text, "pay")
    paid = (await phone.post(action, {**begins, "amount": "5"})).headers["location"]
    assert (await phone.post(f"{action}/give-up")).headers["location"] == paid


async def test_giving_up_and_paying_at_once_end_in_one_truth(counter: Counter) -> None:
    phone = await counter.device()
    for _ in range(5):
        voucher = await counter.town.voucher()
        action, begins = form_in((await present(phone, counter.spelt(voucher))).text, "pay")
        paid, gone = await asyncio.gather(
            phone.post(action, {**begins, "amount": "5"}), phone.post(f"{action}/give-up")
        )
        left = await counter.town.left_on(voucher)
        assert ("receipts" in gone.headers["location"]) == (left == Money.of("15"))
        told = await followed(phone, paid)
        assert ("encaissés" in words(told)) == (left == Money.of("15"))


@pytest.mark.parametrize(
    ("typed", "said", "buttons"),
    [
        ("1 2,50", "Vouliez-vous dire", ["1250"]),
        ("1250", "Vouliez-vous dire", ["1250"]),
        ("30", "Il ne reste que 20,00 €", ["2000"]),
        ("", "Tapez le montant", []),
        ("0", "supérieur à zéro", []),
        ("-5", "supérieur à zéro", []),
        ("douze", "n'est pas un montant", []),
        ("12,505", "n'est pas un montant", []),
        ("99999999999999999999999999", "Il ne reste que", ["2000"]),
    ],
)
async def test_an_amount_is_read_or_asked_about_in_words(
    counter: Counter, typed: str, said: str, buttons: list[str]
) -> None:
    phone, voucher = await counter.device(), await counter.town.voucher()
    shown = await present(phone, counter.spelt(voucher))
    asked = await take(phone, shown, amount=typed)
    assert asked.status_code == 422
    assert said in words(asked)
    offered = re.findall(r'button-primary button-huge" name="cents" value="(\d+)"', asked.text)
    assert offered == buttons
    assert await counter.town.left_on(voucher) == Money.of("20")
    if buttons:
        done = await take(phone, asked, cents=buttons[0])
        assert "encaissés" in words(done)


@pytest.mark.parametrize(
    ("typed", "taken"), [("12.5", "12,50 €"), ("12,5", "12,50 €"), ("12,50 €", "12,50 €"), ("8", "8,00 €")]
)
async def test_an_amount_as_people_type_it_is_taken(counter: Counter, typed: str, taken: str) -> None:
    phone, voucher = await counter.device(), await counter.town.voucher()
    done = await take(phone, await present(phone, counter.spelt(voucher)), amount=typed)
    assert f"{taken} encaissés" in words(done)


async def test_a_sum_that_may_be_euros_or_cents_is_asked_about_even_if_both_can_be_taken(counter: Counter) -> None:
    phone, voucher = await counter.device(), await counter.town.voucher(worth="500,00 €")
    asked = await take(phone, await present(phone, counter.spelt(voucher)), amount="150")
    assert re.findall(r'name="cents" value="(\d+)"', asked.text)[:2] == ["150", "15000"]


async def test_whatever_stops_a_voucher_is_said_in_a_sentence(counter: Counter) -> None:
    phone, town = await counter.device(), counter.town
    spent, blocked, lost, held = await town.vouchers(4)
    await town.till.redeem(spent, "20")
    await town.block(blocked)
    await town.reissue(lost)
    await town.till.hold(held, "20")
    early = await town.voucher(valid_from=day_of(town.at) + timedelta(days=9))
    expired = await replace(town, at=town.at - timedelta(days=800)).voucher()
    for voucher, said in (
        (spent, "entièrement dépensé"), (blocked, "est bloqué"), (lost, "a été remplacé"),
        (early, "pas encore valable"), (expired, "n'est plus valable"), (held, "réservé"),
    ):  # fmt: skip
        shown = await present(phone, counter.spelt(voucher))
        assert shown.status_code == 200
        assert said in words(shown)
        assert 'data-send="pay"' not in shown.text


async def test_a_code_is_pointed_at_where_it_is_wrong_and_costs_no_guess(counter: Counter) -> None:
    phone, voucher = await counter.device(), await counter.town.voucher()
    right = counter.spelt(voucher)
    swapped = (
        right[1] + right[0] + right[2:] if right[0] != right[1] else right[:-1] + ("0" if right[-1] != "0" else "2")
    )
    for typed, said in (
        ("", "saisissez le code"), (right[:4] + "@" + right[5:], "« @ » (place 5)"), (right[:-3], "13 y sont"),
        (right + "7", "17 y sont"), (swapped, "sont échangés"), ("Menu du jour : daube", "n'est pas un bon"),
        ("https://exemple.fr/carte", "n'est pas un bon"), (f"https://exemple.fr/v/{'x' * 22}", "mène à exemple.fr"),
        ("x" * 5_000, "y sont"),
    ):  # fmt: skip
        told = await present(phone, typed)
        assert told.status_code == 422, typed
        assert said in words(told), (typed, words(told))
    assert await guesses(counter) == 0
    mistaken = codes.spell(codes.derive(counter.town.keys.current, counter.town.buyer).typed)
    assert "n'est pas reconnu" in words(await present(phone, mistaken))
    assert await guesses(counter) == 1


async def guesses(counter: Counter) -> int:
    return (await wrong_codes(counter.town.sessions)).get(f"till:{counter.town.till.id}", 0)


async def test_a_voucher_of_another_programme_is_called_by_its_name(counter: Counter) -> None:
    phone, elsewhere = await counter.device(), await counter.live.town("alpes")
    code = codes.derive(elsewhere.keys.current, counter.town.buyer)
    for typed in (codes.spell(code.typed), codes.link(counter.live.address, code), code.token):
        assert "un bon de Programme alpes" in words(await present(phone, typed))
    assert await guesses(counter) == 0


async def test_a_suspended_shop_and_a_revoked_till_take_nothing_and_say_so(counter: Counter) -> None:
    phone, voucher, town = await counter.device(), await counter.town.voucher(), counter.town
    shown = await present(phone, counter.spelt(voucher))
    await town.set_status(town.till.shop, "suspended")
    assert "n'encaisse pas" in words(await take(phone, shown, amount="5"))
    assert "n'encaisse pas" in words(await present(phone, counter.spelt(voucher)))
    await town.set_status(town.till.shop, "accepted")
    await town.do(lambda session: tills.revoke_till(session, town.till.id, at=town.at))
    assert "hors service" in words(await present(phone, counter.spelt(voucher)))
    assert await town.left_on(voucher) == Money.of("20")


async def test_several_vouchers_pay_one_purchase_and_the_rest_is_told(counter: Counter) -> None:
    phone, (first, second) = await counter.device(), await counter.town.vouchers(2)
    begun = await followed(phone, await phone.post(f"{TILL}/basket", {"due": "45"}))
    action, _ = form_in(begun.text, "code")
    basket = action.removeprefix(TILL)
    shown = await present(phone, counter.spelt(first), basket=basket)
    assert (
        'name="amount" type="text" inputmode="decimal" autocomplete="off" enterkeyhint="done" value="20,00"'
        in shown.text
    )
    done = await take(phone, shown, amount="20")
    assert "Reste à payer 25,00 €" in words(done)
    basket = "?" + done.url.query.decode()
    done = await take(phone, await present(phone, counter.spelt(second), basket=basket), amount="20")
    assert "Par bons d'achat 40,00 €" in words(done)
    assert "Reste à payer 5,00 €" in words(done)
    action, _ = form_in((await phone.get(f"{done.url.path}/undo?{done.url.query.decode()}")).text, "undo")
    undone = await followed(phone, await phone.post(action, {"reason": "Taken twice"}))
    assert "Reste à payer 25,00 €" in words(undone)


async def test_a_link_opened_by_the_phones_own_camera_leads_to_the_till_on_a_paired_device(counter: Counter) -> None:
    phone, other, voucher = await counter.device(), await counter.window(), await counter.town.voucher()
    path = f"/v/{counter.code(voucher).token}"
    led = await phone.get(path)
    assert led.headers["location"].startswith(f"{TILL}/voucher/")
    assert counter.code(voucher).token not in led.headers["location"]
    assert led.headers["referrer-policy"] == "no-referrer"
    assert "20,00 €" in words(await followed(phone, led))
    assert (await other.get(path)).status_code == 200


async def test_who_stands_at_the_till_is_asked_each_day_and_by_pin_if_there_is_one(counter: Counter) -> None:
    phone, voucher = await counter.device(), await counter.town.voucher()
    lea, noe = await counter.cashier("Léa"), await counter.cashier("Noé", pin="7294")
    asked = await followed(phone, await phone.get(TILL))
    assert "Qui est à la caisse" in words(asked)
    led = await followed(phone, await phone.get(f"/v/{counter.code(voucher).token}"))
    assert "Qui est à la caisse" in words(led)
    action, _ = form_in(led.text, "cashier")
    shown = await followed(phone, await phone.post(action, {"cashier": str(lea)}))
    assert "20,00 €" in words(shown)  # the voucher waited
    receipt = await take(phone, shown, amount="5")
    assert "Léa" in words(receipt)
    for pin, said in (("", "Tapez votre code"), ("1111", "Ce n'est pas le code"), ("7294", "")):
        answer = await phone.post(f"{TILL}/cashier", {"cashier": str(noe), "pin": pin})
        assert answer.status_code == (422 if said else 303)
        assert said in words(answer)
    assert (await phone.post(f"{TILL}/cashier", {"cashier": str(counter.town.buyer)})).status_code == 422
    receipt = await take(phone, await present(phone, counter.spelt(voucher)), amount="5")
    assert "Noé" in words(receipt)
    await counter.as_owner("UPDATE p_treiz.till_devices SET cashier_since = cashier_since - interval '1 day'")
    assert "Qui est à la caisse" in words(await followed(phone, await phone.get(TILL)))


async def test_a_cashier_removed_while_redeeming_takes_nothing_and_reads_why(counter: Counter) -> None:
    phone, voucher = await counter.device(), await counter.town.voucher()
    lea = await counter.cashier("Léa")
    await phone.post(f"{TILL}/cashier", {"cashier": str(lea)})
    shown = await present(phone, counter.spelt(voucher))
    await counter.town.do(
        lambda session: cashiers.remove_cashier(session, lea, shop_id=counter.town.till.shop, at=counter.town.at)
    )
    told = await take(phone, shown, amount="5")
    assert told.status_code == 403
    assert "ne tient plus la caisse" in words(told)
    assert await counter.town.left_on(voucher) == Money.of("20")


async def test_a_pin_is_tried_a_few_times_and_then_not_for_a_while(counter: Counter) -> None:
    phone, noe = await counter.device(), await counter.cashier("Noé", pin="7294")
    for _ in range(attempts.BOUNDS["pin"].most):
        await attempts.count(counter.town.sessions, "pin", email=str(noe), address="198.51.100.7")
    told = await phone.post(f"{TILL}/cashier", {"cashier": str(noe), "pin": "7294"})
    assert told.status_code == 422
    assert "Attendez 15 minutes" in words(told)


async def test_only_pages_of_the_till_may_use_the_camera_and_none_is_kept(counter: Counter) -> None:
    phone = await counter.device()
    answer = await phone.get(TILL)
    assert "camera=(self)" in answer.headers["permissions-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert "camera=()" in (await phone.get("/treiz/")).headers["permissions-policy"]


async def test_nobody_sees_the_receipts_of_another_shop(counter: Counter) -> None:
    await a_new_shop(counter.town)
    neighbour, voucher = await counter.device(counter.town.tills[1]), await counter.town.voucher()
    done = await counter.town.till.redeem(voucher, "5")
    for path in (f"receipts/{done.redemption}", f"receipts/{done.redemption}/undo"):
        assert (await neighbour.get(f"{TILL}/{path}")).status_code == 404
    refused = await neighbour.post(f"{TILL}/receipts/{done.redemption}/undo", {"reason": "Wrong amount"})
    assert refused.status_code == 404
    view = await counter.town.do(lambda session: queries.redemption(session, done.redemption))
    assert view.undo is None


def test_the_cookie_of_a_till_is_no_programmes_cookie_of_visits() -> None:
    assert till_cookie_of("x", BASE)[0] != till_cookie_of("till-x", BASE)[0].replace("till--till-", "till-")
    assert "--" in till_cookie_of("x", BASE)[0].removeprefix("__Host-")


async def test_two_tills_that_scan_the_same_voucher_cannot_both_take_all_of_it(counter: Counter) -> None:
    first, voucher = await counter.device(), await counter.town.voucher()
    second = await counter.device()
    forms = [form_in((await present(one, counter.spelt(voucher))).text, "pay") for one in (first, second)]
    answers = await asyncio.gather(
        *(
            one.post(action, {**begins, "cents": "2000"})
            for one, (action, begins) in zip((first, second), forms, strict=True)
        )
    )
    assert sorted(one.status_code for one in answers) == [303, 422]
    (refused,) = [one for one in answers if one.status_code == 422]
    assert "entièrement dépensé" in words(refused)
    assert await counter.town.left_on(voucher) == Money(0)


def test_no_script_of_the_till_reads_the_clock_of_the_device() -> None:
    scripts = {name: text.decode() for name, text in assets.FILES.items() if re.fullmatch(r"till.*\.js", name)}
    assert len(scripts) > 5
    assert not [name for name, text in scripts.items() if re.search(r"\bDate\b", text)]


def test_all_that_the_shell_is_made_of_is_kept_by_its_worker() -> None:
    kept = set(shell.KEPT)
    for name in kept:
        imported = re.findall(r'from "\./([\w-]+\.js)"', assets.FILES[name].decode())
        assert set(imported) <= kept
