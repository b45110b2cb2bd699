"""Which column of a file holds what: header names as INSEE, French and English spell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, get_args

from merchants.errors import ColumnsMissing
from merchants.shops.spelling import folded, shown

Field = Literal[
    "siret",
    "sign",
    "usual_name",
    "legal_name",
    "street_number",
    "street_repeat",
    "street_type",
    "street",
    "postcode",
    "commune",
    "commune_code",
    "naf",
    "iban",
    "bic",
    "email",
    "latitude",
    "longitude",
]
FIELDS: Final[tuple[Field, ...]] = get_args(Field)
NAMES: Final[tuple[Field, ...]] = ("sign", "usual_name", "legal_name")
_REQUIRED: Final[tuple[Field, ...]] = ("siret", "postcode", "commune", "naf")

# Spellings without accents, case, spaces or punctuation. INSEE's are those of the Sirene stock files (2019 onwards).
_SPELLINGS: Final[Mapping[Field, str]] = {
    "siret": "siret nsiret nosiret numerosiret numsiret siretnumber codesiret",
    "sign": "enseigne1etablissement enseigne enseignecommerciale sign shopsign tradingname tradename",
    "usual_name": "denominationusuelleetablissement denominationusuelle denominationusuelle1unitelegale nom "
    "nomducommerce nomcommercial commerce name shop shopname usualname",
    "legal_name": "denominationunitelegale denomination denominationsociale raisonsociale nomlegal legalname company "
    "companyname",
    "street_number": "numerovoieetablissement numerovoie numero streetnumber housenumber",
    "street_repeat": "indicerepetitionetablissement indicerepetition",
    "street_type": "typevoieetablissement typevoie streettype",
    "street": "libellevoieetablissement libellevoie adresse adresse1 adressepostale rue voie address streetaddress "
    "street address1 addressline1",
    "postcode": "codepostaletablissement codepostal cp postcode postalcode zip zipcode",
    "commune": "libellecommuneetablissement libellecommune commune ville localite city town",
    "commune_code": "codecommuneetablissement codecommune codeinsee inseecode codecommuneinsee communecode",
    "naf": "activiteprincipaleetablissement activiteprincipale naf codenaf ape codeape nafcode trade tradecode",
    "iban": "iban numeroiban codeiban",
    "bic": "bic codebic swift bicswift codeswift swiftcode",
    "email": "email mail courriel adressemail adresseemail adresseelectronique emailaddress",
    "latitude": "latitude lat",
    "longitude": "longitude lon lng long",
}
_FIELD_OF: Final[Mapping[str, Field]] = {
    spelling: field for field, spellings in _SPELLINGS.items() for spelling in spellings.split()
}


def recognised(header: Sequence[str]) -> dict[int, Field]:
    """The field of each column that has one, by position; of two columns for one field, the first."""
    found: dict[int, Field] = {}
    for position, title in enumerate(header):
        field = _FIELD_OF.get(folded(title[:200]).replace(" ", "").lower())
        if field is not None and field not in found.values():
            found[position] = field
    return found


def require(found: Mapping[int, Field], header: Sequence[str]) -> None:
    """Check that every field a shop needs has its column.

    :raises ColumnsMissing: `missing` names fields; `name` stands for any of the three names.
    """
    missing: list[str] = [field for field in _REQUIRED if field not in found.values()]
    if not any(field in found.values() for field in NAMES):
        missing.insert(min(1, len(missing)), "name")
    if missing:
        raise ColumnsMissing(
            missing=tuple(missing), found=tuple(shown(title) for title in header[:50] if title.strip())
        )
