"""What people are told of requests that cannot be read: by the reason's code, in French and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ledger.formats import Language

UNKNOWN_REASON: Final = "invalid"

TOO_LARGE_NAME: Final = "request-too-large"
"""The name of status 413, whose phrase is not the same in every version of Python."""

REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("Ce champ manque : ajoutez-le.", "This field is missing: add it."),
    "extra_forbidden": ("Ce champ n'existe pas : retirez-le.", "There is no such field: remove it."),
    "int_type": ("Écrivez un nombre entier, sans guillemets ni virgule (centimes).", "Write a whole number, without quotes or point (cents)."),
    "int_parsing": ("Écrivez un nombre entier.", "Write a whole number."),
    "int_from_float": ("Écrivez un nombre entier, sans virgule.", "Write a whole number, without a point."),
    "greater_than": ("Ce nombre doit être supérieur à {gt}.", "This number must be above {gt}."),
    "greater_than_equal": ("Ce nombre doit être au moins {ge}.", "This number must be {ge} or more."),
    "less_than_equal": ("Ce nombre doit être au plus {le}.", "This number must be {le} or less."),
    "string_type": ("Écrivez un texte, entre guillemets.", "Write text, in quotes."),
    "string_too_short": ("Ce texte est vide ou trop court.", "This text is empty or too short."),
    "string_too_long": ("Ce texte dépasse {max_length} caractères : raccourcissez-le.", "This text is longer than {max_length} characters: shorten it."),
    "string_pattern_mismatch": ("Ce texte n'a pas la forme attendue.", "This text does not have the expected form."),
    "string_unicode": ("Ce texte n'est pas de l'Unicode valable.", "This text is not valid Unicode."),
    "text_unclean": ("Ce texte contient un caractère de contrôle : retirez-le.", "This text holds a control character: remove it."),
    "uuid_parsing": ("Ce n'est pas un identifiant (UUID).", "This is not an identifier (UUID)."),
    "uuid_type": ("Écrivez un identifiant (UUID), entre guillemets.", "Write an identifier (UUID), in quotes."),
    "date_parsing": ("Écrivez un jour du calendrier, comme 2026-10-31.", "Write a day of the calendar, such as 2026-10-31."),
    "day_too_far": ("Écrivez un jour entre 1900-01-01 et 2999-12-31.", "Write a day between 1900-01-01 and 2999-12-31."),
    "date_from_datetime_parsing": ("Écrivez un jour du calendrier, comme 2026-10-31.", "Write a day of the calendar, such as 2026-10-31."),
    "datetime_from_date_parsing": ("Écrivez un moment, comme 2026-10-31T22:59:59Z.", "Write a moment, such as 2026-10-31T22:59:59Z."),
    "datetime_parsing": ("Écrivez un moment, comme 2026-10-31T22:59:59Z.", "Write a moment, such as 2026-10-31T22:59:59Z."),
    "timezone_aware": ("Ajoutez le fuseau horaire, comme Z ou +01:00.", "Add the time zone, such as Z or +01:00."),
    "bool_type": ("Écrivez true ou false.", "Write true or false."),
    "bool_parsing": ("Écrivez true ou false.", "Write true or false."),
    "literal_error": ("Choisissez parmi : {expected}.", "Choose among: {expected}."),
    "enum": ("Choisissez parmi : {expected}.", "Choose among: {expected}."),
    "too_short": ("Cette liste est vide : remplissez-la, ou retirez le champ.", "This list is empty: fill it, or remove the field."),
    "list_type": ("Écrivez une liste.", "Write a list."),
    "dict_type": ("Écrivez un objet JSON.", "Write a JSON object."),
    "model_type": ("Écrivez un objet JSON.", "Write a JSON object."),
    "model_attributes_type": ("Écrivez un objet JSON, avec l'en-tête Content-Type: application/json.", "Write a JSON object, with the header Content-Type: application/json."),
    "json_invalid": ("Ce n'est pas du JSON valable.", "This is not valid JSON."),
    "json_repeated": ("Ce champ est là deux fois : gardez-en un.", "This field is there twice: keep one."),
    "not-found": ("Il n'y a rien à cette adresse. Voyez /docs.", "There is nothing at this address. See /docs."),
    "method-not-allowed": ("Cette adresse ne prend pas cette méthode. Voyez /docs.", "This address does not take this method. See /docs."),
    "bad-request": ("La demande n'a pas pu être lue. Envoyez du JSON simple.", "The request could not be read. Send plain JSON."),
    TOO_LARGE_NAME: ("La demande est trop grande. Partagez-la.", "The request is too large. Split it."),
    "unsupported-media-type": ("Envoyez du JSON, avec l'en-tête Content-Type: application/json.", "Send JSON, with the header Content-Type: application/json."),
    UNKNOWN_REASON: ("Cette valeur ne convient pas. Voyez /docs.", "This value will not do. See /docs."),
}  # fmt: skip


def sentence_of(error: Mapping[str, Any], language: Language) -> str:
    """Why a field is refused. Of the input itself nothing is told, only of its bounds."""
    french, english = REASONS.get(error["type"], REASONS[UNKNOWN_REASON])
    bounds = {name: value for name, value in error.get("ctx", {}).items() if name in _BOUNDS}
    return (french if language == "fr" else english).format(**bounds)


_BOUNDS: Final = frozenset({"gt", "ge", "le", "max_length", "min_length", "expected"})
