"""A programme's whole books as one file, read back into another installation: all of them, proved, or none."""

from __future__ import annotations

import asyncio
import io
import json
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import pytest
from argon2.profiles import CHEAPEST
from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner, Result

from api.archive import exporting, importing, manifest, sealing
from api.archive.errors import (
    BooksNotProved,
    BooksNotTheSame,
    PassphraseTooShort,
    PassphraseWrong,
)
from api.archive.importing import TakenIn
from api.archive.inventory import LEFT_OUT
from api.archive.manifest import Manifest
from api.cli import app
from api.engines import Database, owner_engine
from ledger.audit import Audit, Finding, RingFence
from ledger.database import sessions_of
from ledger.days import Period
from ledger.money import Money
from ledger.months import close_month
from merchants.registry import ProgrammeUnknown, programmes
from tests import databases
from tests.api.damages import DAMAGES, PASSPHRASE, entry
from tests.api.given import World, a_world, problem
from tests.api.lived import LAST_MONTH, SECRETS, THEN, Lived
from vouchers import keys
from vouchers.errors import NoUsableCodeKey

OUR_MASTER: Final = SECRETS.encode()
OTHER_MASTER: Final = b"the master secret of another installation that never saw the first"
TABLES: Final = text("SELECT tablename FROM pg_tables WHERE schemaname = 'p_treiz' ORDER BY 1")


@pytest.fixture(autouse=True)
def _cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "COSTS", CHEAPEST)


@pytest.fixture(scope="module")
async def empty(cluster: URL) -> AsyncIterator[Database]:
    """An installation of its own with no programme in it."""
    async with databases.new_database(cluster, template=databases.TEMPLATE) as database:
        async with owner_engine(database) as owner:
            await cleared(owner)
        yield database


async def cleared(owner: AsyncEngine) -> None:
    async with owner.begin() as connection:
        await connection.execute(text("DROP SCHEMA IF EXISTS p_treiz, p_alpes CASCADE"))
        await connection.execute(text("DELETE FROM public.programmes"))


@pytest.fixture
async def there(empty: Database) -> AsyncIterator[AsyncEngine]:
    """The owner of that installation, in which nothing is yet."""
    async with owner_engine(empty) as owner:
        yield owner
        await cleared(owner)


@dataclass(frozen=True, slots=True)
class Made:
    """An archive, and what it says of itself."""

    content: bytes
    said: Manifest


async def exported(
    database: Database, path: Path, *, passphrase: str = PASSPHRASE, slug: str = "treiz", master: bytes = OUR_MASTER
) -> Manifest:
    async with owner_engine(database) as owner:
        return await exporting.export(
            owner, (master,), slug=slug, path=path, passphrase=passphrase, by="op", at=THEN, told=lambda _, __: None
        )


async def read_back(owner: AsyncEngine, path: Path, *, passphrase: str = PASSPHRASE) -> TakenIn:
    return await importing.take_in(owner, OTHER_MASTER, path=path, passphrase=passphrase, told=lambda _, __: None)


