"""How far a shop is from where somebody stands, in metres as the crow flies.

Where somebody stands comes with one request, rounded, and goes with its answer: it is kept nowhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, SQLColumnExpression, case, func

EARTH: Final = 6_371_008.8
"""Mean radius in metres. Source: IUGG, R1 of the GRS 80 ellipsoid."""

ROUNDED: Final = 3
"""Decimals of a degree that are looked at: some 100 m, enough to sort shops by, too few to name a door."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in degrees (WGS 84)."""

    latitude: float
    longitude: float

    @classmethod
    def read(cls, latitude: str, longitude: str) -> Position | None:
        """A position as a form brings it, rounded; None of what is none."""
        try:
            found = cls(round(float(latitude), ROUNDED), round(float(longitude), ROUNDED))
        except (ValueError, OverflowError):
            return None
        sound = abs(found.latitude) <= 90 and abs(found.longitude) <= 180  # noqa: PLR2004 - NaN is neither
        return found if sound else None


def metres(here: Position, there: Position) -> float:
    """The distance between two places (haversine)."""
    lat, lon = math.radians(there.latitude - here.latitude), math.radians(there.longitude - here.longitude)
    both = math.cos(math.radians(here.latitude)) * math.cos(math.radians(there.latitude))
    return 2 * EARTH * math.asin(math.sqrt(math.sin(lat / 2) ** 2 + both * math.sin(lon / 2) ** 2))


def metres_from(
    here: Position, latitude: SQLColumnExpression[float | None], longitude: SQLColumnExpression[float | None]
) -> ColumnElement[float | None]:
    """The same for the database; NULL where a shop's place is not known."""
    lat, lon = func.radians(latitude - here.latitude), func.radians(longitude - here.longitude)
    both = math.cos(math.radians(here.latitude)) * func.cos(func.radians(latitude))
    root = func.sqrt(func.power(func.sin(lat / 2), 2) + both * func.power(func.sin(lon / 2), 2))
    # PostgreSQL's least() passes over NULL, which would put a shop whose place is not known at the antipodes.
    return case((root.is_not(None), 2 * EARTH * func.asin(func.least(1.0, root))))
