"""The list to fill in: a header, two people who do not exist, and in the workbook a page of explanation."""

from __future__ import annotations

import io
from typing import Final, Literal, cast

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from ledger.formats import Language
from ledger.money import Money
from vouchers.orders.lists.csv_writing import csv_of
from vouchers.orders.lists.list_examples import EXAMPLES

Kind = Literal["csv", "xlsx"]

_HEADERS: Final[dict[Language, tuple[str, str, str, str]]] = {
    "fr": ("Nom", "Adresse e-mail", "Matricule", "Montant (€)"),
    "en": ("Name", "E-mail address", "Staff number", "Amount (€)"),
}
_SHEETS: Final[dict[Language, tuple[str, str]]] = {
    "fr": ("Bénéficiaires", "Mode d'emploi"),
    "en": ("Beneficiaries", "How to fill it in"),
}
_NOTES: Final[dict[Language, tuple[str, ...]]] = {
    "fr": (
        "Une personne par ligne, sans ligne de total ni cellule fusionnée. Effacez les deux exemples.",
        "Nom : obligatoire. Deux colonnes « Prénom » et « Nom » conviennent aussi.",
        "Adresse e-mail : nécessaire pour envoyer les bons par e-mail ; sinon, laissez vide.",
        "Matricule : celui de votre entreprise. Il relie les bons d'une même personne au fil de l'année, pour le",
        "plafond des cotisations sociales ; à défaut, l'adresse e-mail s'en charge.",
        "Montant : en euros. Laissé vide, c'est le montant choisi pour la commande.",
        "5 000 personnes au plus par commande.",
    ),
    "en": (
        "One person a line, without totals or merged cells. Erase the two examples.",
        "Name: needed. Two columns “First name” and “Last name” will do as well.",
        "E-mail address: needed to send the vouchers by e-mail; else leave it empty.",
        "Staff number: your company's own. It ties one person's vouchers of the year together, for the ceiling of",
        "social charges; without it the e-mail address does.",
        "Amount: in euros. Left empty, it is the amount chosen for the order.",
        "5,000 people at most in an order.",
    ),
}
_WIDTHS: Final = (34, 38, 16, 14)
_STYLED: Final = 1_000  # lines whose staff numbers keep their zeros
_TEXT, _EUROS = "@", "#,##0.00"


def template_name(language: Language, kind: Kind) -> str:
    """What the file is called."""
    return f"{'beneficiaires' if language == 'fr' else 'beneficiaries'}.{kind}"


def template_csv(language: Language) -> bytes:
    """The list as CSV: header and examples."""
    examples = [(one.name, one.email, one.staff_number, one.amount) for one in EXAMPLES[language]]
    return csv_of([_HEADERS[language], *examples])


def template_xlsx(language: Language) -> bytes:
    """The list as a workbook; staff numbers are text, so that their leading zeros stay."""
    book = Workbook()
    sheet = cast("Worksheet", book.active)
    sheet.title, second = _SHEETS[language]
    sheet.append(_HEADERS[language])
    for one in EXAMPLES[language]:
        euros = Money.of(one.amount).cents / 100
        sheet.append((one.name, one.email or None, one.staff_number, euros))
    for cell in sheet[1]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="0F5560")
        cell.alignment = Alignment(vertical="center")
    sheet.row_dimensions[1].height = 24
    for letter, width in zip("ABCD", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    for line in range(2, _STYLED + 2):
        sheet.cell(line, 3).number_format = _TEXT
        sheet.cell(line, 4).number_format = _EUROS
    sheet.freeze_panes = "A2"
    notes = book.create_sheet(second)
    notes.column_dimensions["A"].width = 100
    for note in _NOTES[language]:
        notes.append((note,))
    for (cell,) in notes.iter_rows(max_col=1):
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
