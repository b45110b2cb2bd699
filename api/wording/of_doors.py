"""What people are told of the refusals of the doors themselves: keys, scopes, requests."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api import scanning
from api.auth import doorkeeper, keys, permissions
from api.wording.said import Said
from ledger.errors import Refusal

SAID: Final[Mapping[type[Refusal], Said]] = {
    doorkeeper.NotSignedIn: Said(
        H.UNAUTHORIZED, "Clé requise",
        "Donnez une clé valable dans l'en-tête « Authorization: Bearer … ». Une clé révoquée n'ouvre plus rien.",
        "Key required", "Give a valid key in the header “Authorization: Bearer …”. A revoked key opens nothing.",
    ),
    doorkeeper.NotPermitted: Said(
        H.FORBIDDEN, "Droit manquant", "Il faut le droit {scope} ; cette clé ({role}) ne l'a pas.",
        "Not permitted", "This takes the scope {scope}; this key ({role}) does not have it.",
    ),
    doorkeeper.TillMissing: Said(
        H.UNPROCESSABLE_ENTITY, "Caisse à nommer", "Nommez la caisse dans « till » : une clé d'opérateur n'en a pas.",
        "Till missing", "Name the till in “till”: an operator's key has none.",
    ),
    keys.KeyUnknown: Said(
        H.NOT_FOUND, "Clé inconnue", "Il n'y a pas de clé {key}. Vérifiez l'identifiant.",
        "Unknown key", "There is no key {key}. Check the identifier.",
    ),
    keys.SubjectMissing: Said(
        H.UNPROCESSABLE_ENTITY, "Titulaire de la clé incorrect",
        "Une clé {role} parle pour un acheteur, un commerce ou une caisse : nommez-le ; une clé d'opérateur, pour aucun.",
        "Wrong subject", "A {role} key speaks for a buyer, a shop or a till: name it; an operator's key for none.",
    ),
    scanning.ScanningBusy: Said(
        H.SERVICE_UNAVAILABLE, "Un instant", "Beaucoup de photos arrivent à la fois. Réessayez, ou saisissez le code.",
        "One moment", "Many photos arrive at once. Try again, or type the code.",
    ),
    permissions.ScopeRefused: Said(
        H.UNPROCESSABLE_ENTITY, "Droit impossible", "Une clé {role} ne peut pas avoir le droit « {scope} ».",
        "Scope refused", "A {role} key cannot have the scope “{scope}”.",
    ),
}  # fmt: skip

REQUEST_MALFORMED: Final = Said(
    H.UNPROCESSABLE_ENTITY, "Demande incorrecte", "Des champs sont à corriger ; chacun est dans « errors » avec sa raison.",
    "Request not valid", "Some fields need mending; each is in “errors” with its reason.",
)  # fmt: skip

BUSY: Final = Said(
    H.SERVICE_UNAVAILABLE, "Service momentanément indisponible",
    "La base de données ne répond pas. Rien n'est perdu : refaites la même demande avec la même clé dans un instant.",
    "Briefly unavailable",
    "The database does not answer. Nothing is lost: ask the same again with the same key in a moment.",
)  # fmt: skip

BROKEN: Final = Said(
    H.INTERNAL_SERVER_ERROR, "Erreur interne",
    "Une erreur est survenue de notre côté. Refaites la même demande avec la même clé : elle ne comptera qu'une fois.",
    "Internal error", "Something failed on our side. Ask the same again with the same key: it will count once.",
)  # fmt: skip
