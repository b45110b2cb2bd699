"""Which column of a list of people holds what: by its title in French or English, else by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal, get_args

from ledger.errors import AmountMalformed
from ledger.money import Money
from merchants.shops.spelling import folded
from vouchers.orders.lists.amounts import amount_typed

Field = Literal["name", "email", "staff_number", "amount"]
FIELDS: Final[tuple[Field, ...]] = get_args(Field)

Title = Literal["full_name", "first_name", "last_name", "email", "staff_number", "amount"]
NAMES: Final[tuple[Title, ...]] = ("full_name", "first_name", "last_name")

# Spellings without accents, case, spaces, punctuation, or what stands in brackets.
_SPELLINGS: Final[Mapping[Title, str]] = {
    "full_name": "nomcomplet nometprenom nomprenom nomsetprenoms nomsprenoms prenometnom prenomnom nomdubeneficiaire "
    "beneficiaire beneficiaires salarie salaries collaborateur collaboratrice employe destinataire personne porteur "
    "fullname beneficiary beneficiaryname employee employeename recipient recipientname person",
    "last_name": "nom noms nomdefamille nomdusage nomusage nomusuel lastname surname familyname name names",
    "first_name": "prenom prenoms prenomusuel firstname givenname forename",
    "email": "email emails mail mel courriel courriels adressemail adresseemail adressemel adressecourriel "
    "adresseelectronique adressedecourriel adressedemessagerie messagerie emailpro mailpro emailprofessionnel "
    "mailprofessionnel courrielprofessionnel adressemailprofessionnelle adresseemailprofessionnelle emailaddress "
    "mailaddress workemail",
    "staff_number": "matricule matriculesalarie matriculepaie nmatricule nomatricule numeromatricule numerodematricule "
    "nsalarie nosalarie nsalaries ndesalarie numerosalarie numerodesalarie numerosalaries numsalarie idsalarie "
    "codesalarie identifiantsalarie identifiant id staffnumber staffno staffid employeenumber employeeno employeeid "
    "payrollnumber personnelnumber",
    "amount": "montant montants montanteuros montanteneuros montanteur montantdubon montantducheque montantunitaire "
    "valeur valeurs valeurfaciale valeurdubon valeurducheque valeureneuros valeurunitaire somme amount amounteur "
    "amountineuros value vouchervalue facevalue sum",
}
_TITLE_OF: Final[Mapping[str, Title]] = {
    spelling: title for title, spellings in _SPELLINGS.items() for spelling in spellings.split()
}
_BRACKETED: Final = re.compile(r"\([^()]{0,100}\)|\[[^\[\]]{0,100}\]")
_NUMBER: Final = re.compile(r"[1-9]\d{0,3}", re.ASCII)
_SAMPLE: Final = 50
_HALF: Final = 0.5
_USUAL_MOST: Final = Money(1_000_00)


def recognised(header: Sequence[str]) -> dict[int, Title]:
    """What each column holds, by position; of two columns with one meaning, the first."""
    found: dict[int, Title] = {}
    for position, title in enumerate(header):
        meaning = _TITLE_OF.get(folded(_BRACKETED.sub(" ", title[:200])).replace(" ", "").lower())
        if meaning is not None and meaning not in found.values():
            found[position] = meaning
    return found


def guessed(records: Sequence[Sequence[str]]) -> dict[int, Title]:
    """What each column of a list without titles holds, by what stands in it.

    An @ makes addresses; sums up to 1,000 € make amounts; other words with a digit make staff numbers; words without
    one make the name, or first and last name in whichever order they stand.
    """
    sample = [record for record in records if any(cell.strip() for cell in record)][:_SAMPLE]
    width = max(map(len, sample), default=0)
    found: dict[int, Title] = {}
    amounts: list[int] = []
    for at in range(width):
        cells = [record[at].strip() for record in sample if at < len(record) and record[at].strip()]
        if _most(["@" in cell for cell in cells]):
            meaning: Title = "email"
        elif _most([_sum_like(cell) for cell in cells]):
            amounts.append(at)
            continue
        elif _most([any(map(str.isdigit, cell)) for cell in cells]):
            meaning = "staff_number"
        elif _most([any(map(str.isalpha, cell)) for cell in cells]):
            meaning = "first_name" if "first_name" not in found.values() else "last_name"
        else:
            continue
        if meaning not in found.values():
            found[at] = meaning
    if amounts:
        found[amounts[-1]] = "amount"
        if len(amounts) > 1 and "staff_number" not in found.values():
            found[amounts[0]] = "staff_number"
    return found


def is_title_line(record: Sequence[str], found: Mapping[int, Title]) -> bool:
    """Whether the first line of a list whose columns were guessed says titles that nobody knows."""
    for at, meaning in found.items():
        cell = record[at].strip() if at < len(record) else ""
        if cell and (
            (meaning == "email" and "@" not in cell) or (meaning == "amount" and not any(map(str.isdigit, cell)))
        ):
            return True
    return False


def _most(holds: Sequence[bool]) -> bool:
    return sum(holds) > len(holds) * _HALF


def _sum_like(cell: str) -> bool:
    try:
        amount = amount_typed(cell)
    except AmountMalformed:
        return False
    marked = not cell.isdigit()
    return marked or (_NUMBER.fullmatch(cell) is not None and amount <= _USUAL_MOST)
