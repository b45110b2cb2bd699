"""The job that settles the shops of a closing, and what each minute finds left half-way."""

from __future__ import annotations

from api.installation import Installation, Town
from api.settling import settle


async def tend_closings(_installation: Installation, town: Town) -> None:
    """Settle what is opened and not finished. Bears being run twice, at once too."""
    await settle(town.sessions)
