"""Reading a list of people from a CSV, an XLSX or a pasted text: what was typed comes out, and nothing is judged.

Line numbers are those of a spreadsheet: the first line is 1, empty lines count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

from merchants.errors import FileUnreadable
from merchants.shops.records import DELIMITERS, TextEncoding, csv_records, decoded
from merchants.shops.spelling import shown
from vouchers.orders.lists.beneficiary_columns import FIELDS, NAMES, Field, Title, guessed, is_title_line, recognised
from vouchers.orders.lists.beneficiary_workbook import COLUMNS_MOST, LINES_MOST, Merges, sheet_of
from vouchers.orders.lists.list_errors import ListColumnsMissing, ListUnreadable

BYTES_MOST: Final = 8 * 1024 * 1024
_TRIED: Final = sorted(DELIMITERS, key="\t;,".index)  # in a tie the first: a comma is also what parts the cents
_HEADER_WITHIN: Final = 20  # titles, logos and dates often stand above the header

Encoding = TextEncoding | Literal["xlsx", "pasted"]


@dataclass(frozen=True, slots=True)
class Typed:
    """One line as typed. ``cells`` holds the fields with something in them, to the letter.

    ``overfull``: more cells than the header, so which is which is lost. ``merged``: fields that are empty because
    their cell was merged with the one above or beside. ``confirmed``: the person says that a twin line is meant.
    """

    line: int
    cells: Mapping[Field, str]
    overfull: bool = False
    merged: frozenset[Field] = frozenset()
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class TypedList:
    """What a list holds. ``columns`` maps a field to its title as typed, several joined by " + "; empty titles when
    ``headed`` is False: the columns were then told by what stands in them. ``ignored`` are the titles nobody knows.
    """

    rows: tuple[Typed, ...]
    columns: Mapping[Field, str]
    ignored: tuple[str, ...]
    empty_lines: int
    headed: bool
    encoding: Encoding


def read_file(content: bytes) -> TypedList:
    """Read a CSV (semicolon, comma or tab; UTF-8, UTF-16 with its mark, Windows-1252) or an XLSX, told by content.

    Of a formula, the result that its spreadsheet stored is taken. At most 8 MiB and 20,000 lines; an order takes fewer.
    Two seconds of processor time for the longest.

    :raises ListUnreadable, ListColumnsMissing:
    """
    if len(content) > BYTES_MOST:
        raise ListUnreadable(reason="bytes", limit=BYTES_MOST)
    sheet = sheet_of(content)
    if sheet is not None:
        lines, merges = sheet
        return _listed(lines, "xlsx", merges=merges)
    try:
        text, encoding = decoded(content)
    except FileUnreadable as refused:
        raise ListUnreadable(reason="not-text") from refused
    return _of_text(text, encoding)


def read_pasted(text: str) -> TypedList:
    """Read what was pasted from a spreadsheet or typed: one person a line, with a header or without.

    :raises ListUnreadable, ListColumnsMissing:
    """
    if len(text) > BYTES_MOST:
        raise ListUnreadable(reason="bytes", limit=BYTES_MOST)
    return _of_text(text.replace("\0", "\ufffd"), "pasted")


def from_fields(rows: Iterable[Mapping[str, str]]) -> tuple[Typed, ...]:
    """The lines of a form: ``name``, ``email``, ``staff_number``, ``amount``; ``line``, its number, else its place;
    ``confirmed`` with anything in it: this twin is meant. Lines with nothing typed are left out.
    """
    typed: list[Typed] = []
    for place, row in enumerate(rows, start=1):
        cells = {field: row[field] for field in FIELDS if row.get(field, "").strip()}
        number = row.get("line", "")
        line = int(number) if number.isascii() and number.isdigit() and len(number) < len("1000000") else place
        if cells:
            typed.append(Typed(line, cells, confirmed=bool(row.get("confirmed"))))
    return tuple(typed)


def _of_text(text: str, encoding: Encoding) -> TypedList:
    delimiter = max(_TRIED, key=lambda one: _merit(text, one))
    return _listed(_records(text, delimiter), encoding)


def _records(text: str, delimiter: str) -> Iterator[tuple[str, ...]]:
    try:
        for record in csv_records(text, delimiter):
            yield tuple(cell if isinstance(cell, str) else "" for cell in record)
    except FileUnreadable as broken:
        raise ListUnreadable(reason="broken-line", line=broken.line) from broken


def _merit(text: str, delimiter: str) -> tuple[int, int]:
    """Titles known in the best of the first lines, then lines that this delimiter parts at all."""
    try:
        first = list(islice((one for one in _records(text, delimiter) if _filled(one)), _HEADER_WITHIN))
    except ListUnreadable:  # quotes that only make sense with another delimiter
        return -1, 0
    if not first:  # of a file with nothing but delimiters, that one
        return 0, _HEADER_WITHIN + 1
    return max(len(recognised(one)) for one in first), sum(len(one) > 1 for one in first)


def _filled(record: Sequence[str]) -> bool:
    return any(cell.strip() for cell in record)


def _listed(records: Iterable[tuple[str, ...]], encoding: Encoding, *, merges: Merges | None = None) -> TypedList:
    """Find the header near the top, or tell the columns by what stands in them; then take the lines below."""
    lines: list[tuple[int, tuple[str, ...]]] = []
    for line, record in enumerate(records, start=1):
        if _filled(record):
            lines.append((line, record))
        if len(lines) > LINES_MOST:
            raise ListUnreadable(reason="many-lines", limit=LINES_MOST)
    if not lines:
        raise ListUnreadable(reason="empty")
    at, found = _header(lines)
    titles = lines[at][1] if at is not None else ()
    below = lines if at is None else lines[at + 1 :]
    if at is None:
        found = guessed([record for _, record in lines])
        if is_title_line(lines[0][1], found):
            titles, below = lines[0][1], lines[1:]
    if not any(title in NAMES for title in found.values()):
        raise ListColumnsMissing(missing=("name",), found=tuple(shown(one) for one in titles[:50] if one.strip()))
    width = len(titles) if at is not None and encoding != "xlsx" else COLUMNS_MOST
    first = below[0][0] if below else 0
    return TypedList(
        rows=tuple(_typed(line, record, found, width, merges) for line, record in below),
        columns=_columns(found, titles),
        ignored=tuple(shown(one) for place, one in enumerate(titles) if place not in found and one.strip()),
        empty_lines=below[-1][0] - first + 1 - len(below) if below else 0,
        headed=at is not None,
        encoding=encoding,
    )


def _header(lines: Sequence[tuple[int, tuple[str, ...]]]) -> tuple[int | None, dict[int, Title]]:
    """Which of the first lines names most columns; none when none names any."""
    best: tuple[int | None, dict[int, Title]] = (None, {})
    for at, (_, record) in enumerate(lines[:_HEADER_WITHIN]):
        found = recognised(record)
        if len(found) > len(best[1]) and not any("@" in cell for cell in record):
            best = (at, found)
    return best


def _columns(found: Mapping[int, Title], titles: Sequence[str]) -> dict[Field, str]:
    columns: dict[Field, list[str]] = {}
    for at, title in found.items():
        columns.setdefault(_field(title), []).append(shown(titles[at]) if at < len(titles) else "")
    return {field: " + ".join(filter(None, columns[field])) for field in FIELDS if field in columns}


def _field(title: Title) -> Field:
    match title:
        case "email" | "staff_number" | "amount":
            return title
        case _:
            return "name"


def _typed(line: int, record: Sequence[str], found: Mapping[int, Title], width: int, merges: Merges | None) -> Typed:
    by_title = {title: record[at] for at, title in found.items() if at < len(record) and record[at].strip()}
    cells: dict[Field, str] = {_field(title): cell for title, cell in by_title.items() if title not in NAMES}
    if "full_name" in by_title:
        cells["name"] = by_title["full_name"]
    elif names := [cell for title, cell in by_title.items() if title in NAMES]:
        first_then_last = [by_title[one] for one in ("first_name", "last_name") if one in by_title]
        cells["name"] = names[0] if len(names) == 1 else " ".join(one.strip() for one in first_then_last)
    covered: frozenset[Field] = frozenset()
    if merges is not None:
        covered = frozenset(_field(title) for at, title in found.items() if merges.cover(line, at + 1))
    return Typed(line, cells, overfull=_filled(record[width:]), merged=covered.difference(cells))
