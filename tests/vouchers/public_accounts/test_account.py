"""A funder's annual account adds up to its transfers, whatever people did with its money."""

from __future__ import annotations

import csv
import random
from collections import Counter
from datetime import date, timedelta
from io import BytesIO, StringIO
from itertools import pairwise
from uuid import UUID

import pypdfium2 as pdfium
import pytest
from openpyxl import load_workbook
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances
from ledger.database import snapshot_of
from ledger.days import Period, day_of
from ledger.errors import Refusal
from ledger.money import ZERO, Money, total
from tests.given import paris
from tests.till import Paper
from tests.vouchers.orders.given import SELLING, OrderTown
from vouchers import funders
from vouchers.funders import NewFunder
from vouchers.funding import giving_back
from vouchers.orders import refunding
from vouchers.public_accounts import accounting
from vouchers.public_accounts.account import Account
from vouchers.public_accounts.account_files import account_bytes, file_name, table
from vouchers.public_accounts.account_pdf import draw_account

YEARS = (2026, 2027, 2028, 2029)
ACTS = ("add", "add", "spend", "spend", "spend", "reissue", "expire", "extend", "refund", "back")


async def account(town: OrderTown, year: int, *, funder: UUID | None = None) -> Account:
    days = Period(date(year, 1, 1), date(year, 12, 31))
    async with snapshot_of(town.sessions) as session:
        return await accounting.account_of(session, funder or town.funder, days, at=town.at)


async def sent_back(town: OrderTown, typed: str) -> None:
    await town.do(
        lambda session: giving_back.give_back(session, town.funder, Money.of(typed), reference="Mandat 7", at=town.at)
    )


async def test_a_year_is_told_from_first_to_last(orders: OrderTown) -> None:
    town = orders
    await town.pay_in("100,00", owner=town.funder)
    order = await town.issued((3, "50,00"))
    first, second, third = await town.vouchers_of(order.id)
    for paper in (first, second, third):
        await town.top_up(paper, "10,00")
    await town.till.redeem(first, "30,00")
    await town.till.redeem(second, "60,00")
    await town.do(lambda session: _refund(session, town, order.id, third))
    await sent_back(town, "20,00")
    told = await account(town, 2026)
    assert told.agrees
    held = told.held
    assert (held.opening, held.paid_in, held.granted, held.refunded, held.sent_back, held.closing) == (
        ZERO, Money.of("100"), Money.of("30"), Money.of("10"), Money.of("20"), Money.of("60"),
    )  # fmt: skip
    assert (told.spent, told.left, told.lapsed) == (Money.of("15"), Money.of("5"), ZERO)
    (place,) = told.spendings
    assert (place.commune, place.trade, place.shops) == ("Marseille", "Débits de boissons", 1)
    assert [(one.amount, one.reference) for one in told.payments] == [
        (Money.of("100"), ""), (-Money.of("20"), "Mandat 7"),
    ]  # fmt: skip
    assert [(one.title, one.count, one.amount) for one in told.grants] == [("", 3, Money.of("30"))]
    town.at = paris("2028-01-05T10:00")
    await town.expire()
    later = await account(town, 2028)
    assert later.agrees
    assert (later.outstanding, later.lapsed, later.left) == (Money.of("5"), Money.of("5"), ZERO)


@pytest.mark.parametrize("seed", range(2))
async def test_the_account_adds_up_to_the_transfers_of_any_life(orders: OrderTown, seed: int) -> None:
    chance, town = random.Random(seed), orders
    if seed % 2:
        await town.set_terms(SELLING.with_changes({"breakage_to": "funder"}), since=date(2026, 1, 1))
    region = await town.new_funder("Région", "200,00")
    await town.pay_in("300,00", owner=town.funder)
    order = await town.issued((5, "33,33"))
    papers = await town.vouchers_of(order.id)
    for _ in range(36):
        await _one_act(town, chance, papers, order.id, region)
        town.at += timedelta(days=chance.choice((0, 0, 0, 1, 45)))
    town.at += timedelta(days=420)
    await town.expire()
    happened = set[str]()
    for funder in (town.funder, region):
        told = [await account(town, year, funder=funder) for year in YEARS]
        assert all(one.agrees for one in told)
        for before, after in pairwise(told):
            assert (before.held.closing, before.left) == (after.held.opening, after.outstanding)
        posted = await town.do(lambda session, id_=funder: balances.history(session, id_, limit=1_000))  # type: ignore[misc]
        sums = Counter[str]()
        for one in posted:
            sums[one.kind] += one.amount.cents if one.credit == funder else -one.amount.cents
        happened |= set(sums)
        assert total([one.held.granted for one in told]) == -Money(sums["top_up"])
        assert total([one.held.expired for one in told]) == Money(sums["expiry"] + sums["reinstatement"])
        assert total([one.held.refunded for one in told]) == Money(sums["refund"])
        assert told[-1].held.closing == await town.balance(funder)
    assert happened >= ({"top_up", "refund", "expiry"} if seed % 2 else {"top_up", "refund", "funder_paid_back"})


