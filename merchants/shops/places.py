"""Where a shop is: does the postcode serve the commune?

Known commune by commune for the Bouches-du-Rhône (13); elsewhere only the form of the postcode is checked.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from merchants.errors import CommuneCodeUnknown, CommuneNotAtPostcode, PostcodeMalformed, PostcodeUnknown
from merchants.shops.spelling import folded, packed, shown, spaced

_KNOWN: Final = "13"
_MARSEILLE: Final = "13055"

# 01 to 95 (Corsica is 20), overseas 971 to 978, Monaco 980, the Pacific 984 and 986 to 988.
_PLAUSIBLE: Final = re.compile(r"(?:0[1-9]|[1-8]\d|9[0-5]|97[1-8]|98[04678])\d+")
_POSTCODE: Final = re.compile(r"\d{5}", re.ASCII)
_COMMUNE_CODE: Final = re.compile(r"(?:\d\d|2[AB])\d{3}", re.ASCII)
_CEDEX: Final = re.compile(r"\s+cedex(?:\s+0*(?P<office>\d{1,2}))?\s*$", re.IGNORECASE)
_ARRONDISSEMENT: Final = re.compile(r"MARSEILLE 0?(\d{1,2})(?:ER|E|EME|IEME|ND)?(?: ARR| ARRDT| ARRONDISSEMENT)?")
_ABBREVIATED: Final = {"ST": "SAINT", "STE": "SAINTE", "STES": "SAINTES", "S": "SUR"}
_ARTICLES: Final = ("LE", "LA", "LES", "L")

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A commune as post is addressed to it; `commune_code` is INSEE's, an arrondissement's in Marseille."""

    postcode: str
    commune: str
    commune_code: str | None


@dataclass(frozen=True, slots=True)
class _Commune:
    code: str
    name: str
    parent: str
    postcodes: frozenset[str]
    key: Key


# A commune of the Var whose post comes through Cuges-les-Pins. Source: La Poste, base officielle des codes postaux.
_OVER_THE_BORDER: Final = {"code_insee": "83105", "nom": "Riboux", "commune_parente": "", "codes_postaux": "13780"}


@lru_cache(maxsize=8192)
def place(postcode: str, commune: str, commune_code: str = "") -> Place:
    """The place that was typed, spelled as it officially is when we know it.

    Accents, case, hyphens, `ST` for `SAINT`, a missing article, a shortened name (`PORT SAINT LOUIS`), an
    arrondissement and a CEDEX suffix make no difference. An INSEE code outweighs the name, unless the name is another
    commune's. A postcode that no commune has passes only with CEDEX written after the commune.

    :raises PostcodeMalformed, PostcodeUnknown, CommuneCodeUnknown, CommuneNotAtPostcode:
    """
    digits, code, name = packed(postcode, longest=5), packed(commune_code, longest=5), spaced(commune)
    if not (_POSTCODE.fullmatch(digits) and _PLAUSIBLE.fullmatch(digits)):
        raise PostcodeMalformed(typed=shown(postcode))
    if commune_code.strip() and not _COMMUNE_CODE.fullmatch(code):
        raise CommuneCodeUnknown(typed=shown(commune_code))
    if not digits.startswith(_KNOWN):
        if code.startswith(_KNOWN):
            raise CommuneNotAtPostcode(postcode=digits, commune=shown(name), served=())
        return Place(digits, name, code or None)
    cedex = _CEDEX.search(name)
    bare = name[: cedex.start()] if cedex else name
    found = _known(digits, bare, code, cedex=cedex is not None)
    label = bare if found is None else "Marseille" if found.parent == _MARSEILLE else found.name
    if cedex:
        label += " Cedex" + (f" {cedex['office']}" if cedex["office"] else "")
    return Place(digits, label, None if found is None else found.code)


def commune_named(code: str) -> str | None:
    """The name of a commune by its INSEE code, if we know it; ``Marseille 1er Arrondissement`` of an arrondissement."""
    found = _communes().get(code)
    return None if found is None else found.name


