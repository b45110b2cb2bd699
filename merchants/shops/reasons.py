"""Why a line or a file is refused and what to do about it, in French and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from ledger.formats import Language
from merchants.errors import ColumnsMissing, FileTooLarge, FileUnreadable, TooLarge, Unreadable

Code = Literal[
    "siret-missing", "siret-invalid", "siret-rounded", "siret-duplicate-in-file", "siret-already-registered",
    "name-missing", "name-too-long", "text-too-long",
    "postcode-missing", "postcode-malformed", "postcode-unknown",
    "commune-missing", "commune-not-at-postcode", "commune-code-unknown",
    "naf-missing", "naf-unknown", "iban-invalid", "iban-outside-sepa", "bic-invalid", "email-invalid",
    "coordinates-invalid", "formula", "characters-forbidden", "cells-too-many",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence in each language; `{value}`, `{expected}`, `{line}` and `{limit}` are filled in."""

    fr: str
    en: str

    def in_(self, language: Language) -> str:
        return self.fr if language == "fr" else self.en


SENTENCES: Final[Mapping[Code, Said]] = {
    "siret-missing": Said(
        "Le SIRET manque. Ajoutez ses 14 chiffres.",
        "The SIRET is missing. Add its 14 digits.",
    ),
    "siret-invalid": Said(
        "« {value} » n’est pas un SIRET : il faut 14 chiffres, et le dernier contrôle les autres. "
        "Recopiez-le depuis annuaire-entreprises.data.gouv.fr.",
        "“{value}” is not a SIRET: it takes 14 digits, the last of which checks the others. "
        "Copy it from annuaire-entreprises.data.gouv.fr.",
    ),
    "siret-rounded": Said(
        "Le tableur a arrondi le SIRET ({value}). Mettez la colonne au format Texte et ressaisissez les 14 chiffres.",
        "The spreadsheet rounded the SIRET ({value}). Format the column as text and type the 14 digits again.",
    ),
    "siret-duplicate-in-file": Said(
        "Le SIRET {value} figure déjà à la ligne {line}. Gardez une seule des deux lignes.",
        "SIRET {value} is already on line {line}. Keep only one of the two lines.",
    ),
    "siret-already-registered": Said(
        "Le commerce de SIRET {value} est déjà inscrit. Retirez la ligne, ou modifiez sa fiche.",
        "The shop with SIRET {value} is registered already. Remove the line, or edit that shop.",
    ),
    "name-missing": Said(
        "Le nom manque. Renseignez l’enseigne, le nom usuel ou la raison sociale.",
        "The name is missing. Give the sign, the usual name or the legal name.",
    ),
    "name-too-long": Said(
        "Le nom « {value} » dépasse {expected} caractères. Raccourcissez-le.",
        "The name “{value}” is longer than {expected} characters. Shorten it.",
    ),
    "text-too-long": Said(
        "« {value} » dépasse {expected} caractères. Raccourcissez ce texte.",
        "“{value}” is longer than {expected} characters. Shorten it.",
    ),
    "postcode-missing": Said(
        "Le code postal manque. Ajoutez ses 5 chiffres.",
        "The postcode is missing. Add its 5 digits.",
    ),
    "postcode-malformed": Said(
        "« {value} » n’est pas un code postal français. Écrivez 5 chiffres, zéro initial compris.",
        "“{value}” is not a French postcode. Write 5 digits, with any leading zero.",
    ),
    "postcode-unknown": Said(
        "Aucune commune n’a le code postal {value}. Corrigez-le ; "
        "si c’est un code CEDEX, écrivez CEDEX après la commune.",
        "No commune has the postcode {value}. Correct it; if it is a CEDEX code, write CEDEX after the commune.",
    ),
    "commune-missing": Said(
        "La commune manque. Ajoutez son nom.",
        "The commune is missing. Add its name.",
    ),
    "commune-not-at-postcode": Said(
        "Ce code postal ne dessert pas « {value} » (communes desservies : {expected}). "
        "Corrigez le code postal, la commune ou son code INSEE.",
        "This postcode does not serve “{value}” (communes served: {expected}). "
        "Correct the postcode, the commune or its INSEE code.",
    ),
    "commune-code-unknown": Said(
        "« {value} » n’est pas le code INSEE d’une commune. Corrigez-le, ou laissez la case vide.",
        "“{value}” is not the INSEE code of a commune. Correct it, or leave the cell empty.",
    ),
    "naf-missing": Said(
        "Le code NAF manque. Ajoutez-le (par exemple 56.10A) ; il figure sur l’avis de situation INSEE.",
        "The NAF code is missing. Add it (56.10A, for instance); INSEE’s notice (avis de situation) shows it.",
    ),
    "naf-unknown": Said(
        "« {value} » n’est pas un code de la NAF rév. 2. Écrivez 4 chiffres et une lettre, par exemple 56.10A.",
        "“{value}” is not a NAF rev. 2 code. Write 4 digits and a letter, 56.10A for instance.",
    ),
    "iban-invalid": Said(
        "L’IBAN {value} est faux : une clé de contrôle ou la longueur ne convient pas. Recopiez-le depuis le RIB.",
        "The IBAN {value} is wrong: a check key or its length does not fit. Copy it from the bank details (RIB).",
    ),
    "iban-outside-sepa": Said(
        "L’IBAN {value} est hors de la zone SEPA. Demandez au commerce un compte dans la zone SEPA.",
        "The IBAN {value} is outside the SEPA area. Ask the shop for an account inside it.",
    ),
    "bic-invalid": Said(
        "« {value} » n’est pas un BIC : il faut 8 ou 11 caractères. "
        "Recopiez-le depuis le RIB, ou laissez la case vide.",
        "“{value}” is not a BIC: it takes 8 or 11 characters. Copy it from the bank details, or leave the cell empty.",
    ),
    "email-invalid": Said(
        "« {value} » n’est pas une adresse électronique. Corrigez-la, ou laissez la case vide.",
        "“{value}” is not an e-mail address. Correct it, or leave the cell empty.",
    ),
    "coordinates-invalid": Said(
        "« {value} » n’est pas une position : il faut une latitude (-90 à 90) et une longitude (-180 à 180), "
        "en degrés. Corrigez les deux, ou laissez les deux cases vides.",
        "“{value}” is not a position: it takes a latitude (-90 to 90) and a longitude (-180 to 180), in degrees. "
        "Correct both, or leave both cells empty.",
    ),
    "formula": Said(
        "« {value} » est une formule, ou y ressemble (= + - @ en tête). Remplacez-la par le texte voulu.",
        "“{value}” is a formula, or looks like one (it begins with = + - @). Put the text that is meant instead.",
    ),
    "characters-forbidden": Said(
        "« {value} » contient des caractères illisibles (�). Ressaisissez-le, ou enregistrez le fichier en UTF-8.",
        "“{value}” holds unreadable characters (�). Type it again, or save the file as UTF-8.",
    ),
    "cells-too-many": Said(
        "La ligne a plus de cases que l’en-tête. Mettez entre guillemets le texte qui contient le séparateur.",
        "The line has more cells than the header. Put quotes around the text that holds the separator.",
    ),
}

