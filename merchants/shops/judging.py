"""Judging one shop, field by field: what is wrong with it, or the form in which it will be kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from ledger.errors import Refusal
from merchants.errors import (
    BicInvalid,
    CommuneCodeUnknown,
    CommuneNotAtPostcode,
    Fault,
    IbanInvalid,
    IbanOutsideSepa,
    NafUnknown,
    PostcodeMalformed,
    PostcodeUnknown,
    SiretInvalid,
)
from merchants.shops.columns import NAMES, Field
from merchants.shops.identity import bic, iban, masked_iban, siret
from merchants.shops.places import Place, place
from merchants.shops.reasons import Code
from merchants.shops.spelling import shown, spaced, storable
from merchants.shops.trades import Trade, trade

NAME_LONGEST: Final = 120  # INSEE's dénomination, its longest name
STREET_LONGEST: Final = 200
COMMUNE_LONGEST: Final = 100
EMAIL_LONGEST: Final = 254  # RFC 5321, section 4.5.3.1

_ROUNDED: Final = re.compile(r"\d(?:[.,]\d+)?E\+?\d{1,2}", re.IGNORECASE)
_EMAIL: Final = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]")
_DEGREES: Final = re.compile(r"[+-]?\d{1,3}(?:[.,]\d{1,20})?", re.ASCII)
_FORMULA_STARTS: Final = ("=", "+", "-", "@")
_TEXTS: Final[frozenset[Field]] = frozenset({*NAMES, "street", "commune", "email"})
_SPREADSHEET_ERRORS: Final = frozenset({"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"})

# What INSEE's abbreviations of street types stand for. Source: INSEE, Sirene, variable typeVoieEtablissement.
_STREET_TYPES: Final[Mapping[str, str]] = {
    "ALL": "Allée", "AV": "Avenue", "BD": "Boulevard", "CHE": "Chemin", "COR": "Corniche", "CRS": "Cours",
    "HAM": "Hameau", "IMP": "Impasse", "LD": "Lieu-dit", "LOT": "Lotissement", "MAR": "Marché", "PAS": "Passage",
    "PL": "Place", "PRO": "Promenade", "QUA": "Quartier", "QUAI": "Quai", "R": "Rue", "RPT": "Rond-point",
    "RTE": "Route", "RUE": "Rue", "SQ": "Square", "TRA": "Traverse",
}  # fmt: skip
_REPEATS: Final[Mapping[str, str]] = {"B": "bis", "T": "ter", "Q": "quater"}

Checkable = TypeVar("Checkable")


@dataclass(frozen=True, slots=True)
class NewShop:
    """A shop fit to be registered. `name` is the sign, else the usual name, else the legal one; degrees are WGS 84."""

    siret: str
    name: str
    legal_name: str | None
    street: str
    postcode: str
    commune: str
    commune_code: str | None
    naf: str
    trade: str
    iban: str | None = None
    bic: str | None = None
    email: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(slots=True)
class Sheet:
    """The faults of one shop, gathered; its SIRET, when that at least is right."""

    faults: list[Fault] = field(default_factory=list)
    siret: str | None = None

    def refuse(self, where: str, code: Code, value: str = "", expected: str = "") -> None:
        self.faults.append(Fault(where, code, masked_iban(value) if where == "iban" else shown(value), expected))

    def attempt(self, where: str, check: Callable[..., Checkable], *typed: str) -> Checkable | None:
        """`check(*typed)`, or its refusal written down."""
        try:
            return check(*typed)
        except (BicInvalid, IbanInvalid, IbanOutsideSepa, NafUnknown, SiretInvalid, PostcodeMalformed) as refused:
            self.refuse(where, _CODES[type(refused)], typed[0])
        except PostcodeUnknown as refused:
            self.refuse("postcode", "postcode-unknown", refused.postcode)
        except CommuneCodeUnknown as refused:
            self.refuse("commune_code", "commune-code-unknown", refused.typed)
        except CommuneNotAtPostcode as refused:
            self.refuse("commune", "commune-not-at-postcode", refused.commune, ", ".join(refused.served))
        return None


_CODES: Final[Mapping[type[Refusal], Code]] = {
    BicInvalid: "bic-invalid",
    IbanInvalid: "iban-invalid",
    IbanOutsideSepa: "iban-outside-sepa",
    NafUnknown: "naf-unknown",
    PostcodeMalformed: "postcode-malformed",
    SiretInvalid: "siret-invalid",
}


def judge(cells: Mapping[Field, str], sheet: Sheet) -> NewShop | None:
    """The shop that `cells` describe, or None with the faults on `sheet`. Empty cells are as good as absent."""
    texts = {where: text for where, typed in cells.items() if (text := _clean(where, typed, sheet)) is not None}
    number = sheet.siret = _siret(texts, cells, sheet)
    name, legal = _names(texts, cells, sheet)
    street = _street(texts)
    _measure("street", street, STREET_LONGEST, "text-too-long", sheet)
    where, what = _place(texts, cells, sheet), _trade(texts, cells, sheet)
    account = sheet.attempt("iban", iban, texts["iban"]) if texts.get("iban") else None
    bank = sheet.attempt("bic", bic, texts["bic"]) if texts.get("bic") else None
    email, position = _email(texts, sheet), _position(texts, sheet)
    if sheet.faults or number is None or where is None or what is None:
        return None
    return NewShop(
        siret=number, name=name, legal_name=legal, street=street,
        postcode=where.postcode, commune=where.commune, commune_code=where.commune_code,
        naf=what.naf, trade=what.label, iban=account, bic=bank, email=email,
        latitude=position[0], longitude=position[1],
    )  # fmt: skip


def _clean(where: Field, typed: str, sheet: Sheet) -> str | None:
    """`typed` on one line, or None with the fault written down: a formula, or characters that cannot be kept."""
    text = spaced(typed)
    shown_at = "name" if where in ("sign", "usual_name") else "street" if where.startswith("street") else where
    formula = text.startswith(_FORMULA_STARTS if where in _TEXTS else "=") and len(text) > 1
    if formula or text in _SPREADSHEET_ERRORS:
        sheet.refuse(shown_at, "formula", text)
    elif not storable(text):
        sheet.refuse(shown_at, "characters-forbidden", text)
    else:
        return text
    return None


def _absent(where: Field, texts: Mapping[Field, str], cells: Mapping[Field, str]) -> bool:
    """Nothing was typed, as against something whose fault is written down already."""
    return not texts.get(where) and not cells.get(where, "").strip()


def _siret(texts: Mapping[Field, str], cells: Mapping[Field, str], sheet: Sheet) -> str | None:
    if _absent("siret", texts, cells):
        sheet.refuse("siret", "siret-missing")
    elif (typed := texts.get("siret")) and _ROUNDED.fullmatch(typed):
        sheet.refuse("siret", "siret-rounded", typed)
    elif typed:
        return sheet.attempt("siret", siret, typed)
    return None


def _place(texts: Mapping[Field, str], cells: Mapping[Field, str], sheet: Sheet) -> Place | None:
    if _absent("postcode", texts, cells):
        sheet.refuse("postcode", "postcode-missing")
    if _absent("commune", texts, cells):
        sheet.refuse("commune", "commune-missing")
    postcode, commune = texts.get("postcode"), texts.get("commune")
    _measure("commune", commune or "", COMMUNE_LONGEST, "text-too-long", sheet)
    if not postcode or not commune or len(commune) > COMMUNE_LONGEST:
        return None
    return sheet.attempt("postcode", place, postcode, commune, texts.get("commune_code", ""))


def _trade(texts: Mapping[Field, str], cells: Mapping[Field, str], sheet: Sheet) -> Trade | None:
    if _absent("naf", texts, cells):
        sheet.refuse("naf", "naf-missing")
        return None
    return sheet.attempt("naf", trade, texts["naf"]) if texts.get("naf") else None


def _measure(where: str, text: str, longest: int, code: Code, sheet: Sheet) -> None:
    if len(text) > longest:
        sheet.refuse(where, code, text, str(longest))


def _names(texts: Mapping[Field, str], cells: Mapping[Field, str], sheet: Sheet) -> tuple[str, str | None]:
    """The name to show, which has a letter or a digit at least, and the legal one."""
    names = [texts[where] for where in NAMES if any(map(str.isalnum, texts.get(where, "")))]
    name, legal = names[0] if names else "", texts.get("legal_name") or None
    if not names and all(where in texts or _absent(where, texts, cells) for where in NAMES):
        sheet.refuse("name", "name-missing")
    _measure("name", name, NAME_LONGEST, "name-too-long", sheet)
    if legal and legal != name:
        _measure("legal_name", legal, NAME_LONGEST, "name-too-long", sheet)
    return name, legal


def _street(texts: Mapping[Field, str]) -> str:
    """Number, bis, type in full and name, as far as they are given; some hamlets have none."""
    repeat, kind, street = texts.get("street_repeat", ""), texts.get("street_type", ""), texts.get("street", "")
    full = _STREET_TYPES.get(kind.upper(), kind)
    parts = (
        texts.get("street_number", ""),
        _REPEATS.get(repeat.upper(), repeat),
        full.upper() if street.isupper() else full,
        street,
    )
    return " ".join(part for part in parts if part)


def _email(texts: Mapping[Field, str], sheet: Sheet) -> str | None:
    typed = texts.get("email")
    if not typed:
        return None
    if len(typed) > EMAIL_LONGEST or not _EMAIL.fullmatch(typed):
        sheet.refuse("email", "email-invalid", typed)
        return None
    return typed


def _position(texts: Mapping[Field, str], sheet: Sheet) -> tuple[float, float] | tuple[None, None]:
    """Latitude and longitude in degrees, both or neither."""
    latitude, longitude = texts.get("latitude", ""), texts.get("longitude", "")
    if not latitude and not longitude:
        return None, None
    for where, typed, most in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        if not _DEGREES.fullmatch(typed) or abs(_degrees(typed)) > most:
            sheet.refuse(where, "coordinates-invalid", typed)
            return None, None
    return _degrees(latitude), _degrees(longitude)


def _degrees(typed: str) -> float:
    return float(typed.replace(",", "."))
