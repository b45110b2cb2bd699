"""The charter that a shop accepts when it joins. What was accepted is kept as its version; a change makes a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.formats import Language

VERSION: Final = "2026-11"


@dataclass(frozen=True, slots=True)
class Clause:
    """A promise in a few words, and what it means."""

    title: str
    text: str


_FR: Final = (
    Clause(
        "Accepter chaque bon d’achat",
        "Le commerce prend les bons d’achat du programme comme un moyen de paiement, sans minimum d’achat et sans "
        "frais pour le client, sur tout ce qu’il vend, sauf ce que la loi exclut.",
    ),
    Clause(
        "Encaisser la somme exacte",
        "Un bon se dépense en une ou plusieurs fois, au centime près. Ce qui reste demeure sur le bon : il n’y a ni "
        "rendu de monnaie, ni échange contre des espèces.",
    ),
    Clause(
        "Confirmer par la caisse",
        "Une vente n’est payée que lorsque la caisse l’affiche. Une erreur s’annule le jour même.",
    ),
    Clause(
        "Être payé simplement",
        "Après chaque mois, le commerce reçoit un relevé et un virement : ses encaissements, moins la commission du "
        "programme et sa TVA. Il signale tout changement de compte bancaire lui-même, depuis son espace.",
    ),
    Clause(
        "Se montrer",
        "Le nom, l’adresse, le métier et les horaires du commerce figurent sur la liste publique des commerces du "
        "programme. Le commerce affiche le programme en vitrine et tient ces informations à jour.",
    ),
    Clause(
        "Respecter les porteurs",
        "Le commerce ne garde ni code, ni copie d’un bon, et ne demande aucune donnée personnelle pour en prendre un.",
    ),
    Clause(
        "Partir librement",
        "Le commerce peut quitter le programme quand il veut ; ce qui lui est dû lui est payé. L’opérateur peut "
        "suspendre un commerce qui manque à cette charte, en disant pourquoi.",
    ),
)  # fmt: skip
_EN: Final = (
    Clause(
        "Take every voucher",
        "The shop takes the programme's gift vouchers as a means of payment, with no least amount and at no charge to "
        "the customer, for all it sells but what the law excludes.",
    ),
    Clause(
        "Take the exact sum",
        "A voucher is spent at once or in parts, to the cent. What is left stays on it: no change is given, and it is "
        "not exchanged for cash.",
    ),
    Clause(
        "Confirm by the till",
        "A sale is paid once the till says so, and not before. A mistake is undone the same day.",
    ),
    Clause(
        "Be paid simply",
        "After each month the shop receives a statement and a transfer: what it took, less the programme's commission "
        "and its VAT. It reports a change of its bank account itself, from its own pages.",
    ),
    Clause(
        "Be seen",
        "The shop's name, address, trade and hours stand in the programme's public list of shops. The shop shows the "
        "programme in its window and keeps these particulars true.",
    ),
    Clause(
        "Respect the holders",
        "The shop keeps no code and no copy of a voucher, and asks for no personal data to take one.",
    ),
    Clause(
        "Leave freely",
        "The shop may leave the programme whenever it likes; what it is owed is paid. The operator may suspend a shop "
        "that fails this charter, and says why.",
    ),
)  # fmt: skip

CLAUSES: Final[Mapping[Language, tuple[Clause, ...]]] = {"fr": _FR, "en": _EN}
"""The charter of ``VERSION``."""
