"""The words of letters to those who spend vouchers."""

from __future__ import annotations

from typing import Final

from api.email.wording import Words

HOLDER: Final = Words(
    fr={
        "subject": "Votre bon d'achat de {left}, offert par {giver}",
        "subject nobody": "Votre bon d'achat de {left} · {programme}",
        "preview": "À dépenser chez les commerçants de {programme} jusqu'au {day} inclus.",
        "title": "{giver} vous offre un bon d'achat",
        "title nobody": "Voici votre bon d'achat",
        "again": "Ce bon remplace celui que vous aviez : l'ancien code ne fonctionne plus, le montant est intact.",
        "voucher": "Bon d'achat · {programme}",
        "offered": "Offert par {giver}",
        "worth": "restants sur {worth}",
        "until": "Valable jusqu'au {day} inclus",
        "alt": "QR code de votre bon d'achat. S'il ne s'affiche pas, dictez le code écrit dessous ou ouvrez le lien.",
        "code": "Code à scanner ou à dicter en caisse",
        "open": "Ouvrir mon bon",
        "how": "Comment le dépenser",
        "step 1": "Choisissez un commerce participant : le bouton « Ouvrir mon bon » vous les montre.",
        "step 2": "En caisse, montrez le QR code, sur votre écran ou imprimé. Le code écrit dessous fait aussi "
        "l'affaire.",
        "step 3": "Dépensez en une ou plusieurs fois, au centime près : le reste est gardé pour la prochaine fois.",
        "where": "Les commerces et l'aide :",
        "lost": "Ce message vaut de l'argent",
        "lost text": "Qui a le code peut dépenser le bon : ne le partagez qu'avec qui doit s'en servir. Perdu ou volé "
        "? Prévenez vite {giver} ou {contact} : l'ancien code sera annulé, et ce qui reste vous sera remis sous un "
        "nouveau.",
        "lost text nobody": "Qui a le code peut dépenser le bon : ne le partagez qu'avec qui doit s'en servir. Perdu "
        "ou volé ? Prévenez vite {contact} : l'ancien code sera annulé, et ce qui reste vous sera remis sous un "
        "nouveau.",
        "address": "{giver} nous a donné votre adresse pour vous remettre ce bon et vous rappeler sa date. Elle ne "
        "sert à rien d'autre.",
        "address nobody": "On nous a donné votre adresse pour vous remettre ce bon et vous rappeler sa date. Elle ne "
        "sert à rien d'autre.",
        "asked": "Vous avez demandé ce rappel à cette adresse. Elle ne sert à rien d'autre.",
        "enough": "Pour arrêter les rappels de ce bon :",
        "withdraw": "arrêter les rappels",
        "logo": "Logo de {giver}",
        "logo nobody": "",
        "remind subject": "Il vous reste {left} à dépenser jusqu'au {day}",
        "remind soon subject": "Plus que {days} jours pour dépenser vos {left}",
        "remind last subject": "Dernier jour pour dépenser vos {left}",
        "remind tomorrow subject": "Plus qu'un jour pour dépenser vos {left}",
        "remind preview": "Votre bon d'achat {programme} est valable jusqu'au {day} inclus.",
        "remind": "Il reste {left} sur votre bon d'achat. Il est valable jusqu'au {day} inclus ; après cette date, il "
        "ne pourra plus être dépensé.",
        "remind from": "Il reste {left} sur le bon d'achat que {giver} vous a offert. Il est valable jusqu'au {day} "
        "inclus ; après cette date, il ne pourra plus être dépensé.",
    },
    en={
        "subject": "Your gift voucher of {left} from {giver}",
        "subject nobody": "Your gift voucher of {left} · {programme}",
        "preview": "To spend at the shops of {programme}, through {day}.",
        "title": "A gift voucher for you from {giver}",
        "title nobody": "Here is your gift voucher",
        "again": "This voucher replaces the one you had: its code no longer works, and the amount is untouched.",
        "voucher": "Gift voucher · {programme}",
        "offered": "A gift from {giver}",
        "worth": "left of {worth}",
        "until": "Valid through {day}",
        "alt": "QR code of your gift voucher. If it does not show, read out the code written below or open the link.",
        "code": "Code to scan or read out at the till",
        "open": "Open my voucher",
        "how": "How to spend it",
        "step 1": "Choose a shop that takes part: the button “Open my voucher” shows them.",
        "step 2": "At the till, show the QR code, on your screen or printed. The code written below it does as well.",
        "step 3": "Spend it in one or several goes, to the cent: the rest is kept for the next time.",
        "where": "Shops and help:",
        "lost": "This message is worth money",
        "lost text": "Whoever has the code can spend the voucher: share it only with whom it is meant for. Lost or "
        "stolen? Tell {giver} or {contact} soon: the old code dies, and what is left is given to you under a new one.",
        "lost text nobody": "Whoever has the code can spend the voucher: share it only with whom it is meant for. Lost "
        "or stolen? Tell {contact} soon: the old code dies, and what is left is given to you under a new one.",
        "address": "{giver} gave us your address to hand you this voucher and to remind you of its date. It serves no "
        "other purpose.",
        "address nobody": "We were given your address to hand you this voucher and to remind you of its date. It "
        "serves no other purpose.",
        "asked": "You asked for this reminder at this address. It serves no other purpose.",
        "enough": "To stop the reminders of this voucher:",
        "withdraw": "stop the reminders",
        "logo": "Logo of {giver}",
        "logo nobody": "",
        "remind subject": "You have {left} left to spend through {day}",
        "remind soon subject": "{days} days left to spend your {left}",
        "remind last subject": "Last day to spend your {left}",
        "remind tomorrow subject": "One more day to spend your {left}",
        "remind preview": "Your gift voucher of {programme} is valid through {day}.",
        "remind": "There is {left} left on your gift voucher. It is valid through {day}; after that it can no longer "
        "be spent.",
        "remind from": "There is {left} left on the gift voucher from {giver}. It is valid through {day}; after that "
        "it can no longer be spent.",
    },
)
