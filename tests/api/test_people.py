"""People and what they are in a programme: known once, trusted by office, let go at once."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

from api import clock
from api.auth import links, offices, people, visits
from api.auth.links import LinkSpent
from api.auth.offices import LastOperator, OfficeSubjectWrong, OfficeUnknown
from api.auth.people import PersonDisabled, PersonEmailTaken, PersonNameMalformed, PersonUnknown, PersonView
from api.auth.permissions import ALLOWED, EVERYWHERE, GUEST_MAY, Permission, Role
from api.auth.visitors import OfficeMissing, Visitor
from api.auth.visits import Held, Known
from api.cli import app
from api.engines import Database
from api.installation import Town as Opened
from api.settings import Settings
from ledger.database import Sessions
from ledger.wishes import Wish, take_wishes
from merchants import registry
from tests.given import OPENED, Town, a_town
from vouchers import keys
from vouchers.errors import BuyerUnknown
from vouchers.orders.lists.addresses import AddressInvalid

P = Permission


@pytest.fixture
async def town(sessions: Sessions, settings: Settings) -> Town:
    return await a_town(sessions, settings)


async def somebody(town: Town, email: str = "marie@savonnerie.example", *roles: Role) -> PersonView:
    """A person with these offices; a buyer's is for the town's company."""

    async def work(session) -> PersonView:
        made = await people.register(session, email=email, name="Marie Blanc", language="fr", at=town.at)
        for role in roles:
            subject = town.buyer if role == "buyer" else None
            await offices.give(session, person=made.id, role=role, subject=subject, by="op", at=town.at)
        return made

    return await town.do(work)


async def signed_in(town: Town, person: UUID) -> str:
    return await town.do(lambda session: visits.begin(session, person=person, browser="Firefox", at=town.at))


async def still_in(town: Town, token: str) -> bool:
    return await town.do(lambda session: visits.recognise(session, token, at=town.at)) is not None


def visitor(*held: Held, guest: UUID | None = None) -> Visitor:
    known = None if guest else Known(uuid4(), "Marie", "marie@savonnerie.example", "fr")
    return Visitor(Opened(None, None, None), known, held, guest)  # type: ignore[arg-type]


async def test_one_address_is_one_person_however_it_is_written(town: Town) -> None:
    made = await somebody(town, " Marie@SAVONNERIE.example ")
    assert made.email == "Marie@savonnerie.example"
    for written in ("marie@savonnerie.example", "MARIE@Savonnerie.Example"):
        assert await town.do(lambda session, as_=written: people.find(session, email=as_)) == made
        with pytest.raises(PersonEmailTaken):
            await somebody(town, written)
    assert await town.do(lambda session: people.find(session, email="jean@savonnerie.example")) is None
    assert await town.do(lambda session: people.find(session, email="no address")) is None


@pytest.mark.parametrize(
    "email", ["", "marie", "a@b", "a\r\nBcc: x@y.example@z.example", "a b@c.example", "é\x00@c.example"]
)
async def test_what_is_no_address_makes_nobody(town: Town, email: str) -> None:
    with pytest.raises(AddressInvalid):
        await somebody(town, email)


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "Marie\u202eecnalB", "Ma\x00rie"])
async def test_a_name_is_one_line_that_somebody_typed(town: Town, name: str) -> None:
    with pytest.raises(PersonNameMalformed):
        await town.do(
            lambda session: people.register(session, email="m@x.example", name=name, language="fr", at=town.at)
        )


async def test_an_office_is_given_once_and_for_something_that_is_there(town: Town) -> None:
    marie = await somebody(town)
    give = offices.give
    for role, subject in (("buyer", None), ("operator", town.buyer), ("shop", None)):
        with pytest.raises(OfficeSubjectWrong):
            await town.do(lambda s, r=role, o=subject: give(s, person=marie.id, role=r, subject=o, by="op", at=town.at))
    with pytest.raises(BuyerUnknown):
        await town.do(lambda s: give(s, person=marie.id, role="buyer", subject=town.funder, by="op", at=town.at))

    for role, subject in (
        ("buyer", town.buyer),
        ("accountant", None),
        ("shop", town.till.shop),
        ("till", town.till.id),
    ):
        once = await town.do(
            lambda s, r=role, o=subject: give(s, person=marie.id, role=r, subject=o, by="op", at=town.at)
        )
        again = await town.do(
            lambda s, r=role, o=subject: give(s, person=marie.id, role=r, subject=o, by="x", at=town.at)
        )
        assert once == again
    held = (await town.do(lambda session: offices.offices_of(session, [marie.id])))[marie.id]
    assert [one.role for one in held] == ["buyer", "accountant", "shop", "till"]
    names = await town.do(lambda session: offices.names_of(session, held))
    assert names[town.buyer] == "Savonnerie du Port"
    assert set(names) == {town.buyer, town.till.shop, town.till.id}


async def test_old_tokens_end_when_an_office_is_given_or_withdrawn_and_not_otherwise(town: Town) -> None:
    marie, jean = await somebody(town), await somebody(town, "jean@savonnerie.example")
    other, token = await signed_in(town, jean.id), await signed_in(town, marie.id)
    give = lambda s: offices.give(s, person=marie.id, role="buyer", subject=town.buyer, by="op", at=town.at)  # noqa: E731
    held = await town.do(give)
    assert not await still_in(town, token)
    token = await signed_in(town, marie.id)
    await town.do(give)
    assert await still_in(town, token)
    with pytest.raises(OfficeUnknown):
        await town.do(lambda s: offices.withdraw(s, held.id, subject=town.funder, at=town.at))
    assert await still_in(town, token)
    await town.do(lambda s: offices.withdraw(s, held.id, subject=town.buyer, at=town.at))
    assert not await still_in(town, token)
    assert await still_in(town, other)
    with pytest.raises(OfficeUnknown):
        await town.do(lambda s: offices.withdraw(s, held.id, at=town.at))


async def test_who_is_disabled_is_out_at_once_and_no_link_lets_them_in(town: Town) -> None:
    await somebody(town, "chef@x.example", "operator")
    marie = await somebody(town)
    token = await signed_in(town, marie.id)
    path = await town.do(lambda s: links.link_for(s, marie.id, "sign_in", town.at))
    gone = await town.do(lambda s: people.disable(s, marie.id, at=town.at))
    assert gone.disabled_at == town.at
    assert not await still_in(town, token)
    with pytest.raises(LinkSpent):
        await town.do(lambda s: links.look_at(s, path.removeprefix("/enter/"), at=town.at))
    with pytest.raises(PersonUnknown):
        await town.do(lambda s: links.link_for(s, marie.id, "sign_in", town.at))
    with pytest.raises(PersonDisabled):
        await town.do(
            lambda s: links.invite(
                s, email=marie.email, name="x", language="fr", role="accountant", by="op", at=town.at
            )
        )
    back = await town.do(lambda s: people.enable(s, marie.id))
    assert back.disabled_at is None
    assert not await still_in(town, token)
    with pytest.raises(PersonUnknown):
        await town.do(lambda s: people.disable(s, uuid4(), at=town.at))


async def test_the_last_operator_stays(town: Town) -> None:
    one = await somebody(town, "un@x.example", "operator", "accountant")
    (office, accounting) = (await town.do(lambda s: offices.offices_of(s, [one.id])))[one.id]
    with pytest.raises(LastOperator):
        await town.do(lambda s: offices.withdraw(s, office.id, at=town.at))
    with pytest.raises(LastOperator):
        await town.do(lambda s: people.disable(s, one.id, at=town.at))
    await town.do(lambda s: offices.withdraw(s, accounting.id, at=town.at))
    two = await somebody(town, "deux@x.example", "operator")
    await town.do(lambda s: people.disable(s, two.id, at=town.at))
    with pytest.raises(LastOperator):
        await town.do(lambda s: people.disable(s, one.id, at=town.at))
    await town.do(lambda s: people.enable(s, two.id))
    await town.do(lambda s: offices.withdraw(s, office.id, at=town.at))


async def test_two_operators_who_remove_each_other_at_once_leave_one(town: Town) -> None:
    both = [await somebody(town, f"{name}@x.example", "operator") for name in ("un", "deux")]
    held = await town.do(lambda s: offices.holders(s, role="operator"))

    async def remove(number: int) -> bool:
        try:
            if number:
                await town.do(lambda s: people.disable(s, both[number].id, at=town.at))
            else:
                await town.do(lambda s: offices.withdraw(s, held[number].id, at=town.at))
        except LastOperator:
            return False
        return True

    assert sorted(await asyncio.gather(remove(0), remove(1))) == [False, True]


async def test_an_invitation_makes_known_whoever_is_not_and_keeps_what_is_known(town: Town) -> None:
    async def invite(
        session, email: str = "marie@savonnerie.example", name: str = "Marie"
    ) -> tuple[PersonView, list[Wish]]:
        found = await links.invite(
            session, email=email, name=name, language="en", role="buyer", subject=town.buyer, by="op", at=town.at
        )
        return found, take_wishes(session)

    first, wishes = await town.do(invite)
    assert (first.name, first.has_password) == ("Marie", False)
    assert wishes == [Wish("invitation_letter", (("person", str(first.id)),))]
    again, wishes = await town.do(lambda session: invite(session, email="MARIE@savonnerie.example", name="Other"))
    assert again == first
    assert wishes
    with pytest.raises(AddressInvalid):
        await town.do(lambda session: invite(session, email="marie"))


async def test_asking_for_a_link_is_alike_for_who_is_known_and_who_is_not(town: Town) -> None:
    marie = await somebody(town)

    async def ask(session, email: str) -> list[Wish]:
        assert await links.ask_link(session, email) is None
        return take_wishes(session)

    assert await town.do(lambda s: ask(s, "Marie@savonnerie.example")) == [
        Wish("sign_in_letter", (("person", str(marie.id)),))
    ]
    assert await town.do(lambda s: ask(s, "jean@savonnerie.example")) == []
    assert await town.do(lambda s: ask(s, "nonsense")) == []


async def test_a_link_is_used_once_looked_at_as_often_as_one_likes_and_only_in_time(town: Town) -> None:
    marie = await somebody(town)
    path = await town.do(lambda s: links.link_for(s, marie.id, "sign_in", town.at))
    secret = path.removeprefix("/enter/")
    for _ in range(3):
        assert (await town.do(lambda s: links.look_at(s, secret, at=town.at))).person == marie

    async def use() -> bool:
        try:
            await town.do(lambda s: links.use(s, secret, at=town.at))
        except LinkSpent:
            return False
        return True

    assert sorted(await asyncio.gather(use(), use(), use())) == [False, False, True]
    for spent in (secret, "", "x" * 43, "x" * 5_000, "é\x00"):
        with pytest.raises(LinkSpent):
            await town.do(lambda s, one=spent: links.look_at(s, one, at=town.at))
    for purpose, lasts in (("sign_in", timedelta(minutes=15)), ("invitation", timedelta(days=7))):
        path = await town.do(lambda s, p=purpose: links.link_for(s, marie.id, p, town.at))
        secret = path.removeprefix("/enter/")
        await town.do(lambda s, o=secret, a=lasts: links.look_at(s, o, at=town.at + a - timedelta(seconds=1)))
        with pytest.raises(LinkSpent):
            await town.do(lambda s, o=secret, a=lasts: links.use(s, o, at=town.at + a))


async def test_a_guests_link_signs_in_as_that_buyer(town: Town) -> None:
    path = await town.do(lambda s: links.guest_link_for(s, town.buyer, town.at))
    found = await town.do(lambda s: links.use(s, path.removeprefix("/enter/"), at=town.at))
    assert (found.person, found.guest) == (None, town.buyer)
    later = town.at + timedelta(days=31)
    await town.do(lambda s: links.forget_old(s, at=later))


async def test_the_command_line_makes_the_first_operator_and_a_link_that_works(
    database: Database, sessions: Sessions, settings: Settings
) -> None:
    await a_town(sessions, settings)
    told = {
        "OBOLE_HOME": str(settings.home), "OBOLE_DATABASE_URL": database.owner.render_as_string(hide_password=False),
        "OBOLE_PUBLIC_URL": "https://obole.example", "LC_ALL": "fr_FR.UTF-8",
    }  # fmt: skip

    async def type_(*words: str, exits: int = 0) -> Any:
        line = ["people", *words, "--programme", "treiz", "--json"]
        done = await asyncio.to_thread(CliRunner().invoke, app, line, env=told)
        assert done.exit_code == exits, done.output
        return json.loads(done.stdout) if exits == 0 else done.output

    async with sessions.begin() as session:
        await keys.rotate(session, programme=await _programme(session), masters=settings.master_secrets, at=OPENED)
    made = await type_("add", "--email", "chef@x.example", "--name", "Le Chef", "--role", "operator")
    base, path = made["link"].split("/enter/")
    assert base == "https://obole.example/treiz"
    async with sessions() as session:
        found = await links.look_at(session, path, at=await clock.now(session))
    assert found.person is not None
    assert (found.person.email, found.person.language) == ("chef@x.example", "fr")
    again = await type_("add", "--email", "CHEF@x.example", "--role", "accountant")
    assert again["person"]["id"] == made["person"]["id"]
    (listed,) = await type_("list")
    assert [one["role"] for one in listed["offices"]] == ["operator", "accountant"]
    assert "opérateur" in await type_("disable", "--email", "chef@x.example", exits=1)
    assert "connue" in await type_("disable", "--email", "nobody@x.example", exits=1)
    await type_("add", "--email", "second@x.example", "--role", "operator")
    assert (await type_("disable", "--email", "chef@x.example"))["disabled_at"]
    await type_("add", "--email", "third@x.example", "--role", "buyer", exits=1)
    await type_("add", "--email", "third", "--role", "operator", exits=1)
    assert await type_("forget-holder", "--email", " anne@x.example ") == {"forgotten": "anne@x.example"}
    await type_("forget-holder", "--email", "anne", exits=1)


async def _programme(session: AsyncSession) -> UUID:
    return (await registry.programme(session, slug="treiz")).id


def test_what_a_person_may_is_the_union_of_its_offices_each_for_its_own_subject() -> None:
    mine, theirs = uuid4(), uuid4()
    both = visitor(Held("buyer", mine), Held("accountant"))
    assert both.may(P.ORDERS_WRITE, mine)
    assert not both.may(P.ORDERS_WRITE, theirs)
    assert not both.may(P.ORDERS_WRITE)
    assert both.may_somewhere(P.ORDERS_WRITE)
    assert both.may(P.ORDERS_READ, theirs)
    assert both.may(P.LEDGER_READ)
    assert not both.may_somewhere(P.REFUNDS_WRITE)
    assert (both.buyers, both.shops, both.is_operator, both.is_guest) == ((mine,), (), False, False)
    with pytest.raises(OfficeMissing):
        both.require(P.ORDERS_WRITE, theirs)
    nobody = visitor()
    assert not any(nobody.may_somewhere(permission) for permission in Permission)
    chief = visitor(Held("operator"))
    assert all(chief.may(permission) and chief.may(permission, theirs) for permission in Permission)


def test_a_guest_may_what_a_buyer_may_but_has_no_colleagues() -> None:
    own = uuid4()
    guest = visitor(Held("buyer", own), guest=own)
    assert {permission for permission in Permission if guest.may(permission, own)} == GUEST_MAY
    assert not any(guest.may(permission) or guest.may(permission, uuid4()) for permission in Permission)
    assert guest.actor == f"guest:{own}"
    assert guest.is_guest


def test_nobody_but_the_operator_gives_money_or_trust_away() -> None:
    for role in set(ALLOWED) - {"operator"}:
        given_away = {P.REFUNDS_WRITE, P.ORDERS_CREDIT, P.PEOPLE_WRITE, P.KEYS_WRITE, P.PAYMENTS_WRITE, P.BUYERS_WRITE}
        assert not ALLOWED[role] & given_away, role
    writes = {one for one in ALLOWED["accountant"] if one.value.endswith(":write")}
    assert not writes
    assert {role for role in ALLOWED if P.CODES_READ in ALLOWED[role]} == {"operator", "buyer"}
    assert ALLOWED["manager"] == {
        P.PROGRAMME_READ, P.SHOPS_READ, P.FIGURES_READ, P.RECRUITING_WRITE, P.CAMPAIGNS_WRITE,
    }  # fmt: skip
    assert {"operator", "accountant", "manager"} == EVERYWHERE
