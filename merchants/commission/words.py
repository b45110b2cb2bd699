"""How a commission was reckoned, in the words that statements and invoices share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ledger.formats import Language
from merchants.commission.prices import CommissionPart, shown_exactly

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "fr": {"part": "{price} : {amount}", "rest": "Reste d'arrondi du relevé précédent : {amount}"},
    "en": {"part": "{price}: {amount}", "rest": "Left by rounding on the last statement: {amount}"},
}


def reckoned(parts: Sequence[CommissionPart], rest: int, language: Language) -> tuple[str, ...]:
    """The price alone, if that is all of it; else each price with what it comes to before rounding, and the rest.

    :param rest: what rounding left from the document before, in ten-thousandths of a cent
    """
    words = _WORDS[language]
    if len(parts) == 1 and not rest:
        return (parts[0].price.said(language, parts[0].base),)
    said = [(words["part"], part.price.said(language, part.base), part.exact) for part in parts]
    said += [(words["rest"], "", rest)] if rest else []
    return tuple(form.format(price=price, amount=shown_exactly(exact, language)) for form, price, exact in said)
