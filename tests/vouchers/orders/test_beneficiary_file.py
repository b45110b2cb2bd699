"""Reading lists of people, well made or not: files, pasted text, workbooks; what is typed comes out to the letter."""

from __future__ import annotations

import io
import zipfile
from typing import get_args

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import Refusal
from ledger.formats import LANGUAGES, Language
from tests.vouchers.orders.lists import A_HEADER, ANNA, bounds, csv_of, repacked, typed_of, xlsx_of
from vouchers.orders.lists.beneficiary_checking import check_rows
from vouchers.orders.lists.beneficiary_file import BYTES_MOST, TypedList, from_fields, read_file, read_pasted
from vouchers.orders.lists.beneficiary_workbook import LINES_MOST
from vouchers.orders.lists.list_errors import ListColumnsMissing, ListReason, ListTooLong, ListUnreadable
from vouchers.orders.lists.list_refusal_words import list_sentence
from vouchers.orders.lists.templates_file import Kind, template_csv, template_name, template_xlsx


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_encoding_and_line_ends_make_no_difference(delimiter: str, encoding: str, end: str) -> None:
    text = end.join((A_HEADER, "Zoé Œuvrard;zoe@exemple.fr;00042;50", "")).replace(";", delimiter)
    (row,) = read_file(text.encode(encoding)).rows
    assert row.line == 2
    assert row.cells == {"name": "Zoé Œuvrard", "email": "zoe@exemple.fr", "staff_number": "00042", "amount": "50"}


@pytest.mark.parametrize(
    "header",
    [
        "Nom;E-mail;Matricule;Montant",
        "NOM COMPLET;Adresse e-mail;N° salarié;Montant (€)",
        "Bénéficiaire;Courriel;n° de salarié;Valeur faciale",
        "Salarié;Mél;MATRICULE (paie);Montant en euros",
        "Nom et prénom;adresse électronique;Numéro salarié;valeur",
        "Name;E-mail address;Staff number;Amount",
        "Full name;Mail;Employee ID;Face value",
        "Recipient;email;Payroll number;value",
    ],
)
def test_columns_are_known_in_many_spellings(header: str) -> None:
    found = read_file(csv_of("Anna Martin;anna@exemple.fr;7;50", header=header))
    assert typed_of(found) == [{"name": "Anna Martin", "email": "anna@exemple.fr", "staff_number": "7", "amount": "50"}]
    assert found.ignored == ()


@pytest.mark.parametrize(
    ("header", "line", "name"),
    [
        ("Prénom;Nom", "Anna;Martin", "Anna Martin"),
        ("Nom;Prénom", "Martin;Anna", "Anna Martin"),
        ("Last name;First name", "Martin;Anna", "Anna Martin"),
        ("Nom d'usage;Prénom", "Martin;", "Martin"),
        ("Nom;Prénom;Nom complet", "Martin;Anna;Mme Anna Martin", "Mme Anna Martin"),
    ],
)
def test_first_and_last_name_are_joined(header: str, line: str, name: str) -> None:
    assert typed_of(read_file(csv_of(line, header=header))) == [{"name": name}]


