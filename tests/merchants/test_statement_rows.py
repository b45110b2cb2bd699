"""A statement for a spreadsheet says what its paper says, and adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.formats import Language
from ledger.money import ZERO, Money, total
from merchants.settlements.statement import Statement
from merchants.settlements.statement_rows import Row, statement_rows
from tests.given import paris
from tests.merchants.given import amounts_in, lines_of, pages_of, statement


def parts_of(made: Statement, language: Language = "fr") -> list[list[Row]]:
    """The parts of a sheet: rows up to the next empty one."""
    rows = iter(statement_rows(made, language))
    parts = []
    while part := list(takewhile(bool, rows)):
        parts.append(part)
    return parts


@given(st.integers(0, 60), st.integers(-5_000, 5_000), st.sampled_from(["fr", "en"]))
def test_it_adds_up_operation_by_operation_price_by_price_rate_by_rate(
    count: int, brought: int, language: Language
) -> None:
    made = statement(lines_of(count), brought=Money(brought))
    facts, operations, amounts, prices, rates = parts_of(made, language)
    lines = [row[-1] for row in operations[1:]]
    (gross, undone, returned), (turnover, *rest), (paid,) = [
        [row[-1] for row in some] for some in (amounts[:3], amounts[3:-1], amounts[-1:])
    ]
    assert total(lines) == turnover == gross + undone + returned == made.turnover
    assert turnover + total(rest) == paid == made.paid
    assert facts[8][1] == made.paid
    assert total([row[1] for row in prices[1:]]) == turnover
    exact = sum((row[2] for row in prices[1:]), Decimal(0))
    assert abs(exact * 100 - made.commission.cents) <= Decimal("0.5")
    assert (total([row[1] for row in rates[1:]]), total([row[2] for row in rates[1:]])) == (made.commission, made.vat)


def test_every_amount_on_the_paper_is_in_the_sheet_and_the_other_way_round() -> None:
    made = statement(lines_of(40), brought=Money(-1_250))
    _, operations, amounts, *_ = parts_of(made)
    before, detail = "\n".join(pages_of(made)).split("Chaque opération")
    assert amounts_in(detail)[:-1] == [row[-1] for row in operations[1:]]
    made_up = before.split("Comment ce montant est formé")[1]
    assert {row[-1] for row in amounts} - {ZERO} <= set(amounts_in(made_up))


def test_a_line_has_its_day_and_hour_in_paris_its_kind_its_till() -> None:
    late = replace(lines_of(1)[0], at=paris("2026-10-25T02:30", fold=1), till="Caisse =1", reference="8F00D1")
    _, (names, row), *_ = parts_of(statement((late,)))
    assert names == ("Date", "Heure", "Opération", "Référence", "Caisse", "Montant")
    assert row == (date(2026, 10, 25), "02:30", "Encaissement", "8F00D1", "Caisse =1", late.amount)


def test_the_facts_come_first_the_account_masked() -> None:
    facts, *_ = parts_of(replace(statement(lines_of(3)), seal="K7QM-4TZP-ABCD-EFGH-2345"), "en")
    assert dict(facts) == {
        "Settlement statement": "TREIZ-2026-000123", "From": date(2026, 10, 1), "Through": date(2026, 10, 31),
        "Issued": date(2026, 11, 1), "Paid by": "CCI Aix-Marseille-Provence", "SIREN": "181\u00a0300\u00a0021",
        "Shop": "Ὀβολός", "SIRET": "552\u00a0100\u00a0554\u00a000013", "You receive": statement(lines_of(3)).paid,
        "Payable on": date(2026, 11, 5), "IBAN": "FR76 •••• 0189", "Seal": "K7QM-4TZP-ABCD-EFGH-2345",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_programme_outside_vat_names_none(language: Language) -> None:
    made = statement(lines_of(3))
    untaxed = replace(made, vat=ZERO, vat_rate_basis_points=0, paid=made.paid + made.vat)
    _, _, amounts, prices = parts_of(untaxed, language)
    assert [row[0] for row in amounts if "VAT" in str(row[0]) or "TVA" in str(row[0])] == []
    assert len(prices) == 3
