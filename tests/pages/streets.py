"""A street for the tests of public pages: shops of several trades, some of which say much of themselves, campaigns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any, Final, TypeVar
from uuid import UUID

from PIL import Image, ImageDraw
from sqlalchemy.ext.asyncio import AsyncSession
from stdnum import luhn  # type: ignore[import-untyped]

from api import clock
from api.installation import Town, in_transaction
from ledger.days import day_of
from ledger.money import Money
from merchants import pictures
from merchants.shops import registering
from merchants.shops.checking import check_shop
from merchants.street import photos, profile
from merchants.street.hours import read_day
from tests.pages.given import Live
from vouchers import buyers, funders
from vouchers.campaigns import planning, taking_part
from vouchers.campaigns.promises import Promise
from vouchers.funders import NewFunder

Answer = TypeVar("Answer")

SHOPS: Final = (
    # name, NAF, street, postcode, commune, latitude, longitude
    ("Au Pain d'Épices", "10.71C", "3 rue d'Aubagne", "13001", "Marseille", "43.2960", "5.3790"),
    ("LIBRAIRIE DE L'OEUVRE", "47.61Z", "12 cours Mirabeau", "13100", "Aix-en-Provence", "43.5263", "5.4474"),
    ("BAR DES SOEURS", "56.30Z", "1 quai des Belges", "13001", "Marseille", "43.2951", "5.3740"),
    ("La Criée d'Yvette", "47.23Z", "8 place Joseph Étienne", "13007", "Marseille", "43.2850", "5.3610"),
    ("Chez Toto", "56.10A", "9 rue de la République", "13400", "Aubagne", "43.2927", "5.5708"),
    ("Fleurs & Cie", "47.76Z", "2 boulevard Sakakini", "13004", "Marseille", "43.3020", "5.4010"),
    ("Fil à Fil", "47.71Z", "21 rue Francis Davso", "13001", "Marseille", "43.2938", "5.3765"),
    ("Coiffure Nina", "96.02A", "4 avenue Pasteur", "13100", "Aix-en-Provence", "", ""),
)
STORY: Final = (
    "Ma grand-mère a ouvert cette boutique en 1962, avec un four à bois et une seule recette de pain.\n\n"
    "Aujourd'hui nous sommes quatre à pétrir la nuit, avec de la farine des moulins de Haute-Provence. Le pain"
    " d'épices, lui, n'a pas changé : miel de lavande, orange confite, et trois jours de patience."
)
SECRET: Final = {
    "email": "patronne@exemple.fr",
    "legal_name": "DUPONT Yvette EI",
    "iban": "FR7630006000011234567890189",
}
"""What nobody may read of a shop."""


def siret(number: int) -> str:
    """A SIRET of a business that has many establishments."""
    body = f"552100554{number:04d}"
    return body + str(luhn.calc_check_digit(body))


@dataclass(slots=True)
class Street:
    """A programme and its shops, in the order of ``SHOPS``."""

    live: Live
    town: Town
    at: datetime
    shops: list[UUID] = field(default_factory=list)

    async def do(self, work: Callable[[AsyncSession], Awaitable[Answer]]) -> Answer:
        return await in_transaction(self.town.sessions, work)

    @property
    def today(self) -> date:
        return day_of(self.at)

    async def funder(self, paid: str = "500,00") -> UUID:
        async def work(session: AsyncSession) -> UUID:
            made = await funders.register_funder(session, NewFunder("Ville de Marseille"), at=self.at)
            await buyers.pay_in(session, made.id, Money.of(paid), at=self.at)
            return made.id

        return await self.do(work)

    async def campaign(self, promise: Promise, *, shops: int = 4) -> UUID:
        """Published, with the first shops in it."""

        async def work(session: AsyncSession) -> UUID:
            made = await planning.plan(session, promise, actor="test", at=self.at)
            await taking_part.join(session, made.id, self.shops[:shops], actor="test", at=self.at)
            await planning.publish(session, made.id, actor="test", at=self.at)
            return made.id

        return await self.do(work)

    async def top_up(self, **other: Any) -> Promise:
        """Running since yesterday, for two weeks more: ten per cent of what is spent."""
        sound = Promise(
            "Tu es l'amour de ma ville", "top_up", self.today - timedelta(days=1), self.today + timedelta(days=14),
            theme="Cet automne, vos achats vous le rendent bien.", story=STORY, funder=await self.funder(),
            budget=Money.of("200"), rate_bp=1_000, most_per_voucher=Money.of("5"),
        )  # fmt: skip
        return replace(sound, **other)


async def a_street(live: Live) -> Street:
    """Eight shops that accept; the first tells everything of itself, the third says when it is open."""
    town = await live.town()
    async with town.sessions() as session:
        street = Street(live, town, await clock.now(session))
    for number in range(len(SHOPS)):
        await _open(street, number)
    await street.do(lambda session: _tell(session, street))
    return street


async def _open(street: Street, number: int) -> None:
    sign, naf, address, postcode, commune, latitude, longitude = SHOPS[number]
    new = check_shop(
        {
            "siret": siret(number), "sign": sign, "naf": naf, "street": address, "postcode": postcode,
            "commune": commune, "latitude": latitude, "longitude": longitude, **SECRET,  # type: ignore[dict-item]
        }
    )  # fmt: skip

    async def work(session: AsyncSession) -> UUID:
        made = await registering.register(session, new, actor="test", at=street.at)
        await registering.set_status(session, made.id, "accepted", actor="test", at=street.at)
        return made.id

    street.shops.append(await street.do(work))


async def _tell(session: AsyncSession, street: Street) -> None:
    bakery, bar, at = street.shops[0], street.shops[2], street.at
    await profile.tell_story(
        session, bakery, craft="Pain au levain depuis 1962", story=STORY, phone="0491000000",
        website="https://pain.exemple.fr", actor="test", at=at,
    )  # fmt: skip
    always = [span for weekday in range(7) for span in read_day(weekday, "0-24")]
    await profile.set_hours(session, bakery, week=always, note="Levain prêt à 7 h", actor="test", at=at)
    week = [span for weekday in range(5) for span in read_day(weekday, "18-2")]
    await profile.set_hours(session, bar, week=week, note="", actor="test", at=at)
    for colour in ("#c98b4a", "#7d9a5b"):
        await photos.add_photo(
            session, bakery, pictures.redraw_photo(_painting(colour)), alt="Une vitrine", actor="test", at=at
        )


def _painting(colour: str) -> bytes:
    image = Image.new("RGB", (1200, 800), colour)
    pen = ImageDraw.Draw(image)
    for x in range(100, 1200, 220):
        pen.ellipse((x, 300, x + 180, 480), fill="#f3d9a4", outline="#7a4b1d", width=8)
    out = BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()
