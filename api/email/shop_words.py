"""The words of letters to shops: asked to join, on their way in, at home, and where they are paid."""

from __future__ import annotations

from typing import Final

from api.email.wording import Words

SHOPS: Final = Words(
    fr={
        "invitation subject": "{shop} et les bons d'achat {programme}",
        "reminder subject": "Toujours bienvenus : {shop} et les bons d'achat {programme}",
        "invitation title": "{shop}, rejoignez les commerces de {programme}",
        "invitation": "{issuer} vous propose d'accepter les bons d'achat {programme} : ils se dépensent au centime "
        "près, dans les seuls commerces d'ici. Vous encaissez avec un téléphone, vous êtes payé chaque mois par "
        "virement.",
        "invitation free": "L'inscription est gratuite et prend cinq minutes, votre SIRET et votre RIB sous la main. "
        "Rien ne vous engage avant que vous ayez répondu.",
        "invitation by": "{issuer}",
        "invitation button": "Voir l'invitation",
        "invitation hint": "Vous pourrez vous inscrire, ou décliner d'un clic : nous vous laisserons tranquille. "
        "L'invitation vaut jusqu'au {day} inclus.",
        "application subject": "Confirmez l'inscription de {shop} · {programme}",
        "application title": "Une dernière étape pour {shop}",
        "application": "Vous avez demandé à accepter les bons d'achat {programme}. Confirmez que cette adresse est "
        "bien la vôtre : votre demande nous parvient aussitôt.",
        "application button": "Confirmer ma demande",
        "application hint": "Le lien vaut jusqu'au {day} inclus. Vous n'avez rien demandé ? Ignorez ce message : rien "
        "ne se passera.",
        "welcome subject": "Bienvenue : {shop} accepte {programme}",
        "welcome title": "Bienvenue parmi les commerces de {programme}",
        "welcome": "Votre demande est acceptée : {shop} peut encaisser des bons d'achat dès aujourd'hui.",
        "welcome 1": "Connectez-vous avec le bouton ci-dessous, et choisissez un mot de passe si vous le souhaitez.",
        "welcome 2": "Ouvrez une caisse : un QR code, un téléphone, et vous encaissez.",
        "welcome 3": "Imprimez votre affichette, écrivez vos horaires et montrez votre vitrine.",
        "welcome button": "Ouvrir mon espace",
        "welcome hint": "Le lien vaut jusqu'au {day} inclus, une seule fois. Ensuite, la page de connexion en envoie "
        "un autre quand vous voulez.",
        "declined subject": "Votre demande pour {shop} · {programme}",
        "declined title": "Votre demande n'a pas été retenue",
        "declined": "{issuer} n'a pas pu accepter la demande de {shop}, pour cette raison :",
        "declined after": "Rien n'a été inscrit, et le compte bancaire que vous aviez indiqué est effacé. Vous pouvez "
        "refaire une demande, ou nous écrire si cette raison vous semble venir d'une erreur.",
        "bank asked subject": "Compte bancaire de {shop} : un changement est demandé",
        "bank asked title": "Un autre compte pour les virements de {shop}",
        "bank asked": "Un changement de compte bancaire vient d'être demandé depuis l'espace de {shop}. Il prendra "
        "effet le {moment}, sauf si quelqu'un l'annule d'ici là. Jusqu'à cette date, aucun virement ne part : "
        "ce qui vous est dû attend.",
        "bank asked first": "Un premier compte bancaire vient d'être indiqué depuis l'espace de {shop}. Il prendra "
        "effet le {moment}, sauf si quelqu'un l'annule d'ici là.",
        "bank not you": "Vous ne reconnaissez pas cette demande ? Annulez-la tout de suite, et prévenez {contact}.",
        "bank asked button": "Voir ou annuler le changement",
        "bank cancelled subject": "Compte bancaire de {shop} : le changement est annulé",
        "bank cancelled title": "Le changement de compte est annulé",
        "bank cancelled": "Le changement de compte bancaire demandé pour {shop} est annulé. Les virements continuent "
        "d'aller au compte d'avant.",
        "bank applied subject": "Compte bancaire de {shop} : le nouveau compte est en place",
        "bank applied title": "Le nouveau compte est en place",
        "bank applied": "Les prochains virements de {shop} iront au nouveau compte.",
        "bank applied not you": "Vous ne reconnaissez pas ce changement ? Prévenez tout de suite {contact}.",
        "bank button": "Voir mon compte bancaire",
        "settled subject": "{shop} : règlement {number}",
        "settled title": "Votre règlement du {first} au {last}",
        "settled": "{programme} vous verse {paid} pour les bons encaissés du {first} au {last} inclus. Le virement "
        "part le {day}.",
        "settled nothing": "Pour la période du {first} au {last} inclus, {programme} n'a rien à vous verser ; le "
        "relevé joint dit pourquoi.",
        "settled papers": "Le relevé et la facture de commission sont joints. La facture est une facture électronique "
        "(Factur-X) : votre comptable ou votre plateforme la lit telle quelle.",
        "settled paper": "Le relevé est joint.",
        "settled button": "Voir mes règlements",
        "settled hint": "Vous y retrouvez tous vos documents, et vous pouvez y arrêter ces envois.",
        "bank new": "Nouveau compte",
        "bank from": "Prend effet",
    },
    en={
        "invitation subject": "{shop} and the gift vouchers of {programme}",
        "reminder subject": "Still welcome: {shop} and the gift vouchers of {programme}",
        "invitation title": "{shop}, join the shops of {programme}",
        "invitation": "{issuer} invites you to take the gift vouchers of {programme}: they are spent to the cent, in "
        "shops of this place alone. You take them with a telephone, and are paid each month by transfer.",
        "invitation free": "Joining is free and takes five minutes, with your SIRET and your bank details at hand. "
        "Nothing binds you before you have answered.",
        "invitation by": "{issuer}",
        "invitation button": "See the invitation",
        "invitation hint": "You can join, or decline with one click: we shall leave you in peace. The invitation "
        "holds through {day}.",
        "application subject": "Confirm that {shop} joins · {programme}",
        "application title": "One last step for {shop}",
        "application": "You asked to take the gift vouchers of {programme}. Confirm that this address is yours: your "
        "application reaches us at once.",
        "application button": "Confirm my application",
        "application hint": "The link holds through {day}. You did not ask? Ignore this message: nothing will happen.",
        "welcome subject": "Welcome: {shop} takes {programme}",
        "welcome title": "Welcome among the shops of {programme}",
        "welcome": "Your application is accepted: {shop} may take gift vouchers from today.",
        "welcome 1": "Sign in with the button below, and choose a password if you like.",
        "welcome 2": "Open a till: a QR code, a telephone, and you take vouchers.",
        "welcome 3": "Print your poster, write your hours and show your window.",
        "welcome button": "Open my pages",
        "welcome hint": "The link holds through {day}, once. After that, the page to sign in sends another whenever "
        "you like.",
        "declined subject": "Your application for {shop} · {programme}",
        "declined title": "Your application was not accepted",
        "declined": "{issuer} could not accept the application of {shop}, for this reason:",
        "declined after": "Nothing was registered, and the bank account that you gave is erased. You may apply again, "
        "or write to us if that reason seems to be a mistake.",
        "bank asked subject": "Bank account of {shop}: a change is asked for",
        "bank asked title": "Another account for the payouts of {shop}",
        "bank asked": "A change of bank account has just been asked for from the pages of {shop}. It holds from "
        "{moment}, unless somebody calls it off before. Until then no payout leaves: what "
        "is owed to you waits.",
        "bank asked first": "A first bank account has just been given from the pages of {shop}. It holds from "
        "{moment}, unless somebody calls it off before.",
        "bank not you": "You do not know of this? Call it off at once, and tell {contact}.",
        "bank asked button": "See it, or call it off",
        "bank cancelled subject": "Bank account of {shop}: the change is called off",
        "bank cancelled title": "The change of account is called off",
        "bank cancelled": "The change of bank account that was asked for {shop} is called off. Payouts go on to the "
        "account of before.",
        "bank applied subject": "Bank account of {shop}: the new account holds",
        "bank applied title": "The new account holds",
        "bank applied": "The next payouts of {shop} go to the new account.",
        "bank applied not you": "You do not know of this? Tell {contact} at once.",
        "bank button": "See my bank account",
        "settled subject": "{shop}: settlement {number}",
        "settled title": "Your settlement of {first} through {last}",
        "settled": "{programme} pays you {paid} for the vouchers that you took from {first} through {last}. The "
        "transfer leaves on {day}.",
        "settled nothing": "For the period of {first} through {last}, {programme} has nothing to pay you; the "
        "statement that comes with this message says why.",
        "settled papers": "The statement and the commission invoice come with this message. The invoice is an "
        "electronic one (Factur-X): your accountant or your platform reads it as it is.",
        "settled paper": "The statement comes with this message.",
        "settled button": "See my settlements",
        "settled hint": "All your papers stay there, and there you can stop these messages.",
        "bank new": "New account",
        "bank from": "Holds from",
    },
)
