"""Passwords of the tests cost little to keep and to check; what they cost in earnest is seen where they are tested."""

from __future__ import annotations

from typing import Final

from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from api.auth import passwords

_KEPT: Final = "_ARGON2"
IN_EARNEST: Final[PasswordHasher] = getattr(passwords, _KEPT)
"""As a server keeps them: a fifth of a second of work, hundreds of times in a run."""


def cheaply() -> None:
    """From now on, in this process."""
    setattr(passwords, _KEPT, PasswordHasher.from_parameters(CHEAPEST))
