"""Passwords: kept by argon2 away from the loop, told wrong alike, refused if they are guessed first."""

from __future__ import annotations

import asyncio
from typing import Final

import pytest
from argon2 import PasswordHasher
from sqlalchemy import update

from api.auth import attempts, passwords, people
from api.auth.attempts import BOUNDS, TooManyAttempts
from api.auth.passwords import (
    OldPasswordWrong,
    PasswordGuessable,
    PasswordTooLong,
    PasswordTooShort,
    SignInRefused,
    refuse_weak,
)
from api.auth.people import PersonView
from api.tables import Person
from ledger.database import Sessions
from ledger.wishes import take_wishes
from tests.given import OPENED
from tests.hashing import IN_EARNEST

GOOD: Final = "quatre chevaux bleus au port"
EMAIL: Final = "marie@savonnerie.example"


@pytest.fixture(autouse=True)
def in_earnest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_ARGON2", IN_EARNEST)


@pytest.fixture
async def marie(sessions: Sessions) -> PersonView:
    kept = await passwords.hashed(GOOD)
    async with sessions.begin() as session:
        made = await people.register(session, email=EMAIL, name="Marie Blanc", language="fr", at=OPENED)
        await passwords.keep(session, made.id, kept)
        assert take_wishes(session) == []
    return made


async def test_the_right_password_signs_in_and_every_other_way_is_told_alike(
    sessions: Sessions, marie: PersonView
) -> None:
    assert (await passwords.checked(sessions, "MARIE@savonnerie.example", GOOD)).id == marie.id
    told = set()
    for email, password in (
        (EMAIL, GOOD + "!"), (EMAIL, ""), (EMAIL, "x" * 100_000), (EMAIL, "\ud800\x00"),
        ("jean@savonnerie.example", GOOD), ("nonsense", GOOD),
    ):  # fmt: skip
        with pytest.raises(SignInRefused) as refused:
            await passwords.checked(sessions, email, password)
        told.add((str(refused.value), tuple(vars(refused.value))))
    async with sessions.begin() as session:
        await session.execute(update(Person).values(disabled_at=OPENED))
    with pytest.raises(SignInRefused) as refused:
        await passwords.checked(sessions, EMAIL, GOOD)
    assert {(str(refused.value), tuple(vars(refused.value)))} == told


async def test_an_address_that_nobody_has_costs_the_same_work(
    sessions: Sessions, marie: PersonView, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked: list[str] = []
    genuine = PasswordHasher.verify

    def watched(hasher: PasswordHasher, kept: str, password: bytes) -> bool:
        worked.append(kept.rpartition("$")[0].rpartition("$")[0])
        return genuine(hasher, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", watched)
    for email in (EMAIL, "jean@savonnerie.example", "nonsense"):
        with pytest.raises(SignInRefused):
            await passwords.checked(sessions, email, "another password")
    assert worked == ["$argon2id$v=19$m=65536,t=3,p=4"] * 3


async def test_others_go_on_while_a_password_is_worked_on() -> None:
    turns = 0

    async def walk() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    walker = asyncio.create_task(walk())
    kept = await passwords.hashed(GOOD)
    walker.cancel()
    await asyncio.gather(walker, return_exceptions=True)
    assert turns > 2, "the loop stood still"
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert GOOD not in kept


async def test_a_password_kept_by_weaker_parameters_is_kept_anew_when_it_is_used(
    sessions: Sessions, marie: PersonView
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD)
    async with sessions.begin() as session:
        await passwords.keep(session, marie.id, weak)
    with pytest.raises(SignInRefused):
        await passwords.checked(sessions, EMAIL, "another password")
    await passwords.checked(sessions, EMAIL, GOOD)
    async with sessions() as session:
        row = await session.get_one(Person, marie.id)
    assert row.password_hash is not None
    assert row.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert (await passwords.checked(sessions, EMAIL, GOOD)).id == marie.id


async def test_an_accent_is_the_same_from_every_keyboard(sessions: Sessions, marie: PersonView) -> None:
    kept = await passwords.hashed("e\u0301toiles au-dessus du port")
    async with sessions.begin() as session:
        await passwords.keep(session, marie.id, kept)
    assert (await passwords.checked(sessions, EMAIL, "\u00e9toiles au-dessus du port")).id == marie.id


async def test_whoever_changes_a_password_knows_the_old_one(sessions: Sessions, marie: PersonView) -> None:
    await passwords.require_old(sessions, marie.id, GOOD)
    with pytest.raises(OldPasswordWrong):
        await passwords.require_old(sessions, marie.id, GOOD + " ")


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("court", PasswordTooShort), ("onze signes", PasswordTooShort), ("x y" * 100, PasswordTooLong),
        ("marie.blanc@savonnerie.example", PasswordGuessable), ("Marie Blanc 2026!", PasswordGuessable),
        ("TreizLocal-2026!", PasswordGuessable), ("Treiz'Local Treiz'Local", PasswordGuessable),
        ("password12345", PasswordGuessable), ("MotDePasse2026!", PasswordGuessable),
        ("azertyuiop123", PasswordGuessable),
        ("aaaaaaaaaaaaaaaa", PasswordGuessable), ("121212121212", PasswordGuessable),
        ("123456789012", PasswordGuessable),
        ("correct horse battery staple", PasswordGuessable), ("Éléonore1234567", PasswordGuessable),
    ],
)  # fmt: skip
def test_what_anybody_would_try_first_is_refused(password: str, refusal: type[Exception]) -> None:
    about = ("Éléonore", "Marie Blanc", "marie.blanc@savonnerie.example", "Treiz'Local", "treiz-local")
    with pytest.raises(refusal):
        refuse_weak(password, about=about)


