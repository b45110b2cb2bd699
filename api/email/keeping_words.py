"""The words of letters to those who keep a voucher with an address, or look for one."""

from __future__ import annotations

from typing import Final

from api.email.wording import Words

KEEPING: Final = Words(
    fr={
        "claim subject": "Gardez votre bon d'achat avec cette adresse · {programme}",
        "claim title": "Encore un clic pour garder votre bon",
        "claim": "Vous avez demandé à garder un bon d'achat {programme} avec cette adresse. Si vous perdez votre "
        "téléphone ou votre papier, c'est ici que vous le retrouverez.",
        "claim button": "Garder mon bon avec cette adresse",
        "claim hint": "Le lien vaut jusqu'au {day} inclus. Vous n'avez rien demandé ? Ignorez ce message : sans ce "
        "clic, rien n'est gardé, et votre adresse est oubliée.",
        "reminder subject": "Confirmez vos rappels · {programme}",
        "reminder title": "Encore un clic pour être prévenu à temps",
        "reminder one": "Vous avez demandé un rappel {days} jours avant le dernier jour de votre bon d'achat "
        "{programme}, le {last}.",
        "reminder": "Vous avez demandé des rappels {days} jours avant le dernier jour de votre bon d'achat "
        "{programme}, le {last}.",
        "reminder button": "Oui, rappelez-le-moi",
        "reminder hint": "Le lien vaut jusqu'au {day} inclus. Vous n'avez rien demandé ? Ignorez ce message : sans ce "
        "clic, vous ne recevrez plus rien, et votre adresse est oubliée.",
        "lost subject": "Votre bon d'achat retrouvé · {programme}",
        "lost subject many": "Vos {count} bons d'achat retrouvés · {programme}",
        "lost title": "Voici votre bon d'achat",
        "lost title many": "Voici vos bons d'achat",
        "lost": "Rien n'est perdu. Ouvrez votre bon, et montrez-le en caisse comme avant.",
        "lost many": "Rien n'est perdu. Ouvrez chaque bon, et montrez-le en caisse comme avant.",
        "voucher": "{left} à dépenser jusqu'au {last} inclus",
        "open": "Ouvrir mon bon de {left}",
        "safe": "Quelqu'un a-t-il pu voir l'ancien ?",
        "safe text": "Si votre téléphone ou votre papier est peut-être dans d'autres mains, changez le code : l'ancien "
        "ne vaut plus rien à l'instant même, et le montant reste intact.",
        "manage button": "Changer un code, gérer mes bons",
        "manage hint": "Le lien vaut jusqu'au {day} inclus. Ne transmettez pas ce message : il ouvre vos bons. Vous "
        "n'avez rien demandé ? Vous pouvez l'ignorer : lui seul les ouvre, et il n'est allé qu'à vous.",
        "contested subject": "Quelqu'un d'autre veut garder votre bon · {programme}",
        "contested title": "Votre bon reste à vous",
        "contested": "Quelqu'un qui a le code d'un bon d'achat {programme} a voulu le garder avec une autre adresse "
        "que la vôtre. Nous avons refusé : il reste gardé avec la vôtre, et nous n'avons pas dit laquelle.",
        "given": "Vous l'avez offert ?",
        "given text": "Alors laissez-le aller : la personne qui l'a reçu pourra le garder à son tour.",
        "stolen": "Vous ne l'avez donné à personne ?",
        "stolen text": "Alors quelqu'un a vu le code. Changez-le : l'ancien ne vaut plus rien à l'instant même, et le "
        "montant reste intact.",
        "contested button": "Laisser aller, ou changer le code",
        "contested hint": "Le lien vaut jusqu'au {day} inclus. Ne transmettez pas ce message : il ouvre vos bons.",
        "why": "Cette adresse ne sert qu'à vos bons. Vous pouvez la faire oublier quand vous voulez.",
    },
    en={
        "claim subject": "Keep your gift voucher with this address · {programme}",
        "claim title": "One more click to keep your voucher",
        "claim": "You asked to keep a gift voucher of {programme} with this address. If you lose your phone or your "
        "paper, this is where you will find it again.",
        "claim button": "Keep my voucher with this address",
        "claim hint": "The link holds through {day}. You did not ask? Ignore this message: without the click nothing "
        "is kept, and your address is forgotten.",
        "reminder subject": "Confirm your reminders · {programme}",
        "reminder title": "One more click to be told in time",
        "reminder one": "You asked for a reminder {days} days before the last day of your gift voucher of {programme}, "
        "{last}.",
        "reminder": "You asked for reminders {days} days before the last day of your gift voucher of {programme}, "
        "{last}.",
        "reminder button": "Yes, remind me",
        "reminder hint": "The link holds through {day}. You did not ask? Ignore this message: without the click you "
        "receive nothing more, and your address is forgotten.",
        "lost subject": "Your gift voucher, found again · {programme}",
        "lost subject many": "Your {count} gift vouchers, found again · {programme}",
        "lost title": "Here is your gift voucher",
        "lost title many": "Here are your gift vouchers",
        "lost": "Nothing is lost. Open your voucher, and show it at the till as before.",
        "lost many": "Nothing is lost. Open each voucher, and show it at the till as before.",
        "voucher": "{left} to spend through {last}",
        "open": "Open my voucher of {left}",
        "safe": "Could somebody have seen the old one?",
        "safe text": "If your phone or your paper may be in other hands, change the code: the old one is worth nothing "
        "from that moment, and the amount is untouched.",
        "manage button": "Change a code, look after my vouchers",
        "manage hint": "The link holds through {day}. Do not pass this message on: it opens your vouchers. You did not "
        "ask? You may ignore it: it alone opens them, and it went to nobody but you.",
        "contested subject": "Somebody else wants to keep your voucher · {programme}",
        "contested title": "Your voucher stays yours",
        "contested": "Somebody who has the code of a gift voucher of {programme} wanted to keep it with an address "
        "that is not yours. We refused: it stays kept with yours, and we did not say which that is.",
        "given": "Did you give it away?",
        "given text": "Then let it go: whoever received it will be able to keep it.",
        "stolen": "You gave it to nobody?",
        "stolen text": "Then somebody has seen its code. Change it: the old one is worth nothing from that moment, and "
        "the amount is untouched.",
        "contested button": "Let it go, or change the code",
        "contested hint": "The link holds through {day}. Do not pass this message on: it opens your vouchers.",
        "why": "This address serves your vouchers alone. You can have it forgotten whenever you like.",
    },
)
