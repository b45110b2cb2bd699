"""Who decides who may do what: the operator about everybody, a company about its colleagues, a guest about nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import links, offices, people
from tests.pages.given import Live
from tests.pages.windows import House, a_house, fault


@pytest.fixture
async def house(live: Live) -> AsyncIterator[House]:
    async with a_house(live) as house:
        yield house


async def test_only_the_operator_decides_about_people(house: House) -> None:
    for number, role in enumerate(("accountant", "manager", "buyer")):
        window = await house.in_window(f"person{number}", role)
        for path in ("people", "people/new", f"people/{uuid4()}"):
            assert (await window.get(f"/treiz/{path}")).status_code == 403
        for path in ("people/new", f"people/{uuid4()}/disable", f"people/{uuid4()}/offices"):
            assert (await window.post(f"/treiz/{path}", {"roles": "operator"})).status_code == 403


async def test_the_operator_invites_gives_withdraws_and_disables(house: House) -> None:
    chief = await house.in_window("chef", "operator")
    form = {"email": "Jean@Port.example", "name": "Jean <b>", "language": "en", "roles": ["accountant", "buyer"]}
    assert fault(await chief.post("/treiz/people/new", form))
    assert fault(await chief.post("/treiz/people/new", {**form, "subject": "Savonnerie"}))
    assert fault(await chief.post("/treiz/people/new", {**form, "roles": [], "subject": ""}))
    assert fault(await chief.post("/treiz/people/new", {**form, "email": "x", "subject": "savonnerie du port"}))
    assert fault(await chief.post("/treiz/people/new", {**form, "roles": ["buyer", "shop"], "subject": "x"}))
    assert await house.do(lambda session: people.find(session, email="jean@port.example")) is None
    assert (await chief.post("/treiz/people/new", {**form, "subject": "savonnerie du port"})).status_code == 303
    jean = await house.do(lambda session: people.find(session, email="jean@port.example"))
    assert jean is not None
    assert (jean.name, jean.language) == ("Jean <b>", "en")
    assert await house.links_made() == [jean.id]
    listed = await chief.get("/treiz/people")
    assert "Jean &lt;b&gt;" in listed.text
    assert "Savonnerie du Port" in listed.text

    window = await house.window()
    await window.post(await house.link(jean.id))
    assert await window.is_in()
    assert (await chief.post(f"/treiz/people/{jean.id}/offices", {"roles": "manager"})).status_code == 303
    assert not await window.is_in()
    await window.post(await house.link(jean.id))
    held = (await house.do(lambda session: offices.offices_of(session, [jean.id])))[jean.id]
    assert [one.role for one in held] == ["accountant", "buyer", "manager"]
    gone = await chief.post(f"/treiz/people/{jean.id}/offices/withdraw", {"office": str(held[0].id)})
    assert gone.status_code == 303
    assert not await window.is_in()
    await window.post(await house.link(jean.id))
    assert (await chief.post(f"/treiz/people/{jean.id}/disable")).status_code == 303
    assert not await window.is_in()
    assert (await chief.get(f"/treiz/people/{uuid4()}")).status_code == 404


async def test_who_changes_their_own_offices_goes_on_under_a_new_token(house: House) -> None:
    chief, other = await house.in_window("chef", "operator"), await house.window()
    me = await house.do(lambda session: people.find(session, email="chef@savonnerie.example"))
    assert me is not None
    await other.signs_in(me.email)
    token = chief.token
    assert (await chief.post(f"/treiz/people/{me.id}/offices", {"roles": "accountant"})).status_code == 303
    assert chief.token != token
    assert await chief.is_in()
    assert not await other.is_in()
    (office, _) = (await house.do(lambda session: offices.offices_of(session, [me.id])))[me.id]
    assert "opérateur" in fault(await chief.post(f"/treiz/people/{me.id}/offices/withdraw", {"office": str(office.id)}))
    assert "opérateur" in fault(await chief.post(f"/treiz/people/{me.id}/disable"))
    assert await chief.is_in()


async def test_a_company_chooses_its_own_colleagues_and_nobody_elses(house: House) -> None:
    other = await house.new_company("Fournil")
    marie, eve = await house.in_window("marie", "buyer"), await house.in_window("eve", "buyer", of=other)
    form = {"buyer": str(house.company), "email": "Paul@savonnerie.example", "name": "Paul", "language": "fr"}
    assert (await marie.post("/treiz/company/people", form)).status_code == 303
    shown = await marie.get("/treiz/company/people")
    assert "Paul@savonnerie.example" in shown.text
    assert "eve@" not in shown.text
    assert fault(await marie.post("/treiz/company/people", {**form, "email": "paul"}))

    (_, paul) = await house.do(lambda session: offices.holders(session, role="buyer", subject=house.company))
    assert (await eve.get(f"/treiz/company/people?buyer={house.company}")).status_code == 403
    assert (await eve.post("/treiz/company/people", {**form, "email": "mallory@evil.example"})).status_code == 403
    withdraw = {"buyer": str(house.company), "office": str(paul.id)}
    assert (await eve.post("/treiz/company/people/withdraw", withdraw)).status_code == 403
    assert (await eve.post("/treiz/company/people/withdraw", {**withdraw, "buyer": str(other)})).status_code == 404
    assert len(await house.do(lambda session: offices.holders(session, role="buyer", subject=house.company))) == 2
    assert (await marie.post("/treiz/company/people/withdraw", withdraw)).status_code == 303
    assert len(await house.do(lambda session: offices.holders(session, role="buyer", subject=house.company))) == 1


async def test_a_guest_enters_by_link_and_has_neither_account_nor_colleagues(house: House) -> None:
    path = "/treiz" + await house.do(
        lambda session: _guest_link(session, house.company)  # whichever buyer: the guest is this one
    )
    window = await house.window()
    assert (await window.get(path)).status_code == 200
    assert (await window.post(path)).status_code == 303
    assert "sans compte" in (await window.get("/treiz/account")).text
    assert (await window.get("/treiz/company/people")).status_code == 403
    assert (await window.post("/treiz/account/details", {"name": "x", "language": "fr"})).status_code == 403
    assert (await window.get("/treiz/people")).status_code == 403


async def _guest_link(session: AsyncSession, buyer: UUID) -> str:
    return await links.guest_link_for(session, buyer, await clock.now(session))
