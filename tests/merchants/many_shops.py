"""Towns with more shops than those that are founded, all of them spending on several days."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from stdnum import luhn

from ledger.errors import Refusal
from merchants.shops import registering
from merchants.shops.checking import check_shop
from tests.given import Town
from tests.till import Paper

PLACE: Final = {"street": "1 rue Paradis", "postcode": "13001", "commune": "Marseille", "naf": "56.30Z"}


async def open_shops(town: Town, number: int) -> None:
    """Let so many more shops accept, each with a till."""
    new = [check_shop({**PLACE, "siret": siret(at), "sign": f"Commerce {at}"}) for at in range(number)]
    shops = await town.do(lambda session: registering.register_all(session, new, actor="op", at=town.at))
    await town.do(lambda session: registering.set_statuses(session, shops, "accepted", actor="op", at=town.at))
    for shop in shops:
        await town.open_till(shop)


def siret(number: int) -> str:
    """A SIRET of nobody: both its SIREN and itself end in a check digit."""
    siren = f"7{number:07d}"
    siren += luhn.calc_check_digit(siren)
    return f"{siren}0001{luhn.calc_check_digit(f'{siren}0001')}"


async def spend_daily(town: Town, voucher: Paper, *, days: int) -> None:
    """Every till takes something different on each of so many days, at the end of which it stands."""
    for day in range(days):
        asked = [till.asks(voucher, f"{1 + at + day},{at:02d}") for at, till in enumerate(town.tills)]
        assert not [one for one in await town.redeem_many(asked) if isinstance(one, Refusal)]
        town.at += timedelta(days=1)
