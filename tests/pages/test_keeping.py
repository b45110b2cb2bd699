"""Keeping a voucher, losing it, finding it again, being reminded: through windows without a screen, and no script."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Final

import httpx
import pytest

from api.auth import attempts
from ledger.days import day_of
from ledger.money import Money
from tests.given import Town
from tests.pages.given import Live
from tests.pages.holding import ANNE, BORIS, BUYER, Arrived, a_live_town, arrived, letter_of, path_of
from tests.pages.windows import fault
from tests.till import Paper
from vouchers import codes
from vouchers.holders import claiming, reminding

QUIET: Final = {
    "referrer-policy": "no-referrer", "cache-control": "no-store", "x-robots-tag": "noindex, nofollow, noarchive",
}  # fmt: skip


@pytest.fixture
async def town(live: Live) -> Town:
    return await a_live_town(live)


@pytest.fixture
async def held(town: Town) -> Paper:
    """A voucher with a hundred days to go."""
    return await town.voucher(worth="50,00 €", last_day=day_of(town.at) + timedelta(days=100))


def words(answer: httpx.Response) -> str:
    """What a page says."""
    main = re.search(r"<main.*?</main>", answer.text, re.DOTALL)
    assert main
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main[0])).split())


async def keeps(live: Live, client: httpx.AsyncClient, path: str, email: str) -> Arrived:
    """Keep a voucher with an address, all the way."""
    letter = await letter_of(live, await client.post(f"{path}/keep", data={"email": email}))
    pressed = await client.post(letter.link, data={"do": "keep"})
    assert pressed.status_code == 303
    return letter


async def test_a_voucher_is_kept_by_a_letter_and_comes_back_when_it_is_lost(
    live: Live, town: Town, held: Paper
) -> None:
    path = path_of(town, held)
    async with live.client() as client:
        asked = await client.post(f"{path}/keep", data={"email": f"  {ANNE} "})
        assert "Encore un pas" in words(await client.get(asked.headers["location"]))
        assert "Mettre mon bon à l'abri" in words(await client.get(path)), "nothing is kept yet"
        letter = await letter_of(live, asked)
        assert (letter.to, letter.vouchers) == (ANNE, [])
        assert ANNE in words(await client.get(letter.link))
        assert "Mettre mon bon à l'abri" in words(await client.get(path)), "programs that scan mail open every link"
        await client.post(letter.link, data={"do": "keep"})
        kept = await client.get(letter.link)
        assert "Votre bon est à l'abri" in words(kept)
        assert path in kept.text
        page = await client.get(path)
        assert "À l'abri, avec une adresse e-mail" in words(page)
        assert ANNE not in page.text
        lost = await letter_of(live, await client.post("/treiz/lost", data={"email": ANNE.upper()}))
        assert lost.vouchers == [path]
        assert "50,00" in lost.subject + lost.plain


async def test_every_address_is_answered_alike_and_only_those_with_money_get_a_letter(
    live: Live, town: Town, held: Paper
) -> None:
    empty = await town.voucher()
    async with live.client() as client:
        await keeps(live, client, path_of(town, held), ANNE)
        await keeps(live, client, path_of(town, empty), BORIS)
        await town.till.redeem(empty, "20,00")
        answers = [
            await client.post("/treiz/lost", data={"email": one}) for one in (ANNE, BORIS, "nobody@ailleurs.example")
        ]
        assert {(one.status_code, one.headers["location"]) for one in answers} == {(303, "/treiz/lost/sent")}
        assert [one.to for one in await arrived(live)] == [ANNE]
        assert await arrived(live) == [], "and one letter"


async def test_a_letter_opens_everything_that_is_kept_and_changes_a_code(live: Live, town: Town, held: Paper) -> None:
    other = await town.voucher()
    async with live.client() as client:
        for one in (held, other):
            await keeps(live, client, path_of(town, one), ANNE)
        lost = await letter_of(live, await client.post("/treiz/lost", data={"email": ANNE}))
        assert set(lost.vouchers) == {path_of(town, held), path_of(town, other)}
        mine = await client.get(lost.link)
        assert words(mine).count("Ouvrir mon bon") == 2
        for _ in range(2):
            pressed = await client.post(lost.link, data={"do": "replace", "voucher": str(held.id)})
            assert pressed.status_code == 303
        old = await client.get(path_of(town, held))
        assert "remplacé par un nouveau" in words(old)
        (again,) = await arrived(live)
        (new,) = set(again.vouchers) - set(lost.vouchers)
        assert new not in old.text
        assert "50,00 €" in words(await client.get(new))
        assert path_of(town, held) not in (await client.get(lost.link)).text
    assert (await town.audit()).agrees


async def test_a_second_claim_is_refused_kindly_and_the_owner_can_let_it_go(
    live: Live, town: Town, held: Paper
) -> None:
    path = path_of(town, held)
    async with live.client() as client:
        await keeps(live, client, path, ANNE)
        refused = await client.post(f"{path}/keep", data={"email": BORIS})
        assert "déjà gardé avec une adresse e-mail" in fault(refused)
        assert ANNE not in refused.text
        assert BORIS in refused.text, "what was typed is kept"
        (told,) = await arrived(live)
        assert (told.to, told.vouchers) == (ANNE, [])
        assert BORIS not in told.plain
        await client.post(told.link, data={"do": "let-go", "voucher": str(held.id)})
        await keeps(live, client, path, BORIS)
        stale = await client.post(told.link, data={"do": "replace", "voucher": str(held.id)})
        assert "n'est pas, ou n'est plus, gardé avec votre adresse" in fault(stale, 409)
        assert path not in (await client.get(told.link)).text


async def test_a_link_for_one_voucher_opens_no_other_and_does_nothing_it_was_not_sent_for(
    live: Live, town: Town, held: Paper
) -> None:
    theirs = await town.voucher()
    async with live.client() as client:
        letter = await letter_of(live, await client.post(f"{path_of(town, held)}/keep", data={"email": BORIS}))
        await keeps(live, client, path_of(town, theirs), ANNE)
        for do in ("replace", "let-go", "forget", "withdraw", "", "keep-all"):
            assert (await client.post(letter.link, data={"do": do, "voucher": str(theirs.id)})).status_code == 200
        assert (await town.view(theirs)).facts.status == "active"
        await client.post(letter.link, data={"do": "keep", "voucher": str(theirs.id)})
        kept = {
            one.id: await town.do(lambda session, one=one: claiming.keeper_of(session, one.id))
            for one in (held, theirs)
        }
    assert {id_: keeper.email for id_, keeper in kept.items() if keeper} == {held.id: BORIS, theirs.id: ANNE}


async def test_reminders_are_asked_for_confirmed_shown_and_withdrawn_by_one_click_of_the_mail_program(
    live: Live, town: Town, held: Paper
) -> None:
    path = path_of(town, held)
    async with live.client() as client:
        form = await client.get(f"{path}/remind")
        assert [one for one in (60, 15, 3) if f"{one} jours avant" in words(form)] == [60, 15, 3]
        letter = await letter_of(live, await client.post(f"{path}/remind", data={"email": ANNE, "days": ["60", "3"]}))
        assert "60 et 3 jours avant" in letter.plain
        assert "Faut-il prévenir" in words(await client.get(letter.link))
        await client.post(letter.link, data={"do": "remind"})
        assert "Vous serez prévenu à temps" in words(await client.get(letter.link))
    async with httpx.AsyncClient(base_url=live.address, trust_env=False) as provider:
        stopped = await provider.post(letter.link, data={"List-Unsubscribe": "One-Click"})
    assert stopped.status_code == 200, "what a mail program sends follows no redirection"
    assert await town.do(lambda session: reminding.reminders_of(session, ANNE)) == []


async def test_what_is_wrong_with_a_form_stands_beside_its_field_and_what_was_typed_stays(
    live: Live, town: Town, held: Paper
) -> None:
    path = path_of(town, held)
    async with live.client() as client:
        for where in (f"{path}/keep", f"{path}/remind", "/treiz/lost"):
            assert "Adresse e-mail : Remplissez ce champ." in fault(await client.post(where, data={"days": "15"}))
            back = await client.post(where, data={"email": "anne@@famille", "days": "15"})
            assert back.status_code == 422
            assert 'value="anne@@famille"' in back.text
        unticked = await client.post(f"{path}/remind", data={"email": ANNE, "days": ["7", "'--"]})
        assert "Quand : Cochez au moins une des cases." in fault(unticked)
    assert await arrived(live) == []


async def test_letters_asked_for_are_counted_by_address_and_then_refused(live: Live, town: Town) -> None:
    for _ in range(attempts.BOUNDS["holder"].most):
        await attempts.count(town.sessions, "holder", email="Victim@ailleurs.example", address="192.0.2.7")
    async with live.client() as client:
        refused = await client.post("/treiz/lost", data={"email": "victim@ailleurs.example"})
        assert "réessayez dans 15 minutes" in fault(refused, 429)
        assert (await client.post("/treiz/lost", data={"email": ANNE})).status_code == 303
    assert await arrived(live) == []


async def test_near_its_last_day_a_reminder_would_come_too_late(live: Live, town: Town) -> None:
    soon = await town.voucher(last_day=day_of(town.at) + timedelta(days=2))
    async with live.client() as client:
        assert "/remind" not in (await client.get(path_of(town, soon))).text
        assert "aucun rappel n'arriverait à temps" in words(await client.get(f"{path_of(town, soon)}/remind"))
        assert (
            await client.post(f"{path_of(town, soon)}/remind", data={"email": ANNE, "days": "3"})
        ).status_code == 422


async def test_a_voucher_that_cannot_be_spent_has_nothing_to_ask_for(live: Live, town: Town, held: Paper) -> None:
    await town.block(held)
    path = path_of(town, held)
    async with live.client() as client:
        for part in ("full", "keep", "remind"):
            answer = await client.get(f"{path}/{part}")
            assert (answer.status_code, answer.headers["location"]) == (303, path)
            assert QUIET.items() <= dict(answer.headers).items()
        assert (await client.post(f"{path}/keep", data={"email": ANNE})).headers["location"] == path
    assert await arrived(live) == []


async def test_one_is_forgotten_on_request(live: Live, town: Town, held: Paper) -> None:
    async with live.client() as client:
        await keeps(live, client, path_of(town, held), ANNE)
        lost = await letter_of(live, await client.post("/treiz/lost", data={"email": ANNE}))
        gone = await client.post(lost.link, data={"do": "forget"})
        assert "Votre adresse est oubliée" in words(await client.get(gone.headers["location"]))
        assert (await client.get(lost.link)).status_code == 410
        await client.post("/treiz/lost", data={"email": ANNE})
        assert await arrived(live) == []
        assert "50,00 €" in words(await client.get(path_of(town, held)))


async def test_the_language_is_chosen_on_the_page_itself(live: Live, town: Town, held: Paper) -> None:
    path = path_of(town, held)
    async with live.client() as client:
        letter = await letter_of(live, await client.post(f"{path}/keep", data={"email": ANNE}))
        for where in (path, f"{path}/full", f"{path}/keep", f"{path}/remind", letter.link, "/v/nonsense"):
            answer = await client.get(where, params={"to": "en"})
            assert (answer.status_code, answer.headers["location"]) == (303, where)
            assert "obole-language=en" in answer.headers["set-cookie"]
            assert QUIET.items() <= dict(answer.headers).items()


async def test_no_address_that_is_a_secret_stands_in_a_link_to_another_page_and_nobody_is_told_of_it(
    live: Live, town: Town, held: Paper
) -> None:
    path = path_of(town, held)
    async with live.client() as client:
        letter = await letter_of(live, await client.post(f"{path}/keep", data={"email": ANNE}))
        lost_page = await client.get(f"{path}/nothing-such")
        for own in (path, f"{path}/full", f"{path}/keep", f"{path}/remind", letter.link):
            answer = await client.get(own)
            assert answer.status_code == 200
            assert QUIET.items() <= dict(answer.headers).items()
            assert '<meta name="robots" content="noindex' in answer.text
            links = re.findall(r'(?:href|src|action)="([^"]*)"', answer.text)
            assert links
            secret = own.split("/")[2] if own.startswith("/v/") else own.rpartition("/")[2]
            assert not [one for one in links if secret in one and not one.startswith((path, own))]
            assert not [one for one in links if "://" in one and not one.startswith("data:")]
        assert lost_page.status_code == 404
        assert lost_page.headers["referrer-policy"] == "no-referrer"


async def test_a_page_says_nothing_of_who_gave_or_holds_it(live: Live, town: Town, held: Paper) -> None:
    await town.till.redeem(held, "10,00")
    async with live.client() as client:
        for part in ("", "/full", "/keep", "/remind"):
            assert BUYER not in (await client.get(path_of(town, held) + part)).text


async def test_whoever_has_a_code_that_died_or_is_blocked_is_not_told_where_it_is_spent(
    live: Live, town: Town, held: Paper
) -> None:
    await town.till.redeem(held, "10,00")
    heir = await town.reissue(held)
    blocked = await town.voucher()
    await town.till.redeem(blocked, "1,00")
    await town.block(blocked)
    async with live.client() as client:
        assert "Bar Pierre" in words(await client.get(path_of(town, heir)))
        for one in (held, blocked):
            assert "Bar Pierre" not in words(await client.get(path_of(town, one)))


async def test_the_page_adds_up_and_shows_a_few_shops_of_a_commune(live: Live, town: Town, held: Paper) -> None:
    await town.till.redeem(held, "10,00")
    back = await town.till.redeem(held, "5,00")
    await town.till.undo(back)
    async with live.client() as client:
        page = words(await client.get(path_of(town, held)))
        assert "− 10,00 €" in page
        assert "Remis sur le bon" in page
        assert f"{await town.left_on(held)}" == f"{Money.of('40,00')}"
        assert "40,00 €" in page
        assert "55 rue de Forbin, 13002 Marseille" in page
        assert "/treiz/shops" in (await client.get(path_of(town, held))).text
        for commune in ("Nowhere", "Marseille", "<b>"):
            shown = await client.get(path_of(town, held), params={"commune": commune})
            assert "Bar Pierre" in words(shown)


async def test_the_manifest_is_one_for_all_and_holds_no_token(live: Live, town: Town, held: Paper) -> None:
    """A browser hands a manifest on to whoever makes an installable app of it."""
    async with live.client() as client:
        page = await client.get(path_of(town, held))
        found = re.search(r'rel="manifest" href="([^"]+)"', page.text)
        assert found
        manifest = await client.get(found[1])
        assert manifest.headers["content-type"].startswith("application/manifest+json")
        told = manifest.json()
        assert "start_url" not in told
        assert told["display"] == "browser"
        for icon in told["icons"]:
            assert (await client.get(icon["src"])).headers["content-type"] == "image/png"
    assert path_of(town, held)[3:] not in found[1] + manifest.text
    assert codes.spell(codes.derive(town.keys.current, held.id).typed) not in manifest.text
