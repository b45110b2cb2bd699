"""Attestations: who received what, when, for which event; on paper and for a spreadsheet, the same to the cent."""

from __future__ import annotations

import csv
import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pypdfium2 as pdfium
import pytest

from ledger.formats import LANGUAGES, Language, shown_money
from ledger.money import Money, total
from merchants.settlements.statement import StatementProgramme
from vouchers.orders.giving.attestation import (
    Attestation,
    AttestationBuyer,
    AttestationLine,
    EventTotal,
    attestation_csv,
)
from vouchers.orders.giving.attestation_pdf import draw_attestation
from vouchers.orders.giving.attestation_words import WORDS
from vouchers.orders.giving.urssaf import Event, Person
from vouchers.orders.giving.urssaf_words import ONLY_HERE

PROGRAMME = StatementProgramme(
    "Treiz'Local", "CCI Aix-Marseille-Provence", ("9 La Canebière", "13001 Marseille"), "181300021", "FR12181300021"
)
BUYER = AttestationBuyer("Savonnerie & Fils <Łódź>", ("12 quai de Rive-Neuve", "13007 Marseille"), "552100554")
ANNA = Person("Anna Martin", "00042", "anna@exemple.fr")
AMOUNT = re.compile(r"(\d{1,3}(?: \d{3})*),(\d\d) €")
AMOUNTS_FROM = 166 / 25.4 * 72  # where the last column of every table begins, in points


def line(
    person: Person, euros: int, event: Event | None = "christmas", day: date = date(2026, 12, 15)
) -> AttestationLine:
    return AttestationLine(person, day, event, Money(euros * 100), "TREIZC-2026-000112")


def attestation(*lines: AttestationLine) -> Attestation:
    return Attestation(PROGRAMME, BUYER, date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 4), lines)


def many(count: int) -> Attestation:
    """People of every kind, some of whom receive twice."""
    people = [
        Person(f"Personne {at:04d}", f"{at:05d}" if at % 3 else None, f"p{at}@exemple.fr" if at % 2 else None)
        for at in range(count)
    ]
    lines = [line(one, 20 + at % 30, day=date(2026, 1, 1) + timedelta(at % 365)) for at, one in enumerate(people)]
    return attestation(*lines, *[line(one, 30, "school") for one in people[: count // 4]])


def bytes_of(made: Attestation, language: Language = "fr") -> bytes:
    out = io.BytesIO()
    draw_attestation(out, made, language)
    return out.getvalue()


def pages_of(made: Attestation, language: Language = "fr", *, left: float = 0) -> list[str]:
    document = pdfium.PdfDocument(bytes_of(made, language))
    texts = [page.get_textpage().get_text_bounded(left=left) for page in document]
    return [text.replace("\u00a0", " ").replace("\r", "") for text in texts]


def rows_of(made: Attestation, language: Language = "fr") -> list[list[str]]:
    content = attestation_csv(made, language)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))


def amounts_in(text: str) -> list[Money]:
    return [Money(int(re.sub(r"\D", "", euros) + cents)) for euros, cents in AMOUNT.findall(text)]


def test_people_are_added_up_by_staff_number_else_by_address_and_a_name_joins_nobody() -> None:
    nobody = Person("Jean Dupont")
    made = attestation(
        line(ANNA, 50),
        line(Person("Anna Roux", "00042"), 30, None, date(2026, 1, 5)),
        line(Person("Élodie", None, "E@exemple.fr"), 20),
        line(Person("Élodie", None, "e@exemple.fr"), 20, "birth"),
        line(nobody, 10),
        line(nobody, 10),
    )
    assert [(one.person.name, one.count, one.amount) for one in made.by_person] == [
        ("Anna Roux", 2, Money(80_00)), ("Élodie", 2, Money(40_00)), ("Jean Dupont", 1, Money(10_00)),
        ("Jean Dupont", 1, Money(10_00)),
    ]  # fmt: skip
    assert made.by_event == (
        EventTotal("birth", 1, Money(20_00)),
        EventTotal("christmas", 4, Money(90_00)),
        EventTotal(None, 1, Money(30_00)),
    )
    assert made.total == Money(140_00)
    assert "2 bons sont comptés seuls" in " ".join(pages_of(made)[0].split())


def test_the_paper_adds_up_by_event_by_person_and_voucher_by_voucher() -> None:
    made = many(90)
    glance = f"{shown_money(made.total)} remis à {len(made.by_person)} bénéficiaires"
    assert glance.replace("\u00a0", " ") in pages_of(made)[0]
    events, people, vouchers = made.by_event, made.by_person, made.lines
    expected = [
        *[one.amount for one in events], made.total,
        *[one.amount for one in people], made.total,
        *[one.amount for one in vouchers], made.total,
    ]  # fmt: skip
    printed = amounts_in("\n".join(pages_of(made, left=AMOUNTS_FROM)))
    assert printed[-len(expected) :] == expected
    for part in (events, people, vouchers):
        assert total([one.amount for one in part]) == made.total


def test_many_vouchers_run_over_numbered_pages_with_their_header() -> None:
    made = many(300)
    pages = pages_of(made)
    assert len(pages) > 10
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} / {len(pages)}" in page
        assert "Bénéficiaire" in page
        assert "Savonnerie & Fils <Łódź>" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_papers_say_that_they_see_this_programme_only(language: Language) -> None:
    made = attestation(line(ANNA, 50))
    page = " ".join(pages_of(made, language)[0].split())
    assert " ".join(ONLY_HERE[language].split()) in page
    assert "SIREN 552 100 554" in page
    assert "22 décembre 2025" in page
    assert shown_money(Money(200_00), language).replace("\u00a0", " ") in page
    assert rows_of(made, language)[-1] == [ONLY_HERE[language]]


