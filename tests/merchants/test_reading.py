"""Reading a list of shops from CSV and XLSX, well made or not."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import Refusal
from merchants.errors import ColumnsMissing, FileTooLarge, FileUnreadable
from merchants.shops.checking import check_rows
from merchants.shops.reading import LINES_MOST, Rows, read_rows

REAL = Path(__file__).parents[2] / "api" / "demo" / "data" / "shops_13.csv"
HEADER = "siret,nom,adresse,code postal,commune,naf"
LINE = "39009842400034,Café de l’Été,55 rue de Forbin,13002,Marseille,56.30Z"


def csv_of(*lines: str, end: str = "\n") -> bytes:
    return end.join((HEADER, *lines, "")).encode()


def xlsx_of(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def repacked(content: bytes, part: str, text: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            new.writestr(one, text if one == part else old.read(one))
    return file.getvalue()


def names(rows: Rows) -> list[str]:
    return [row.cells.get("usual_name", "") for row in rows.rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_encoding_and_line_ends_make_no_difference(delimiter: str, encoding: str, end: str) -> None:
    text = end.join((HEADER, LINE, "")).replace(",", delimiter)
    (row,) = read_rows(text.encode(encoding)).rows
    assert row.line == 2
    assert row.cells == {
        "siret": "39009842400034", "usual_name": "Café de l’Été", "street": "55 rue de Forbin",
        "postcode": "13002", "commune": "Marseille", "naf": "56.30Z",
    }  # fmt: skip


def test_quoted_headers_find_their_delimiter() -> None:
    content = b'"SIRET";"Enseigne, ou nom";"Nom";"Code Postal";"Commune";"Code NAF"\n1;2;3;4;5;6\n'
    rows = read_rows(content)
    assert names(rows) == ["3"]
    assert rows.ignored == ("Enseigne, ou nom",)


def test_utf_16_without_little_endian_is_read_too() -> None:
    assert names(read_rows(b"\xfe\xff" + csv_of(LINE).decode().encode("utf-16-be"))) == ["Café de l’Été"]


def test_one_windows_1252_byte_in_a_utf_8_file_spoils_no_other_line() -> None:
    content = csv_of(LINE, LINE.replace("Café de l’Été", "CAF#")).replace(b"CAF#", "Crêperie".encode("cp1252"))
    assert names(read_rows(content)) == ["Café de l’Été", "Crêperie"]


def test_empty_lines_are_skipped_and_counted() -> None:
    rows = read_rows(("\n\n" + HEADER + "\n\n" + LINE + "\n,,,,,\n   \n" + LINE + "\n\n\n").encode())
    assert [row.line for row in rows.rows] == [5, 8]
    assert rows.empty_lines == 5


def test_lines_are_numbered_as_a_spreadsheet_shows_them() -> None:
    rows = read_rows(csv_of(LINE.replace("55 rue", '"55\nrue').replace("Forbin", 'Forbin"'), LINE))
    assert [row.line for row in rows.rows] == [2, 3]
    assert rows.rows[0].cells["street"] == "55\nrue de Forbin"


@pytest.mark.parametrize(
    "header",
    [
        "siret,enseigne1Etablissement,codePostalEtablissement,libelleCommuneEtablissement,activitePrincipaleEtablissement",
        "N° SIRET,Enseigne,Code Postal,Commune,Code NAF",
        "Siret,Raison sociale,CP,Ville,APE",
        "SIRET,Trade name,Postcode,City,NAF code",
        "Numéro SIRET,Dénomination,CODE_POSTAL,Localité,Activité principale",
    ],
)
def test_headers_are_known_in_several_spellings(header: str) -> None:
    (row,) = read_rows(f"{header}\n39009842400034,Bar,13002,Marseille,56.30Z".encode()).rows
    assert set(row.cells.values()) == {"39009842400034", "Bar", "13002", "Marseille", "56.30Z"}


def test_unknown_and_repeated_columns_are_ignored_and_listed() -> None:
    rows = read_rows(f"{HEADER},Humeur,SIRET\n{LINE},gaie,x\n".encode())
    assert rows.ignored == ("Humeur", "SIRET")
    assert rows.rows[0].cells["siret"] == "39009842400034"


def test_missing_columns_are_named_all_at_once() -> None:
    with pytest.raises(ColumnsMissing) as refused:
        read_rows(b"nom;code postal\nBar;13002\n")
    assert refused.value.missing == ("siret", "commune", "naf")
    assert refused.value.found == ("nom", "code postal")
    with pytest.raises(ColumnsMissing) as refused:
        read_rows(b"siret,cp,ville,naf\n")
    assert refused.value.missing == ("name",)


@pytest.mark.parametrize(
    ("content", "filename", "reason"),
    [
        (b"", "", "empty"),
        (b"\xef\xbb\xbf\n \n,,\n", "", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "shops.xls", "old-excel"),
        (b"PK\x03\x04 not a zip", "", "broken-workbook"),
        ("siret,nom\n".encode("utf-16-le"), "", "not-text"),
        (b"siret,nom\n", "shops.xlsx", "broken-workbook"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0\1" * 50, "", "not-text"),
        (xlsx_of(()), "", "empty"),
    ],
)
def test_an_unreadable_file_says_why(content: bytes, filename: str, reason: str) -> None:
    with pytest.raises(FileUnreadable) as refused:
        read_rows(content, filename)
    assert refused.value.reason == reason


def test_a_quote_left_open_stops_the_reading_rather_than_swallow_shops() -> None:
    for spoiled in (LINE.replace("Café", '"Café'), LINE.replace("Café de l’Été", '"Café" Été')):
        with pytest.raises(FileUnreadable) as refused:
            read_rows(csv_of(LINE, spoiled, LINE))
        assert (refused.value.reason, refused.value.line) == ("broken-line", 3)


def test_a_quote_inside_a_name_is_harmless() -> None:
    assert names(read_rows(csv_of(LINE.replace("Café de l’Été", 'SNACK "LE COIN"')))) == ['SNACK "LE COIN"']


def test_a_record_without_end_is_refused() -> None:
    with pytest.raises(FileUnreadable):
        read_rows(csv_of('"' + "x" * 2_000_000))
    with pytest.raises(FileUnreadable):
        read_rows(csv_of("," * 2_000_000))


def test_a_line_with_more_cells_than_the_header_is_marked() -> None:
    one, other = read_rows(csv_of(LINE.replace("55 rue", "55, rue"), LINE + ",,")).rows
    assert (one.overfull, other.overfull) == (True, False)


def test_a_hundred_thousand_lines_are_read_and_one_more_is_refused() -> None:
    content = csv_of(*[LINE] * LINES_MOST)
    checked = check_rows(read_rows(content), ())
    assert (len(checked.good), len(checked.bad)) == (1, LINES_MOST - 1)
    with pytest.raises(FileTooLarge) as refused:
        read_rows(content + LINE.encode())
    assert (refused.value.unit, refused.value.limit) == ("lines", 100_000)


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(FileTooLarge) as refused:
        read_rows(bytes(33 * 1024 * 1024))
    assert refused.value.unit == "bytes"


def test_a_workbook_reads_as_the_csv_does() -> None:
    assert read_rows(xlsx_of(tuple(HEADER.split(",")), (), tuple(LINE.split(",")))).rows[0].cells == (
        read_rows(csv_of(LINE)).rows[0].cells
    )


def test_numbers_in_a_workbook_get_their_zeros_back() -> None:
    header = ("siret", "nom", "adresse", "cp", "commune", "code insee", "naf", "latitude", "longitude")
    (row,) = read_rows(xlsx_of(header, (542002100013, 1664, 12.0, 1001.0, "Bourg", 1053, "56.30Z", 46, 5.2257))).rows
    assert row.cells["siret"] == "00542002100013"
    assert row.cells["usual_name"] == "1664"
    assert row.cells["street"] == "12"
    assert (row.cells["postcode"], row.cells["commune_code"]) == ("01001", "01053")
    assert (row.cells["latitude"], row.cells["longitude"]) == ("46", "5.2257")


def test_a_workbook_s_formula_is_text_and_its_line_the_sheet_s() -> None:
    rows = read_rows(xlsx_of(("",), tuple(HEADER.split(",")), (39009842400034, '=HYPERLINK("x")', "", 13002, "M", "")))
    assert rows.rows[0].line == 3
    assert rows.rows[0].cells["usual_name"] == '=HYPERLINK("x")'


def test_a_bomb_of_zeros_is_refused_before_it_is_unpacked() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", bytes(210 * 1024 * 1024))
    with pytest.raises(FileTooLarge) as refused:
        read_rows(file.getvalue())
    assert refused.value.unit == "unpacked"


@pytest.mark.parametrize(
    "sheet",
    [
        b"<sheetData><row r='1'>" + b"<c/>" * 500_000 + b"</row></sheetData>",
        b"<sheetData><row r='999999999'><c r='A1' t='str'><v>x</v></c></row></sheetData>",
        b"<sheetData><row r='1'><c r='A1'><v>" + b"9" * 10_000 + b"</v></c></row></sheetData>",
        b"<sheetData><row r='1'><c r='A1' t='s'><v>999</v></c></row></sheetData>",
        b"<sheetData><row r='one'><c r='?'><v>x</v></c></row></sheetData>",
        b"<sheetData><row>",
    ],
)
def test_a_workbook_made_to_hurt_is_refused_by_name(sheet: bytes) -> None:
    namespace = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    content = repacked(
        xlsx_of(("siret",)), "xl/worksheets/sheet1.xml", b"<worksheet " + namespace + b">" + sheet + b"</worksheet>"
    )
    with pytest.raises(Refusal):
        read_rows(content)


def test_a_workbook_that_declares_entities_is_refused() -> None:
    spoiled = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet/>'
    with pytest.raises(FileUnreadable):
        read_rows(repacked(xlsx_of(("siret",)), "xl/worksheets/sheet1.xml", spoiled))


@given(
    st.binary(max_size=400), st.sampled_from([b"", csv_of(LINE), b"PK\x03\x04", b"\xff\xfe", REAL.read_bytes()[:2000]])
)
def test_any_bytes_are_rows_or_a_named_refusal(noise: bytes, before: bytes) -> None:
    try:
        checked = check_rows(read_rows(before + noise), ())
    except Refusal as refused:
        str(refused).encode()
    else:
        repr(checked).encode()


@given(st.data())
def test_a_workbook_with_damaged_bytes_is_rows_or_a_named_refusal(data: st.DataObject) -> None:
    content = bytearray(WORKBOOK)
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_rows(bytes(content))
    except Refusal as refused:
        str(refused).encode()


WORKBOOK = xlsx_of(tuple(HEADER.split(",")), tuple(LINE.split(",")))