def test_a_title_above_the_header_unknown_columns_and_empty_lines_are_no_trouble() -> None:
    text = "Noël 2026 : bons d'achat\n\nNom;Service;Montant\nAnna;Compta;50\n;;\n\nBob;Atelier;30\n\n"
    found = read_file(text.encode())
    assert [(row.line, row.cells["name"]) for row in found.rows] == [(4, "Anna"), (7, "Bob")]
    assert (found.empty_lines, found.ignored, found.headed) == (2, ("Service",), True)
    assert found.columns == {"name": "Nom", "amount": "Montant"}


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("Anna Martin\nBob Petit", [{"name": "Anna Martin"}, {"name": "Bob Petit"}]),
        ("Anna\tMartin\t50\nBob\tPetit\t1 250,50 €", [
            {"name": "Anna Martin", "amount": "50"}, {"name": "Bob Petit", "amount": "1 250,50 €"}]),
        ("Anna Martin;anna@exemple.fr;50,00\nBob Petit;bob@exemple.fr;30,00", [
            {"name": "Anna Martin", "email": "anna@exemple.fr", "amount": "50,00"},
            {"name": "Bob Petit", "email": "bob@exemple.fr", "amount": "30,00"}]),
        ("00042\tAnna Martin\t50\nM7\tBob Petit\t50", [
            {"name": "Anna Martin", "staff_number": "00042", "amount": "50"},
            {"name": "Bob Petit", "staff_number": "M7", "amount": "50"}]),
        ("42\tAnna Martin\t50\n43\tBob Petit\t50", [
            {"name": "Anna Martin", "staff_number": "42", "amount": "50"},
            {"name": "Bob Petit", "staff_number": "43", "amount": "50"}]),
        ("Qui, Où joindre\nAnna,anna@exemple.fr\nBob,bob@exemple.fr\nCléo,cleo@exemple.fr", [
            {"name": "Anna", "email": "anna@exemple.fr"}, {"name": "Bob", "email": "bob@exemple.fr"},
            {"name": "Cléo", "email": "cleo@exemple.fr"}]),
    ],
)  # fmt: skip
def test_pasted_lines_without_a_known_header_are_told_by_what_stands_in_them(
    text: str, cells: list[dict[str, str]]
) -> None:
    found = read_pasted(text)
    assert typed_of(found) == cells
    assert not found.headed


def test_pasted_lines_with_a_header_are_told_by_it() -> None:
    found = read_pasted("Nom\tMontant\nAnna\t50\n")
    assert (found.headed, found.encoding, typed_of(found)) == (True, "pasted", [{"name": "Anna", "amount": "50"}])


def test_a_header_without_a_name_is_refused_with_what_was_read() -> None:
    with pytest.raises(ListColumnsMissing) as refused:
        read_file(b"Service;E-mail;Montant\nCompta;a@exemple.fr;50\n")
    assert refused.value.missing == ("name",)
    assert refused.value.found == ("Service", "E-mail", "Montant")
    assert "Service" in list_sentence(refused.value, "fr")
    with pytest.raises(ListColumnsMissing):
        read_pasted("50\n30\n")


def test_a_workbook_reads_as_the_csv_does() -> None:
    book = xlsx_of(("Nom", "E-mail", "Matricule", "Montant"), (), ("Anna", "anna@exemple.fr", "00042", 50))
    found = read_file(book)
    assert [(row.line, row.cells) for row in found.rows] == [
        (3, {"name": "Anna", "email": "anna@exemple.fr", "staff_number": "00042", "amount": "50"})
    ]
    assert found.encoding == "xlsx"


def test_numbers_of_a_workbook_come_out_as_it_shows_them() -> None:
    book = xlsx_of(
        ("Nom", "Matricule", "Montant"), ("Anna", 1234, 50.0), ("Bob", 12.0, 49.9), ("Cléo", 10**18, 0.1 + 0.2),
        (1664, True, 12.345),
    )  # fmt: skip
    rows = [row.cells for row in read_file(book).rows]
    assert [row["amount"] for row in rows] == ["50", "49.9", "0.3", "12.345"]
    assert [row["staff_number"] for row in rows] == ["1234", "12", "#NUM!", "True"]
    assert rows[3]["name"] == "1664"


def formula_book(result: bytes) -> bytes:
    """A workbook with one formula, and what stands beside it."""
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>Nom</t></is></c><c r="B1" t="inlineStr"><is><t>Montant</t></is></c>'
        b'</row><row r="2"><c r="A2" t="inlineStr"><is><t>Anna</t></is></c>'
        + result
        + b"</row></sheetData></worksheet>"
    )
    return repacked(xlsx_of(("x",)), "xl/worksheets/sheet1.xml", sheet)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        (b'<c r="B2"><f>20+30</f><v>50</v></c>', "50"),
        (b'<c r="B2"><f>20+30</f></c>', "=20+30"),
        (b'<c r="B2" t="str"><f>IF(1,"","x")</f><v></v></c>', None),
        (b'<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        (b'<c r="B2" t="inlineStr"><is><t>=1+1</t></is></c>', "=1+1"),
    ],
)
def test_of_a_formula_the_result_that_was_seen_is_taken(cell: bytes, amount: str | None) -> None:
    (row,) = read_file(formula_book(cell)).rows
    assert row.cells.get("amount") == amount


