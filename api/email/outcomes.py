"""What can become of a letter, and the port through which it leaves. Outcomes are answers, never exceptions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from api.email.letters import Letter, one_line

LONGEST: Final = 300
"""Characters of what a mail server said that are kept."""

AboutTo = Callable[[], Awaitable[None]]
"""Called once, when the server has taken the recipient and nothing of the letter has left."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The server took the letter, and said this."""

    detail: str


@dataclass(frozen=True, slots=True)
class Refused:
    """For good: the letter was not taken, and the same letter will not be. ``code`` is the server's, if it spoke."""

    detail: str
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not now: the letter was not taken, and may be offered again. ``everyone``: it would be so for any letter."""

    detail: str
    code: int | None = None
    everyone: bool = False


@dataclass(frozen=True, slots=True)
class Doubtful:
    """The letter left and the answer never came: it may have been taken. Offering it again could deliver it twice."""

    detail: str


Outcome = Sent | Refused | Postponed | Doubtful


class Line(Protocol):
    """An open way out, for one letter after the other."""

    async def send(self, letter: Letter, *, about_to: AboutTo) -> Outcome:
        """Hand a letter over. What ``about_to`` raises comes out, and nothing was sent."""
        ...


class Mailer(Protocol):
    """What takes letters away."""

    def session(self) -> AbstractAsyncContextManager[Line]:
        """A way out that is kept open for many letters. To be used without a transaction open."""
        ...

    async def send(self, letter: Letter, *, about_to: AboutTo) -> Outcome:
        """Hand over a single letter."""
        ...


def cleaned(said: object) -> str:
    """What a server said, as one line that can be shown."""
    return one_line(str(said).encode("utf-8", "replace").decode("utf-8"), LONGEST)