_MISSING: Final = Said(
    "Il manque des colonnes : {expected}. Ajoutez-les à l’en-tête (première ligne).",
    "Columns are missing: {expected}. Add them to the header (first line).",
)
_UNREADABLE: Final[Mapping[Unreadable, Said]] = {
    "empty": Said(
        "Le fichier est vide. Choisissez un fichier CSV ou XLSX avec un en-tête et une ligne par commerce.",
        "The file is empty. Choose a CSV or XLSX file with a header and one line for each shop.",
    ),
    "old-excel": Said(
        "C’est un ancien classeur Excel (.xls), ou un classeur protégé par mot de passe. "
        "Enregistrez-le en .xlsx sans mot de passe, ou en CSV.",
        "This is an old Excel workbook (.xls), or one with a password. Save it as .xlsx without a password, or as CSV.",
    ),
    "broken-workbook": Said(
        "Ce classeur est abîmé ou n’est pas un .xlsx. Ouvrez-le dans un tableur et enregistrez-le en .xlsx ou en CSV.",
        "This workbook is damaged or is no .xlsx. Open it in a spreadsheet and save it as .xlsx or as CSV.",
    ),
    "broken-line": Said(
        "La lecture s’arrête à la ligne {line} : un guillemet y est resté ouvert ou mal placé. Corrigez cette ligne.",
        "Reading stops at line {line}: a quote there is left open or misplaced. Correct that line.",
    ),
    "not-text": Said(
        "Ce fichier n’est ni un CSV ni un XLSX. Enregistrez la liste dans l’un de ces formats.",
        "This file is neither a CSV nor an XLSX. Save the list in one of these formats.",
    ),
}
_TOO_LARGE: Final[Mapping[TooLarge, Said]] = {
    "bytes": Said(
        "Le fichier dépasse {limit} octets. Coupez-le en plusieurs fichiers.",
        "The file is larger than {limit} bytes. Split it into several files.",
    ),
    "lines": Said(
        "Le fichier dépasse {limit} lignes. Coupez-le en plusieurs fichiers.",
        "The file has more than {limit} lines. Split it into several files.",
    ),
    "unpacked": Said(
        "Le classeur est trop gros une fois décompressé. Enregistrez la liste seule, en CSV.",
        "The workbook is too large once unpacked. Save the list alone, as CSV.",
    ),
}
_FIELDS: Final[Mapping[str, Said]] = {
    "siret": Said("SIRET", "SIRET"),
    "name": Said("nom", "name"),
    "legal_name": Said("raison sociale", "legal name"),
    "street": Said("adresse", "street"),
    "postcode": Said("code postal", "postcode"),
    "commune": Said("commune", "commune"),
    "commune_code": Said("code INSEE de la commune", "INSEE code of the commune"),
    "naf": Said("code NAF", "NAF code"),
    "iban": Said("IBAN", "IBAN"),
    "bic": Said("BIC", "BIC"),
    "email": Said("e-mail", "e-mail"),
    "latitude": Said("latitude", "latitude"),
    "longitude": Said("longitude", "longitude"),
    "line": Said("ligne", "line"),
}


