"""The demonstration as `make run` gives it life: orders in each state, people who sign in, letters that wait.

It is made once, served once, and the commands of the README are typed at it as they are printed there.
"""

from __future__ import annotations

import asyncio
import re
import stat
import subprocess
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Final, get_args
from uuid import UUID

import httpx
import pytest
from pypdfium2 import PdfDocument

from api import clock
from api.auth import offices, passwords, people
from api.auth.passwords import SignInRefused
from api.demo.giving_life import FILE, Demo, kept
from api.email import outbox
from api.jobs.mailing import send_queued
from api.jobs.orders import tend_orders
from api.pages.orders.telling import OTHERWISE, sentence
from api.statements import statement_file
from ledger.days import day_of
from ledger.money import ZERO
from merchants.joining import applying, invitations
from merchants.joining.applying import State
from merchants.joining.invitations import Standing
from merchants.shops import bank_changing
from merchants.street import profile
from tests.pages.browser import Watched, paper_pictured, pictured
from tests.pages.demonstration import Begun
from tests.pages.given import serving
from vouchers import buyers, codes, holding, proofs
from vouchers.campaigns import figures
from vouchers.campaigns.queries import published
from vouchers.notices import queries as notices
from vouchers.notices.endpoints import endpoints_of
from vouchers.orders import handing, history, queries, stripe_books
from vouchers.orders.paperwork.issuing_papers import papers_of
from vouchers.queries import redemptions_page

README: Final = Path(__file__).parents[2] / "README.md"
PARTY: Final = "Fête de fin d'année"
PRINTED: Final = "http://127.0.0.1:8000"


async def test_something_goes_on_in_the_street(begun: Begun) -> None:
    async with begun.town.sessions() as session:
        at = await clock.now(session)
        stages = {one.promise.title: (one.stage(day_of(at)), one) for one in await published(session)}
        assert {title: stage for title, (stage, _) in stages.items()} == {
            "La quinzaine des vitrines": "over", "Tu es l'amour de ma Ville": "running",
            "Les ateliers ouverts": "coming",
        }  # fmt: skip
        drawn, running = stages["La quinzaine des vitrines"][1], stages["Tu es l'amour de ma Ville"][1]
        report = await figures.report(session, running.id, at=at)
    assert drawn.drawn_at is not None
    assert drawn.given == drawn.promise.budget
    assert ZERO < running.given < running.promise.budget
    assert report.shops > report.spent.shops > 10


async def test_there_is_an_order_in_each_state_and_the_books_agree(begun: Begun) -> None:
    async with begun.town.sessions() as session:
        counted = await queries.counted_by_status(session)
        proved = await proofs.audit(session)
        stripe = await stripe_books.reconciliation(session)
    assert set(counted) == set(queries.STATUSES)
    assert proved.findings == ()
    assert proved.ring_fence.covered
    assert stripe.movements
    assert stripe.agrees
    assert stripe.books == ZERO


async def test_each_kind_of_payment_and_of_message_is_there(begun: Begun) -> None:
    async with begun.town.sessions() as session:
        orders = await queries.orders_page(session, limit=100)
        told: Counter[str] = Counter()
        states: Counter[str] = Counter()
        for order in orders:
            told.update([one.what for one in await history.history_of(session, order.id)])
            states.update([one.state for one in await handing.mailings_of(session, order.id)])
        papers = [one for order in orders for one in await papers_of(session, order.id)]
        known = await buyers.buyers_page(session, limit=100)
    for what in ("short", "paid_in_excess", "credit_given", "refund_sent", "refund_asked", "lapsed", "cancelled",
                 "disputed", "replaced", "mailed_again", "bounced", "changed"):  # fmt: skip
        assert told[what], what
    for state in ("queued", "sent", "refused", "bounced", "doubtful"):
        assert states[state], state
    assert {one.kind for one in papers} == {"invoice", "receipt", "credit_note", "receipt_cancellation"}
    assert any(one.free for one in known)
    assert {one.handing for one in orders} == {"sheets", "email", "links"}
    assert any(one.picture for one in orders)


