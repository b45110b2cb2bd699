"""The words of letters about the proofs of a morning."""

from __future__ import annotations

from typing import Final

from api.email.wording import Words

PROOFS: Final = Words(
    fr={
        "red subject one": "Une preuve ne tient pas ce matin · {programme}",
        "red subject": "{count} preuves ne tiennent pas ce matin · {programme}",
        "red title": "À regarder ce matin",
        "red one": "Le {moment}, une preuve des comptes de {programme} ne tenait pas :",
        "red": "Le {moment}, {count} preuves des comptes de {programme} ne tenaient pas :",
        "red button": "Voir les preuves et comment y remédier",
        "red hint": "Ce message part chaque matin tant qu'une preuve ne tient pas ; un dernier dira que tout tient.",
        "green subject": "Tout tient de nouveau · {programme}",
        "green title": "Tout tient de nouveau",
        "green": "Le {moment}, toutes les preuves des comptes de {programme} tenaient. Il n'y a rien à faire.",
        "green button": "Voir les preuves",
        "ring-fence": "L'argent des bons n'est pas entièrement là : il manque",
        "conservation": "Non retrouvé dans des lots ou des financeurs",
        "trial-balance": "Débits moins crédits",
        "audit": "Anomalies trouvées par l'audit complet",
        "bank": "Banque moins compte 512",
        "circulation": "Bons en circulation (déclaration au-delà de 1 000 000 €)",
        "payments": "Paiements sur douze mois (déclaration au-delà de 1 000 000 €)",
        "bank-lines": "Lignes de relevé qui attendent trop",
        "buyers-credit": "Crédit d'acheteurs que rien n'utilise",
        "settlements": "Règlements non virés",
        "payouts": "Virements que la banque n'a pas confirmés",
        "stripe": "Argent resté chez Stripe",
    },
    en={
        "red subject one": "One proof does not hold this morning · {programme}",
        "red subject": "{count} proofs do not hold this morning · {programme}",
        "red title": "To be looked at this morning",
        "red one": "On {moment} one proof of the books of {programme} did not hold:",
        "red": "On {moment} {count} proofs of the books of {programme} did not hold:",
        "red button": "See the proofs and what to do",
        "red hint": "This message goes out each morning until every proof holds; one more will then say so.",
        "green subject": "Everything holds again · {programme}",
        "green title": "Everything holds again",
        "green": "On {moment} every proof of the books of {programme} held. There is nothing to do.",
        "green button": "See the proofs",
        "ring-fence": "The money of the vouchers is not all there: missing",
        "conservation": "Not accounted for in batches or funders",
        "trial-balance": "Debits less credits",
        "audit": "Findings of the full audit",
        "bank": "Bank less account 512",
        "circulation": "Vouchers in circulation (to be declared above €1,000,000)",
        "payments": "Payments in twelve months (to be declared above €1,000,000)",
        "bank-lines": "Lines of statements that wait too long",
        "buyers-credit": "Credit of buyers that nothing uses",
        "settlements": "Settlements not paid out",
        "payouts": "Payouts that the bank has not confirmed",
        "stripe": "Money that stayed at Stripe",
    },
)
