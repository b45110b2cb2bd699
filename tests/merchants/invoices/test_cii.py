"""The XML of invoices, judged by the schema, the rules of EN 16931 and the French rules; and the judges themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ledger.money import Money
from merchants.invoices import schema
from merchants.invoices.cii import cii_of
from merchants.invoices.invoice import CommissionInvoice
from tests.merchants.invoices.judges import EN_16931, FRANCE, faults
from tests.merchants.invoices.sample import CUSTOMER, invoice, samples, taxes

RAM: Final = {"ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"}

CLEAN: Final[dict[str, list[str]]] = {EN_16931: [], FRANCE: []}


def said(made: CommissionInvoice, path: str) -> list[str]:
    return [one.text or "" for one in etree.fromstring(cii_of(made)).iterfind(f".//{path}", RAM)]


@pytest.mark.parametrize("name", samples())
def test_every_kind_of_invoice_holds_to_the_schema_and_to_all_rules(name: str) -> None:
    xml = cii_of(samples()[name])
    schema.assert_valid(xml)
    assert faults(xml) == CLEAN


@settings(max_examples=15, deadline=None)
@given(
    net=st.integers(1, 10**9), rate=st.sampled_from([0, 210, 550, 850, 1_000, 2_000]), paid=st.integers(0, 100),
    name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip),
)  # fmt: skip
def test_any_sum_rate_and_name_hold_to_all_rules(net: int, rate: int, paid: int, name: str) -> None:
    gross = net + (net * rate + 5_000) // 10_000
    customer = replace(CUSTOMER, legal_name=name, sign=name)
    made = invoice(Money(net), rate=rate, settled=Money(gross * paid // 100), customer=customer)
    xml = cii_of(made)
    schema.assert_valid(xml)
    assert faults(xml) == CLEAN


@pytest.mark.parametrize(
    ("there", "instead", "rule"),
    [
        (">36.00</ram:GrandTotal", ">36.01</ram:GrandTotal", "BR-CO-15"),
        (">6.00</ram:CalculatedAmount>", ">6.02</ram:CalculatedAmount>", "BR-CO-14"),
        (">30.00</ram:LineTotalAmount>", ">30.01</ram:LineTotalAmount>", "BR-CO-10"),
        (">36.00</ram:TotalPrepaidAmount>", ">35.00</ram:TotalPrepaidAmount>", "BR-FR-CO-09"),
        (">PMD<", ">AAI<", "BR-FR-05"),
        (">S2<", ">X2<", "BR-FR-08"),
        (">20.00</ram:RateApplicablePercent>", ">21.00</ram:RateApplicablePercent>", "BR-FR-16"),
        (">380<", ">381<", "BR-FR-CO-05"),
        ('"0225">390098424<', '"0225">999999999<', "BR-FR-21"),
        ('"0002">181300013<', '"0002">18130001<', "BR-FR-10"),
    ],
)
def test_the_judges_bite(there: str, instead: str, rule: str) -> None:
    xml = cii_of(invoice()).decode()
    assert there in xml
    found = [one for some in faults(xml.replace(there, instead, 1).encode()).values() for one in some]
    assert any(rule in one for one in found), found


def test_the_schema_bites() -> None:
    with pytest.raises(etree.DocumentInvalid):
        schema.assert_valid(cii_of(invoice()).replace(b"<ram:TypeCode>380</ram:TypeCode>", b""))


def test_an_invoice_says_who_how_much_and_how_it_is_paid() -> None:
    made = invoice("1234,56", vat_on_debits=True)
    assert said(made, "ram:SellerTradeParty/ram:SpecifiedLegalOrganization/ram:ID") == ["181300013"]
    assert said(made, "ram:BuyerTradeParty/ram:SpecifiedLegalOrganization/ram:ID") == ["390098424"]
    assert said(made, "ram:SellerTradeParty/ram:Description") == ["Établissement public à caractère administratif"]
    assert said(made, "ram:SpecifiedTaxRegistration/ram:ID") == ["FR02181300013", "FR35390098424"]
    assert said(made, "ram:SellerOrderReferencedDocument/ram:IssuerAssignedID") == ["TREIZ-2026-000001"]
    assert said(made, "ram:GrandTotalAmount") == said(made, "ram:TotalPrepaidAmount") == ["1481.47"]
    assert said(made, "ram:DuePayableAmount") == ["0.00"]
    assert said(made, "ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode") == ["97"]
    assert said(made, "ram:DueDateTypeCode") == ["5"]
    assert "Option pour le paiement de la taxe d'après les débits." in said(made, "ram:IncludedNote/ram:Content")
    assert said(invoice(), "ram:DueDateTypeCode") == ["72"]
    assert not any("débits" in one for one in said(invoice(), "ram:IncludedNote/ram:Content"))


def test_a_programme_outside_vat_says_so_and_is_known_by_its_siren() -> None:
    made = samples()["programme outside VAT"]
    assert said(made, "ram:CategoryCode") == ["E", "E"]
    assert said(made, "ram:ExemptionReasonCode") == ["VATEX-FR-FRANCHISE"]
    assert "art. 293 B du CGI" in said(made, "ram:ExemptionReason")[0]
    registered = etree.fromstring(cii_of(made)).find(".//ram:SellerTradeParty/ram:SpecifiedTaxRegistration/ram:ID", RAM)
    assert registered is not None
    assert (registered.text, registered.get("schemeID")) == ("181300013", "FC")


def test_each_rate_of_vat_has_its_line_and_its_sum_and_only_what_is_exempt_says_why() -> None:
    made = samples()["more given back at the old rate"]
    assert said(made, "ram:NetPriceProductTradePrice/ram:ChargeAmount") == ["9.00", "3.00"]
    assert said(made, "ram:BilledQuantity") == ["1", "-1"]
    assert said(made, "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount") == ["9.00", "-3.00"]
    assert said(made, "ram:BasisAmount") == ["9.00", "-3.00"]
    assert said(made, "ram:CalculatedAmount") == ["0.00", "-0.60"]
    assert said(made, "ram:CategoryCode") == ["E", "S", "E", "S"]
    assert said(made, "ram:RateApplicablePercent") == ["0.00", "20.00"] * 2
    assert len(said(made, "ram:ExemptionReason")) == len(said(made, "ram:ExemptionReasonCode")) == 1
    assert said(made, "ram:DueDateTypeCode") == ["72"]
    assert said(made, "ram:GrandTotalAmount") == ["5.40"]
    assert [name.split(",")[0] for name in said(made, "ram:SpecifiedTradeProduct/ram:Name")] == [
        "Commission sur les bons d'achat encaissés", "Commission rendue sur des bons d'achat repris",
    ]  # fmt: skip


def test_what_the_commission_was_reckoned_on_is_told_of_the_line_or_if_there_are_several_of_them_all() -> None:
    one, two = samples()["three cents"], samples()["two rates"]
    (told,) = said(one, "ram:SpecifiedTradeProduct/ram:Description")
    assert told == (
        "Calcul : 0 % de -0,07 € : 0,00 € ; 3 % de 0,50 € et 0,10 € par encaissement, au moins 0,05 € par "
        "encaissement, au plus 0,12 € par encaissement : 0,015 € ; Reste d'arrondi du relevé précédent : 0,0147 €."
    )
    assert said(two, "ram:SpecifiedTradeProduct/ram:Description") == []
    assert "Calcul : 3 % de 1 000,00 €." in said(two, "ram:IncludedNote/ram:Content")


def test_a_credit_note_names_every_document_that_it_takes_back_from() -> None:
    made = samples()["credit"]
    assert said(made, "ram:InvoiceReferencedDocument/ram:IssuerAssignedID") == [
        "TREIZFC-2026-000001", "TREIZFC-2026-000007",
    ]  # fmt: skip
    assert said(made, "ram:TypeCode")[0] == "381"


def test_what_is_not_paid_by_the_settlement_is_still_due_and_its_way_is_told() -> None:
    made = samples()["not all paid"]
    assert said(made, "ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID") == ["S1"]
    assert said(made, "ram:DuePayableAmount") == ["4.50"]
    assert "le solde de 4,50 € sera retenu" in said(made, "ram:SpecifiedTradePaymentTerms/ram:Description")[0]


def test_names_come_through_as_typed_but_for_what_xml_cannot_hold() -> None:
    (name,) = said(samples()["odd names"], "ram:BuyerTradeParty/ram:Name")
    assert name == 'À & B <b>"Łódź" 🎁 \u202e Ὀβολός'


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"vat": Money(6_01)}, "vat"),
        ({"net": Money(29_99)}, "net"),
        ({"taxes": taxes((0, 30_00, 6_00))}, "taxes"),
        ({"taxes": taxes((2_000, 30_00, 6_00), (1_000, 0, 0))}, "taxes"),
        ({"taxes": taxes((2_000, 15_00, 3_00), (2_000, 15_00, 3_00))}, "rates"),
        ({"exemption": "293 B"}, "exemption"),
        ({"taxes": taxes((0, 30_00, 0), (2_000, 30_00, 6_00)), "exemption": ""}, "exemption"),
        ({"settled": Money(36_01)}, "settled"),
        ({"taxes": (), "net": Money(0), "vat": Money(0), "settled": Money(0)}, "gross"),
        ({"taxes": taxes((2_000, -1, 1)), "net": Money(-1), "vat": Money(1), "settled": Money(0)}, "gross"),
        ({"taxes": taxes((2_000, -3_00, 0)), "net": Money(-3_00), "vat": Money(0), "settled": Money(-3_00)}, "gross"),
        ({"kind": "credit_note"}, "corrects"),
        ({"seller": samples()["programme outside VAT"].seller}, "seller"),
    ],
)
def test_an_invoice_that_does_not_add_up_cannot_be_made(wrong: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        replace(invoice(), **wrong)  # type: ignore[arg-type]


def test_the_siren_of_a_customer_is_that_of_its_establishment() -> None:
    assert CUSTOMER.siren == "390098424"
