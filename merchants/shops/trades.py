"""What a shop does: its code in the French nomenclature of activities (NAF rev. 2), and the label in French."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from merchants.errors import NafUnknown
from merchants.shops.spelling import packed, shown


@dataclass(frozen=True, slots=True)
class Trade:
    """`56.10A`, `Restauration traditionnelle`."""

    naf: str
    label: str


def trade(text: str) -> Trade:
    """The trade of a NAF code, typed with or without the point.

    :raises NafUnknown:
    """
    found = _trades().get(packed(text, longest=5))
    if found is None:
        raise NafUnknown(typed=shown(text))
    return found


def codes() -> tuple[str, ...]:
    """All codes of the nomenclature, such as ``56.10A``."""
    return tuple(one.naf for one in _trades().values())


@cache
def _trades() -> Mapping[str, Trade]:
    table = resources.files("merchants.shops") / "data" / "naf_rev2_n5.csv"
    rows = csv.DictReader(table.read_text("utf-8").splitlines())
    return {row["code"].replace(".", ""): Trade(row["code"], row["libelle"]) for row in rows}
