"""A rate of VAT that changes within a period: settlement, statement, invoice and audit say the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger.money import ZERO, Money
from merchants.invoices import files
from merchants.invoices.invoice import TaxPart
from tests.given import TERMS, Paper, Town, paris
from tests.merchants.invoices.judges import EN_16931, FRANCE, faults
from tests.merchants.invoices.test_issuing import DECEMBER, NOVEMBER, OCTOBER, closed, invoice_of


@pytest.mark.parametrize(
    ("rate", "taxes"),
    [(0, ((0, 1_50, 0), (2_000, 3_00, 60))), (1_000, ((1_000, 1_50, 15), (2_000, 3_00, 60)))],
)
async def test_a_rate_of_vat_that_changes_within_the_month_is_two_parts_of_one_invoice_and_of_the_statement(
    town: Town, voucher: Paper, rate: int, taxes: tuple[tuple[int, int, int], ...]
) -> None:
    await town.set_terms(replace(TERMS, vat_rate_bp=rate), since=date(2026, 10, 16))
    sold = await town.till.redeem(voucher, "100,00")
    town.at = paris("2026-10-20T09:00")
    await town.till.redeem(voucher, "50,00")
    town.at = paris("2026-11-03T09:00")
    (october,) = await closed(town, OCTOBER)
    made = (await invoice_of(town, october)).invoice
    assert tuple((part.rate_bp, part.net.cents, part.vat.cents) for part in made.taxes) == taxes
    statement = await town.statement(october)
    assert statement.vat_parts == tuple((part.rate_bp, part.net, part.vat) for part in made.taxes)
    assert (made.parts, made.rest, made.gross) == (
        statement.commission_parts, statement.commission_rest, statement.commission + statement.vat,
    )  # fmt: skip
    assert (bool(made.exemption), made.seller.vat_number) == (not rate, "FR02181300013")
    await town.undo(sold)  # at the old rate, and more than is sold at the new one
    await town.till.redeem(voucher, "40,00")
    town.at = paris("2026-12-03T09:00")
    (november,) = await closed(town, NOVEMBER)
    back = (await invoice_of(town, november)).invoice
    assert (back.kind, back.taxes[0].net, back.taxes[1]) == (
        "credit_note", -Money.of("1,20"), TaxPart(2_000, Money.of("3,00"), Money.of("0,60")),
    )  # fmt: skip
    assert [one.number for one in back.corrects] == [made.number]
    for one in (made, back):
        assert faults(files.make(one).xml) == {EN_16931: [], FRANCE: []}
    audit = await town.audit()
    assert audit.agrees, audit.findings


async def test_vat_of_a_cent_without_a_commission_is_invoiced_and_given_back_too(town: Town, voucher: Paper) -> None:
    await town.set_terms(replace(TERMS, vat_rate_bp=1_000), since=date(2026, 1, 1))
    await town.till.redeem(voucher, "1,55")  # 4.65 cents of commission are 5, and 0.465 of VAT none
    town.at = paris("2026-11-03T09:00")
    await closed(town, OCTOBER)
    sold = await town.till.redeem(voucher, "0,15")  # 0.45 more: 5.1 cents in all are 5, and 0.51 of VAT are one
    town.at = paris("2026-12-03T09:00")
    (november,) = await closed(town, NOVEMBER)
    made = (await invoice_of(town, november)).invoice
    assert (made.kind, made.taxes) == ("invoice", (TaxPart(1_000, ZERO, Money(1)),))
    assert made.rest == -3_500
    await town.undo(sold)
    town.at = paris("2027-01-04T09:00")
    (december,) = await closed(town, DECEMBER)
    back = (await invoice_of(town, december)).invoice
    assert (back.kind, back.taxes) == ("credit_note", made.taxes)
    for one in (made, back):
        assert faults(files.make(one).xml) == {EN_16931: [], FRANCE: []}
    audit = await town.audit()
    assert audit.agrees, audit.findings
