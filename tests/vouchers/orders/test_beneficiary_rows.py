"""Judging the people of a list: every fault of every line, kept with what was typed, and mended in a form."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import AmountMalformed
from ledger.formats import LANGUAGES
from ledger.money import Money
from tests.vouchers.orders.lists import bounds, csv_of, xlsx_of
from vouchers.orders.lists.amounts import amount_typed
from vouchers.orders.lists.beneficiary_checking import AT_MOST, check_rows
from vouchers.orders.lists.beneficiary_columns import FIELDS
from vouchers.orders.lists.beneficiary_file import Typed, from_fields, read_file
from vouchers.orders.lists.beneficiary_rows import CheckedList
from vouchers.orders.lists.csv_writing import csv_of as safe_csv_of
from vouchers.orders.lists.csv_writing import harmless
from vouchers.orders.lists.list_errors import ListTooLong
from vouchers.orders.lists.list_words import CODES, NOTES, field_name, sentence

PERSON = {"name": "Anna Martin", "email": "anna@exemple.fr", "staff_number": "00042", "amount": "50"}


def checked(*changes: dict[str, str], **more: Any) -> CheckedList:
    """What is found in people who differ from Anna by these changes."""
    return check_rows(from_fields({**PERSON, **one} for one in changes), **{"face_value": None, **bounds(), **more})


def faults(found: CheckedList) -> list[tuple[int, str, str]]:
    return [(row.line, fault.field, fault.code) for row in found.bad for fault in row.faults]


def notes(found: CheckedList) -> list[tuple[int, str, str, int | None]]:
    return [(row.line, note.field, note.code, note.other_line) for row in found.good for note in row.notes]


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("50", 50_00), ("50,00 €", 50_00), ("50.00", 50_00), ("1 250,50", 1_250_50), ("1\u00a0250,50\u00a0€", 1_250_50),
        ("1\u202f250", 1_250_00), ("1.250,50", 1_250_50), ("1,250.50", 1_250_50), ("12.345.678,90", 12_345_678_90),
        ("€50", 50_00), ("50 EUR", 50_00), ("EUR 50,5", 50_50), ("50 euros", 50_00), ("1 euro", 1_00), ("-5", -5_00),
        (" 0 ", 0),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(typed: str, cents: int) -> None:
    assert amount_typed(typed) == Money(cents)


@pytest.mark.parametrize(
    "typed",
    ["", "abc", "1,250", "1.250", "50,005", "1e3", "NaN", "inf", "٥٠", "5O", "50€50", "12/05/2026", "1.2.3", "=50",
     "1,25.50", "1.250.50", "50 $", "9" * 100, "€"],
)  # fmt: skip
def test_what_could_mean_two_sums_or_none_is_no_amount(typed: str) -> None:
    with pytest.raises(AmountMalformed):
        amount_typed(typed)


def test_a_good_line_is_kept_in_one_form_with_what_was_typed() -> None:
    found = checked({"name": "  Anna\u00a0 Marti\u0301n ", "email": " Anna@EXEMPLE.fr ", "amount": "50,5"})
    (row,) = found.good
    assert (row.name, row.email, row.staff_number, row.amount) == (
        "Anna Martín", "Anna@exemple.fr", "00042", Money(50_50)
    )  # fmt: skip
    assert row.typed["name"] == "  Anna\u00a0 Marti\u0301n "
    assert found.total == Money(50_50)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"name": ""}, ("name", "name-missing")),
        ({"name": " \t"}, ("name", "name-missing")),
        ({"name": "12345"}, ("name", "name-without-letter")),
        ({"name": "x" * 121}, ("name", "name-too-long")),
        ({"name": "An\x00na"}, ("name", "characters-forbidden")),
        ({"name": "Anna\u202e"}, ("name", "characters-forbidden")),
        ({"name": "Ann\ud800"}, ("name", "characters-forbidden")),
        ({"name": "=1+1"}, ("name", "formula")),
        ({"name": "=cmd|' /C calc'!A0"}, ("name", "formula")),
        ({"name": "+33"}, ("name", "formula")),
        ({"name": "@SUM(A1)"}, ("name", "formula")),
        ({"name": "#REF!"}, ("name", "formula")),
        ({"name": "Sous-total"}, ("name", "total-line")),
        ({"email": "anna"}, ("email", "email-no-at")),
        ({"email": "anna@exemple.fr\nBcc: tous@exemple.fr"}, ("email", "email-control-characters")),
        ({"email": "élodie@exemple.fr"}, ("email", "email-needs-smtputf8")),
        ({"email": "=HYPERLINK(1)"}, ("email", "formula")),
        ({"staff_number": "9" * 41}, ("staff_number", "staff-number-too-long")),
        ({"staff_number": "=A1"}, ("staff_number", "formula")),
        ({"staff_number": "4\x002"}, ("staff_number", "characters-forbidden")),
        ({"amount": ""}, ("amount", "amount-missing")),
        ({"amount": "cinquante"}, ("amount", "amount-malformed")),
        ({"amount": "=25*2"}, ("amount", "formula")),
        ({"amount": "0,00"}, ("amount", "amount-zero")),
        ({"amount": "-50"}, ("amount", "amount-negative")),
        ({"amount": "9,99"}, ("amount", "amount-below")),
        ({"amount": "150,01"}, ("amount", "amount-above")),
    ],
)
def test_each_fault_is_named_beside_its_field(change: dict[str, str], fault: tuple[str, str]) -> None:
    found = checked({"name": "Bob", "email": "", "staff_number": ""}, change)
    assert faults(found) == [(2, *fault)]
    (row,) = found.bad
    (told,) = row.faults_of(fault[0])
    assert dict(row.typed) == {field: text for field, text in {**PERSON, **change}.items() if text.strip()}
    assert told.value.isprintable()
    for language in LANGUAGES:
        said = sentence(told.code, language, value=told.value, expected=told.expected, other_line=told.other_line)
        assert said.endswith((".", "»", "”"))


def test_all_faults_of_a_line_are_told_at_once() -> None:
    found = checked({"name": "", "email": "x", "staff_number": "=1+1", "amount": "x"})
    assert [field for _, field, _ in faults(found)] == ["name", "email", "staff_number", "amount"]


def test_without_an_amount_the_order_s_own_holds_within_the_same_bounds() -> None:
    (row,) = checked({"amount": ""}, face_value=Money(30_00)).good
    assert row.amount == Money(30_00)
    assert faults(checked({"amount": " "}, face_value=Money(5_00))) == [(1, "amount", "amount-below")]


def test_a_dash_is_nobody_s_address_and_e_mail_is_needed_only_to_send() -> None:
    (row,) = checked({"email": "-", "staff_number": "—"}).good
    assert (row.email, row.staff_number) == (None, None)
    assert faults(checked({"email": "-"}, email_needed=True)) == [(1, "email", "email-missing")]


def test_a_line_that_repeats_another_waits_for_a_confirmation() -> None:
    twin = {"name": "ANNA  MARTIN", "email": "Anna@Exemple.fr", "amount": "50,00 €"}
    found = checked({}, twin)
    assert faults(found) == [(2, "line", "twin")]
    assert found.bad[0].may_be_confirmed
    assert found.bad[0].faults[0].other_line == 1
    meant = checked({}, {**twin, "confirmed": "on"})
    assert meant.bad == ()
    assert notes(meant) == [(2, "line", "twin-meant", 1)]
    assert meant.total == Money(100_00)


def test_people_in_the_order_already_do_not_come_twice_by_accident() -> None:
    before = checked({}).good
    found = checked({"amount": "30"}, {"name": "Bob", "email": "bob@exemple.fr", "staff_number": "7"}, known=before)
    assert faults(found) == [(1, "line", "twin")]
    assert "déjà dans la commande" in sentence("twin", other_line=found.bad[0].faults[0].other_line)
    assert [row.name for row in found.good] == ["Bob"]


def test_what_two_people_share_is_noted_and_taken() -> None:
    found = checked(
        {},
        {"amount": "30"},
        {"name": "Paul Martin", "staff_number": ""},
        {"name": "Léa Roux", "email": "lea@exemple.fr"},
        {"name": "Jean Dupont", "email": "", "staff_number": ""},
        {"name": "Jean Dupont", "email": "", "staff_number": "", "amount": "20"},
    )
    assert found.bad == ()
    assert notes(found) == [
        (2, "line", "same-person", 1),
        (3, "email", "email-shared", 1),
        (4, "staff_number", "staff-number-shared", 1),
        (6, "line", "same-person", 5),
    ]
    assert len(found.noted) == 4


def test_cells_merged_or_too_many_are_faults_to_mend() -> None:
    rows = (
        Typed(2, {"name": "Anna"}, merged=frozenset({"amount"})),
        Typed(3, {"name": "Bob", "amount": "50"}, overfull=True),
    )
    found = check_rows(rows, face_value=Money(50_00), **bounds())
    assert faults(found) == [(2, "amount", "merged-cell"), (3, "line", "cells-too-many")]
    mended = check_rows(from_fields([row.typed for row in found.bad]), face_value=Money(50_00), **bounds())
    assert len(mended.good) == 2


def test_a_list_of_five_thousand_with_every_mistake_gives_exactly_the_bad_lines() -> None:
    lines = [f"Personne {letters(at)};p{at}@exemple.fr;{at:05d};{10 + at % 100}" for at in range(AT_MOST)]
    spoiled = {
        10: ("=1+1;p@exemple.fr;1;50", [("name", "formula")]),
        20: (";;;50", [("name", "name-missing")]),
        30: ("Zoé;zoe;1;x", [("email", "email-no-at"), ("amount", "amount-malformed")]),
        40: ("Zoé;zoe@exemple.fr;1;50;00", [("line", "cells-too-many")]),
        50: (lines[5], [("line", "twin")]),
        60: ("Zoé;zoe@exemple.fr;1;1000", [("amount", "amount-above")]),
    }
    for at, (line, _) in spoiled.items():
        lines[at] = line
    found = check_rows(read_file(csv_of(*lines)).rows, face_value=None, **bounds())
    assert {row.line: [(one.field, one.code) for one in row.faults] for row in found.bad} == {
        at + 2: expected for at, (_, expected) in spoiled.items()
    }
    assert len(found.good) == AT_MOST - len(spoiled)
    with pytest.raises(ListTooLong) as refused:
        check_rows(read_file(csv_of(*lines, "Zoé;;;50")).rows, face_value=None, **bounds())
    assert (refused.value.lines, refused.value.at_most) == (AT_MOST + 1, AT_MOST)


def letters(number: int) -> str:
    """A number in letters, so that it can be a name."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def test_every_code_has_its_words_and_no_other() -> None:
    for code in (*CODES, *NOTES):
        said = {sentence(code, language, value="x", expected=Money(10_00), other_line=7) for language in LANGUAGES}
        assert len(said) == len(LANGUAGES)
        assert not any(brace in one for one in said for brace in "{}")
    assert all(field_name(field, language) for field in (*FIELDS, "line") for language in LANGUAGES)
    assert (
        sentence("amount-above", "fr", expected=Money(150_00))
        == "Un bon vaut au plus 150,00\u00a0€. Baissez le montant."
    )


