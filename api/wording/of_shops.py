"""What people are told of the refusals of what shops say of themselves, and of how they join."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.wording.said import Said
from ledger.errors import Refusal
from merchants.joining import errors as joining
from merchants.shops import errors as shops
from merchants.street import errors as street

_BAD: Final = H.UNPROCESSABLE_ENTITY

SAID: Final[Mapping[type[Refusal], Said]] = {
    street.PageFieldMalformed: Said(
        _BAD, "Texte impossible à garder",
        "Ce texte est trop long ({most} caractères au plus) ou contient des caractères illisibles. Corrigez-le.",
        "Text that cannot be kept",
        "This text is too long ({most} characters at most) or holds unreadable characters. Correct it.",
    ),
    street.PhoneMalformed: Said(
        _BAD, "Numéro de téléphone incorrect", "Écrivez un numéro de téléphone, comme 04 91 00 00 00.",
        "Not a telephone number", "Write a telephone number, such as 04 91 00 00 00.",
    ),
    street.WebsiteMalformed: Said(
        _BAD, "Adresse de site incorrecte", "Écrivez l'adresse d'un site, comme https://www.boulangerie.fr.",
        "Not the address of a site", "Write the address of a site, such as https://www.bakery.fr.",
    ),
    street.HoursMalformed: Said(
        _BAD, "Horaires illisibles", "« {typed} » ne se lit pas. Écrivez par exemple 9h-12h30, 14h-19h, ou fermé.",
        "Hours that cannot be read", "“{typed}” cannot be read. Write for example 9:00-12:30, 14:00-19:00, or closed.",
    ),
    street.ClosuresTooMany: Said(
        H.CONFLICT, "Trop de fermetures", "Il y a déjà {most} fermetures à venir. Retirez-en une d'abord.",
        "Too many closures", "There are {most} closures to come already. Remove one first.",
    ),
    street.PhotosTooMany: Said(
        H.CONFLICT, "Trop de photos", "Un commerce montre {most} photos au plus. Retirez-en une d'abord.",
        "Too many photos", "A shop shows {most} photos at most. Remove one first.",
    ),
    street.PhotoUnknown: Said(
        H.NOT_FOUND, "Photo inconnue", "Il n'y a pas de photo {photo} ici, ou plus.",
        "Unknown photo", "There is no photo {photo} here, or not any more.",
    ),
    shops.BankAccountSame: Said(
        H.CONFLICT, "Même compte", "{masked} est déjà le compte de ce commerce : il n'y a rien à changer.",
        "Same account", "{masked} is this shop's account already: there is nothing to change.",
    ),
    shops.BankChangeUnknown: Said(
        H.NOT_FOUND, "Changement inconnu", "Il n'y a pas de changement de compte {change} ici.",
        "Unknown change", "There is no change {change} of a bank account here.",
    ),
    shops.BankChangeOver: Said(
        H.CONFLICT, "Changement déjà fait",
        "Ce changement de compte est déjà fait. Demandez à revenir au compte d'avant ; prévenez l'opérateur s'il ne vient "
        "pas de vous.",
        "Change made already",
        "This change is made already. Ask for the account of before; tell the operator if it was not you who asked.",
    ),
    joining.ShopJoinedAlready: Said(
        H.CONFLICT, "Commerce déjà au programme",
        "Le commerce {siret} fait déjà partie du programme. Connectez-vous avec l'adresse e-mail donnée à l'inscription.",
        "Shop in the programme already",
        "The shop {siret} is in the programme already. Sign in with the e-mail address that was given when it joined.",
    ),
    joining.ShopAppliedAlready: Said(
        H.CONFLICT, "Demande déjà reçue",
        "Le commerce {siret} a déjà une demande en cours. Une réponse arrivera par e-mail à l'adresse indiquée.",
        "Application received already",
        "The shop {siret} has an application under way. An answer will come by e-mail to the address that was given.",
    ),
    joining.ApplicationUnknown: Said(
        H.NOT_FOUND, "Demande inconnue", "Il n'y a pas de demande {application} ici, ou plus.",
        "Unknown application", "There is no application {application} here, or not any more.",
    ),
    joining.ApplicationDecided: Said(
        H.CONFLICT, "Demande déjà traitée", "Cette demande a déjà une réponse, ou son adresse n'est pas confirmée.",
        "Application decided already", "This application is answered already, or its address is not confirmed.",
    ),
    joining.ReasonMissing: Said(
        _BAD, "Motif manquant", "Dites pourquoi, en {most} caractères au plus : le commerçant le lira.",
        "Reason missing", "Say why, in {most} characters at most: the shopkeeper will read it.",
    ),
    joining.CharterOutdated: Said(
        H.CONFLICT, "La charte a changé", "La charte a changé entre-temps (version {version}). Relisez-la, puis acceptez-la.",
        "The charter has changed", "The charter has changed meanwhile (version {version}). Read it again, then accept it.",
    ),
    joining.JoiningLinkSpent: Said(
        H.NOT_FOUND, "Lien expiré", "Ce lien n'ouvre plus rien. Vous pouvez toujours vous inscrire depuis le site.",
        "Link expired", "This link opens nothing any more. You can still join from the site.",
    ),
    joining.InvitationUnknown: Said(
        H.NOT_FOUND, "Invitation inconnue", "Il n'y a pas d'invitation {invitation} ici.",
        "Unknown invitation", "There is no invitation {invitation} here.",
    ),
    joining.InvitationOpen: Said(
        H.CONFLICT, "Commerce déjà invité", "Le commerce {siret} est déjà invité. Relancez-le plutôt.",
        "Shop invited already", "The shop {siret} is invited already. Remind it instead.",
    ),
    joining.InvitationEnded: Said(
        H.CONFLICT, "Invitation terminée", "Cette invitation a reçu sa réponse ou a expiré.",
        "Invitation over", "This invitation was answered or has expired.",
    ),
    joining.LettersEnough: Said(
        H.CONFLICT, "Assez de lettres", "{most} lettres sont parties : c'est assez. Passez plutôt au magasin.",
        "Letters enough", "{most} letters have left: that is enough. Go and see them instead.",
    ),
    joining.ReminderTooSoon: Said(
        H.CONFLICT, "Trop tôt pour relancer", "Laissez {days} jours entre deux lettres.",
        "Too soon to remind", "Leave {days} days between two letters.",
    ),
    joining.AskedLately: Said(
        H.CONFLICT, "Commerce à laisser tranquille",
        "Ce commerce a décliné ou n'a pas répondu récemment. Il pourra être réinvité à partir du {again_on}.",
        "Shop to be left alone",
        "This shop declined or did not answer lately. It may be invited again from {again_on}.",
    ),
    joining.EstablishmentUnknown: Said(
        H.NOT_FOUND, "Établissement inconnu", "Le registre importé ne connaît pas le SIRET {siret}.",
        "Unknown establishment", "The imported register does not know the SIRET {siret}.",
    ),
}  # fmt: skip