def test_cells_merged_downwards_are_told_from_empty_ones() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(("Noël 2026",))
    sheet.append(("Nom", "Prénom", "E-mail", "Montant"))
    for line in (("Martin", "Anna", None, 50), ("Petit", "Bob", None, None), ("Cléo", None, None, None)):
        sheet.append(line)
    for merged in ("A1:D1", "D3:D4", "A5:B5"):
        sheet.merge_cells(merged)
    file = io.BytesIO()
    book.save(file)
    rows = read_file(file.getvalue()).rows
    assert [row.cells.get("name") for row in rows] == ["Anna Martin", "Bob Petit", "Cléo"]
    assert [row.merged for row in rows] == [frozenset(), {"amount"}, frozenset()]


def test_more_cells_than_the_header_are_marked_in_text_and_harmless_beside_a_table() -> None:
    one, other = read_file(csv_of("Anna;a@exemple.fr;1;50;00", ANNA)).rows
    assert (one.overfull, other.overfull) == (True, False)
    assert not read_file(xlsx_of(("Nom",), ("Anna", "rappeler lundi"))).rows[0].overfull


def office(*names: str, **contents: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, contents.get("content", b""))
    return file.getvalue()


COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet>&b;'
    b"</worksheet>"
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n;;;\n\n", "empty"),
        (xlsx_of(()), "empty"),
        (COMPOUND, "old-excel"),
        (COMPOUND + "EncryptedPackage".encode("utf-16-le"), "password"),
        (office("mimetype", "content.xml"), "open-document"),
        (b"\n%PDF-1.7\n...", "pdf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "picture"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "picture"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "picture"),
        (b"<html><table><tr><td>Nom</td></tr></table></html>", "other-document"),
        (b"{\\rtf1 Nom}", "other-document"),
        (office("[Content_Types].xml", "word/document.xml"), "other-document"),
        (office("[Content_Types].xml", "xl/workbook.bin"), "other-document"),
        (office("liste.csv", content=b"Nom\nAnna\n"), "other-document"),
        (b"PK\x03\x04 not a zip", "broken-workbook"),
        (office("[Content_Types].xml", "xl/workbook.xml"), "broken-workbook"),
        (repacked(xlsx_of(("Nom",)), "xl/worksheets/sheet1.xml", BILLION_LAUGHS), "broken-workbook"),
        (
            repacked(xlsx_of(("Nom",)), "xl/worksheets/sheet1.xml", b" " * (256 * 1024 - 5) + BILLION_LAUGHS[21:]),
            "broken-workbook",
        ),
        ("Nom;Montant\n".encode("utf-16-le"), "not-text"),
        (bytes(1000), "not-text"),
        (b'Nom;Montant\nAnna;50\n"Bob;30\nCleo;20\n', "broken-line"),
        (bytes(BYTES_MOST + 1), "bytes"),
        (b"Nom\n" + b"Anna\n" * (LINES_MOST + 1), "many-lines"),
    ],
)
def test_what_is_no_list_is_refused_by_name_with_what_to_do(content: bytes, reason: ListReason) -> None:
    with pytest.raises(ListUnreadable) as refused:
        read_file(content)
    assert refused.value.reason == reason
    for language in LANGUAGES:
        assert list_sentence(refused.value, language).endswith(".")
    if reason == "broken-line":
        assert refused.value.line == 3


def test_every_reason_has_its_sentences() -> None:
    for reason in get_args(ListReason):
        refusal = ListUnreadable(reason=reason, line=7, limit=8 * 1024**2)
        said = {list_sentence(refusal, language) for language in LANGUAGES}
        assert len(said) == len(LANGUAGES)
        assert not any(brace in one for one in said for brace in "{}")
    assert "8\u00a0Mo" in list_sentence(ListUnreadable(reason="bytes", limit=8 * 1024**2), "fr")
    assert "5\u00a0001" in list_sentence(ListTooLong(lines=5001, at_most=5000), "fr")


