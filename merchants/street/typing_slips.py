"""What somebody may have meant who typed a word that no shop has: PostgreSQL's own search needs no extension then.

Counted are letters typed too many, too few, wrong, or swapped with a neighbour (optimal string alignment).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SHORTEST: Final = 4
"""Letters from which on a slip is looked for."""

LONG: Final = 7
"""Letters from which on two slips are forgiven."""

SLIPS_MOST: Final = 2


def meant(word: str, known: Mapping[str, int]) -> str | None:
    """The known word that is the fewest slips away, the most frequent of several; None if all are too far.

    :param known: folded words, and how often each stands in the register
    """
    if len(word) < SHORTEST or word.isdecimal():
        return None
    most = SLIPS_MOST if len(word) >= LONG else 1
    near = [
        (slips, -times, one)
        for one, times in known.items()
        if abs(len(one) - len(word)) <= most and (slips := slips_between(word, one, most)) <= most
    ]
    return min(near)[2] if near else None


def slips_between(left: str, right: str, most: int) -> int:
    """How many slips lie between two words; ``most + 1`` stands for more."""
    before, row = list[int](), list(range(len(right) + 1))
    for i, letter in enumerate(left, start=1):
        before, above = row, before
        row = [i]
        for j, other in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