@given(st.lists(st.fixed_dictionaries({field: st.text(max_size=60) for field in FIELDS}), max_size=8))
def test_whatever_is_typed_is_kept_to_the_letter(people: list[dict[str, str]]) -> None:
    found = check_rows(from_fields(people), face_value=Money(50_00), **bounds())
    kept = sorted((row.line, dict(row.typed)) for row in (*found.good, *found.bad))
    typed = [
        (at, {field: text for field, text in one.items() if text.strip()}) for at, one in enumerate(people, start=1)
    ]
    assert kept == [one for one in typed if one[1]]
    for row in found.good:
        assert row.name.isprintable()
        assert not row.name.startswith("=")
        assert bounds()["least"] <= row.amount <= bounds()["most"]


@given(st.text(max_size=40))
def test_no_cell_of_ours_runs_in_a_spreadsheet(cell: str) -> None:
    written = harmless(cell)
    assert not written.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not written.startswith(("\t", "\r", "\n"))
    assert written.endswith(cell)
    assert safe_csv_of([(cell, "x")]).startswith(b"\xef\xbb\xbf")


def test_a_workbook_with_mistakes_says_the_sheet_s_lines() -> None:
    book = xlsx_of(("Nom", "Montant"), ("Anna", 50), (None, 50), (), ("Bob", 1000.5), ("Cléo", "=10+40"))
    found = check_rows(read_file(book).rows, face_value=None, **bounds())
    assert faults(found) == [
        (3, "name", "name-missing"), (5, "amount", "amount-above"), (6, "amount", "formula")
    ]  # fmt: skip