def whole_of(code: str) -> tuple[str, str] | None:
    """The commune, code and name, of which this is an arrondissement."""
    found = _communes().get(code)
    return (found.parent, _communes()[found.parent].name) if found is not None and found.parent else None


@lru_cache(maxsize=1024)
def with_parts(communes: frozenset[str]) -> frozenset[str]:
    """INSEE codes, and with that of a commune those of its arrondissements."""
    return communes | {one.code for one in _communes().values() if one.parent in communes}


def _known(postcode: str, name: str, code: str, *, cedex: bool) -> _Commune | None:
    """The commune of the table that is meant; for a CEDEX code of its own, any commune may be."""
    served = _by_postcode().get(postcode, ())
    if not served and not cedex:
        raise PostcodeUnknown(postcode=postcode)
    wrong = CommuneNotAtPostcode(
        postcode=postcode, commune=shown(name), served=tuple(sorted({one.name for one in served}))
    )
    named = _named(name, served or _communes().values())
    if not code:
        if named is None:
            raise wrong
        return named
    coded = _communes().get(code)
    if coded is None:
        raise CommuneCodeUnknown(typed=code)
    if served and coded not in served and not _part_of(coded, served):
        raise wrong
    if named is None and _is_another(name, coded):
        raise wrong
    if named is not None and _MARSEILLE not in (named.code, coded.code) and named != coded:
        raise wrong
    return coded if named is None or named.code == _MARSEILLE else named


def _part_of(coded: _Commune, served: Iterable[_Commune]) -> bool:
    """Whether `coded` is Marseille as a whole, where the postcode serves one of its arrondissements."""
    return any(one.parent == coded.code for one in served)


def _is_another(name: str, coded: _Commune) -> bool:
    """Whether `name` is exactly that of a commune other than `coded` (a hamlet or a former commune is not)."""
    key = _key(name)
    return any(one.key == key and one != coded for one in _communes().values())


def _named(name: str, among: Iterable[_Commune]) -> _Commune | None:
    """The one commune whose name is `name` or, failing that, begins with it."""
    key, candidates = _key(name), list(among)
    if not key:
        return None
    exact = [one for one in candidates if one.key == key]
    if key == ("MARSEILLE",) and not exact:
        exact = [one for one in candidates if one.parent == _MARSEILLE]
    found = exact or [one for one in candidates if one.key[: len(key)] == key and one.parent != _MARSEILLE]
    return found[0] if len(found) == 1 else None


def _key(name: str) -> Key:
    """What two spellings of one commune have in common."""
    plain = folded(name)
    arrondissement = _ARRONDISSEMENT.fullmatch(plain)
    if arrondissement:
        return ("MARSEILLE", str(int(arrondissement[1])))
    words = [_ABBREVIATED.get(word, word) for word in plain.split()]
    while len(words) > 1 and words[0] in _ARTICLES:
        del words[0]
    while len(words) > 1 and words[-1] in _ARTICLES:
        del words[-1]
    return tuple(words)


@cache
def _communes() -> Mapping[str, _Commune]:
    table = resources.files("merchants.shops") / "data" / "communes_13.csv"
    rows = [*csv.DictReader(table.read_text("utf-8").splitlines()), _OVER_THE_BORDER]
    return {
        row["code_insee"]: _Commune(
            row["code_insee"],
            row["nom"],
            row["commune_parente"],
            frozenset(row["codes_postaux"].split()),
            _key(row["nom"]),
        )
        for row in rows
    }


@cache
def _by_postcode() -> Mapping[str, tuple[_Commune, ...]]:
    """Each postcode's communes; for Marseille its arrondissement, not the city as a whole."""
    served: dict[str, tuple[_Commune, ...]] = {}
    for one in _communes().values():
        for postcode in one.postcodes if one.code != _MARSEILLE else ():
            served[postcode] = (*served.get(postcode, ()), one)
    return served
