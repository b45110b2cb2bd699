"""Statements: what is printed adds up, names come out as typed, pages follow on."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2 as pdfium
import pytest

from ledger.formats import shown_money
from ledger.money import ZERO, Money, total
from merchants.paper import HEIGHT, WIDTH, Style, drawable, fitted, width_of, wrapped
from merchants.settlements.statement import (
    StatementShop,
)
from tests.merchants.given import PROGRAMME, SHOP, amounts_in, bytes_of, lines_of, pages_of, statement


@pytest.mark.parametrize("brought", [ZERO, Money(-1_250)])
def test_the_amounts_in_the_text_add_up_to_what_is_paid(brought: Money) -> None:
    made = statement(lines_of(300), brought=brought)
    text = "\n".join(pages_of(made))
    before, detail = text.split("Chaque opération")
    glance, made_up = before.split("Comment ce montant est formé")
    assert amounts_in(glance) == [made.paid]
    assert f"Vous recevez {shown_money(made.paid)} le 05/11/2026".replace("\u00a0", " ") in glance

    stated = {row.split(" (")[0]: amounts_in(row)[-1] for row in made_up.splitlines() if amounts_in(row)}
    back = stated["Encaissements annulés"] + stated["Retours de marchandise"]
    assert stated["Bons encaissés"] + back == made.turnover
    items = [
        amount
        for row, amount in stated.items()
        if row.startswith(("Bons", "Encaissements", "Retours", "TVA", "Report"))
    ]
    commission = next(amount for row, amount in stated.items() if row.startswith("Commission"))
    assert total([*items, commission]) == made.paid

    *operations, foot = amounts_in(detail)
    assert operations == [line.amount for line in made.lines]
    assert total(operations) == foot == made.turnover


def test_three_hundred_lines_run_over_numbered_pages_with_their_header() -> None:
    pages = pages_of(statement(lines_of(300)))
    assert len(pages) > 5
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} / {len(pages)}" in page
        assert "Date et heure" in page
        assert "TREIZ-2026-000123" in page
    assert [page.count("Encaissement ") + page.count("Annulation ") > 0 for page in pages] == [True] * len(pages)


@pytest.mark.parametrize("count", range(20, 70))
def test_the_total_stands_above_the_footer_and_never_alone_on_a_page(count: int) -> None:
    last = list(pdfium.PdfDocument(bytes_of(statement(lines_of(count)))))[-1].get_textpage()
    above_footer = last.get_text_bounded(bottom=(HEIGHT - 274.7) / 25.4 * 72)
    assert "Total des bons" in above_footer.splitlines()[-1]
    assert f"E-{count - 1:05d}" in above_footer


@pytest.mark.parametrize("name", ["Łódź", "Ὀβολός", "A & B <b>", "<para><img src='/etc/passwd'/></para>", "Чайка"])
def test_a_name_comes_out_as_typed(name: str) -> None:
    made = replace(statement(lines_of(3)), shop=replace(SHOP, name=name), programme=replace(PROGRAMME, name=name))
    assert pages_of(made)[0].count(name) == 2


@pytest.mark.parametrize(
    "name", ["Chez Léa 🎂", "中文", "\ud800", "a\x00b", "👩‍🍳", "\u202etxt", "", "x" * 5000, "ab " * 900]
)
def test_a_name_the_font_lacks_is_replaced_and_never_stops_a_statement(name: str) -> None:
    line = replace(lines_of(1)[0], till=name, reference=name)
    shop = StatementShop(name, (name,) * 3, "55210055400013")
    assert "Vous recevez" in pages_of(replace(statement((line,)), shop=shop))[0]


def test_what_is_lacking_shows_and_what_is_invisible_goes() -> None:
    assert drawable("Chez Léa 🎂") == "Chez Léa �"
    assert drawable("Le\u0301a") == "Léa"
    assert drawable("a\nb\tc") == "a b c"
    assert drawable("a\x00\ud800b") == "a��b"
    assert drawable("❤\ufe0f\u200d\u202e") == "�"


def test_words_are_made_to_fit() -> None:
    style = Style(12)
    for width in (5.0, 20.0, 60.0):
        text, fitting = fitted("Boulangerie pâtisserie du Vieux-Port", style, width)
        assert width_of(text, fitting) <= width + 0.01
        assert all(width_of(line, style) <= width for line in wrapped("Boulangerie du Vieux-Port " * 5, style, width))
    assert fitted("Vieux-Port", style, 60) == ("Vieux-Port", style)
    assert "".join(wrapped("x" * 500, style, 20)) == "x" * 500


def test_a_statement_is_a4_and_says_its_title_and_language() -> None:
    content = bytes_of(statement(lines_of(3)))
    document = pdfium.PdfDocument(content)
    assert document[0].get_size() == pytest.approx((WIDTH / 25.4 * 72, HEIGHT / 25.4 * 72), abs=0.1)
    assert document.get_metadata_value("Title") == "Relevé de règlement TREIZ-2026-000123"
    assert b"/Lang (fr)" in content


def test_every_font_is_embedded() -> None:
    content = bytes_of(statement(lines_of(3)))
    assert b"/FontFile2" in content
    assert b"Helvetica" not in content


def test_the_same_statement_gives_the_same_bytes_even_from_several_threads() -> None:
    made = statement(lines_of(60))
    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(bytes_of, [made] * 8))) == 1


def test_a_debt_is_carried_and_nothing_is_paid() -> None:
    made = statement(lines_of(2), brought=Money(-100_000))
    text = pages_of(made)[0]
    assert "Aucun virement cette fois : 0,00 €" in text
    assert f"{shown_money(-made.carried_forward)} restants".replace("\u00a0", " ") in text
    rows = text.split("Comment ce montant est formé")[1].split("Chaque opération")[0]
    assert "-1 000,00 €" in rows


def test_without_bank_details_the_payment_is_said_to_wait() -> None:
    text = pages_of(statement(lines_of(3), iban=None))[0]
    assert "Le virement attend vos coordonnées bancaires" in text
    assert "le 05/11/2026" not in text


def test_a_month_without_operations_says_so() -> None:
    assert "Aucune opération pendant cette période." in pages_of(statement())[0]


def test_times_are_those_of_paris_across_the_change_of_clocks() -> None:
    moments = [datetime(2026, 10, 24, 23, 30, tzinfo=UTC), datetime(2026, 10, 25, 23, 30, tzinfo=UTC)]
    lines = tuple(replace(line, at=at) for line, at in zip(lines_of(2), moments, strict=True))
    text = pages_of(statement(lines))[0]
    assert "25/10/2026 01:30" in text
    assert "26/10/2026 00:30" in text


def test_an_english_statement_speaks_english_throughout() -> None:
    text = "\n".join(pages_of(statement(lines_of(40)), "en"))
    assert "You receive €" in text
    assert "on 5 November 2026" in text
    assert "2016/1065" in text
    for french in ("Vous", "Encaissement", "Montant", "Relevé", " du ", "TVA"):
        assert french not in text


@pytest.mark.parametrize(
    "field", ["gross", "undone", "returned", "turnover", "commission", "vat", "paid", "carried_forward"]
)
def test_a_statement_off_by_a_cent_cannot_be_made(field: str) -> None:
    made = statement(lines_of(10))
    with pytest.raises(ValueError, match="does not add up"):
        replace(made, **{field: getattr(made, field) + Money(1)})
