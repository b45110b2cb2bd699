"""What a shop says of itself: kept within bounds, one shop's never another's; photos drawn anew."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from ledger.ids import new_id
from merchants.pictures import PictureTooLarge, redraw_photo
from merchants.shops.errors import ShopUnknown
from merchants.street import photos, profile
from merchants.street.errors import (
    ClosuresTooMany,
    PageFieldMalformed,
    PhoneMalformed,
    PhotosTooMany,
    PhotoUnknown,
    WebsiteMalformed,
)
from merchants.street.hours import CLOSURES_MOST, Closure, read_day
from merchants.street.photos import PhotoView
from merchants.street.profile import ProfileView
from tests.given import Town

SAYS = {
    "craft": "Pain au levain depuis 1987", "story": "Un four.\n\n\n\nDeux  mains.\n", "phone": "+33 4 91 00 00 00",
    "website": "Fournil.example/nous",
}  # fmt: skip


def a_picture(width: int = 1600, height: int = 1200, *, mode: str = "RGB", form: str = "JPEG") -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert(mode).save(out, form)
    return out.getvalue()


async def tell(town: Town, **says: str) -> ProfileView:
    return await town.do(
        lambda session: profile.tell_story(session, town.till.shop, **{**SAYS, **says}, actor="op", at=town.at)
    )


async def show(town: Town, *, shop: int = 0, alt: str = "La vitrine") -> PhotoView:
    drawn = redraw_photo(a_picture(600, 400))
    return await town.do(
        lambda session: photos.add_photo(session, town.tills[shop].shop, drawn, alt=alt, actor="op", at=town.at)
    )


async def test_a_shop_tells_its_story_and_changes_it(town: Town) -> None:
    before = await town.do(lambda session: profile.profile(session, town.till.shop))
    assert not before.says_something
    told = await tell(town)
    assert told.story == "Un four.\n\nDeux mains."
    assert (told.phone, told.website) == ("04 91 00 00 00", "https://fournil.example/nous")
    hours = await town.do(
        lambda session: profile.set_hours(
            session, town.till.shop, week=read_day(1, "9h-12h"), note="Sauf en août", actor="op", at=town.at
        )
    )
    assert hours.craft == told.craft
    assert hours.hours.note == "Sauf en août"
    assert (await tell(town, craft="")).hours == hours.hours
    others = await town.do(lambda session: profile.profiles_by_id(session, [one.shop for one in town.tills]))
    assert [one.says_something for one in others.values()] == [True, False, False]
    with pytest.raises(ShopUnknown):
        await town.do(lambda session: profile.tell_story(session, new_id(), **SAYS, actor="op", at=town.at))


@pytest.mark.parametrize(
    ("says", "refused"),
    [
        ({"craft": "x" * 91}, PageFieldMalformed), ({"craft": "a\u202eb"}, PageFieldMalformed),
        ({"story": "x" * 2_001}, PageFieldMalformed), ({"story": "a\x07b"}, PageFieldMalformed),
        ({"phone": "appelez-moi"}, PhoneMalformed), ({"phone": "123"}, PhoneMalformed),
        ({"phone": "٠٤٩١٠٠٠٠٠٠"}, PhoneMalformed),
        ({"website": "javascript://x.example/%0aalert(1)"}, WebsiteMalformed),
        ({"website": "localhost"}, WebsiteMalformed),
        ({"website": "http://10.0.0.1/"}, WebsiteMalformed), ({"website": "https://a@b.example"}, WebsiteMalformed),
        ({"website": 'https://x.example/"><script>'}, WebsiteMalformed),
        ({"website": "ftp://x.example"}, WebsiteMalformed),
    ],
)  # fmt: skip
async def test_what_cannot_be_shown_is_refused(town: Town, says: dict[str, str], refused: type[Exception]) -> None:
    with pytest.raises(refused):
        await tell(town, **says)
    assert not (await town.do(lambda session: profile.profile(session, town.till.shop))).says_something


async def test_closures_that_are_over_are_forgotten_and_there_are_thirty_at_most(town: Town) -> None:
    today = date(2026, 10, 5)

    async def close(first: int, days: int = 0) -> ProfileView:
        closure = Closure(today + timedelta(days=first), today + timedelta(days=first + days))
        return await town.do(
            lambda session: profile.close_on(session, town.till.shop, closure, today=today, actor="op", at=town.at)
        )

    assert (await close(-3, 1)).hours.closures == ()
    assert len((await close(-3, 4)).hours.closures) == 1
    for day in range(10, 10 + CLOSURES_MOST - 1):
        found = await close(day)
    with pytest.raises(ClosuresTooMany):
        await close(100)
    assert (await close(10)).hours == found.hours  # the same once more is no other
    first = found.hours.closures[0]
    opened = await town.do(
        lambda session: profile.open_after_all(session, town.till.shop, first, actor="op", at=town.at)
    )
    assert first not in opened.hours.closures


async def test_a_shop_shows_six_photos_in_its_own_order(town: Town) -> None:
    shown = [await show(town, alt=f"Photo {number}") for number in range(photos.PHOTOS_MOST)]
    with pytest.raises(PhotosTooMany):
        await show(town)
    other = await show(town, shop=1)
    for theirs in (photos.show_first, photos.remove_photo):
        with pytest.raises(PhotoUnknown):
            await town.do(lambda session, act=theirs: act(session, town.till.shop, other.id))
    await town.do(lambda session: photos.show_first(session, town.till.shop, shown[3].id))
    await town.do(lambda session: photos.remove_photo(session, town.till.shop, shown[0].id))
    found = (await town.do(lambda session: photos.photos_of(session, [town.till.shop])))[town.till.shop]
    assert [one.alt for one in found] == ["Photo 3", "Photo 1", "Photo 2", "Photo 4", "Photo 5"]
    shop, small = await town.do(lambda session: photos.pixels(session, shown[3].id, small=True))
    assert shop == town.till.shop
    with Image.open(BytesIO(small)) as image:
        assert (image.format, image.size) == ("JPEG", (480, 320))
    with pytest.raises(PhotoUnknown):
        await town.do(lambda session: photos.pixels(session, shown[0].id, small=False))


def test_a_photo_is_drawn_anew_without_what_it_knew() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Camera of somebody", 6
    out = BytesIO()
    Image.new("RGB", (4_000, 3_000), "#336699").save(out, "JPEG", exif=exif)
    drawn = redraw_photo(out.getvalue())
    assert (drawn.width, drawn.height) == (960, 1_280)
    assert (drawn.small_width, drawn.small_height) == (360, 480)
    assert b"Camera" not in drawn.large + drawn.small
    clear = redraw_photo(a_picture(20, 10, mode="LA", form="PNG"))
    with Image.open(BytesIO(clear.large)) as image:
        assert image.mode == "RGB"


def test_a_photo_of_forty_megapixels_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(PictureTooLarge) as refused:
        redraw_photo(a_picture(8_000, 5_000, mode="L", form="PNG"))
    assert (refused.value.unit, refused.value.found) == ("pixels", 40_000_000)


async def test_only_photos_may_be_deleted(town: Town) -> None:
    await tell(town)
    with pytest.raises(ProgrammingError, match="permission denied"):
        await town.do(lambda session: session.execute(text("DELETE FROM p_treiz.shop_pages")))
