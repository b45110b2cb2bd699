"""Numbered papers: every mention that the law asks for is printed, and every sum adds up."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pypdfium2 as pdfium
import pytest

from ledger.money import ZERO, Money, total
from merchants.paper import HEIGHT
from tests.vouchers.orders.sample_papers import (
    CANCELLED,
    COMPANY,
    CREDIT,
    EVERY,
    HOSTILE,
    NAMES,
    ORDER,
    PERSON,
    SELLER,
    amounts_after,
    bytes_of,
    codes_on,
    invoice_of,
    pages_of,
    receipt_of,
    request_of,
    shown,
    text_of,
)
from vouchers.orders.paperwork.paper_facts import facts_of, kind_of, paper_of
from vouchers.orders.paperwork.papers import (
    AnyPaper,
    PaymentRequest,
)
from vouchers.orders.paperwork.papers_words import WORDS

MANDATORY = (
    # Who sells: CGI ann. II art. 242 nonies A, I-1° and 4°; C. com. art. R123-237 and R123-238.
    "Treiz'Local Développement", "9 La Canebière 13001 Marseille", "SAS au capital de 10 000 €, RCS Marseille",
    "SIREN 181 300 013", "N° TVA FR02181300013",
    # Who buys: I-1°, I-2° and, since the decree 2022-1299, its SIREN; C. com. art. L441-9 asks for the order's number.
    "Savonnerie du Port", "12 rue de la République 13002 Marseille", "SIREN 552 100 554", "N° TVA FR96552100554",
    "Commande TREIZC-2026-000042 du 05/10/2026",
    # What it is: I-6°, I-7°, I-10°; the category of the operation and the option, since the same decree.
    "Facture", "N° TREIZF-2026-000123", "Date d'émission : 12/10/2026", "Prestation réalisée le 11/10/2026",
    "Catégorie de l'opération : prestation de services", "Option pour le paiement de la taxe d'après les débits",
    # What it costs: I-8° and I-9°.
    "Désignation", "Frais de service : émission de bons d'achat de 50,00 € (× 10)", "Quantité", "Prix unitaire HT",
    "TVA 20 %", "Total hors taxe (HT)", "Total toutes taxes comprises (TTC)",
    # How it is paid: C. com. art. L441-9, L441-10 and D441-5.
    "Pas d'escompte pour paiement anticipé",
    "taux de refinancement de la Banque centrale européenne majoré de 10 points",
    "indemnité forfaitaire pour frais de recouvrement de 40 €",
)  # fmt: skip


@pytest.mark.parametrize("mention", MANDATORY)
def test_an_invoice_to_a_company_has_every_mention(mention: str) -> None:
    assert mention in text_of(invoice_of())


def test_an_invoice_says_whether_it_is_paid() -> None:
    paid, due = text_of(invoice_of()), text_of(invoice_of(paid=False))
    assert f"Acquittée : {shown(invoice_of().gross)} TTC" in paid
    assert "Réglée avec la commande le 10/10/2026 par virement" in paid
    assert "Acquittée" not in due
    assert f"À payer au plus tard le 11/11/2026 : {shown(invoice_of().gross)} TTC" in due
    assert "RF91 TREI ZC20 2600 0042" in due
    assert "sur votre solde disponible" in text_of(replace(invoice_of(), paid=()))


def test_the_totals_of_an_invoice_are_the_sums_of_its_lines() -> None:
    made = invoice_of(20)
    text = text_of(made)
    assert amounts_after("Total hors taxe (HT)", text) == made.net == total([line.net for line in made.lines])
    assert amounts_after("TVA 20 % sur", text) == made.net
    assert amounts_after(f"TVA 20 % sur {shown(made.net)}", text) == made.vat
    assert amounts_after("Total toutes taxes comprises (TTC)", text) == made.gross
    for line in made.lines:
        assert text.count(f"1 {shown(line.net)} 20 % {shown(line.net)}") == 1


def test_the_face_value_is_not_on_the_invoice_and_it_says_why_and_where() -> None:
    text = text_of(invoice_of())
    assert "bons à usages multiples : directive (UE) 2016/1065" in text
    assert "Elle figure sur le document n° TREIZR-2026-000123" in text
    assert shown(Money(50_000)) not in text


def test_an_invoice_to_a_person_asks_for_no_indemnity() -> None:
    text = text_of(replace(invoice_of(), customer=PERSON))
    assert "Zoé" in text
    assert text.count("SIREN") == 2  # the seller's, above and in the footer
    for business in ("40 €", "escompte anticipé", "retard"):
        assert business not in text


def test_without_vat_an_invoice_says_by_which_exemption() -> None:
    free = replace(invoice_of(), vat_rate_bp=0, vat=ZERO, gross=invoice_of().net, vat_on_debits=False)
    text = text_of(replace(free, seller=replace(SELLER, vat_number=None)))
    assert "TVA non applicable : franchise en base, art. 293 B du CGI" in text
    assert "débits" not in text
    assert "293 B" not in text_of(invoice_of())


def test_a_receipt_shows_the_vouchers_outside_vat_and_how_they_were_paid() -> None:
    made = receipt_of()
    text = text_of(made)
    assert amounts_after("Bons d'achat, hors champ de la TVA", text) == made.face_total
    assert amounts_after("Frais TTC, facture TREIZF-2026-000123", text) == made.fee_gross
    assert amounts_after("Total de la commande", text) == made.face_total + made.fee_gross
    for line in made.lines:
        row = f"{shown(line.face_value)}, valable jusqu'au 12/10/2027 inclus {line.quantity} {shown(line.face_value)}"
        assert f"{row} {shown(line.total)}" in text
    assert f"12/10/2026 carte bancaire pi_1 {shown(made.covered)}" in text
    assert "bons à usages multiples" in text
    assert "directive 2006/112/CE, art. 30 ter" in text
    assert "n'ouvre droit à aucune déduction de TVA" in text
    assert "Reçu N° TREIZR-2026-000123" in text


@pytest.mark.parametrize(
    ("more", "said"), [(1, "Versé en trop, laissé en solde disponible -0,01 €"), (-1, "votre solde disponible 0,01 €")]
)
def test_what_came_beyond_or_short_of_the_order_is_told(more: int, said: str) -> None:
    whole = receipt_of().covered
    text = text_of(receipt_of(came=whole + Money(more)))
    assert said in text
    assert amounts_after("Affecté à cette commande", text) == whole


@pytest.mark.parametrize("came", [ZERO, Money(10_000)])
def test_vouchers_on_credit_have_a_debit_note(came: Money) -> None:
    made = receipt_of(came=came, on_credit=True)
    text = text_of(made)
    assert "Note de débit N° TREIZR-2026-000123" in text
    assert f"Reste à payer : {shown(made.owed)} au plus tard le 11/11/2026" in text
    assert made.owed == made.face_total + made.fee_gross - came
    assert ("Aucun règlement reçu" in text) == (not came)


def test_a_credit_note_names_the_invoice_that_it_corrects() -> None:
    text = text_of(CREDIT)
    assert "Avoir N° TREIZA-2026-000003" in text
    assert "Rectifie la facture n° TREIZF-2026-000123 du 12/10/2026" in text
    assert amounts_after("Total hors taxe (HT)", text) == CREDIT.net
    assert amounts_after(f"TVA 20 % sur {shown(CREDIT.net)}", text) == CREDIT.vat
    assert amounts_after("Total de l'avoir (TTC)", text) == CREDIT.gross
    assert "réduit sa déduction d'autant" in text


def test_a_cancellation_names_the_receipt_and_bears_no_vat() -> None:
    text = text_of(CANCELLED)
    assert "Annulation de reçu N° TREIZAR-2026-000003" in text
    assert "Porte sur le reçu n° TREIZR-2026-000123 du 12/10/2026" in text
    assert "Solde non dépensé de bons d'achat 12 340,55 €" in text
    assert amounts_after("Total repris, hors champ de la TVA", text) == CANCELLED.face_value


@pytest.mark.parametrize("lines", [*range(6, 30), 90])
def test_many_lines_run_over_pages_and_nothing_stands_in_the_footer(lines: int) -> None:
    for drawn in (request_of(lines), invoice_of(lines), receipt_of(lines)):
        document = pdfium.PdfDocument(bytes_of(drawn))
        for number, page in enumerate(document, start=1):
            text = page.get_textpage()
            assert f"Page {number} / {len(document)}" in text.get_text_bounded()
            below = text.get_text_bounded(bottom=(HEIGHT - 281.5) / 25.4 * 72, top=(HEIGHT - 277.8) / 25.4 * 72)
            assert not below.strip()
    if lines >= 20:
        assert len(pages_of(request_of(lines))) > 1


@pytest.mark.parametrize("name", NAMES)
def test_names_come_out_as_typed(name: str) -> None:
    customer, order, seller = replace(COMPANY, name=name), replace(ORDER, label=name), replace(SELLER, programme=name)
    for made in (*EVERY, request_of()):
        assert text_of(replace(made, customer=customer, order=order, seller=seller)).count(name) == 3


@pytest.mark.parametrize("name", HOSTILE, ids=["none", "long", "invisible", "scripts", "words"])
def test_no_name_stops_a_paper(name: str) -> None:
    customer = replace(COMPANY, name=name, address=(name, name))
    order = replace(ORDER, label=name)
    seller = replace(SELLER, programme=name, legal_name=name, address=(name, name), notice=name, contact=name)
    for made in (*EVERY, request_of()):
        drawn = replace(made, customer=customer, order=order, seller=seller)
        assert "TREIZ" in text_of(drawn)
        if isinstance(drawn, PaymentRequest):
            assert len(codes_on(drawn)) == 1


FRENCH = ("Vous", "Vos ", "Montant", "Facture", "Reçu", "TVA", "Total hors", "Bon ", "Avoir", "Émis")


@pytest.mark.parametrize(
    "made", [*EVERY, request_of(), request_of(covered=Money(100))], ids=lambda one: type(one).__name__
)
def test_an_english_paper_speaks_english_throughout(made: AnyPaper | PaymentRequest) -> None:
    text = text_of(made, "en")
    assert "€" in text
    assert not [french for french in FRENCH if french in text]
    assert isinstance(made, PaymentRequest) or "the French version of this document is the original" in text


def test_both_languages_have_the_same_words_with_the_same_blanks() -> None:
    french, english = WORDS["fr"], WORDS["en"]
    assert french.keys() == english.keys()
    for key, words in french.items():
        assert sorted(re.findall(r"\{\w+\}", words)) == sorted(re.findall(r"\{\w+\}", english[key])), key


@pytest.mark.parametrize("made", EVERY, ids=lambda one: type(one).__name__)
def test_a_paper_is_kept_as_json_and_drawn_from_it_the_same(made: AnyPaper) -> None:
    kept = json.loads(json.dumps(facts_of(made), sort_keys=True))
    again = paper_of(kind_of(made), kept)
    assert again == made
    assert bytes_of(again) == bytes_of(made)


def test_the_same_paper_gives_the_same_bytes_even_from_several_threads() -> None:
    for made in (invoice_of(30), request_of(30)):
        with ThreadPoolExecutor(4) as threads:
            assert len(set(threads.map(bytes_of, [made] * 4))) == 1


@pytest.mark.parametrize(
    ("made", "field"),
    [*((invoice_of(), field) for field in ("net", "vat", "gross")),
     *((receipt_of(), field) for field in ("face_total", "covered")),
     *((CREDIT, field) for field in ("net", "vat", "gross")),
     *((request_of(), field) for field in ("face_total",))],
    ids=lambda one: one if isinstance(one, str) else type(one).__name__,
)  # fmt: skip
def test_a_paper_off_by_a_cent_cannot_be_made(made: AnyPaper | PaymentRequest, field: str) -> None:
    with pytest.raises(ValueError, match="does not add up"):
        replace(made, **{field: getattr(made, field) + Money(1)})


def test_a_paper_of_nothing_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="does not add up"):
        replace(CANCELLED, face_value=ZERO)
    with pytest.raises(ValueError, match="does not add up"):
        replace(CREDIT, net=ZERO, vat=ZERO, gross=ZERO)
