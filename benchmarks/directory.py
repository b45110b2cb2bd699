"""The directory at 2,000 shops: pages as people ask for them, beside the bare query that finds the same shops.

A page is asked over HTTP, one after the other, of a server as `obole run` starts it: what a visitor waits for, less the
way there. The bare query is one ``SELECT`` of the same two dozen names on a connection of its own, with nothing of
Obole around it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median, quantiles
from typing import Final

import httpx
import psycopg
from psycopg import sql
from stdnum import luhn

from benchmarks.ground import SHOPS as ALREADY
from benchmarks.ground import SLUG, Ground
from benchmarks.serving import serving
from merchants.shops import registering
from merchants.shops.checking import check_shop
from merchants.shops.judging import NewShop
from merchants.street import profile
from merchants.street.hours import read_day

SHOPS: Final = 2_000
GOAL: Final = 100.0
"""Milliseconds that a search may take at the server."""

EACH: Final = 40
"""Times that each search is asked in a round."""

PARTS: Final = (
    ("Boulangerie", "10.71C"), ("Librairie", "47.61Z"), ("Bar", "56.30Z"), ("Restaurant", "56.10A"),
    ("Fleurs", "47.76Z"), ("Mode", "47.71Z"), ("Boucherie", "47.22Z"), ("Cave", "47.25Z"), ("Coiffure", "96.02A"),
    ("Savonnerie", "20.42Z"), ("Bijoux", "47.77Z"), ("Primeur", "47.21Z"),
)  # fmt: skip
NAMES: Final = (
    "du Port", "des Accoules", "Saint-Victor", "de la Plaine", "Mirabeau", "d'Épices", "Cézanne", "du Panier", "Nina",
    "Marius", "Fanny", "de l'Œuvre", "des Sœurs", "Vauban", "Pagnol", "Longchamp",
)  # fmt: skip
PLACES: Final = (
    ("13001", "Marseille"), ("13004", "Marseille"), ("13006", "Marseille"), ("13100", "Aix-en-Provence"),
    ("13400", "Aubagne"), ("13200", "Arles"), ("13260", "Cassis"), ("13600", "La Ciotat"), ("13500", "Martigues"),
)  # fmt: skip
HOURS: Final = ("7-13, 15-19", "9-12:30, 14-19", "10-19", "18-2", "12-14, 19-23")

Tell = Callable[[str], None]


class DirectoryDiffers(Exception):
    """A page did not show what it was asked for: the figures would mean nothing."""


@dataclass(slots=True)
class Searched:
    """One kind of search. Seconds of each page and of each bare query, all rounds together.

    ``processor`` is what a page took of the server's processor, round by round: it is the same on a busy machine.
    """

    name: str
    asked: dict[str, str]
    near: bool = False
    pages: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    found: int = 0

    @property
    def p50(self) -> float:
        """Milliseconds of the page in the middle."""
        return median(self.pages) * 1e3

    @property
    def p95(self) -> float:
        """Milliseconds that nineteen pages of twenty stay under."""
        return quantiles(self.pages, n=20)[-1] * 1e3

    @property
    def bare_p50(self) -> float:
        """Milliseconds of the bare query in the middle."""
        return median(self.bare) * 1e3


@dataclass(slots=True)
class Directory:
    """What was measured."""

    shops: int
    searches: tuple[Searched, ...] = (
        Searched("all shops", {}),
        Searched("a word of the name", {"q": "cezanne"}),
        Searched("two words and a place", {"q": "boulangerie epices", "place": "Marseille|13001"}),
        Searched("a word with a slip", {"q": "librarie"}),
        Searched("a word that nobody has", {"q": "xylophonebasson"}),
        Searched("a trade, open now", {"trade": "bread", "open": "now"}),
        Searched("near me", {"lat": "43.296", "lon": "5.374"}, near=True),
        Searched("a shop's page", {}),
    )


async def measure(ground: Ground, *, rounds: int, tell: Tell) -> Directory:
    """Measure in rounds, each search so many times with the bare query beside it.

    :raises DirectoryDiffers:
    """
    found = Directory(SHOPS)
    siret = await _fill(ground)
    with serving(ground.home) as server:
        headers = {"accept": "text/html", "accept-language": "fr", "origin": server.address}
        with (
            httpx.Client(base_url=server.address, headers=headers, timeout=30, trust_env=False) as client,
            psycopg.connect(_conninfo(ground), autocommit=True) as connection,
        ):
            for number in range(1, rounds + 1):
                for one in found.searches:
                    before = server.seconds_used()
                    _search(client, connection, ground, one, siret)
                    one.processor.append((server.seconds_used() - before) / (EACH + 1))
                slowest = max(found.searches, key=lambda one: one.p95)
                tell(f"round {number}: slowest is {slowest.name}, p95 {slowest.p95:.1f} ms")
    return found


def _search(
    client: httpx.Client, connection: psycopg.Connection[tuple[object, ...]], ground: Ground, one: Searched, siret: str
) -> None:
    path = f"/{SLUG}/shops" + (f"/{siret}" if one.name == "a shop's page" else "")
    for number in range(EACH + 1):
        started = time.perf_counter()
        answer = client.post(path, data=one.asked) if one.near else client.get(path, params=one.asked)
        took = time.perf_counter() - started
        if answer.status_code != 200:
            raise DirectoryDiffers(f"{one.name}: {answer.status_code}")
        if number:  # the first one of a kind warms up what is made once
            one.pages.append(took)
            one.bare.append(_bare(connection, ground, one))
    one.found = answer.text.count('class="front-name"')
    wanted = 0 if one.name in {"a word that nobody has", "a shop's page"} else 1
    if (one.found > 0) != bool(wanted) and one.name != "a trade, open now":
        raise DirectoryDiffers(f"{one.name}: {one.found} shops")


def _bare(connection: psycopg.Connection[tuple[object, ...]], ground: Ground, one: Searched) -> float:
    """Seconds of one query that finds two dozen such shops by name."""
    word = one.asked.get("q", "").upper().split(" ")[0]
    statement = sql.SQL(
        "SELECT id, siret, name, street, postcode, commune FROM {} WHERE status = 'accepted' AND sought LIKE %s"
        " ORDER BY sought LIMIT 24"
    ).format(sql.Identifier(ground.town.registered.schema, "shops"))
    started = time.perf_counter()
    connection.execute(statement, [f"%{word}%"]).fetchall()
    return time.perf_counter() - started


def _conninfo(ground: Ground) -> str:
    return ground.database.runtime.set(drivername="postgresql").render_as_string(hide_password=False)


async def _fill(ground: Ground) -> str:
    """Invented shops beside those that are there, until there are two thousand, most of them with their hours.

    :returns: the SIRET of one of them
    """
    chance = random.Random(13)
    new = invented(SHOPS - ALREADY, chance)
    at = datetime.now(UTC)
    async with ground.town.sessions.begin() as session:
        for shop in await registering.register_all(session, new, actor="bench", at=at):
            await registering.set_status(session, shop, "accepted", actor="bench", at=at)
            if chance.random() < 0.8:
                day = chance.choice(HOURS)
                week = [span for weekday in range(6) for span in read_day(weekday, day)]
                await profile.set_hours(session, shop, week=week, note="", actor="bench", at=at)
    return new[0].siret


def invented(count: int, chance: random.Random | None = None) -> list[NewShop]:
    """Shops of all trades in the towns of the département; the same in each run."""
    chance = chance or random.Random(13)
    return [_shop(chance, number) for number in range(count)]


def _shop(chance: random.Random, number: int) -> NewShop:
    trade, naf = chance.choice(PARTS)
    postcode, commune = chance.choice(PLACES)
    body = f"552100554{number:04d}"
    return check_shop(
        {
            "siret": body + str(luhn.calc_check_digit(body)), "sign": f"{trade} {chance.choice(NAMES)}", "naf": naf,
            "street": f"{chance.randrange(1, 90)} rue {chance.choice(NAMES)}", "postcode": postcode, "commune": commune,
            "latitude": f"{43.2 + chance.random() / 2:.5f}", "longitude": f"{5 + chance.random() / 2:.5f}",
        }
    )  # fmt: skip


def slowest(searches: Sequence[Searched]) -> float:
    """The highest of their p95, in milliseconds."""
    return max(one.p95 for one in searches)