def test_an_english_paper_speaks_english_throughout() -> None:
    text = "\n".join(pages_of(attestation(line(ANNA, 50), line(ANNA, 20, None)), "en"))
    assert "€70.00 given to 1 person" in text
    assert "15 December 2026" in text
    for french in ("Bénéficiaire", "Noël", "remis", "Montant", "événement", "Matricule"):
        assert french not in text


def test_the_spreadsheet_holds_every_voucher_and_the_totals() -> None:
    made = many(40)
    rows = rows_of(made)
    assert rows[0] == [
        "Bénéficiaire",
        "Matricule",
        "Adresse e-mail",
        "Remis le",
        "Événement",
        "Référence",
        "Montant (€)",
    ]
    blank = rows.index([])
    vouchers = rows[1:blank]
    assert [row[3] for row in vouchers] == [f"{one.on:%d/%m/%Y}" for one in made.lines]
    assert total([Money.of(row[-1]) for row in vouchers]) == made.total
    people = rows[blank + 2 : rows.index([], blank + 1)]
    given = [(row[0], int(row[3]), Money.of(row[-1])) for row in people]
    assert given == [(one.person.name, one.count, one.amount) for one in made.by_person]
    assert ["Total", "", "", str(len(made.lines)), "", "", f"{made.total.cents // 100},00"] in rows
    assert rows_of(made, "en")[1][3].endswith(" 2026")


@pytest.mark.parametrize("name", ["=1+1", "+33", "-2", "@SUM(A1)", "\tx", "\rx", " =1", "=cmd|' /C calc'!A0"])
def test_no_name_runs_in_a_spreadsheet(name: str) -> None:
    made = attestation(line(Person(name, name, None), 50))
    made = replace(made, buyer=replace(BUYER, name=name))
    for row in rows_of(made):
        assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    assert any(f"'{name}" in row for row in rows_of(made))


@pytest.mark.parametrize("name", ["A & B <img src='/etc/passwd'/>", "Ὀβολός", "Чайка", "Łódź"])
def test_a_name_comes_out_as_typed(name: str) -> None:
    assert pages_of(attestation(line(Person(name, "1"), 50)))[0].count(name) >= 1


@pytest.mark.parametrize("name", ["Léa 🎂", "中文", "\ud800", "a\x00b", "", "x" * 5000, "ab " * 900])
def test_a_name_that_cannot_be_drawn_never_stops_a_paper(name: str) -> None:
    made = attestation(line(Person(name, f"{name}7"), 50))
    assert "50,00 € remis à 1 personne" in pages_of(made)[0]
    assert attestation_csv(made)


def test_the_same_attestation_gives_the_same_bytes_in_any_order_of_lines() -> None:
    made = many(30)
    shuffled = replace(made, lines=tuple(reversed(made.lines)))
    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(bytes_of, [made, shuffled] * 3))) == 1
    assert attestation_csv(made) == attestation_csv(shuffled)


def test_a_period_without_a_voucher_says_so() -> None:
    assert "Aucun bon remis sur cette période" in pages_of(attestation())[0]
    quarter = replace(attestation(line(ANNA, 50)), first_day=date(2026, 10, 1))
    assert "du 01/10/2026 au 31/12/2026" in pages_of(quarter)[0]


@pytest.mark.parametrize(
    "wrong", [line(ANNA, 0), line(ANNA, -5), line(ANNA, 5, day=date(2025, 12, 31)), line(ANNA, 5, day=date(2027, 1, 1))]
)
def test_a_line_that_does_not_belong_cannot_be_attested(wrong: AttestationLine) -> None:
    with pytest.raises(ValueError, match="does not belong"):
        attestation(line(ANNA, 50), wrong)


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["fr"].keys() == WORDS["en"].keys()
    braces = re.compile(r"\{\w+\}")
    for key, words in WORDS["fr"].items():
        assert sorted(braces.findall(words)) == sorted(braces.findall(WORDS["en"][key])), key
