"""Requests for payment: all that a transfer needs is on the page, and in its code as it is read back from it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ledger.money import ZERO, Money
from tests.vouchers.orders.sample_papers import (
    ORDER,
    TOWN,
    amounts_after,
    codes_on,
    pages_of,
    request_of,
    shown,
    text_of,
)
from tests.vouchers.orders.test_epc import parsed
from vouchers.orders.paperwork import reference
from vouchers.orders.paperwork.papers import VoucherLine
from vouchers.orders.paperwork.requesting import account_of


@pytest.mark.parametrize("lines", [1, 4, 40])
@pytest.mark.parametrize("covered", [ZERO, Money(100)])
def test_the_code_on_a_request_is_read_back_and_asks_for_what_is_missing(lines: int, covered: Money) -> None:
    made = request_of(lines, covered=covered)
    (content,) = codes_on(made)
    read = parsed(content)
    assert read.amount == Decimal(made.missing.cents) / 100
    assert (read.iban, read.bic) == ("FR7630006000011234567890189", "AGRIFRPP")
    assert read.name == "CCI Aix-Marseille-Provence"
    assert read.reference == reference.check(ORDER.reference)


def test_a_request_says_all_that_a_transfer_needs_and_that_it_is_no_invoice() -> None:
    made = request_of()
    (page,) = pages_of(made)
    for said in (
        "Demande de paiement", "Vaut bon de commande ; n'est pas une facture", "TREIZC-2026-000042",
        f"À virer : {shown(made.total)}", "Au plus tard le 04/11/2026", "FR76 3000 6000 0112 3456 7890 189", "AGRIFRPP",
        "CCI Aix-Marseille-Provence", "RÉFÉRENCE À RAPPELER IMPÉRATIVEMENT", "RF91 TREI ZC20 2600 0042",
        "Savonnerie du Port", "SIREN 552 100 554", "SIREN 181 300 013", "Ce qui se passe ensuite",
    ):  # fmt: skip
        assert said in page
    text = text_of(made)
    assert "Ce document n'est pas une facture et n'ouvre droit à aucune déduction de TVA" in text
    assert amounts_after("Bons d'achat, hors champ de la TVA", text) == made.face_total
    assert amounts_after("Frais de service HT", text) == made.fee
    assert amounts_after("TVA 20 %", text) == made.fee_vat
    assert amounts_after("Total de la commande (TTC)", text) == made.total


def test_a_short_payment_is_said_to_be_short() -> None:
    whole = request_of().total
    text = text_of(request_of(covered=whole - Money(100)))
    assert "Il manque 1,00 €" in text
    assert f"{shown(whole - Money(100))} déjà reçus sur {shown(whole)}" in text
    assert amounts_after("Déjà reçu", text.split("TTC")[-1]) == Money(100) - whole
    assert amounts_after("Reste à payer", text) == Money(100)


def test_a_paid_order_has_an_order_form_without_account() -> None:
    made = request_of(covered=request_of().total)
    text = text_of(made)
    assert "Bon de commande" in text
    assert f"Commande réglée : {shown(made.total)}" in text
    assert "IBAN" not in text
    assert codes_on(made) == []


def test_an_order_whose_debit_is_on_its_way_has_an_order_form_that_asks_for_nothing_else() -> None:
    made = replace(request_of(), account=None, debit=True)
    text = text_of(made)
    assert "Bon de commande" in text
    assert f"Prélèvement en cours : {shown(made.total)}" in text
    assert "IBAN" not in text
    assert codes_on(made) == []
    with pytest.raises(ValueError, match="debit"):
        replace(request_of(), debit=True)


def test_a_sum_beyond_codes_is_asked_for_without_one() -> None:
    vast = VoucherLine(1, Money(100_000_000_000))
    account = account_of(TOWN, vast.total, reference=ORDER.reference)
    made = replace(
        request_of(), lines=(vast,), face_total=vast.total, fee=ZERO, fee_vat=ZERO, account=account
    )  # fmt: skip
    assert codes_on(made) == []
    assert "saisissez le virement" in text_of(made)


@pytest.mark.parametrize("lines", range(1, 6))
def test_a_usual_request_is_one_page(lines: int) -> None:
    assert len(pages_of(request_of(lines, covered=Money(100)))) == 1
