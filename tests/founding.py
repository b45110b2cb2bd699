"""Towns that stand already: each kind is founded once in a run, and tests are lent clones of the database it stands in.

To found one takes a dozen transactions, which is more than most tests do themselves.
"""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, TypeVar
from uuid import UUID

import fasteners
from sqlalchemy import URL, text

from api.engines import runtime_engine
from api.settings import Settings
from ledger.database import Sessions, sessions_of
from tests import HOME, databases
from tests.given import Town, a_town
from tests.till import Till
from tests.vouchers.orders.given import OrderTown, an_order_town

FOLDER: Final = HOME / "founded"
KEPT: Final = "secret"
"""The file of an installation's master secret, under its home: all towns are founded with the same."""

SomeTown = TypeVar("SomeTown", Town, OrderTown)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in a database before a test begins: a town with shops; if it sells, with a fee and a bank account."""

    shops: int
    sells: bool = False

    @property
    def template(self) -> str:
        """The database that is cloned."""
        return f"obole_{'selling' if self.sells else 'town'}_{self.shops}"


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a town is made of, but for its database and its home."""

    fields: Mapping[str, Any]
    tills: tuple[tuple[UUID, UUID], ...]


_KNOWN: Final[dict[Standing, _Facts]] = {}


async def founded(cluster: URL, standing: Standing) -> str:
    """Found it, if no process of this run did yet.

    :returns: the name of the template in which it stands
    """
    if standing not in _KNOWN:
        FOLDER.mkdir(exist_ok=True)
        facts = FOLDER / standing.template
        with fasteners.InterProcessLock(FOLDER / "founding"):
            if not facts.exists():
                facts.write_bytes(pickle.dumps(await _found(cluster, standing)))
        _KNOWN[standing] = pickle.loads(facts.read_bytes())  # noqa: S301 - of this run's own making
    return standing.template


def lent(kind: type[SomeTown], standing: Standing | None, sessions: Sessions, settings: Settings) -> SomeTown:
    """The town that stands in a test's database, which is a clone of its template."""
    assert standing is not None
    secret = settings.home / KEPT
    assert not secret.exists(), "the home has a secret of its own already"
    shutil.copy(FOLDER / KEPT, secret)
    facts = _KNOWN[standing]
    town = kind(sessions=sessions, settings=settings, **facts.fields)
    town.tills = [Till(town, till, shop) for till, shop in facts.tills]
    return town


async def _found(cluster: URL, standing: Standing) -> _Facts:
    await databases.leave(cluster, databases.TEMPLATE)
    async with databases.administering(cluster) as connection:
        await connection.execute(text(f"CREATE DATABASE {standing.template} TEMPLATE {databases.TEMPLATE}"))
    settings = Settings(home=FOLDER, jobs=False)
    found = an_order_town if standing.sells else a_town
    async with runtime_engine(databases.at(cluster, standing.template), settings) as engine:
        town = await found(sessions_of(engine, schema=databases.PROGRAMMES["treiz"]), settings, shops=standing.shops)
    kept = {
        one.name: getattr(town, one.name) for one in fields(town) if one.name not in {"sessions", "settings", "tills"}
    }
    return _Facts(kept, tuple((till.id, till.shop) for till in town.tills))
