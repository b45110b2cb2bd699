"""Files of shops as people really send them: each bad line is told, or the file refused; nothing enters by halves."""

from __future__ import annotations

import io
import zipfile
from typing import Any, Final

import openpyxl
import pytest
from stdnum import luhn

from tests.api.given import SHOPS_FILE, Door, World, problem

HEADER: Final = "siret,nom,adresse,code postal,commune,naf"
CAFE: Final = "{siret},Café de l'Été,55 rue de Forbin,13002,Marseille,56.30Z"
MOST: Final = 100_000


def siret(number: int) -> str:
    """The SIRET of the first establishment of a made-up company."""
    siren = f"{10_000_000 + number:08d}"
    siren += luhn.calc_check_digit(siren)
    return siren + "0001" + str(luhn.calc_check_digit(siren + "0001"))


def csv_of(*lines: str, header: str = HEADER) -> bytes:
    """A file of these lines."""
    return "\n".join((header, *lines, "")).encode()


async def imported(door: Door, content: bytes, **query: Any) -> Any:
    """The answer to a file that is not only tried."""
    return await door.client.post("/api/v1/shops/import", content=content, params={"dry_run": False, **query})


async def names(world: World) -> set[str]:
    """Of all shops."""
    items, _ = await (await world.door("operator")).every("/shops", limit=200)
    return {one["name"] for one in items}


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + csv_of(CAFE.format(siret=siret(1))),
        csv_of(CAFE.format(siret=siret(1))).replace(b",", b";"),
        csv_of(CAFE.format(siret=siret(1))).replace(b",", b"\t"),
        csv_of(CAFE.format(siret=siret(1))).decode().encode("cp1252"),
        csv_of(CAFE.format(siret=siret(1))).decode().encode("utf-16"),
        csv_of("", CAFE.format(siret=siret(1)), "", ",,,,,"),
        csv_of(CAFE.format(siret=siret(1))).replace(b"\n", b"\r\n"),
    ],
    ids=["BOM", "semicolons", "tabs", "Windows-1252", "UTF-16", "empty lines", "CRLF"],
)
async def test_a_file_as_spreadsheets_write_it_is_read(world: World, operator: Door, content: bytes) -> None:
    told = (await imported(operator, content)).json()
    assert (told["good"], told["imported"], told["bad"]) == (1, 1, [])
    assert "Café de l'Été" in await names(world)


async def test_a_dry_run_is_what_one_gets_unless_told_otherwise(still: World) -> None:
    before = await still.books()
    operator = await still.door("operator")
    answer = await operator.client.post("/api/v1/shops/import", content=SHOPS_FILE.read_bytes())
    told = answer.json()
    assert told["good"] > 100
    assert told["imported"] == 0
    assert await still.books() == before


async def test_bad_lines_are_told_with_line_field_and_remedy_and_the_good_ones_enter(
    world: World, operator: Door
) -> None:
    content = csv_of(
        CAFE.format(siret=siret(1)),
        CAFE.format(siret="12345678901234"),
        "",
        CAFE.format(siret=siret(2)).replace("Café", "=HYPERLINK(1)"),
        CAFE.format(siret=siret(3)).replace("13002", "1300"),
        CAFE.format(siret=siret(1)),
        CAFE.format(siret=siret(4)).replace("56.30Z", "99.99Z"),
        CAFE.format(siret=siret(5)) + ",too,many",
        CAFE.format(siret=siret(6)),
    )
    dry = (await operator.client.post("/api/v1/shops/import", content=content)).json()
    told = (await imported(operator, content)).json()
    assert told["bad"] == dry["bad"]
    assert [(one["line"], one["field"], one["code"]) for one in told["bad"]] == [
        (3, "siret", "siret-invalid"),
        (5, "name", "formula"),
        (6, "postcode", "postcode-malformed"),
        (7, "siret", "siret-duplicate-in-file"),
        (8, "naf", "naf-unknown"),
        (9, "line", "cells-too-many"),
    ]
    assert (told["good"], dry["imported"], told["imported"]) == (2, 0, 2)
    french = await (await world.door("operator", language="fr")).client.post("/api/v1/shops/import", content=content)
    for ours, theirs in zip(french.json()["bad"], told["bad"], strict=False):
        assert ours["detail"] != theirs["detail"]