async def test_a_shop_sells_online_with_a_message_in_each_state_a_hold_under_way_and_goods_returned(
    begun: Begun,
) -> None:
    shop = UUID(begun.demo.shop)
    async with begun.town.sessions() as session:
        (endpoint,) = await endpoints_of(session, shop)
        states = (await notices.counts(session, [endpoint.id]))[endpoint.id]
        placed = await holding.holds_page(session, shop=shop, limit=100)
        redeemed = await redemptions_page(session, shop=shop, limit=200)
    assert endpoint.paused_because == "asked"  # its website is invented
    assert all(states[state] for state in notices.STATES)
    assert {one.held.state for one in placed} == {"pending", "captured", "timed_out"}
    assert any(one.returned for one in redeemed)


async def test_every_line_of_every_history_is_a_sentence_and_none_runs_backwards(begun: Begun) -> None:
    unknown = OTHERWISE.partition("%")[0]
    async with begun.town.sessions() as session:
        for order in await queries.orders_page(session, limit=100):
            lines = await history.history_of(session, order.id)
            assert [one.at for one in lines] == sorted(one.at for one in lines), order.label
            assert not any(sentence(one, "en").startswith(unknown) for one in lines), order.label


async def test_its_people_sign_in_with_the_password_of_this_installation_alone(begun: Begun) -> None:
    demo, file = begun.demo, begun.home / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert kept(begun.home) == demo
    assert demo.password not in repr(demo)
    passwords.refuse_weak(demo.password, about=("Treiz'Local (démo)", *demo.people.values()))
    roles = []
    for email in demo.people.values():
        found = await passwords.checked(begun.town.sessions, email, demo.password)
        async with begun.town.sessions() as session:
            held = await offices.offices_of(session, [found.id])
        roles += [one.role for one in held[found.id]]
    assert sorted(roles) == ["accountant", "buyer", "buyer", "buyer", "manager", "operator", "shop"]
    with pytest.raises(SignInRefused):
        await passwords.checked(begun.town.sessions, demo.people["operator"], demo.password + "x")
    async with begun.town.sessions() as session:
        assert len(await people.people_page(session, limit=100)) == len(demo.people)


def test_a_file_of_an_earlier_version_is_still_read(tmp_path: Path) -> None:
    old = {"programme": "treiz-local", "keys": {}, "codes": [], "buyer": "", "shop": "", "till": "", "settlement": "",
           "open_month": "2026-10"}  # fmt: skip
    (tmp_path / FILE).write_text(str(old).replace("'", '"'))
    known = kept(tmp_path)
    assert known is not None
    assert (known.password, known.people) == ("", {})
    assert {one.name for one in fields(Demo)} == {*old, "password", "people"}


async def test_shops_stand_in_every_state_of_joining_and_one_keeper_signs_in(begun: Begun) -> None:
    async with begun.town.sessions() as session:
        states = {one.state for one in await applying.applications_page(session, states=get_args(State), limit=100)}
        stand = set(await invitations.counted(session))
        owner = (await passwords.checked(begun.town.sessions, begun.demo.people["shop"], begun.demo.password)).id
        (held,) = (await offices.offices_of(session, [owner]))[owner]
        says = await profile.profiles_by_id(session, [held.subject] if held.subject else [])
        (change,) = await bank_changing.waiting(session)
    assert states == set(get_args(State))
    assert stand == set(get_args(Standing))
    assert held.subject == change.shop == UUID(begun.demo.shop)
    assert says[change.shop].hours.known


async def test_the_first_minute_sends_what_waits_to_the_outbox_and_every_code_in_it_is_valid(begun: Begun) -> None:
    for _ in range(2):
        await tend_orders(begun.here, begun.town)
        await send_queued(begun.here, begun.town)
    letters = outbox.newest(begun.home)
    assert not [one for one in letters if not one.to.endswith(".example")]
    vouchers = [one for one in letters if "25,00" in one.subject]
    assert len(vouchers) == 6
    for letter in vouchers:
        opened = outbox.opened(begun.home, letter.id)
        assert opened is not None
        link = re.search(r"/v/([\w-]+)", opened.plain)
        assert link is not None
        assert codes.read(link[0], begun.town.keys.keys)
    async with begun.town.sessions() as session:
        counted = await queries.counted_by_status(session)
        assert "paid" not in counted  # the job issues what is paid
        assert not await handing.queued(session, limit=1)
        assert (await proofs.audit(session)).findings == ()


