"""What people are told of the refusals of selling online: checkouts, endpoints, addresses."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api import web_addresses as w
from api.wording.said import Said
from ledger.errors import Refusal
from vouchers.notices import errors as n
from vouchers.online import errors as o

SAID: Final[Mapping[type[Refusal], Said]] = {
    o.CheckoutUnknown: Said(
        H.NOT_FOUND, "Paiement inconnu", "Il n'y a pas de paiement {checkout}. Vérifiez l'identifiant.",
        "Unknown checkout", "There is no checkout {checkout}. Check the identifier.",
    ),
    o.CheckoutClosed: Said(
        H.CONFLICT, "Paiement fermé",
        "Ce paiement a été abandonné ou a trop attendu. Retournez au site du commerce et recommencez : rien n'a été débité.",
        "Checkout closed",
        "This checkout was cancelled, or waited too long. Go back to the shop's website and begin again: nothing was taken.",
    ),
    o.ReturnAddressUnknown: Said(
        H.UNPROCESSABLE_ENTITY, "Adresse de retour non déclarée",
        "L'adresse {origin}{path} n'est pas parmi celles que le commerce a déclarées. Ajoutez-la sur la page « Vente en ligne ».",
        "Return address not registered",
        "{origin}{path} is not among the addresses that the shop has registered. Add it on the page “Selling online”.",
    ),
    o.ReturnAddressMissing: Said(
        H.NOT_FOUND, "Adresse de retour inconnue", "Il n'y a pas d'adresse de retour {address}. Vérifiez l'identifiant.",
        "Unknown return address", "There is no return address {address}. Check the identifier.",
    ),
    o.TooManyReturnAddresses: Said(
        H.CONFLICT, "Trop d'adresses de retour", "Un commerce déclare {most} adresses de retour au plus. Retirez-en une.",
        "Too many return addresses", "A shop registers {most} return addresses at most. Remove one.",
    ),
    n.EndpointUnknown: Said(
        H.NOT_FOUND, "Adresse de notification inconnue",
        "Il n'y a pas d'adresse de notification {endpoint}. Vérifiez l'identifiant.",
        "Unknown endpoint", "There is no endpoint {endpoint}. Check the identifier.",
    ),
    n.NoticeUnknown: Said(
        H.NOT_FOUND, "Message inconnu", "Il n'y a pas de message {notice} à cette adresse. Vérifiez l'identifiant.",
        "Unknown message", "There is no message {notice} at this endpoint. Check the identifier.",
    ),
    n.TooManyEndpoints: Said(
        H.CONFLICT, "Trop d'adresses de notification",
        "Un commerce a {most} adresses de notification au plus. Retirez-en une.",
        "Too many endpoints", "A shop has {most} endpoints at most. Remove one.",
    ),
    n.SigningKeyMissing: Said(
        H.SERVICE_UNAVAILABLE, "Secret de signature perdu",
        "Le secret de cette adresse dépend d'un secret que cette installation n'a plus. Renouvelez-le.",
        "Signing secret lost", "The secret of this endpoint needs one that this installation no longer has. Replace it.",
    ),
    w.EndpointAddressRefused: Said(
        H.UNPROCESSABLE_ENTITY, "Adresse impossible",
        "Écrivez une adresse complète, comme https://boutique.example.org/obole : en https, avec un nom public,"
        " sans mot de passe ni « # », sur le port 443 ou 8443.",
        "Address not possible",
        "Write an address in full, such as https://boutique.example.org/obole: https, a public name,"
        " no password and no “#”, port 443 or 8443.",
    ),
    w.ReturnAddressRefused: Said(
        H.UNPROCESSABLE_ENTITY, "Adresse impossible",
        "Écrivez une adresse complète, comme https://boutique.example.org/panier : en https, avec un nom public,"
        " sans mot de passe, sans « # » ni « .. ».",
        "Address not possible",
        "Write an address in full, such as https://boutique.example.org/basket: https, a public name,"
        " no password, no “#” and no “..”.",
    ),
}  # fmt: skip
