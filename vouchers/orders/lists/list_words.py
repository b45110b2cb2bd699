"""Why a line or a list of people is refused, or to be looked at, and what to do: French and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from ledger.formats import Language, shown_money
from ledger.money import Money
from merchants.shops.reasons import Said
from vouchers.orders.lists.addresses import Reason

Code = Literal[
    "name-missing", "name-without-letter", "name-too-long", "total-line",
    "email-missing", "email-empty", "email-control-characters", "email-several", "email-no-at", "email-too-long",
    "email-needs-smtputf8", "email-domain", "email-local-part",
    "staff-number-too-long",
    "amount-missing", "amount-malformed", "amount-zero", "amount-negative", "amount-below", "amount-above",
    "formula", "characters-forbidden", "merged-cell", "cells-too-many", "twin",
]  # fmt: skip
Note = Literal["same-person", "email-shared", "staff-number-shared", "twin-meant", "example-left"]
CODES: Final[tuple[Code, ...]] = get_args(Code)
NOTES: Final[tuple[Note, ...]] = get_args(Note)

SENTENCES: Final[Mapping[Code | Note, Said]] = {
    "name-missing": Said(
        "Le nom manque. Ajoutez le prénom et le nom.", "The name is missing. Add first and last name."
    ),
    "name-without-letter": Said(
        "« {value} » n’est pas un nom : il n’a aucune lettre. Corrigez-le.",
        "“{value}” is not a name: it has no letter. Correct it.",
    ),
    "name-too-long": Said(
        "Le nom dépasse {expected} caractères. Raccourcissez-le.",
        "The name is longer than {expected} characters. Shorten it.",
    ),
    "total-line": Said(
        "C’est une ligne de total, pas une personne. Retirez-la.",
        "This is a line of totals, not a person. Remove it.",
    ),
    "email-missing": Said(
        "L’adresse e-mail manque, et les bons partent par e-mail. Ajoutez-la.",
        "The e-mail address is missing, and the vouchers go out by e-mail. Add it.",
    ),
    "email-empty": Said("L’adresse e-mail est vide. Ajoutez-la.", "The e-mail address is empty. Add it."),
    "email-control-characters": Said(
        "L’adresse contient un saut de ligne ou un caractère invisible. Ressaisissez-la.",
        "The address holds a line break or an invisible character. Type it again.",
    ),
    "email-several": Said(
        "« {value} » contient une espace, une virgule ou plusieurs adresses. Gardez une seule adresse.",
        "“{value}” holds a space, a comma or several addresses. Keep one address.",
    ),
    "email-no-at": Said(
        "« {value} » n’a pas de @. Corrigez l’adresse.",
        "“{value}” has no @. Correct the address.",
    ),
    "email-too-long": Said(
        "L’adresse est trop longue (64 caractères avant le @, 254 en tout). Corrigez-la.",
        "The address is too long (64 characters before the @, 254 in all). Correct it.",
    ),
    "email-needs-smtputf8": Said(
        "« {value} » a des lettres accentuées avant le @ : beaucoup de serveurs ne savent pas l’acheminer. "
        "Donnez une adresse sans accent ; un bon sans adresse s’imprime.",
        "“{value}” has accented letters before the @, which many mail servers cannot carry. "
        "Give an address without them; a voucher without an address is printed.",
    ),
    "email-domain": Said(
        "Ce qui suit le @ dans « {value} » n’est pas un nom de domaine, comme exemple.fr. Corrigez-le.",
        "What follows the @ in “{value}” is no domain, such as example.org. Correct it.",
    ),
    "email-local-part": Said(
        "Ce qui précède le @ dans « {value} » n’est pas valable. Corrigez-le.",
        "What stands before the @ in “{value}” is not valid. Correct it.",
    ),
    "staff-number-too-long": Said(
        "Le matricule dépasse {expected} caractères. Raccourcissez-le.",
        "The staff number is longer than {expected} characters. Shorten it.",
    ),
    "amount-missing": Said(
        "Le montant manque. Ajoutez-le, ou choisissez un montant pour toute la liste.",
        "The amount is missing. Add it, or choose one amount for the whole list.",
    ),
    "amount-malformed": Said(
        "« {value} » n’est pas un montant. Écrivez par exemple 50 ou 50,00 €.",
        "“{value}” is not an amount. Write 50 or €50.00, for instance.",
    ),
    "amount-zero": Said(
        "Le montant est nul. Corrigez-le, ou retirez la ligne.",
        "The amount is zero. Correct it, or remove the line.",
    ),
    "amount-negative": Said(
        "Le montant est négatif. Corrigez-le, ou retirez la ligne.",
        "The amount is below zero. Correct it, or remove the line.",
    ),
    "amount-below": Said(
        "Un bon vaut au moins {expected}. Augmentez le montant.",
        "A voucher is worth {expected} at least. Raise the amount.",
    ),
    "amount-above": Said(
        "Un bon vaut au plus {expected}. Baissez le montant.",
        "A voucher is worth {expected} at most. Lower the amount.",
    ),
    "formula": Said(
        "« {value} » est une formule sans résultat, ou y ressemble (= + - @ en tête). Tapez le texte voulu.",
        "“{value}” is a formula without a result, or looks like one (= + - @ first). Type the text that is meant.",
    ),
    "characters-forbidden": Said(
        "« {value} » contient des caractères illisibles (�). Ressaisissez-le.",
        "“{value}” holds unreadable characters (�). Type it again.",
    ),
    "merged-cell": Said(
        "Cette case est vide parce qu’elle est fusionnée avec une autre. Tapez ici ce qui vaut pour cette personne.",
        "This cell is empty because it is merged with another. Type here what holds for this person.",
    ),
    "cells-too-many": Said(
        "La ligne a plus de cases que l’en-tête : un séparateur se cache dans un texte ou un montant. "
        "Vérifiez chaque case.",
        "The line has more cells than the header: a separator hides in a text or an amount. Check each cell.",
    ),
    "twin": Said(
        "Cette ligne répète {other}. Retirez-la, ou confirmez que la personne reçoit deux bons.",
        "This line repeats {other}. Remove it, or confirm that the person receives two vouchers.",
    ),
    "same-person": Said(
        "Même personne que {other} : elle recevra deux bons.",
        "The same person as {other}: two vouchers will be received.",
    ),
    "email-shared": Said(
        "{value} est aussi l’adresse d’une autre personne ({other}) : les deux bons y arriveront.",
        "{value} is somebody else’s address too ({other}): both vouchers will arrive there.",
    ),
    "staff-number-shared": Said(
        "Le matricule {value} est aussi celui d’une autre personne ({other}) : "
        "leurs bons de l’année seront additionnés.",
        "Staff number {value} is somebody else’s too ({other}): their vouchers of the year will be added up.",
    ),
    "twin-meant": Said(
        "Répète {other}, comme confirmé : la personne reçoit deux bons.",
        "Repeats {other}, as confirmed: the person receives two vouchers.",
    ),
    "example-left": Said(
        "C’est l’exemple du modèle. Retirez-le si personne ne s’appelle ainsi.",
        "This is the template’s example. Remove it unless somebody has that name.",
    ),
}
_FIELDS: Final[Mapping[str, Said]] = {
    "name": Said("nom", "name"),
    "email": Said("adresse e-mail", "e-mail address"),
    "staff_number": Said("matricule", "staff number"),
    "amount": Said("montant", "amount"),
    "line": Said("ligne", "line"),
}
_LINE: Final = Said("la ligne {line}", "line {line}")
_IN_ORDER: Final = Said("une personne déjà dans la commande", "somebody already in the order")


def address_code(reason: Reason) -> Code:
    """The code of what is wrong with an address."""
    code: Code = f"email-{reason}"  # type: ignore[assignment]  # the tests hold the two lists together
    return code


def sentence(
    code: Code | Note,
    language: Language = "fr",
    *,
    value: str = "",
    expected: Money | int | None = None,
    other_line: int | None = None,
) -> str:
    """What is wrong, or to be looked at, and what to do. The arguments are those of a `RowFault` or a `RowNote`."""
    other = _IN_ORDER if other_line is None else _LINE
    return (
        SENTENCES[code]
        .in_(language)
        .format(
            value=value,
            expected=shown_money(expected, language) if isinstance(expected, Money) else expected,
            other=other.in_(language).format(line=other_line),
        )
    )


def field_name(field: str, language: Language = "fr") -> str:
    """The name of a field of a line, as people read it."""
    return _FIELDS[field].in_(language)
