"""Each commission is invoiced once, in the transaction of its settlement, and what is issued never changes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from api.jobs.invoices import tend_invoices
from ledger.database import Sessions
from ledger.days import Period
from ledger.money import ZERO, Money
from merchants.commission.prices import CommissionPart, Price
from merchants.invoices import files, issuing, queries
from merchants.invoices.errors import NoInvoice
from merchants.invoices.invoice import Corrected
from merchants.invoices.proofs import invoice_findings
from merchants.invoices.queries import InvoiceView
from merchants.invoices.tables import Invoice, InvoiceFile
from merchants.settlements import opening, settling
from merchants.settlements.queries import SettlementView
from tests.given import TERMS, Paper, Town, paris
from tests.ledger.given import by_hand
from tests.merchants.invoices.judges import EN_16931, FRANCE, faults

OCTOBER, NOVEMBER, DECEMBER = (Period.month(f"2026-{month}") for month in (10, 11, 12))


async def closed(town: Town, period: Period) -> list[SettlementView]:
    return await town.settlements(await town.close(period))


async def invoice_of(town: Town, settlement: SettlementView) -> InvoiceView:
    return await town.do(lambda session: queries.invoice_of(session, settlement.id))


async def test_every_settlement_with_a_commission_has_its_invoice_for_what_was_posted(
    town: Town, voucher: Paper
) -> None:
    await town.tills[0].redeem(voucher, "100,00")
    await town.tills[2].redeem(voucher, "0,10")
    town.at = paris("2026-11-03T09:00")
    first, small = await closed(town, OCTOBER)
    found = await invoice_of(town, first)
    assert (found.number, found.kind, found.issued_on) == ("TREIZFC-2026-000001", "invoice", date(2026, 11, 3))
    assert (found.net, found.vat, found.gross) == (Money.of("3,00"), Money.of("0,60"), Money.of("3,60"))
    made = found.invoice
    assert (made.settlement, made.settled_on) == (first.number, first.issued_on)
    assert (made.first_day, made.last_day, made.due) == (date(2026, 10, 1), date(2026, 10, 31), ZERO)
    assert made.seller.vat_number == "FR02181300013"
    assert made.parts == (CommissionPart(Price(300), Money.of("100,00"), 3_00 * 10_000),)
    assert small.figures.commission == ZERO
    with pytest.raises(NoInvoice):
        await invoice_of(town, small)
    assert (await town.audit()).agrees


async def test_numbers_have_no_gap_and_begin_anew_with_the_year(town: Town, voucher: Paper) -> None:
    numbers = []
    for month, day in ((OCTOBER, "2026-11-03"), (NOVEMBER, "2026-12-03"), (DECEMBER, "2027-01-04")):
        for till in town.tills[:2]:
            await till.redeem(voucher, "100,00")
        town.at = paris(f"{day}T09:00")
        numbers += [(await invoice_of(town, one)).number for one in await closed(town, month)]
    assert numbers == [f"TREIZFC-2026-{count:06d}" for count in (1, 2, 3, 4)] + [
        "TREIZFC-2027-000001",
        "TREIZFC-2027-000002",
    ]
    assert (await town.audit()).agrees


async def test_a_closing_that_fails_gives_its_numbers_back(town: Town, voucher: Paper) -> None:
    await town.till.redeem(voucher, "100,00")
    town.at = paris("2026-11-03T09:00")

    async def work(session: AsyncSession) -> None:
        await opening.close(session, OCTOBER, at=town.at)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await town.do(work)
    (settlement,) = await closed(town, OCTOBER)
    assert (await invoice_of(town, settlement)).number == "TREIZFC-2026-000001"


async def test_what_is_given_back_is_a_credit_note_that_names_the_invoices_it_corrects(
    town: Town, voucher: Paper
) -> None:
    first = await town.till.redeem(voucher, "100,00")
    town.at = paris("2026-11-03T09:00")
    (october,) = await closed(town, OCTOBER)
    second = await town.till.redeem(voucher, "50,00")
    town.at = paris("2026-12-03T09:00")
    (november,) = await closed(town, NOVEMBER)
    await town.undo(first)
    await town.give_back(second, "20,00")
    town.at = paris("2027-01-04T09:00")
    (december,) = await closed(town, DECEMBER)
    found = await invoice_of(town, december)
    assert (found.kind, found.net, found.vat) == ("credit_note", Money.of("3,60"), Money.of("0,72"))
    assert found.invoice.corrects == (
        Corrected("TREIZFC-2026-000001", october.issued_on), Corrected("TREIZFC-2026-000002", november.issued_on),
    )  # fmt: skip
    assert found.invoice.due == ZERO
    made = files.make(found.invoice)
    assert faults(made.xml) == {EN_16931: [], FRANCE: []}
    assert (await town.audit()).agrees


async def test_a_credit_note_for_what_was_never_invoiced_names_the_settlement_that_took_it(
    town: Town, voucher: Paper
) -> None:
    receipts = [await town.till.redeem(voucher, "0,16")]  # 3 % of it is not half a cent
    town.at = paris("2026-11-03T09:00")
    (october,) = await closed(town, OCTOBER)
    receipts.append(await town.till.redeem(voucher, "0,16"))
    town.at = paris("2026-12-03T09:00")
    (november,) = await closed(town, NOVEMBER)
    for receipt in receipts:
        await town.undo(receipt)
    town.at = paris("2027-01-04T09:00")
    (december,) = await closed(town, DECEMBER)
    found = await invoice_of(town, december)
    assert (found.kind, found.net) == ("credit_note", Money.of("0,01"))
    in_november = await invoice_of(town, november)  # by then, with what rounding had left, it was a cent
    assert [one.number for one in found.invoice.corrects] == [october.number, in_november.number]
    assert faults(files.make(found.invoice).xml) == {EN_16931: [], FRANCE: []}


async def test_a_commission_above_what_the_shop_took_is_paid_by_what_it_took_and_the_rest_is_due(
    town: Town, voucher: Paper
) -> None:
    await town.set_terms(replace(TERMS, commission_bp=10_000), since=date(2026, 1, 1))
    await town.till.redeem(voucher, "10,00")
    town.at = paris("2026-11-03T09:00")
    (settlement,) = await closed(town, OCTOBER)
    made = (await invoice_of(town, settlement)).invoice
    assert (made.gross, made.settled, made.due) == (Money.of("12,00"), Money.of("10,00"), Money.of("2,00"))
    assert settlement.figures.carried_forward == -made.due


async def test_a_programme_outside_vat_invoices_without(town: Town, voucher: Paper) -> None:
    await town.set_terms(replace(TERMS, vat_rate_bp=0), since=date(2026, 1, 1))
    await town.till.redeem(voucher, "100,00")
    town.at = paris("2026-11-03T09:00")
    (settlement,) = await closed(town, OCTOBER)
    made = (await invoice_of(town, settlement)).invoice
    assert (made.vat, made.seller.vat_number) == (ZERO, None)
    assert "293 B" in made.exemption


async def test_settlements_from_before_there_were_invoices_get_theirs_later_and_once(
    town: Town, voucher: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_yet(session: AsyncSession, settlements: list[UUID], **_at: object) -> list[UUID]:
        return []

    await town.till.redeem(voucher, "100,00")
    town.at = paris("2026-11-03T09:00")
    with monkeypatch.context() as before:
        before.setattr(settling, "invoice_settlements", not_yet)
        (settlement,) = await closed(town, OCTOBER)
    assert [one.proof for one in (await town.audit()).findings] == ["invoice"]
    town.at = paris("2026-11-20T09:00")

    async def late(session: AsyncSession) -> list[UUID]:
        waiting = await issuing.uninvoiced(session, limit=10)
        return await issuing.invoice_settlements(session, waiting, at=town.at)

    answers = await asyncio.gather(town.do(late), town.do(late))
    assert sorted(map(len, answers)) == [0, 1]
    found = await invoice_of(town, settlement)
    assert (found.number, found.issued_on) == ("TREIZFC-2026-000001", date(2026, 11, 20))
    assert found.invoice.settled_on == date(2026, 11, 3)
    assert (await town.audit()).agrees


async def test_a_settlement_that_cannot_be_invoiced_and_an_invoice_that_cannot_be_drawn_keep_no_other(
    town: Town, voucher: Paper, owner: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    for till in town.tills:
        await till.redeem(voucher, "50,00")
    town.at = paris("2026-11-03T09:00")
    spoiled, undrawable, whole = await closed(town, OCTOBER)
    await by_hand(
        owner,
        f"DELETE FROM commission_invoices WHERE settlement_id <> '{undrawable.id}'",  # noqa: S608
        f"UPDATE settlements SET commission_parts = '{{\"x\": 1}}' WHERE id = '{spoiled.id}'",  # noqa: S608
        f"UPDATE commission_invoices SET facts = '{{}}' WHERE settlement_id = '{undrawable.id}'",  # noqa: S608
    )
    await tend_invoices(None, town)  # it asks for the sessions of a town only
    invoice = await invoice_of(town, whole)
    assert await town.do(lambda session: queries.file_of(session, invoice.id)) is not None
    assert await town.do(lambda session: issuing.uninvoiced(session, limit=5)) == [spoiled.id]
    assert await town.do(lambda session: queries.undrawn(session, limit=5)) == [undrawable.id]
    assert f"{spoiled.id} cannot be invoiced" in caplog.text
    assert f"{undrawable.id} cannot be drawn" in caplog.text


async def test_a_credit_note_names_the_invoice_that_is_made_together_with_it(
    town: Town, voucher: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_yet(session: AsyncSession, settlements: list[UUID], **_at: object) -> list[UUID]:
        return []

    receipt = await town.till.redeem(voucher, "100,00")
    with monkeypatch.context() as before:
        before.setattr(settling, "invoice_settlements", not_yet)
        town.at = paris("2026-11-03T09:00")
        (october,) = await closed(town, OCTOBER)
        await town.undo(receipt)
        town.at = paris("2026-12-03T09:00")
        (november,) = await closed(town, NOVEMBER)
    both = [november.id, october.id]
    await town.do(lambda session: issuing.invoice_settlements(session, both, at=town.at))
    back = (await invoice_of(town, november)).invoice
    assert (back.kind, [one.number for one in back.corrects]) == ("credit_note", ["TREIZFC-2026-000001"])
    assert (await invoice_of(town, october)).number == "TREIZFC-2026-000001"


async def test_a_later_number_never_bears_an_earlier_day(town: Town, voucher: Paper) -> None:
    await town.till.redeem(voucher, "100,00")
    town.at = paris("2026-11-02T10:00")
    await town.till.redeem(voucher, "100,00")
    town.at = paris("2026-11-04T00:10")
    await town.close(OCTOBER)
    town.at = paris("2026-11-03T23:59")  # it began before midnight, and gets its number after the other
    (settlement,) = await closed(town, Period(date(2026, 11, 1), date(2026, 11, 2)))
    found = await invoice_of(town, settlement)
    assert (found.number, found.issued_on) == ("TREIZFC-2026-000002", date(2026, 11, 4))


async def test_the_first_files_that_are_kept_stay_and_nothing_issued_can_be_changed(town: Town, voucher: Paper) -> None:
    await town.till.redeem(voucher, "100,00")
    town.at = paris("2026-11-03T09:00")
    (settlement,) = await closed(town, OCTOBER)
    found = await invoice_of(town, settlement)
    assert await town.do(lambda session: queries.undrawn(session, limit=5)) == [settlement.id]
    made = files.make(found.invoice)
    later = files.make(replace(found.invoice, issued_on=date(2027, 1, 1)))  # as if libraries drew otherwise by then
    assert await town.do(lambda session: files.keep(session, found.id, made)) == made
    assert await town.do(lambda session: files.keep(session, found.id, later)) == made
    assert await town.do(lambda session: queries.file_of(session, found.id)) == made
    assert await town.do(lambda session: queries.undrawn(session, limit=5)) == []
    for refused in (
        update(Invoice).values(net=1),
        delete(Invoice),
        update(InvoiceFile).values(xml=b""),
        delete(InvoiceFile),
    ):
        with pytest.raises(DBAPIError):
            await town.do(lambda session, statement=refused: session.execute(statement))


async def test_what_a_superuser_changes_in_invoices_is_named(town: Town, voucher: Paper, owner: Sessions) -> None:
    await town.tills[0].redeem(voucher, "100,00")
    await town.tills[1].redeem(voucher, "50,00")
    town.at = paris("2026-11-03T09:00")
    await town.close(OCTOBER)
    assert (await town.audit()).agrees
    for change, found in (
        ("UPDATE commission_invoices SET net = net + 1", {"invoice"}),
        ("UPDATE commission_invoices SET vat = vat + 1", {"invoice"}),
        ("UPDATE commission_invoices SET kind = 'credit_note'", {"invoice"}),
        ("UPDATE commission_invoices SET shop_id = gen_random_uuid()", {"invoice"}),
        ("UPDATE commission_invoices SET number = 'X'", {"invoice"}),
        ("UPDATE commission_invoices SET facts = jsonb_set(facts, '{net}', '1')", {"invoice"}),
        ("UPDATE commission_invoices SET facts = jsonb_set(facts, '{taxes,0,vat}', '1')", {"invoice"}),
        ("UPDATE commission_invoices SET facts = jsonb_set(facts, '{taxes,0,rate_bp}', '1000')", {"invoice"}),
        ("UPDATE commission_invoices SET facts = jsonb_set(facts, '{taxes}', '[]')", {"invoice"}),
        ("DELETE FROM commission_invoices", {"invoice", "numbering"}),
    ):
        async with owner() as session:
            await session.execute(text("SET LOCAL session_replication_role = replica"))
            await session.execute(text("SET LOCAL search_path = p_treiz, public"))
            await session.execute(text(f"{change} WHERE number = 'TREIZFC-2026-000001'"))
            findings = await invoice_findings(session)
            await session.rollback()
        assert {one.proof for one in findings} == found, change


async def test_a_digest_that_is_not_that_of_the_pdf_is_refused(town: Town, voucher: Paper) -> None:
    await town.till.redeem(voucher, "100,00")
    town.at = paris("2026-11-03T09:00")
    (settlement,) = await closed(town, OCTOBER)
    found = await invoice_of(town, settlement)
    wrong = replace(files.make(found.invoice), digest=bytes(32))
    with pytest.raises(DBAPIError, match="digest"):
        await town.do(lambda session: files.keep(session, found.id, wrong))