@pytest.fixture(scope="module")
async def made(cluster: URL, lived: Lived, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Of the programme that has lived."""
    path = tmp_path_factory.mktemp("made") / "treiz.obole"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "COSTS", CHEAPEST)
        async with databases.new_database(cluster, template=lived.template) as database:
            said = await exported(database, path)
    return Made(path.read_bytes(), said)


async def fingerprint(owner: AsyncEngine) -> dict[str, tuple[int, str]]:
    """Of every table that is carried: how many rows, and the digest of all of them."""
    async with owner.connect() as connection:
        await connection.execute(text("SET timezone TO 'UTC'"))
        names = [name for name in (await connection.execute(TABLES)).scalars() if name not in LEFT_OUT]
        every = " UNION ALL ".join(
            f"SELECT '{name}', count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"  # noqa: S608
            f" FROM p_treiz.{name} t"
            for name in names
        )
        return {name: (rows, digest) for name, rows, digest in await connection.execute(text(every))}


async def nothing_is(owner: AsyncEngine) -> bool:
    """No row in the registry, no schema."""
    async with owner.connect() as connection:
        rows = await connection.execute(
            text("SELECT slug FROM public.programmes UNION ALL SELECT nspname FROM pg_namespace WHERE nspname ~ '^p_'")
        )
        return not rows.all()


LIVELY: Final = (
    r"""
    INSERT INTO people (id, email, name, language, made_at)
    VALUES (gen_random_uuid(), 'zoe@exemple.fr', E'Zoé "x", \\N\n\\.\n\t;é', 'fr', now())
    """,
    r"""
    INSERT INTO visits (hash, person_id, browser, begun_at, seen_at, ends_at)
    SELECT '\x01', id, '', now(), now(), now() FROM people
    """,
    r"""
    INSERT INTO shop_photos
    (id, shop_id, large, small, width, height, small_width, small_height, added_by, added_at)
    SELECT gen_random_uuid(), id, '\x00ff0a0d22', '\xfe', 1, 1, 1, 1, '', now() FROM shops LIMIT 1
    """,
)
"""Text and bytes that a careless reader trips over."""


async def test_books_read_back_elsewhere_are_the_same_and_live_on(
    world: World, empty: Database, there: AsyncEngine, lived: Lived, tmp_path: Path
) -> None:
    town = await world.town()
    async with town.sessions.begin() as session:
        await close_month(session, Period.month(f"{LAST_MONTH:%Y-%m}"), by="op", at=THEN + timedelta(days=60))
        await keys.rotate(session, programme=town.registered.id, masters=[OUR_MASTER], at=THEN)
    await world.as_owner(*LIVELY)
    path, again, phrase = (tmp_path / name for name in ("treiz.obole", "again.obole", "phrase"))
    phrase.write_text(PASSPHRASE + "\nsomething else\n")
    told = await typed(world.database, SECRETS, "programme", "export", "treiz", path, answers=2)
    assert "keep it as you keep a backup" in told.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = await fingerprint(world.owner)
    into = ("programme", "import", path, "--passphrase-file", phrase)
    said = json.loads((await typed(empty, OTHER_MASTER.decode(), *into, "--json")).stdout)
    assert await fingerprint(there) == before
    assert before["transfers"][0] == said["transfers"] > 30
    assert before["accounting_lines"][0] > 20
    assert before["people"][0] == before["shop_photos"][0] == 1
    assert "There is a programme" in (await typed(empty, OTHER_MASTER.decode(), *into, exits=1)).stderr
    await _keys_are_ours(world, there)
    await _guards_hold(there)
    await _written_again_is_the_same(path, empty, again)
    async with a_world(empty, lived, tmp_path, secrets=OTHER_MASTER.decode()) as elsewhere:
        till, operator = await elsewhere.door("till"), await elsewhere.door("operator")
        assert (await elsewhere.town()).registered == town.registered
        assert (await till.redeem(world.treiz.fresh[0].code, 1250)).status_code == 201
        problem(await till.redeem(world.treiz.vouchers["spent"].code, 1), 409)
        found = (await operator.get("/audit")).json()
        assert (found["agrees"], found["transfers"]) == (True, said["transfers"] + 1)


async def typed(database: Database, secrets: str, *words: object, answers: int = 0, exits: int = 0) -> Result:
    """Type a command at an installation, and the passphrase as often as it is asked for."""
    environment = {
        "OBOLE_SECRETS": secrets, "LC_ALL": "en_US.UTF-8",
        "OBOLE_DATABASE_URL": database.owner.render_as_string(hide_password=False),
    }  # fmt: skip
    line, answered = [str(word) for word in words], f"{PASSPHRASE}\n" * answers
    done = await asyncio.to_thread(CliRunner().invoke, app, line, env=environment, input=answered)
    assert done.exit_code == exits, (done.output, done.exception)
    return done


async def _keys_are_ours(world: World, there: AsyncEngine) -> None:
    """The same keys, opened by the new master secret alone, which can carry them on."""
    programme = (await world.town()).registered.id
    async with (await world.town()).sessions.begin() as session:
        ours = await keys.key_ring(session, programme=programme, masters=[OUR_MASTER])
    async with sessions_of(there, schema="p_treiz").begin() as session:
        assert await keys.key_ring(session, programme=programme, masters=[OTHER_MASTER]) == ours
        with pytest.raises(NoUsableCodeKey):
            await keys.key_ring(session, programme=programme, masters=[OUR_MASTER])
        carried = await keys.generations(session, programme=programme, masters=[OTHER_MASTER])
    assert [(one.number, one.secret) for one in carried] == [(at, key.secret) for at, key in ours.keys.items()]
    assert len(carried) == 2


async def _guards_hold(there: AsyncEngine) -> None:
    for statement in (
        "UPDATE p_treiz.transfers SET amount = 1", "DELETE FROM p_treiz.code_keys", "TRUNCATE p_treiz.outcomes",
        "UPDATE p_treiz.accounts SET credits_posted = debits_posted - 1 WHERE kind = 'voucher'",
        "SET LOCAL ROLE obole_runtime; UPDATE p_treiz.buyers SET id = id",
    ):  # fmt: skip
        with pytest.raises(DBAPIError):
            async with there.begin() as connection:
                await connection.execute(text(statement))


async def _written_again_is_the_same(path: Path, empty: Database, again: Path) -> None:
    """Archived there, every part is the same to the byte."""
    await exported(empty, again, master=OTHER_MASTER)
    first, second = (manifest.read(entry(one.read_bytes(), manifest.NAME)) for one in (path, again))
    assert first.parts == second.parts


async def test_an_archive_holds_no_secret_and_no_visit(made: Made) -> None:
    with ZipFile(io.BytesIO(made.content)) as archive:
        names = archive.namelist()
        everything = b"".join(archive.read(name) for name in names)
    assert not [name for name in names for left in LEFT_OUT if left in name]
    assert OUR_MASTER not in everything
    for one in made.said.code_keys:
        assert len(one.wrapped) == 128
    assert "tables/transfers.csv" in names


def kept(folder: Path, content: bytes) -> Path:
    path = folder / "archive"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("damage", DAMAGES)
async def test_an_archive_that_is_not_as_it_was_made_is_refused_and_nothing_is_written(
    damage: str, made: Made, there: AsyncEngine, tmp_path: Path
) -> None:
    spoil, refusal = DAMAGES[damage]
    spoiled = spoil(made.content)
    assert spoiled != made.content
    with pytest.raises(refusal):
        await read_back(there, kept(tmp_path, spoiled))
    assert await nothing_is(there)


async def test_other_books_than_were_archived_are_refused(made: Made) -> None:
    told = made.said.audit
    sums = Money(told.debits), Money(told.credits)
    same = Audit(told.accounts, told.transfers, *sums, RingFence(Money(0), Money(0)), ())
    importing.refuse_unproved(made.said, same)
    for changes in ({"accounts": 1}, {"transfers": 1}, {"debits": Money(1)}, {"credits": Money(1)}):
        with pytest.raises(BooksNotTheSame):
            importing.refuse_unproved(made.said, replace(same, **changes))
    with pytest.raises(BooksNotProved):
        importing.refuse_unproved(made.said, replace(same, findings=(Finding("totals", "books", None, "amiss"),)))


async def test_another_passphrase_opens_nothing(made: Made, there: AsyncEngine, tmp_path: Path) -> None:
    with pytest.raises(PassphraseWrong):
        await read_back(there, kept(tmp_path, made.content), passphrase=PASSPHRASE + "s")
    assert await nothing_is(there)


async def test_two_imports_at_once_make_one_programme(made: Made, there: AsyncEngine, tmp_path: Path) -> None:
    path = kept(tmp_path, made.content)
    both = (read_back(there, path, passphrase=typed) for typed in (PASSPHRASE, f"  {PASSPHRASE}\n"))
    told = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one).__name__ for one in told) == ["ProgrammeExists", "TakenIn"]
    async with sessions_of(there, schema="public").begin() as session:
        assert [one.slug for one in await programmes(session)] == ["treiz"]


async def test_what_cannot_be_exported_leaves_no_file(world: World, tmp_path: Path) -> None:
    path = tmp_path / "treiz.obole"
    with pytest.raises(PassphraseTooShort):
        await exported(world.database, path, passphrase="  quinze lettres ")  # noqa: S106
    with pytest.raises(ProgrammeUnknown):
        await exported(world.database, path, slug="lyon")
    await world.as_owner("SET session_replication_role = replica", "UPDATE transfers SET document = 'x'")
    with pytest.raises(BooksNotProved):
        await exported(world.database, path)
    assert not path.exists()
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        await exported(world.database, path)
    assert path.read_text() == "mine"
