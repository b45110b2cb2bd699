"""The words of letters to those who buy vouchers."""

from __future__ import annotations

from typing import Final

from api.email.wording import Words

ORDER: Final = Words(
    fr={
        "order": "Commande",
        "label": "Objet",
        "vouchers": "Bons d'achat",
        "total": "Total",
        "page": "Voir la commande",
        "attached": "Les documents sont joints à ce message ; ils restent aussi sur la page de la commande.",
        "transfer": "Payer par virement",
        "amount": "Montant",
        "holder": "Titulaire",
        "iban": "IBAN",
        "bic": "BIC",
        "reference": "Référence",
        "before": "Avant le",
        "copy": "Recopiez la référence dans le libellé du virement : c'est elle qui le rattache à votre commande. Les "
        "bons sont émis dès que l'argent est arrivé.",
        "placed subject": "Commande {number} enregistrée",
        "placed title": "Merci, votre commande est enregistrée",
        "placed transfer": "Il reste à la payer : voici de quoi faire le virement.",
        "placed card": "Elle attend son paiement par carte. S'il n'est pas terminé, reprenez-le sur la page de la "
        "commande.",
        "placed debit": "Votre prélèvement est en route : il n'y a rien d'autre à payer. Il met quelques jours à "
        "arriver, et nous vous écrivons dès que les bons sont prêts.",
        "placed preview": "{total} · {vouchers}",
        "paid subject": "Paiement reçu pour la commande {number}",
        "paid title": "Votre paiement est arrivé",
        "paid": "Nous avons reçu {total} pour la commande {number}. Merci.",
        "paid later": "Les bons seront remis le {day}.",
        "paid now": "Les bons sont en préparation ; nous vous écrivons dès qu'ils sont prêts.",
        "issued subject": "Vos bons d'achat sont prêts · commande {number}",
        "issued one subject": "Votre bon d'achat est prêt · commande {number}",
        "issued title": "Vos {vouchers} sont prêts",
        "issued one title": "Votre bon d'achat est prêt",
        "sheets": "Téléchargez le PDF à imprimer sur la page de la commande.",
        "email": "Chaque bénéficiaire reçoit son bon par e-mail. La page de la commande montre qui l'a reçu, et permet "
        "de le renvoyer.",
        "email later": "Chaque bénéficiaire recevra son bon par e-mail le {day}. La page de la commande montrera qui "
        "l'a reçu, et permettra de le renvoyer.",
        "links": "Téléchargez le fichier des liens, un par bon, sur la page de la commande. Ce fichier vaut de "
        "l'argent : gardez-le comme tel.",
        "short subject": "Il manque {missing} pour la commande {number}",
        "short title": "Il manque {missing}",
        "short": "Nous avons reçu {received} pour la commande {number}. Merci. Pour qu'elle soit payée, il reste "
        "{missing} à virer.",
        "debit failed subject": "Votre prélèvement a été rejeté · commande {number}",
        "debit failed title": "Votre prélèvement a été rejeté",
        "debit failed": "Votre banque n'a pas payé le prélèvement de la commande {number} : l'argent ne nous est pas "
        "parvenu. Votre commande vous attend jusqu'au {day} ; pour qu'elle soit payée, il reste {missing} à régler.",
        "by card": "Vous pouvez payer par carte, ou refaire un prélèvement, sur la page de la commande.",
        "by card too": "Vous préférez payer par carte, ou refaire un prélèvement ? C'est possible sur la page de la "
        "commande.",
        "lapsed subject": "La commande {number} est close, faute de paiement",
        "lapsed title": "Votre commande est close",
        "lapsed": "Son paiement n'est pas arrivé à temps. Vous ne devez rien, et rien n'a été émis. Vous pouvez la "
        "passer à nouveau quand vous voulez.",
        "lapsed crossed": "Votre virement est déjà parti ? Il n'est pas perdu : il restera en solde disponible. "
        "Écrivez à {contact} et nous verrons ensemble.",
        "cancelled subject": "La commande {number} est annulée",
        "cancelled title": "Votre commande est annulée",
        "cancelled": "La commande {number} est annulée. Vous ne devez rien, et rien n'a été émis. Ce que vous auriez "
        "déjà payé reste à vous, en solde disponible.",
        "kept subject": "{kept} reçus en trop · commande {number}",
        "kept title": "{kept} reçus en trop",
        "kept over": "Nous avons reçu {came} pour la commande {number}. Merci : elle est payée. C'est {kept} de plus "
        "qu'il ne fallait.",
        "kept paid": "Nous avons reçu {came} pour la commande {number}. Elle était déjà payée : elle n'en avait pas "
        "besoin.",
        "kept cancelled": "Nous avons reçu {came} pour la commande {number}. Elle était annulée et n'attendait plus de "
        "paiement.",
        "kept idle": "Nous avons reçu {came} pour la commande {number}. Elle n'attendait pas de paiement.",
        "kept debt": "{debt} règlent d'abord ce que vous deviez pour d'autres commandes.",
        "kept for debt": "{debt} règlent ce que vous deviez pour d'autres commandes. Rien d'autre ne change.",
        "kept credit": "{credit} restent à vous, en solde disponible. Vous n'avez rien à faire.",
        "kept use": "Pour payer une autre commande avec ce solde, ouvrez la page d'une commande qui attend son "
        "paiement et choisissez « L'utiliser pour cette commande ».",
        "kept back": "Vous préférez être remboursé ? Dites-le-nous : {contact}.",
        "refund subject": "Remboursement de {amount} · commande {number}",
        "refund title": "Nous vous remboursons {amount}",
        "refund card": "{amount} de la commande {number} vous sont rendus sur la carte ou le compte qui a payé. Selon "
        "votre banque, vous les verrez sous cinq à dix jours ouvrés. Les bons correspondants ne peuvent plus être "
        "dépensés.",
        "refund transfer": "{amount} de la commande {number} vous sont rendus par virement. Les bons correspondants ne "
        "peuvent plus être dépensés.",
        "given back subject": "{amount} en solde disponible · commande {number}",
        "given back title": "{amount} vous reviennent",
        "refund credit": "{amount} de la commande {number} vous reviennent en solde disponible : ils règlent d'abord "
        "ce que vous deviez encore, le reste paiera une autre commande. Les bons correspondants ne peuvent plus être "
        "dépensés.",
        "count": "{count} bons d'achat",
        "count one": "1 bon d'achat",
    },
    en={
        "order": "Order",
        "label": "For",
        "vouchers": "Gift vouchers",
        "total": "Total",
        "page": "See the order",
        "attached": "The papers come with this message; they stay on the order's page as well.",
        "transfer": "Pay by bank transfer",
        "amount": "Amount",
        "holder": "Account of",
        "iban": "IBAN",
        "bic": "BIC",
        "reference": "Reference",
        "before": "Before",
        "copy": "Copy the reference into the transfer: it is what ties your payment to your order. The vouchers are "
        "issued as soon as the money has come.",
        "placed subject": "Order {number} received",
        "placed title": "Thank you, we have your order",
        "placed transfer": "It is still to be paid: here is what the transfer needs.",
        "placed card": "It waits to be paid by card. If you have not finished, go on from the order's page.",
        "placed debit": "Your direct debit is on its way: there is nothing else to pay. It takes a few days, and we "
        "write as soon as the vouchers are ready.",
        "placed preview": "{total} · {vouchers}",
        "paid subject": "Payment received for order {number}",
        "paid title": "Your payment has come",
        "paid": "We have received {total} for order {number}. Thank you.",
        "paid later": "The vouchers will be handed out on {day}.",
        "paid now": "The vouchers are being made; we write as soon as they are ready.",
        "issued subject": "Your gift vouchers are ready · order {number}",
        "issued one subject": "Your gift voucher is ready · order {number}",
        "issued title": "Your {vouchers} are ready",
        "issued one title": "Your gift voucher is ready",
        "sheets": "Download the sheets to print from the order's page.",
        "email": "Everyone receives their voucher by e-mail. The order's page shows who has it, and can send it again.",
        "email later": "Everyone will receive their voucher by e-mail on {day}. The order's page will show who has it, "
        "and can send it again.",
        "links": "Download the file of links, one for each voucher, from the order's page. That file is worth money: "
        "keep it as such.",
        "short subject": "{missing} missing for order {number}",
        "short title": "{missing} is missing",
        "short": "We have received {received} for order {number}. Thank you. For it to be paid, {missing} remains to "
        "be transferred.",
        "debit failed subject": "Your direct debit failed · order {number}",
        "debit failed title": "Your direct debit failed",
        "debit failed": "Your bank did not pay the direct debit for order {number}: the money has not reached us. Your "
        "order waits for you until {day}; for it to be paid, {missing} remains to be paid.",
        "by card": "You can pay by card, or by another direct debit, on the order's page.",
        "by card too": "Would you rather pay by card, or by another direct debit? You can, on the order's page.",
        "lapsed subject": "Order {number} is closed, as it was not paid",
        "lapsed title": "Your order is closed",
        "lapsed": "Its payment did not come in time. You owe nothing, and nothing was issued. You can place it again "
        "whenever you like.",
        "lapsed crossed": "Is your transfer on its way? It is not lost: it will stand to your credit. Write to "
        "{contact} and we shall see to it together.",
        "cancelled subject": "Order {number} is cancelled",
        "cancelled title": "Your order is cancelled",
        "cancelled": "Order {number} is cancelled. You owe nothing, and nothing was issued. What you may have paid "
        "stands to your credit.",
        "kept subject": "{kept} more than needed · order {number}",
        "kept title": "{kept} more than needed",
        "kept over": "We have received {came} for order {number}. Thank you: it is paid. That is {kept} more than it "
        "needed.",
        "kept paid": "We have received {came} for order {number}. It was paid already and did not need it.",
        "kept cancelled": "We have received {came} for order {number}. It was cancelled and waited for no payment.",
        "kept idle": "We have received {came} for order {number}. It waited for no payment.",
        "kept debt": "{debt} pays first what you owed for other orders.",
        "kept for debt": "{debt} pays what you owed for other orders. Nothing else changes.",
        "kept credit": "{credit} stays yours, as credit. There is nothing you have to do.",
        "kept use": "To pay another order with it, open the page of an order that waits for its payment and choose "
        "“Use it for this order”.",
        "kept back": "Would you rather have it back? Tell us: {contact}.",
        "refund subject": "Refund of {amount} · order {number}",
        "refund title": "We are refunding {amount}",
        "refund card": "{amount} of order {number} goes back to the card or account that paid. Depending on your bank, "
        "it shows within five to ten working days. The vouchers concerned can no longer be spent.",
        "refund transfer": "{amount} of order {number} goes back to you by bank transfer. The vouchers concerned can "
        "no longer be spent.",
        "given back subject": "{amount} as credit · order {number}",
        "given back title": "{amount} is yours again",
        "refund credit": "{amount} of order {number} stands to your credit: it first pays what you still owed, the "
        "rest will pay another order. The vouchers concerned can no longer be spent.",
        "count": "{count} gift vouchers",
        "count one": "1 gift voucher",
    },
)
