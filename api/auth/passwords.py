"""Passwords: kept as argon2id, checked away from the event loop, and refused if they are easily guessed.

The parameters are those of RFC 9106's second recommended option, for where memory is dear: 64 MiB, three passes, four
lanes (section 4). So much memory a password is why only a few are worked on at once.
"""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar, TypeVarTuple, Unpack
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHash
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import people
from api.tables import OneTimeLink, Person
from ledger.database import Sessions
from ledger.errors import Refusal
from ledger.ids import new_id

LEAST: Final = 12
"""Characters. NIST SP 800-63B asks for fifteen where a password stands alone and eight at least; CNIL for twelve."""

MOST: Final = 200
OF_ITS_OWN: Final = 8
"""Characters that must be left once the words that anybody would try first are taken out."""

DIFFERENT: Final = 5
SHORTEST_WORD: Final = 4

COMMON: Final = (
    "password", "passw0rd", "motdepasse", "azertyuiop", "azerty", "qwertyuiop", "qwertzuiop", "qwerty", "asdfghjkl",
    "qsdfghjklm", "wxcvbn", "zxcvbnm", "1q2w3e4r5t6y", "1q2w3e4r", "1qaz2wsx", "123456789", "12345678", "1234567",
    "123456", "987654321", "abcdefghijkl", "abcdef", "abcd1234", "iloveyou", "jetaime", "bonjour", "soleil",
    "marseille", "doudou", "loulou", "chouchou", "princesse", "princess", "football", "welcome", "bienvenue",
    "administrator", "administrateur", "admin", "letmein", "changeme", "changezmoi", "secret", "obole", "default",
    "temporaire", "trustno1", "superman", "starwars", "pokemon", "sunshine", "whatever", "monkey", "dragon",
    "liverpool", "camille", "nicolas", "thomas", "correcthorsebatterystaple",
)  # fmt: skip
"""What the lists of stolen passwords are made of, in French and English, as parts of longer ones."""

AT_ONCE: Final = 2
"""Of a process: 128 MiB of memory at most, however many sign in."""

_ARGON2: Final = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_WORKERS: Final = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
Answer = TypeVar("Answer")
Arguments = TypeVarTuple("Arguments")

_NOT_A_LETTER: Final = re.compile(r"[\W_]+")


class PasswordTooShort(Refusal):
    """A password has twelve characters or more."""

    def __init__(self, *, least: int) -> None:
        self.least = least
        super().__init__(f"A password has {least} characters or more.")


class PasswordTooLong(Refusal):
    """A password has two hundred characters or fewer."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        super().__init__(f"A password has {most} characters or fewer.")


class PasswordGuessable(Refusal):
    """A password made of what anybody would try first: the name, the address, the programme, a famous one."""

    def __init__(self) -> None:
        super().__init__("This password is easily guessed.")


class SignInRefused(Refusal):
    """Address and password do not belong together; which of the two is wrong is not told."""

    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is wrong.")


class OldPasswordWrong(Refusal):
    """Whoever changes a password knows the old one."""

    def __init__(self) -> None:
        super().__init__("The present password is wrong.")


async def checked(sessions: Sessions, email: str, password: str) -> people.PersonView:
    """Who signs in with this address and this password.

    It takes as long for an address that nobody has, and holds no connection to the database meanwhile.

    :raises SignInRefused:
    """
    async with sessions.begin() as session:
        found = await people.find(session, email=email)
        kept = await _kept(session, found.id if found is not None and found.disabled_at is None else new_id())
    right = await _in_a_worker(_agrees, kept or _nobodys(), password)
    if found is None or kept is None or not right:
        raise SignInRefused
    if _ARGON2.check_needs_rehash(kept):
        again = await hashed(password)
        async with sessions.begin() as session:
            statement = update(Person).where(Person.id == found.id, Person.password_hash == kept)
            renewed = statement.values(password_hash=again).execution_options(synchronize_session=False)
            await session.execute(renewed)
    return found


async def require_old(sessions: Sessions, person_id: UUID, password: str) -> None:
    """Let only who knows the present password go on.

    :raises OldPasswordWrong:
    """
    async with sessions.begin() as session:
        kept = await _kept(session, person_id)
    if kept is not None and not await agrees(kept, password):
        raise OldPasswordWrong


async def agrees(kept: str, typed: str) -> bool:
    """Whether what was typed is what is kept."""
    return await _in_a_worker(_agrees, kept, typed)


async def hashed(password: str) -> str:
    """What is kept of a password."""
    return await _in_a_worker(_hash, password)


async def keep(session: AsyncSession, person_id: UUID, kept: str) -> None:
    """Let a person have this password (as `hashed` gave it). No link that was sent before opens anything any more.

    The visits that go on are ended by whoever calls, who begins a new one: see `visits.end_all`.
    """
    statement = update(Person).where(Person.id == person_id).values(password_hash=kept)
    await session.execute(statement.execution_options(synchronize_session=False))
    links = delete(OneTimeLink).where(OneTimeLink.person_id == person_id, OneTimeLink.used_at.is_(None))
    await session.execute(links.execution_options(synchronize_session=False))


def refuse_weak(password: str, *, about: Iterable[str] = ()) -> None:
    """Refuse a password that is too short, or made of what anybody would try first.

    :param about: the person's name and address, the programme's name: they add nothing to a password
    :raises PasswordTooShort, PasswordTooLong, PasswordGuessable:
    """
    if len(password) < LEAST:
        raise PasswordTooShort(least=LEAST)
    if len(password) > MOST:
        raise PasswordTooLong(most=MOST)
    left = _plain(password)
    words = {_plain(word) for text in about for word in (text, text.partition("@")[0], *re.split(r"[\W_]+", text))}
    for word in sorted({*words, *COMMON}, key=len, reverse=True):
        if len(word) >= SHORTEST_WORD:
            left = left.replace(word, "")
    if len(left) < OF_ITS_OWN or len(set(password)) < DIFFERENT:
        raise PasswordGuessable


def _plain(text: str) -> str:
    """Small letters and digits without accents: ``Treiz'Local`` is ``treizlocal``."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return _NOT_A_LETTER.sub("", bare.casefold())


def _bytes(password: str) -> bytes:
    """Composed as RFC 8265 has it, so that an accent is the same from every keyboard."""
    return unicodedata.normalize("NFC", password).encode(errors="surrogatepass")


def _hash(password: str) -> str:
    return _ARGON2.hash(_bytes(password))


def _agrees(kept: str, password: str) -> bool:
    try:
        return _ARGON2.verify(kept, _bytes(password[: MOST + 1]))
    except (Argon2Error, InvalidHash):
        return False


def _nobodys() -> str:
    """A hash that no password has, which takes as long to check as another."""
    took = RFC_9106_LOW_MEMORY
    salt, digest = (_base64(secrets.token_bytes(size)) for size in (took.salt_len, took.hash_len))
    costs = f"m={took.memory_cost},t={took.time_cost},p={took.parallelism}"
    return f"$argon2id$v={took.version}${costs}${salt}${digest}"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


async def _kept(session: AsyncSession, person_id: UUID) -> str | None:
    return (await session.execute(select(Person.password_hash).where(Person.id == person_id))).scalar_one_or_none()


async def _in_a_worker(work: Callable[[Unpack[Arguments]], Answer], *arguments: *Arguments) -> Answer:
    return await asyncio.get_running_loop().run_in_executor(_WORKERS, work, *arguments)
