"""Visits: known by a token that is kept nowhere, over when they should be, and never another town's."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from api.auth import offices, people, visits
from api.auth.people import PersonView
from api.auth.visitors import cookie_of, own_path
from api.auth.visits import Held
from api.installation import Town
from ledger.database import Sessions
from merchants.registry import Registered
from tests.given import OPENED

LIVES = timedelta(seconds=1)


@pytest.fixture
async def marie(sessions: Sessions) -> PersonView:
    async with sessions.begin() as session:
        made = await people.register(session, email="marie@x.example", name="Marie", language="fr", at=OPENED)
        await offices.give(session, person=made.id, role="accountant", by="op", at=OPENED)
        await offices.give(session, person=made.id, role="operator", by="op", at=OPENED)
    return made


async def begin(sessions: Sessions, marie: PersonView) -> str:
    async with sessions.begin() as session:
        return await visits.begin(session, person=marie.id, browser="Firefox, Linux", at=OPENED)


async def test_a_token_is_recognised_with_every_office_and_kept_as_a_hash(
    sessions: Sessions, marie: PersonView
) -> None:
    token = await begin(sessions, marie)
    assert len(token) == 43
    async with sessions() as session:
        found = await visits.recognise(session, token, at=OPENED)
        kept = (await session.execute(text("SELECT string_agg(v::text, ' ') FROM p_treiz.visits v"))).scalar_one()
    assert found is not None
    assert found.person is not None
    assert (found.person.id, found.offices) == (marie.id, (Held("accountant"), Held("operator")))
    assert token not in kept
    assert token.encode().hex() not in kept


@pytest.mark.parametrize("token", [None, "", "x", "x" * 43, "x" * 100_000, "é" * 43, "\x00" * 43, "' OR 1=1 --"])
async def test_what_is_no_token_of_ours_is_nobody(sessions: Sessions, marie: PersonView, token: str | None) -> None:
    await begin(sessions, marie)
    async with sessions() as session:
        assert await visits.recognise(session, token, at=OPENED) is None


async def test_a_visit_is_over_when_idle_too_old_or_ended(sessions: Sessions, marie: PersonView) -> None:
    token = await begin(sessions, marie)

    async def known(at: timedelta) -> bool:
        async with sessions() as session:
            return await visits.recognise(session, token, at=OPENED + at) is not None

    assert await known(visits.IDLE - LIVES)
    assert not await known(visits.IDLE)
    for day in range(1, 31):
        async with sessions.begin() as session:
            await visits.seen(session, visits.hash_of(token), at=OPENED + timedelta(days=day) - LIVES)
    assert await known(visits.LONGEST - LIVES)
    assert not await known(visits.LONGEST)
    async with sessions.begin() as session:
        await visits.end(session, visits.hash_of(token), person=uuid4(), at=OPENED)
    assert await known(visits.LONGEST - LIVES)
    async with sessions.begin() as session:
        await visits.end(session, visits.hash_of(token), person=marie.id, at=OPENED)
    assert not await known(visits.LONGEST - LIVES)


async def test_all_visits_but_one_can_be_ended_and_old_ones_are_forgotten(
    sessions: Sessions, marie: PersonView
) -> None:
    tokens = [await begin(sessions, marie) for _ in range(3)]
    async with sessions.begin() as session:
        assert len(await visits.visits_of(session, marie.id, at=OPENED)) == 3
        await visits.end_all(session, marie.id, but=visits.hash_of(tokens[0]), at=OPENED)
        (left,) = await visits.visits_of(session, marie.id, at=OPENED)
        assert (left.id, left.browser) == (visits.hash_of(tokens[0]).hex(), "Firefox, Linux")
        await visits.forget_old(session, at=OPENED + visits.KEPT + LIVES)
        kept = (await session.execute(text("SELECT count(*) FROM p_treiz.visits"))).scalar_one()
    assert kept == 1


async def test_a_guest_is_a_buyer_for_its_own_order_alone(sessions: Sessions) -> None:
    buyer = uuid4()
    async with sessions.begin() as session:
        token = await visits.begin(session, guest=buyer, browser="?", at=OPENED)
        found = await visits.recognise(session, token, at=OPENED)
    assert found is not None
    assert (found.person, found.guest, found.offices) == (None, buyer, (Held("buyer", buyer),))


async def test_a_token_of_one_town_is_nothing_in_another(
    sessions: Sessions, alpes: Sessions, marie: PersonView
) -> None:
    token = await begin(sessions, marie)
    async with alpes() as session:
        assert await visits.recognise(session, token, at=OPENED) is None


@pytest.mark.parametrize(
    ("base_url", "cookie"),
    [
        ("https://obole.example", ("__Host-obole-treiz", True)),
        ("http://127.0.0.1:8000", ("__Host-obole-treiz", True)),
        ("http://localhost:8000", ("__Host-obole-treiz", True)), ("http://[::1]:8000", ("__Host-obole-treiz", True)),
        ("http://0.0.0.0:8000", ("obole-treiz", False)), ("http://obole.lan", ("obole-treiz", False)),
    ],
)  # fmt: skip
def test_the_cookie_is_secure_wherever_a_browser_keeps_such_a_one(base_url: str, cookie: tuple[str, bool]) -> None:
    assert cookie_of("treiz", base_url) == cookie


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/treiz/orders?page=2", "/treiz/orders?page=2"), ("/treiz/", "/treiz/"), (None, "/treiz/"), ("", "/treiz/"),
        ("/treiz", "/treiz/"), ("/alpes/orders", "/treiz/"), ("//evil.example/treiz/", "/treiz/"),
        ("/treiz//evil.example", "/treiz/"), ("https://evil.example/treiz/", "/treiz/"),
        ("/treiz/\\evil.example", "/treiz/"), ("/treiz/\r\nSet-Cookie: a=b", "/treiz/"), ("/treiz/../x", "/treiz/"),
        ("/treiz/é", "/treiz/"), ("/treiz/" + "x" * 600, "/treiz/"), ("javascript:alert(1)", "/treiz/"),
    ],
)  # fmt: skip
def test_signing_in_leads_to_a_page_of_the_same_programme_and_nowhere_else(wanted: str | None, path: str) -> None:
    town = Town(Registered(uuid4(), "treiz", "p_treiz", OPENED), None, None)  # type: ignore[arg-type]
    assert own_path(town, wanted) == path


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Safari/604", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140 Safari/537 Edg/140", "Edge, Windows"),
        (None, "?"), ("<script>", "?"), ("x" * 9_000, "?"),
    ],
)  # fmt: skip
def test_a_browser_is_told_by_two_words_and_no_more_is_kept(told: str | None, shown: str) -> None:
    assert visits.browser_of(told) == shown