def sentence(
    code: str, language: Language = "fr", *, value: str = "", expected: str = "", line: int | None = None
) -> str:
    """What is wrong and what to do. `code` as in a `Fault` or a `BadLine`, whose other attributes follow."""
    said = SENTENCES[code]  # type: ignore[index]  # a Fault carries any str; the tests hold the table complete
    served = expected or ("aucune de ce département" if language == "fr" else "none in this département")
    return said.in_(language).format(value=value, expected=served, line=line)


def field_name(field: str, language: Language = "fr") -> str:
    """The name of a field of a shop, as people read it."""
    return _FIELDS[field].in_(language)


def file_sentence(refusal: ColumnsMissing | FileUnreadable | FileTooLarge, language: Language = "fr") -> str:
    """Why a whole file was refused, and what to do."""
    if isinstance(refusal, ColumnsMissing):
        return _MISSING.in_(language).format(expected=", ".join(field_name(one, language) for one in refusal.missing))
    if isinstance(refusal, FileUnreadable):
        return _UNREADABLE[refusal.reason].in_(language).format(line=refusal.line)
    grouped = f"{refusal.limit:,}".replace(",", "\u00a0" if language == "fr" else ",")
    return _TOO_LARGE[refusal.unit].in_(language).format(limit=grouped)