async def _one_act(town: OrderTown, chance: random.Random, papers: list[Paper], order: UUID, region: UUID) -> None:
    """Something happens to one of the vouchers, unless it is refused."""
    at, amount = chance.randrange(len(papers)), Money(chance.randint(1, 2_500))
    paper, funder = papers[at], chance.choice((town.funder, region))
    try:
        match chance.choice(
            ["add", "spend", "spend", "spend", "undo", "return", "reissue", "expire", "extend", "refund", "back"]
        ):
            case "add":
                await town.top_up(paper, amount, funder=funder)
            case "spend":
                await _spend(town, chance, paper, amount)
            case "reissue":
                papers[at] = await town.reissue(paper)
            case "expire":
                await town.expire()
            case "extend":
                await town.extend(paper, day_of(town.at) + timedelta(days=200))
            case "refund":
                await town.do(lambda session: _refund(session, town, order, paper, Money(1 + amount.cents % 400)))
            case "back":
                await sent_back(town, "3,00")
    except Refusal:
        pass


async def _spend(town: OrderTown, chance: random.Random, paper: Paper, amount: Money) -> None:
    receipt = await town.till.redeem(paper, min(amount, await town.left_on(paper)))
    match chance.randrange(5):
        case 0:
            await town.undo(receipt)
        case 1:
            await town.give_back(receipt, Money(1))


async def _refund(
    session: AsyncSession, town: OrderTown, order: UUID, paper: Paper, amount: Money | None = None
) -> None:
    await refunding.ask_refund(
        session, order, amount=amount, vouchers=[paper.id], method="credit", reason="", actor="op", at=town.at
    )


async def test_on_paper_and_in_a_table_stand_the_same_sums(orders: OrderTown) -> None:
    town = orders
    known = NewFunder(
        "Ville de Marseille", "211300553", "Quai du Port", "13002", "Marseille", agreement="Délibération 2026-17",
        agreed_on=date(2026, 1, 15),
    )  # fmt: skip
    await town.do(lambda session: funders.change_funder(session, town.funder, known))
    await town.pay_in("1 100,00", owner=town.funder)
    (paper,) = await town.vouchers_of((await town.issued((1, "50,00"))).id)
    await town.top_up(paper, "10,00")
    await town.till.redeem(paper, "12,00")
    told = await account(town, 2026)
    out = BytesIO()
    draw_account(out, told)
    words = " ".join(page.get_textpage().get_text_range() for page in pdfium.PdfDocument(out)).replace("\u00a0", " ")
    for said in (
        "Compte annuel du financeur", "Exercice 2026", "Provisoire", "211 300 553", "L. 1611-7", "mandataire",
        "convention Délibération 2026-17 du 15/01/2026", "1 100,00 €", "1 090,00 €", "-2,00 €", "Débits de boissons",
    ):  # fmt: skip
        assert said in " ".join(words.split()), said
    rows = table(told, "fr")
    written = (await account_bytes(told, "csv", "fr")).decode("utf-8-sig")
    read = list(csv.reader(StringIO(written), delimiter=";"))
    assert [row[1] for row in read] == [row[1] for row in rows]
    (granted,) = [row for row in read if row[0] == "Les fonds du financeur" and row[1] == "Ajouté aux bons"]
    assert granted[-1] == "-10,00"
    sheet = load_workbook(BytesIO(await account_bytes(told, "xlsx", "fr"))).active
    sums = [row[-1] for row in sheet.iter_rows(min_row=2, values_only=True) if row[0] == "Les fonds du financeur"]
    assert sum(sums[:-1]) == sums[-1] == 1090
    assert file_name(told, "pdf", "fr") == "compte-2026.pdf"
