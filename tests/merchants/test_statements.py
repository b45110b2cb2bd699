"""What is printed for a shop adds up to its settlement and to the ledger, and never changes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pypdfium2 as pdfium

from ledger import balances
from ledger.days import Period
from ledger.money import Money, total
from merchants.movements import REDEMPTION, UNDO
from merchants.settlements.queries import SettlementView
from merchants.settlements.statement_pdf import draw_statement
from merchants.shops import registering
from tests.given import TERMS, Paper, Town, paris
from vouchers.redeeming import Receipt

OCTOBER = Period.month("2026-10")
AMOUNT = re.compile(r"(-?)(\d{1,3}(?: \d{3})*),(\d\d) €")


async def the_settlement(town: Town, period: Period) -> SettlementView:
    """The only one of a period, which is closed if it is not."""
    (settlement,) = await town.settlements(await town.close(period))
    return settlement


async def text_of(town: Town, settlement: SettlementView) -> str:
    """What is printed on the statement."""
    out = BytesIO()
    draw_statement(out, await town.statement(settlement), "fr")
    pages = pdfium.PdfDocument(out.getvalue())
    return "\n".join(page.get_textpage().get_text_bounded() for page in pages).replace("\u00a0", " ").replace("\r", "")


def amounts_in(text: str) -> list[Money]:
    return [
        Money(int(euros.replace(" ", "") + cents) * (-1 if sign else 1)) for sign, euros, cents in AMOUNT.findall(text)
    ]


async def test_the_statement_the_settlement_and_the_ledger_come_to_the_same(town: Town, voucher: Paper) -> None:
    receipts: list[Receipt] = []
    for number in range(60):
        town.at = paris("2026-10-06T08:00") + timedelta(hours=9 * number)
        receipts.append(await town.till.redeem(voucher, Money(1_003 + 37 * number)))
        if number % 7 == 6:
            await town.undo(receipts[-3])
    hold = await town.till.hold(voucher, "40,00")
    await town.till.capture(hold, "39,99", final=True)
    town.at = paris("2026-11-03T09:00")
    settlement = await the_settlement(town, OCTOBER)
    statement, made = await town.statement(settlement), settlement.figures
    shop = town.till.shop
    posted = await town.do(lambda session: balances.history(session, shop, limit=1_000))
    ledger = total(
        [one.amount if one.credit == shop else -one.amount for one in posted if one.kind in (REDEMPTION, UNDO)]
    )
    assert total([line.amount for line in statement.lines]) == made.turnover == ledger
    assert {line.till for line in statement.lines} == {"Caisse 1"}

    before, detail = (await text_of(town, settlement)).split("Chaque opération")
    *operations, foot = amounts_in(detail)
    assert operations == [line.amount for line in statement.lines]
    assert total(operations) == foot == made.turnover
    glance, made_up = before.split("Comment ce montant est formé")
    assert amounts_in(glance) == [made.paid]
    rows = [amounts_in(row)[-1] for row in made_up.splitlines() if amounts_in(row)]
    assert {made.redeemed, -made.undone, -made.commission, -made.vat} <= set(rows)
    assert made.redeemed - made.undone - made.commission - made.vat == made.paid
    taken = [one.amount for one in posted if one.document == settlement.number]
    assert sorted(taken) == sorted([made.commission, made.vat, made.paid])


async def test_names_come_out_on_the_statement_as_they_were_registered(town: Town, voucher: Paper) -> None:
    await town.set_terms(replace(TERMS, name="Ὀβολός"), since=date(2026, 10, 1))
    for till in town.tills:
        await till.redeem(voucher, "10,00")
    town.at = paris("2026-11-03T09:00")
    await town.close(OCTOBER)
    texts = [await text_of(town, settlement) for settlement in await town.settlements()]
    assert all("Ὀβολός" in text for text in texts)
    for text, name in zip(texts, ("Bar Pierre", "Fournil Łódź", "A & B <b>"), strict=True):
        assert name in text


async def test_a_statement_stays_as_it_was_though_shop_and_rules_change(town: Town, voucher: Paper) -> None:
    await town.till.redeem(voucher, "10,00")
    shop = town.till.shop

    async def set_iban(iban: str) -> None:
        await town.do(
            lambda session: registering.set_bank_account(session, shop, iban=iban, bic=None, actor="op", at=town.at)
        )

    await set_iban("FR7630006000011234567890189")
    town.at = paris("2026-11-03T09:00")
    settlement = await the_settlement(town, OCTOBER)
    printed, kept = await text_of(town, settlement), await town.statement(settlement)
    await set_iban("DE89370400440532013000")
    await town.set_terms(replace(TERMS, name="Autrement", commission_bp=0), since=date(2026, 11, 1))
    assert await town.statement(settlement) == kept
    assert await text_of(town, settlement) == printed
    assert "0189" in (kept.iban_masked or "")
