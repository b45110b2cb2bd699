"""Lists of people to test with."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import openpyxl

from ledger.money import Money
from vouchers.orders.lists.beneficiary_columns import Field
from vouchers.orders.lists.beneficiary_file import TypedList

A_HEADER = "Nom;E-mail;Matricule;Montant"
ANNA = "Anna Martin;anna@exemple.fr;00042;50"


def csv_of(*lines: str, header: str = A_HEADER) -> bytes:
    """A CSV with these lines."""
    return "\n".join((header, *lines, "")).encode()


def xlsx_of(*rows: tuple[object, ...]) -> bytes:
    """A workbook with these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def repacked(content: bytes, part: str, text: bytes) -> bytes:
    """A workbook with one of its parts replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            new.writestr(one, text if one == part else old.read(one))
    return file.getvalue()


def typed_of(found: TypedList) -> list[Mapping[Field, str]]:
    """What its lines hold."""
    return [row.cells for row in found.rows]


def bounds() -> dict[str, Any]:
    """A programme's bounds of a voucher."""
    return {"least": Money(10_00), "most": Money(150_00)}
