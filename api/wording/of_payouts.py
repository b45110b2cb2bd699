"""What people are told of the refusals of payouts."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.wording.said import Said
from ledger.errors import Refusal
from merchants.payouts import errors as p

_BAD: Final = H.UNPROCESSABLE_ENTITY

SAID: Final[Mapping[type[Refusal], Said]] = {
    p.PayoutRunUnknown: Said(
        H.NOT_FOUND, "Remise de virements inconnue", "Il n'y a pas de remise de virements {run}. Vérifiez l'identifiant.",
        "Unknown payout run", "There is no payout run {run}. Check the identifier.",
    ),
    p.PayoutRunDecided: Said(
        H.CONFLICT, "Remise déjà décidée",
        "La remise {number} est déjà approuvée ou retirée : elle ne change plus. Ouvrez-la pour voir ce qu'il en est.",
        "Run decided already", "{number} is approved or withdrawn already and changes no more. Open it to see.",
    ),
    p.PayoutFileMissing: Said(
        H.CONFLICT, "Pas encore de fichier",
        "La remise {number} n'est pas approuvée. Son fichier est fait quand une deuxième personne l'approuve.",
        "No file yet", "{number} is not approved. Its file is made when a second person approves it.",
    ),
    p.SamePerson: Said(
        H.FORBIDDEN, "Il faut deux personnes",
        "Vous avez proposé la remise {number}. Demandez à une autre personne de l'approuver.",
        "It takes two people", "You proposed {number}. Ask somebody else to approve it.",
    ),
    p.NothingToPay: Said(
        H.CONFLICT, "Rien à virer",
        "Aucun règlement ne peut être viré maintenant ({held_back} retenus). Voyez ce qui les retient, ou clôturez un mois.",
        "Nothing to pay",
        "No settlement can be paid now ({held_back} are held back). See what holds them back, or close a month.",
    ),
    p.PayoutsOutdated: Said(
        H.CONFLICT, "La remise n'est plus à jour",
        "Depuis la proposition, quelque chose a changé pour : {shops}. Retirez la remise et proposez-en une autre.",
        "The run is out of date",
        "Something has changed since it was proposed for: {shops}. Withdraw the run and propose another.",
    ),
    p.ProgrammeAccountMissing: Said(
        H.CONFLICT, "Pas de compte bancaire",
        "Les règles du programme ne disent pas de quel compte payer. Ajoutez son IBAN par « obole programme terms --iban ».",
        "No bank account",
        "The programme's rules do not say from which account to pay. Add its IBAN with “obole programme terms --iban”.",
    ),
    p.ExecutionDayPast: Said(
        _BAD, "Jour passé", "Le {day} est passé. Choisissez le {earliest} ou un jour plus tardif.",
        "Day past", "{day} is over. Choose {earliest} or a later day.",
    ),
    p.ExecutionDayTooFar: Said(
        _BAD, "Jour trop lointain", "Le {day} est trop loin pour un virement. Choisissez un jour jusqu'au {latest}.",
        "Day too far ahead", "{day} is too far ahead for a transfer. Choose a day up to {latest}.",
    ),
    p.ExecutionDayClosed: Said(
        _BAD, "Jour sans virement", "Les banques n'exécutent pas de virement le {day}. Choisissez le {open_on}.",
        "No transfers on this day", "Banks make no transfer on {day}. Choose {open_on}.",
    ),
    p.CutOffPassed: Said(
        _BAD, "Trop tard pour aujourd'hui",
        "Il est plus de {hour} h : un fichier n'est plus exécuté aujourd'hui. Choisissez le {earliest}.",
        "Too late for today", "It is past {hour}:00: no file is executed today any more. Choose {earliest}.",
    ),
    p.NameNotSendable: Said(
        _BAD, "Nom impossible dans un virement",
        "« {typed} » n'a rien qui puisse s'écrire dans un virement. Donnez un nom en lettres latines.",
        "Name cannot be sent", "Nothing of “{typed}” can be written in a transfer. Give a name in Latin letters.",
    ),
    p.PayoutAmountOutOfBounds: Said(
        _BAD, "Montant impossible", "Un virement va d'un centime à {most} ; {amount} n'est pas possible. Partagez-le.",
        "Amount not possible", "A transfer is of a cent to {most}; {amount} is not possible. Split it.",
    ),
    p.PayoutReferenceRefused: Said(
        _BAD, "Référence impossible", "« {reference} » ne peut pas être la référence de ce virement. Prenez-en une autre.",
        "Reference not possible", "“{reference}” cannot be the reference of this transfer. Take another.",
    ),
    p.PayoutUnknown: Said(
        H.NOT_FOUND, "Virement inconnu", "Il n'y a pas de virement {payout} ici. Choisissez-en un qui est proposé.",
        "Unknown payout", "There is no payout {payout} here. Choose one that is offered.",
    ),
    p.PayoutStandsOtherwise: Said(
        H.CONFLICT, "Virement déjà traité",
        "{number} a changé d'état : déjà parti, déjà revenu, ou pas encore parti. Ouvrez son lot pour voir où il en est.",
        "Payout dealt with already",
        "{number} stands otherwise: it left, came back, or has not left yet. Open its run to see how it stands.",
    ),
    p.PayoutLineWrongWay: Said(
        H.CONFLICT, "Ligne dans l'autre sens",
        "Un virement qui part est un débit, un virement qui revient un crédit. Choisissez une autre réponse pour cette ligne.",
        "A line the other way",
        "A payout that leaves is a debit, one that comes back a credit. Choose another answer for this line.",
    ),
    p.PayoutAmountDiffers: Said(
        H.CONFLICT, "Le montant ne correspond pas",
        "La ligne est de {told} et {number} ferait {expected}. Choisissez autre chose, ou dites ce qui manque.",
        "The amount does not agree",
        "The line is of {told}, and {number} would make {expected}. Choose something else, or say what is missing.",
    ),
    p.PayoutNotCameBack: Said(
        H.CONFLICT, "Rien à renvoyer",
        "Ce règlement n'est pas retenu pour un virement revenu. Rouvrez la page Virements pour voir où il en est.",
        "Nothing to send again",
        "This settlement is not held back for a transfer that came back. Open the page Payouts again to see how it stands.",
    ),
}  # fmt: skip
