"""Holders at their pages: a town that is alive today, letters that arrive, the links in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import httpx
from PIL import Image

from api import clock
from api.email import outbox
from api.jobs.holders import send_holder_letters
from tests.given import Town
from tests.pages.given import Live
from tests.scanner import scan
from tests.till import Paper
from vouchers import buyers, codes
from vouchers.codes import Code

BUYER: Final = "Savonnerie du Port"
ANNE: Final = "anne@famille.example"
BORIS: Final = "boris@ailleurs.example"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A letter in somebody's mailbox."""

    to: str
    subject: str
    plain: str

    @property
    def link(self) -> str:
        """The path of the link in it that lets one do something."""
        found = re.search(r"/treiz/held/[\w-]{43}", self.plain)
        assert found, self.plain
        return found[0]

    @property
    def vouchers(self) -> list[str]:
        """The paths of the vouchers that it opens."""
        return list(dict.fromkeys(re.findall(r"/v/[\w-]{22}", self.plain)))


async def a_live_town(live: Live) -> Town:
    """The served programme, with a buyer and a shop in it, today."""
    served = await live.town()
    async with served.sessions.begin() as session:
        at = await clock.now(session)
        buyer = await buyers.register_buyer(session, buyers.NewBuyer("company", BUYER), at=at)
    town = Town(served.sessions, live.settings, served.registered.id, served.keys, at, buyer=buyer.id)
    await town.open_shop(0)
    return town


def code_of(town: Town, voucher: Paper) -> Code:
    return codes.derive(town.keys.current, voucher.id)


def path_of(town: Town, voucher: Paper) -> str:
    return f"/v/{code_of(town, voucher).token}"


async def arrived(live: Live) -> list[Arrived]:
    """Send what waits.

    :returns: the letters that came with it, the oldest first
    """
    home = live.settings.home
    before = {one.id for one in outbox.newest(home)}
    await send_holder_letters(live.app.state.installation, await live.town())
    fresh = [one for one in reversed(outbox.newest(home)) if one.id not in before]
    opened = [(one, outbox.opened(home, one.id)) for one in fresh]
    return [Arrived(one.to, one.subject, letter.plain) for one, letter in opened if letter is not None]


async def letter_of(live: Live, asked: httpx.Response) -> Arrived:
    """The one letter that a form brought about."""
    assert asked.status_code == 303, asked.text[:500]
    (letter,) = await arrived(live)
    return letter


def scanned(picture: bytes) -> list[str]:
    """What a scanner reads off a picture."""
    with Image.open(BytesIO(picture)) as image:
        found = scan(image)
    return [one.text for one in found]
