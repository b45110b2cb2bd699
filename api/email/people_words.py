"""The words of letters that let people in."""

from __future__ import annotations

from typing import Final

from api.email.wording import Words

PEOPLE: Final = Words(
    fr={
        "sign in subject": "Votre lien de connexion · {programme}",
        "sign in title": "Se connecter à {programme}",
        "sign in": "Voici le lien que vous avez demandé.",
        "sign in button": "Me connecter",
        "sign in hint": "Il fonctionne une seule fois, pendant {minutes} minutes. Vous n'avez rien demandé ? Ignorez "
        "ce message : sans ce lien, personne n'entre.",
        "invitation subject": "{by} vous ouvre l'accès à {place}",
        "invitation title": "{by} vous ouvre l'accès à {place}",
        "invitation": "Sur {programme}, vous pourrez agir pour {place}. Acceptez, et choisissez un mot de passe si "
        "vous le souhaitez.",
        "invitation button": "Accepter l'invitation",
        "invitation hint": "L'invitation vaut jusqu'au {day} inclus, une seule fois. Si vous ne connaissez pas {by}, "
        "ignorez ce message.",
        "guest subject": "Retrouver votre commande · {programme}",
        "guest order subject": "Retrouver votre commande {number} · {programme}",
        "guest title": "Votre commande est à ce lien",
        "guest": "Suivez-la, payez-la, téléchargez vos bons d'achat et vos reçus, sans compte ni mot de passe.",
        "guest button": "Voir ma commande",
        "guest hint": "Le lien fonctionne une seule fois, jusqu'au {day} inclus ; la page de connexion en envoie un "
        "autre quand vous voulez. Ne le transmettez pas : il ouvre votre commande.",
        "test subject": "Message d'essai · {programme}",
        "test title": "L'envoi fonctionne",
        "test": "Ce message d'essai est parti de {programme} et vous est parvenu. Il n'y a rien à faire.",
    },
    en={
        "sign in subject": "Your link to sign in · {programme}",
        "sign in title": "Sign in to {programme}",
        "sign in": "Here is the link you asked for.",
        "sign in button": "Sign in",
        "sign in hint": "It works once, for {minutes} minutes. You did not ask? Ignore this message: without the link, "
        "nobody gets in.",
        "invitation subject": "{by} gives you access to {place}",
        "invitation title": "{by} gives you access to {place}",
        "invitation": "On {programme} you will be able to act for {place}. Accept, and choose a password if you like.",
        "invitation button": "Accept the invitation",
        "invitation hint": "The invitation holds through {day}, once. If you do not know {by}, ignore this message.",
        "guest subject": "Come back to your order · {programme}",
        "guest order subject": "Come back to your order {number} · {programme}",
        "guest title": "Your order is at this link",
        "guest": "Follow it, pay it, download your gift vouchers and receipts, with no account or password.",
        "guest button": "See my order",
        "guest hint": "The link works once, through {day}; the page to sign in sends another whenever you like. Do not "
        "pass it on: it opens your order.",
        "test subject": "Test message · {programme}",
        "test title": "Sending works",
        "test": "This test message left {programme} and reached you. There is nothing to do.",
    },
)