async def test_the_same_file_twice_registers_nobody_twice(world: World, operator: Door) -> None:
    content = csv_of(CAFE.format(siret=siret(1)), CAFE.format(siret=siret(2)))
    assert (await imported(operator, content)).json()["imported"] == 2
    again = (await imported(operator, content)).json()
    assert again["imported"] == 0
    assert {one["code"] for one in again["bad"]} == {"siret-already-registered"}


def workbook() -> bytes:
    """A workbook with one shop in it."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (HEADER, CAFE.format(siret=siret(1))):
        sheet.append(line.split(","))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def bomb() -> bytes:
    """A workbook of a few hundred kilobytes whose sheet unpacks to hundreds of megabytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            if one.endswith("sheet1.xml"):
                with new.open(one, "w") as part:
                    part.write(b"<worksheet><sheetData>")
                    for _ in range(300):
                        part.write(b"<row></row>" * 100_000)
            else:
                new.writestr(one, old.read(one))
    return file.getvalue()


async def test_a_workbook_is_read_too(world: World, operator: Door) -> None:
    assert (await imported(operator, workbook())).json()["imported"] == 1


@pytest.mark.parametrize(
    ("content", "status", "name"),
    [
        (b"", 422, "file-unreadable"), (b"\n\n\n", 422, "file-unreadable"), (b"\xef\xbb\xbf", 422, "file-unreadable"),
        (b"nom,ville\nBar,Marseille\n", 422, "columns-missing"), (b"{}", 422, "columns-missing"),
        (csv_of('"never closed'), 422, "file-unreadable"), (b"\x00" * 10_000, 422, "file-unreadable"),
        (b"PK\x03\x04 and then nonsense", 422, "file-unreadable"), (workbook()[:2_000], 422, "file-unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), 422, "file-unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, 422, None),
    ],
    ids=[
        "empty", "only line ends", "only a BOM", "wrong columns", "JSON", "open quote", "zeros", "no zip", "half a zip",
        "old Excel", "a picture",
    ],
)  # fmt: skip
async def test_a_file_that_is_no_list_of_shops_is_refused_whole(
    still: World, content: bytes, status: int, name: str | None
) -> None:
    before = await still.books()
    french = await imported(await still.door("operator", language="fr"), content)
    english = await imported(await still.door("operator"), content)
    assert problem(french, status, name)["detail"] != problem(english, status, name)["detail"]
    assert await still.books() == before


async def test_a_zip_bomb_is_refused_before_it_is_unpacked(still: World) -> None:
    content = bomb()
    assert len(content) < 2_000_000
    answer = await imported(await still.door("operator"), content)
    told = problem(answer, answer.status_code)
    assert told["type"].endswith(("file-too-large", "file-unreadable"))


async def test_a_hundred_thousand_lines_are_judged(still: World) -> None:
    lines = [CAFE.format(siret=siret(number)) for number in range(MOST)]
    for number in (7, 70_000):
        lines[number] = lines[number].replace("13002", "1300")
    content = csv_of(*lines)
    operator = await still.door("operator")
    told = (await operator.client.post("/api/v1/shops/import", content=content)).json()
    assert (told["good"], [one["line"] for one in told["bad"]]) == (MOST - 2, [9, 70_002])
    one_more = csv_of(*lines, lines[0])
    refused = problem(await imported(operator, one_more), 413, "file-too-large")
    assert (refused["unit"], refused["limit"]) == ("lines", MOST)


async def test_a_file_of_nothing_but_bad_lines_gets_a_report_of_a_bearable_size(still: World) -> None:
    content = csv_of(*(",,,,," + "x" * 3 for _ in range(MOST)))
    told = (await imported(await still.door("operator"), content)).json()
    assert (told["good"], told["imported"], told["bad_lines"], len(told["bad"])) == (0, 0, MOST, 1_000)


async def test_a_file_over_the_limit_is_refused_by_its_size(still: World) -> None:
    answer = await imported(await still.door("operator"), b"x" * 34_000_001)
    problem(answer, 413, "request-too-large")