@pytest.mark.parametrize("parts", [["xl/worksheets/sheet1.xml"], ["xl/media/a.bin", "xl/media/b.bin"]])
def test_a_bomb_is_refused_before_it_is_unpacked(parts: list[str]) -> None:
    file = io.BytesIO(xlsx_of(("Nom",), ("Anna",)))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as bomb:
        for part in parts:
            if part not in bomb.namelist():
                bomb.writestr(part, bytes(50 * 1024 * 1024))
    content = file.getvalue()
    if len(parts) == 1:
        content = repacked(content, parts[0], bytes(100 * 1024 * 1024))
    assert len(content) < 1024 * 1024
    with pytest.raises(ListUnreadable) as refused:
        read_file(content)
    assert refused.value.reason == "unpacked"


def test_a_sheet_that_says_it_has_a_million_lines_is_read_and_one_that_has_is_refused() -> None:
    book = xlsx_of(("Nom",), ("Anna",))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b'<dimension ref="A1:A2"' in sheet
    vast = repacked(book, "xl/worksheets/sheet1.xml", sheet.replace(b"A1:A2", b"A1:XFD1048576"))
    assert typed_of(read_file(vast)) == [{"name": "Anna"}]
    far = sheet.replace(b'r="2"', b'r="1048576"').replace(b'r="A2"', b'r="A1048576"')
    with pytest.raises(ListUnreadable) as refused:
        read_file(repacked(book, "xl/worksheets/sheet1.xml", far))
    assert refused.value.reason == "far-lines"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_comes_back_without_a_fault(language: Language) -> None:
    kinds: list[tuple[bytes, Kind]] = [(template_csv(language), "csv"), (template_xlsx(language), "xlsx")]
    for content, kind in kinds:
        found = read_file(content)
        checked = check_rows(found.rows, face_value=None, **bounds())
        assert len(checked.good) == 2
        assert checked.bad == ()
        assert found.ignored == ()
        assert set(found.columns) == {"name", "email", "staff_number", "amount"}
        assert [row.staff_number for row in checked.good] == ["00042", "00043"]
        assert [note.code for row in checked.good for note in row.notes] == ["example-left"] * 2
        assert template_name(language, kind).endswith(kind)
    assert template_csv(language).startswith(b"\xef\xbb\xbf")
    book = openpyxl.load_workbook(io.BytesIO(template_xlsx(language)))
    assert len(book.sheetnames) == 2
    assert book.worksheets[0]["C900"].number_format == "@"


def test_a_form_s_lines_come_in_as_typed_and_empty_ones_are_left_out() -> None:
    rows = from_fields([
        {"name": "  Anna ", "email": "", "amount": "50"},
        {"name": " ", "email": "", "staff_number": "\t", "amount": ""},
        {"name": "Bob", "line": "17", "confirmed": "on", "other": "x"},
        {"name": "Cléo", "line": "١٧"},
    ])  # fmt: skip
    assert [(row.line, row.cells, row.confirmed) for row in rows] == [
        (1, {"name": "  Anna ", "amount": "50"}, False), (17, {"name": "Bob"}, True), (4, {"name": "Cléo"}, False)
    ]  # fmt: skip


WORKBOOK = xlsx_of(("Nom", "E-mail", "Montant"), ("Anna", "anna@exemple.fr", 50), ("Bob", "=1+1", "30"))


def survives(found: TypedList) -> None:
    """Judged and said in words without a crash."""
    repr(check_rows(found.rows, face_value=None, at_most=LINES_MOST, **bounds())).encode("utf-8", "surrogatepass")


@given(st.binary(max_size=400), st.sampled_from([b"", csv_of(ANNA), b"PK\x03\x04", b"\xff\xfe", b"\xd0\xcf\x11\xe0"]))
def test_any_bytes_are_a_list_or_a_named_refusal(noise: bytes, before: bytes) -> None:
    try:
        survives(read_file(before + noise))
    except Refusal as refused:
        str(refused).encode()


@given(st.text(max_size=400))
def test_any_pasted_text_is_a_list_or_a_named_refusal(text: str) -> None:
    try:
        survives(read_pasted(text))
    except Refusal as refused:
        str(refused).encode()


@settings(max_examples=60)
@given(st.data())
def test_a_workbook_with_damaged_bytes_is_a_list_or_a_named_refusal(data: st.DataObject) -> None:
    content = bytearray(WORKBOOK)
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        survives(read_file(bytes(content)))
    except Refusal as refused:
        str(refused).encode()
