"""How shops come in: by themselves or because they were asked, and never unasked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ledger.ids import new_id
from merchants.joining import applying, charter, establishments, inviting, letters, links
from merchants.joining import invitations as reading
from merchants.joining.applying import ApplicationView, NewApplication
from merchants.joining.errors import (
    ApplicationDecided,
    ApplicationUnknown,
    AskedLately,
    CharterOutdated,
    EstablishmentUnknown,
    InvitationEnded,
    InvitationOpen,
    JoiningLinkSpent,
    LettersEnough,
    ReasonMissing,
    ReminderTooSoon,
    ShopAppliedAlready,
    ShopJoinedAlready,
)
from merchants.joining.invitations import InvitationView, Sending
from merchants.shops import bank_changing, queries, registering
from merchants.shops.checking import NewShop, check_rows, check_shop
from merchants.shops.errors import ShopNotAccepted
from merchants.shops.queries import ShopView
from merchants.shops.reading import read_rows
from tests.given import Town

REAL = Path(__file__).parents[2] / "api" / "demo" / "data" / "shops_13.csv"
IBAN, OTHER_IBAN = "FR7630006000011234567890189", "DE89370400440532013000"
NEW = check_shop({
    "siret": "39043131000031", "sign": "Brasserie de la Plaine", "street": "Rue Saint-Savournin", "postcode": "13005",
    "commune": "Marseille", "naf": "56.30Z", "iban": IBAN,
})  # fmt: skip


async def apply(town: Town, shop: NewShop = NEW, **more: object) -> ApplicationView:
    new = NewApplication(shop, "Jeanne Roux", "jeanne@plaine.example", "fr", charter.VERSION, in_register=True)
    return await town.do(lambda session: applying.apply(session, replace(new, **more), at=town.at))


async def confirm(town: Town, application: ApplicationView) -> ApplicationView:
    return await town.do(lambda session: applying.confirm(session, application.id, at=town.at))


async def accept(town: Town, application: ApplicationView) -> ShopView:
    return await town.do(lambda session: applying.accept(session, application.id, actor="op", at=town.at))


async def decline(town: Town, application: ApplicationView, reason: str = "Hors du centre") -> ApplicationView:
    return await town.do(
        lambda session: applying.decline(session, application.id, reason=reason, actor="op", at=town.at)
    )


async def known(town: Town, siret: str = NEW.siret) -> ShopView | None:
    return await town.do(lambda session: queries.shop_by_siret(session, siret))


async def invite(town: Town, siret: str = NEW.siret) -> InvitationView:
    return await town.do(
        lambda session: inviting.invite(session, siret, email="bar@plaine.example", actor="op", at=town.at)
    )


async def register_establishment(town: Town, shop: NewShop = NEW) -> None:
    await town.do(lambda session: establishments.take_in(session, [shop], at=town.at))


async def sent(town: Town, asked: InvitationView, outcome: Sending = "sent") -> InvitationView:
    """The last letter of an invitation left, or did not."""
    now = await town.do(lambda session: reading.invitation(session, asked.id))
    claimed = await town.do(lambda session: letters.claim(session, now.id, letter=now.letter_id, at=town.at))
    settled = await town.do(
        lambda session: letters.settle(session, now.id, letter=now.letter_id, outcome=outcome, detail="250", at=town.at)
    )
    assert (claimed, settled) == (True, True)
    return await town.do(lambda session: reading.invitation(session, now.id))


async def test_a_shop_that_applies_is_nobodys_until_its_address_is_confirmed_then_waits_then_redeems(
    town: Town,
) -> None:
    asked = await apply(town)
    assert (asked.state, asked.shop, await known(town)) == ("unconfirmed", None, None)
    with pytest.raises(ApplicationDecided):
        await accept(town, asked)
    waiting = await confirm(town, asked)
    assert waiting.state == "waiting"
    assert await confirm(town, asked) == waiting
    shop = await known(town)
    assert shop is not None
    assert (shop.status, shop.iban, shop.email) == ("applied", None, None)
    till = await town.open_till(shop.id)
    voucher = await town.voucher()
    with pytest.raises(ShopNotAccepted):
        await till.redeem(voucher, "5,00 €")
    accepted = await accept(town, asked)
    assert (accepted.status, accepted.iban, accepted.email) == ("accepted", IBAN, "jeanne@plaine.example")
    assert await till.redeem(voucher, "5,00 €")
    with pytest.raises(ApplicationDecided):
        await decline(town, asked)
    events = await town.do(lambda session: queries.events(session, shop.id))
    assert [one.what for one in events] == ["applied", "bank account", "particulars", "accepted"]
    assert events[3].note == f"charter {charter.VERSION}"


async def test_a_declined_shop_has_left_with_a_reason_keeps_no_account_and_may_apply_again(town: Town) -> None:
    asked = await confirm(town, await apply(town))
    for reason in (" ", "x" * 301):
        with pytest.raises(ReasonMissing):
            await decline(town, asked, reason)
    declined = await decline(town, asked)
    assert (declined.state, declined.reason, declined.has_account) == ("declined", "Hors du centre", False)
    shop = await known(town)
    assert shop is not None
    assert (shop.status, shop.iban) == ("left", None)
    again = await confirm(town, await apply(town))
    assert again.shop == shop.id
    assert (await accept(town, again)).status == "accepted"


async def test_who_is_in_need_not_apply_and_one_application_waits_at_a_time(town: Town) -> None:
    with pytest.raises(ShopJoinedAlready):
        await apply(town, replace(NEW, siret="39009842400034"))
    first, second = await apply(town), await apply(town)
    await confirm(town, first)
    with pytest.raises(ShopAppliedAlready):
        await apply(town)
    with pytest.raises(ShopAppliedAlready):
        await confirm(town, second)
    await accept(town, first)
    with pytest.raises(ShopJoinedAlready):
        await confirm(town, second)
    with pytest.raises(CharterOutdated):
        await apply(town, charter="1999-01")
    with pytest.raises(ApplicationUnknown):
        await town.do(lambda session: applying.confirm(session, new_id(), at=town.at))


async def test_another_account_than_the_one_that_is_known_waits_two_days(town: Town) -> None:
    shop = town.till.shop
    await town.do(
        lambda session: registering.set_bank_account(session, shop, iban=OTHER_IBAN, bic=None, actor="op", at=town.at)
    )
    await town.set_status(shop, "left")
    asked = await confirm(town, await apply(town, replace(NEW, siret="39009842400034")))
    accepted = await accept(town, asked)
    assert (accepted.id, accepted.name, accepted.iban) == (shop, NEW.name, OTHER_IBAN)
    (waiting,) = await town.do(bank_changing.waiting)
    assert waiting.shop == shop


async def test_what_nobody_confirms_is_forgotten_after_a_week(town: Town) -> None:
    asked = await apply(town)
    await town.do(
        lambda session: links.keep_link(session, b"h" * 32, ends_at=town.at + applying.KEPT, application=asked.id)
    )
    assert (await town.do(lambda session: links.find_link(session, b"h" * 32, at=town.at))).application == asked.id
    town.at += applying.KEPT + timedelta(seconds=1)
    assert await town.do(lambda session: applying.forget_unconfirmed(session, at=town.at)) == 1
    with pytest.raises(ApplicationUnknown):
        await confirm(town, asked)
    with pytest.raises(JoiningLinkSpent):
        await town.do(lambda session: links.find_link(session, b"h" * 32, at=town.at))


async def test_an_invited_establishment_becomes_a_shop_that_redeems_nothing(town: Town) -> None:
    with pytest.raises(EstablishmentUnknown):
        await invite(town)
    await register_establishment(town)
    asked = await invite(town)
    shop = await known(town)
    assert shop is not None
    assert (shop.id, shop.status) == (asked.shop, "invited")
    assert (asked.standing, asked.letters) == ("queued", 1)
    with pytest.raises(InvitationOpen):
        await invite(town)
    with pytest.raises(ShopJoinedAlready):
        await invite(town, "39009842400034")


async def test_a_shop_is_reminded_twice_at_most_and_not_too_soon(town: Town) -> None:
    await register_establishment(town)
    asked = await invite(town)

    async def remind() -> InvitationView:
        return await town.do(lambda session: inviting.remind(session, asked.id, at=town.at))

    with pytest.raises(ReminderTooSoon):
        await remind()
    await sent(town, asked)
    with pytest.raises(ReminderTooSoon):
        await remind()
    for letters_sent in (2, 3):
        town.at += inviting.BETWEEN
        reminded = await remind()
        assert (reminded.letters, reminded.standing) == (letters_sent, "queued")
        assert reminded.letter_id != asked.letter_id
        await sent(town, asked)
    town.at += inviting.BETWEEN
    with pytest.raises(LettersEnough):
        await remind()


async def test_a_letter_that_did_not_arrive_may_be_sent_to_a_better_address_at_once(town: Town) -> None:
    await register_establishment(town)
    asked = await sent(town, await invite(town))
    assert await town.do(lambda session: letters.bounced(session, asked.letter_id, detail="550 unknown"))
    assert not await town.do(lambda session: letters.bounced(session, new_id(), detail="550 unknown"))
    assert (await town.do(lambda session: reading.invitation(session, asked.id))).standing == "bounced"
    again = await town.do(
        lambda session: inviting.remind(session, asked.id, email="contact@plaine.example", at=town.at)
    )
    assert (again.email, again.standing) == ("contact@plaine.example", "queued")


async def test_a_letter_is_claimed_once_and_doubted_when_its_worker_died(town: Town) -> None:
    await register_establishment(town)
    asked = await invite(town)
    claims = [
        await town.do(lambda session: letters.claim(session, asked.id, letter=asked.letter_id, at=town.at))
        for _ in range(2)
    ]
    assert claims == [True, False]
    assert await town.do(lambda session: letters.queued(session, limit=9)) == []
    town.at += letters.PATIENCE + timedelta(seconds=1)
    assert await town.do(lambda session: letters.doubt_stale(session, at=town.at)) == 1
    assert (await town.do(lambda session: reading.invitation(session, asked.id))).standing == "doubtful"


async def test_an_invitation_is_opened_declined_and_then_left_in_peace_for_half_a_year(town: Town) -> None:
    await register_establishment(town)
    asked = await sent(town, await invite(town))
    opened = await town.do(lambda session: inviting.open_invitation(session, asked.id, at=town.at))
    assert opened.standing == "opened"
    for _ in range(2):
        declined = await town.do(
            lambda session: inviting.decline(session, asked.id, reason=" Pas  maintenant ", at=town.at)
        )
        assert (declined.standing, declined.reason) == ("declined", "Pas maintenant")
    with pytest.raises(InvitationEnded):
        await town.do(lambda session: inviting.remind(session, asked.id, at=town.at))
    town.at += inviting.REST - timedelta(seconds=1)
    with pytest.raises(AskedLately):
        await invite(town)
    town.at += timedelta(seconds=1)
    assert (await invite(town)).standing == "queued"


async def test_an_invitation_ends_by_itself_or_with_the_application(town: Town) -> None:
    await register_establishment(town)
    first = await invite(town)
    await confirm(town, await apply(town, invitation=first.id))
    assert (await town.do(lambda session: reading.invitation(session, first.id))).state == "accepted"
    await register_establishment(town, replace(NEW, siret="32292245700032", name="Un autre"))
    second = await invite(town, "32292245700032")
    town.at += inviting.LASTS
    assert await town.do(lambda session: inviting.expire_due(session, at=town.at)) == 1
    with pytest.raises(InvitationEnded):
        await town.do(lambda session: inviting.open_invitation(session, second.id, at=town.at))
    assert await town.do(reading.counted) == {"accepted": 1, "expired": 1}


async def test_the_register_takes_in_the_real_list_is_searched_and_is_brought_up_to_date(town: Town) -> None:
    good = check_rows(read_rows(REAL.read_bytes()), frozenset()).good
    assert await town.do(lambda session: establishments.take_in(session, good, at=town.at)) == len(good)
    renamed = replace(good[0], name="Chez 100 % Pierre_")
    await town.do(lambda session: establishments.take_in(session, [renamed], at=town.at))
    assert await town.do(establishments.count) == len(good)
    (found,) = await town.do(lambda session: establishments.search(session, "100 % pierre_ forbin", limit=5))
    assert (found.siret, found.name) == (good[0].siret, "Chez 100 % Pierre_")
    assert await town.do(lambda session: establishments.search(session, "nulle part ailleurs", limit=5)) == []
    assert await known(town, good[2].siret) is None  # an establishment is no shop


def test_the_charter_says_the_same_in_both_languages() -> None:
    french, english = charter.CLAUSES["fr"], charter.CLAUSES["en"]
    assert len(french) == len(english) > 4
    assert not {one.text for one in french} & {one.text for one in english}
