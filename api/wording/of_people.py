"""What people are told of the refusals of people, signing in and pages."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.auth import (
    arrivals,
    attempts,
    links,
    offices,
    origins,
    passwords,
    people,
    pins,
    tickets,
    till_devices,
    visitors,
)
from api.wording.said import Said
from ledger.errors import Refusal

SAID: Final[Mapping[type[Refusal], Said]] = {
    origins.ForeignOrigin: Said(
        H.FORBIDDEN, "Formulaire venu d'ailleurs",
        "Ce formulaire n'a pas été envoyé depuis une page de ce site. Ouvrez la page ici même, puis envoyez-le à nouveau.",
        "Form from elsewhere",
        "This form was not sent from a page of this site. Open the page right here, then send it again.",
    ),
    visitors.SignInNeeded: Said(
        H.UNAUTHORIZED, "Connexion requise", "Connectez-vous pour voir cette page.",
        "Please sign in", "Sign in to see this page.",
    ),
    visitors.OfficeMissing: Said(
        H.FORBIDDEN, "Page réservée", "Votre compte ne permet pas cela. Demandez à l'opérateur du programme de l'élargir.",
        "Not open to you", "Your account does not allow this. Ask the operator of the programme to widen it.",
    ),
    till_devices.PairingSpent: Said(
        H.GONE, "Ce lien ne sert plus",
        "Un lien d'association sert une fois, pendant un quart d'heure. Demandez-en un nouveau sur la page « Caisses ».",
        "This link is used up", "A pairing link works once, for a quarter of an hour. Ask for a new one on the page “Tills”.",
    ),
    till_devices.DeviceNotPaired: Said(
        H.UNAUTHORIZED, "Cet appareil n'est pas une caisse",
        "Il n'a pas été associé, ou ne l'est plus : rien n'a été encaissé. Ouvrez un lien d'association sur cet appareil.",
        "This device is not a till",
        "It was not paired, or is no longer: nothing was taken. Open a pairing link on this device.",
    ),
    till_devices.DeviceUnknown: Said(
        H.NOT_FOUND, "Appareil inconnu", "Il n'y a pas d'appareil {device} à une caisse de ce commerce.",
        "Unknown device", "There is no device {device} at a till of this shop.",
    ),
    tickets.TicketUnknown: Said(
        H.NOT_FOUND, "Présentez le bon à nouveau",
        "Cette page ne correspond à aucun bon présenté sur cet appareil. Scannez-le ou saisissez son code à nouveau.",
        "Present the voucher again",
        "This page is of no voucher presented on this device. Scan it or type its code again.",
    ),
    tickets.TicketAbandoned: Said(
        H.CONFLICT, "Encaissement abandonné", "Rien n'a été encaissé. Présentez le bon à nouveau pour encaisser.",
        "Given up", "Nothing was taken. Present the voucher again to take an amount.",
    ),
    pins.PinMalformed: Said(
        H.UNPROCESSABLE_ENTITY, "Code secret à revoir",
        "Choisissez de 4 à 8 chiffres, ni tous pareils ni à la suite (pas 0000, pas 1234).",
        "PIN to change", "Choose 4 to 8 digits, neither all alike nor in a row (not 0000, not 1234).",
    ),
    pins.PinWrong: Said(
        H.FORBIDDEN, "Code secret incorrect", "Ce n'est pas le code secret de cette personne. Essayez encore.",
        "Wrong PIN", "This is not this person's PIN. Try again.",
    ),
    attempts.TooManyAttempts: Said(
        H.TOO_MANY_REQUESTS, "Trop d'essais",
        "Il y a eu trop d'essais. Attendez {minutes} minutes, ou demandez un lien de connexion par e-mail.",
        "Too many attempts", "There were too many attempts. Wait {minutes} minutes, or ask for a sign-in link by e-mail.",
    ),
    arrivals.TooManyNewcomers: Said(
        H.TOO_MANY_REQUESTS, "Trop de demandes à la suite",
        "Il y a eu beaucoup de demandes depuis votre connexion ou pour cette adresse. Rien n'est perdu : réessayez dans "
        "{minutes} minutes, ou connectez-vous.",
        "Too many in a row",
        "There were many requests from your connection or for this address. Nothing is lost: try again in {minutes} "
        "minutes, or sign in.",
    ),
    passwords.SignInRefused: Said(
        H.UNPROCESSABLE_ENTITY, "Connexion refusée",
        "L'adresse ou le mot de passe n'est pas le bon. Essayez encore, ou demandez un lien de connexion par e-mail.",
        "Sign-in refused",
        "The address or the password is not right. Try again, or ask for a sign-in link by e-mail.",
    ),
    passwords.OldPasswordWrong: Said(
        H.UNPROCESSABLE_ENTITY, "Mot de passe actuel incorrect", "Ce n'est pas votre mot de passe actuel.",
        "Present password wrong", "This is not your present password.",
    ),
    passwords.PasswordTooShort: Said(
        H.UNPROCESSABLE_ENTITY, "Mot de passe trop court",
        "Choisissez {least} caractères ou plus ; trois ou quatre mots font très bien l'affaire.",
        "Password too short", "Choose {least} characters or more; three or four words do very well.",
    ),
    passwords.PasswordTooLong: Said(
        H.UNPROCESSABLE_ENTITY, "Mot de passe trop long", "Choisissez {most} caractères au plus.",
        "Password too long", "Choose {most} characters at most.",
    ),
    passwords.PasswordGuessable: Said(
        H.UNPROCESSABLE_ENTITY, "Mot de passe trop facile à deviner",
        "N'importe qui l'essaierait d'abord : évitez votre nom, votre adresse, le nom du programme et les suites connues.",
        "Password easily guessed",
        "Anybody would try it first: avoid your name, your address, the programme's name and well-known sequences.",
    ),
    people.PersonUnknown: Said(
        H.NOT_FOUND, "Personne inconnue", "Cette personne n'est pas ou n'est plus connue ici.",
        "Unknown person", "This person is not known here, or not any more.",
    ),
    people.PersonEmailTaken: Said(
        H.CONFLICT, "Adresse déjà prise", "Quelqu'un se connecte déjà avec cette adresse.",
        "Address taken", "Somebody signs in with this address already.",
    ),
    people.PersonNameMalformed: Said(
        H.UNPROCESSABLE_ENTITY, "Nom incorrect", "Écrivez un nom, en {most} caractères au plus.",
        "Name not valid", "Write a name of {most} characters at most.",
    ),
    people.PersonDisabled: Said(
        H.CONFLICT, "Compte désactivé", "Ce compte est désactivé. Réactivez-le d'abord.",
        "Account disabled", "This account is disabled. Enable it first.",
    ),
    offices.OfficeUnknown: Said(
        H.NOT_FOUND, "Fonction inconnue", "Personne n'exerce cette fonction ici, ou plus personne.",
        "Unknown office", "Nobody holds this office here, or nobody does any more.",
    ),
    offices.OfficeSubjectWrong: Said(
        H.UNPROCESSABLE_ENTITY, "Titulaire à préciser",
        "Un acheteur, un commerçant et une caisse le sont pour l'un d'eux : nommez-le ; les autres, pour aucun.",
        "Say for whom", "A buyer, a shop owner and a till are so for one of them: name it; the others for none.",
    ),
    offices.LastOperator: Said(
        H.CONFLICT, "Dernier opérateur", "Un programme garde au moins un opérateur : nommez-en un autre d'abord.",
        "Last operator", "A programme keeps one operator at least: name another one first.",
    ),
    links.LinkSpent: Said(
        H.NOT_FOUND, "Lien expiré", "Ce lien a déjà servi ou il est trop ancien. Demandez-en un nouveau.",
        "Link expired", "This link was used before or is too old. Ask for a new one.",
    ),
}  # fmt: skip