async def test_the_pages_of_which_pictures_are_taken_open_without_a_fault(begun: Begun, page: Watched) -> None:
    """The pictures of the README and of the tutorial are taken here, with ``PICTURES=1``.

    How these pages are at both widths is asked by who walks to every page of the demonstration.
    """
    async with begun.town.sessions() as session:
        orders = {one.label: one.id for one in await queries.orders_page(session, limit=100)}
    company, mutual = begun.demo.people["buyer 1"], begun.demo.people["buyer 3"]
    shown: dict[str, list[tuple[str, str]]] = {
        company: [("orders", "demo-orders"), (f"orders/{orders[PARTY]}/people", "demo-mend"),
                  (f"orders/{orders['Trophées de la sécurité']}", "demo-short")],
        mutual: [(f"orders/{orders['Journée du bien-être']}", "demo-order")],
        begun.demo.people["operator"]: [("desk", "demo-desk")],
        begun.demo.people["manager"]: [("desk/figures", "demo-figures")],
    }  # fmt: skip
    async with serving(begun.database, begun.here.settings) as live:
        home = f"{live.address}/{begun.demo.programme}/"
        for email, pages in shown.items():
            await page.context.clear_cookies()
            await page.page.goto(f"{home}sign-in")
            await page.page.get_by_label("Adresse e-mail").fill(email)
            await page.page.get_by_label("Mot de passe").fill(begun.demo.password)
            await page.page.get_by_role("button", name="Se connecter", exact=True).click()
            await page.page.get_by_role("link", name="Mon compte").wait_for()
            for path, name in pages:
                await page.page.goto(home + path)
                await pictured(page, name)
        await page.page.goto(f"{live.address}/outbox")
        await page.page.get_by_role("link", name="25,00").first.click()
        await pictured(page, "demo-letter")


async def test_the_statement_of_the_busiest_shop_is_understood_at_a_glance(begun: Begun) -> None:
    """The picture of the documentation is taken here, with ``PICTURES=1``."""
    base = "https://bons.marseille.example"
    paper = await statement_file(begun.town, UUID(begun.demo.settlement), form="pdf", language="fr", base_url=base)
    text = PdfDocument(paper)[0].get_textpage().get_text_bounded()
    places = [text.index(said) for said in ("Vous recevez", "Comment ce montant", "Jour par jour", "Chaque opération")]
    assert places == sorted(places)
    assert f"à vérifier sur {base}/{begun.demo.programme}/seal" in text
    paper_pictured(paper, "statement")


async def test_the_commands_of_the_readme_run_as_they_are_printed(begun: Begun, tmp_path: Path) -> None:
    blocks = [one for one in re.findall(r"```sh\n(.*?)```", README.read_text("utf-8"), re.DOTALL) if "curl" in one]
    assert len(blocks) == 2
    (tmp_path / ".obole").symlink_to(begun.home)
    async with serving(begun.database, begun.here.settings.model_copy(update={"jobs": True})) as live:
        for block in blocks:
            typed = "set -eu\n" + block.replace(PRINTED, live.address)
            done = await asyncio.to_thread(
                subprocess.run, ["bash", "-c", typed], cwd=tmp_path, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
        assert '"amount":250' in done.stdout
        assert (tmp_path / "request.pdf").read_bytes().startswith(b"%PDF")
        assert len((tmp_path / "links.csv").read_text("utf-8-sig").splitlines()) == 1 + 10
        async with httpx.AsyncClient(base_url=live.address, trust_env=False) as client:
            key = {"authorization": f"Bearer {begun.demo.keys['buyer']}"}
            found = await client.get("/api/v1/orders", params={"search": "Challenge"}, headers=key)
    (order,) = found.json()["items"]
    assert order["status"] == "delivered"
    assert UUID(order["buyer"]) == UUID(begun.demo.buyer)
