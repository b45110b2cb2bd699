"""How a proof stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

State = Literal["holds", "watch", "broken"]
"""``watch``: nothing is wrong, but somebody should look before it is."""

_FROM_BEST: Final[tuple[State, ...]] = ("holds", "watch", "broken")


def worst(states: Iterable[State]) -> State:
    """The worst of them; ``holds`` for none."""
    return max(states, key=_FROM_BEST.index, default="holds")
