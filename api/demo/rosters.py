"""The staff lists of the demonstration's companies: invented names, addresses that nobody has, staff numbers."""

from __future__ import annotations

import unicodedata
from typing import Final

from ledger.money import Money
from vouchers.orders.drafting import Named

FIRST: Final = (
    "Amélie", "Bastien", "Chloé", "Djamel", "Elsa", "Farid", "Gaëlle", "Hugo", "Inaya", "Jérôme", "Karima", "Loïc",
    "Mireille", "Nassim", "Océane", "Pascal", "Quitterie", "Rachid", "Salomé", "Thierry", "Ursule", "Vincent",
    "Wassila", "Xavier", "Yasmine", "Zoé", "Antoine", "Béatrice", "Cédric", "Delphine",
)  # fmt: skip
LAST: Final = (
    "Abelly", "Barthas", "Casanova", "Demaria", "Espariat", "Fabre", "Garnier", "Haddad", "Icard", "Jauffret",
    "Khelifi", "Lombard", "Martelli", "Nguyen", "Olive", "Pastorello", "Quillet", "Rambaud", "Sarkissian", "Toumi",
    "Ughetto", "Vidal", "Wattel", "Ximenès", "Yildiz", "Zanetti", "Amrani", "Blanc", "Caruso", "Diallo", "Estève",
)  # fmt: skip
"""As many that do not share a divisor with the first names: every pair comes once."""


def staff(
    domain: str, count: int, face_value: Money, *, first: int = 0, letter: str = "", with_email: bool = True
) -> tuple[Named, ...]:
    """People of a company, the same ones each time it orders.

    :param domain: of their addresses; companies differ by it, and by their people
    :param first: how many of the list are left out
    :param letter: with which staff numbers begin; that of the domain if it is empty
    """
    shift, mark = sum(domain.encode()), letter or domain[0].upper()
    return tuple(
        _named(shift + place, f"{mark}{place + 1:03d}", domain, face_value, with_email=with_email)
        for place in range(first, first + count)
    )


def _named(place: int, number: str, domain: str, face_value: Money, *, with_email: bool) -> Named:
    given, family = FIRST[place % len(FIRST)], LAST[place % len(LAST)]
    address = f"{_plain(given)}.{_plain(family)}@{domain}" if with_email else None
    return Named(f"{given} {family}", face_value, address, number)


def _plain(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name.casefold())
    return "".join(one for one in bare if one.isascii() and one.isalpha())