@pytest.mark.parametrize(
    "password", [GOOD, "douze signes!", "κόσμε και θάλασσα", "8f3k-20dm-vq7w", "Li et Wu vont à la mer"]
)
def test_a_few_words_of_ones_own_do(password: str) -> None:
    refuse_weak(password, about=("Li", "Wu", "marie@savonnerie.example", "Treiz'Local", "treiz-local"))


async def test_attempts_are_counted_by_person_and_by_network_and_wait_ever_longer(sessions: Sessions) -> None:
    bound = BOUNDS["password"]
    pauses = [
        (await attempts.count(sessions, "password", email=" Marie@Savonnerie.example", address=f"198.51.100.{n}")).pause
        for n in range(bound.most)
    ]
    assert pauses[: bound.free] == [0.0] * bound.free
    assert pauses[bound.free :] == sorted(pauses[bound.free :])
    assert 0 < pauses[bound.free] < pauses[-1] == attempts.LONGEST_WAIT
    with pytest.raises(TooManyAttempts):
        await attempts.attempt(sessions, "password", email=EMAIL, address="203.0.113.9")
    other = await attempts.attempt(sessions, "password", email="jean@savonnerie.example", address="203.0.113.9")
    assert other.pause == 0.0
    # A letter still opens, for whoever reads Marie's mail.
    assert (await attempts.attempt(sessions, "letter", email=EMAIL, address="203.0.113.9")).pause == 0.0


async def test_many_attempts_at_once_are_not_one(sessions: Sessions) -> None:
    async def once() -> float | None:
        try:
            return (await attempts.count(sessions, "password", email=EMAIL, address="203.0.113.9")).pause
        except TooManyAttempts:
            return None

    answered = [one for one in await asyncio.gather(*(once() for _ in range(60))) if one is not None]
    assert sum(1 for one in answered if one == 0.0) <= BOUNDS["password"].free
    assert max(answered) > 0


async def test_an_attempt_that_succeeds_is_taken_back(sessions: Sessions) -> None:
    for _ in range(3 * BOUNDS["password"].free):
        counted = await attempts.attempt(sessions, "password", email=EMAIL, address="203.0.113.9")
        assert counted.pause == 0.0
        await attempts.forgive(sessions, counted)


def test_a_household_counts_as_one_and_no_address_is_kept_in_clear() -> None:
    assert attempts.network_of("2001:db8:1:2:3:4:5:6") == attempts.network_of("2001:db8:1:2::") == "2001:db8:1:2::/64"
    assert attempts.network_of("198.51.100.7") == "198.51.100.7"
    assert attempts.network_of("testclient") == "unknown"
    assert not [one for one in attempts._places("password", EMAIL, "198.51.100.7") if "marie" in one]  # noqa: SLF001
