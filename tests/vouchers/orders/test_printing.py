"""Sheets of an order: drawn by a job to a file, taken up again, true when they are given, and gone after an hour."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import stat
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pypdfium2 as pdfium
import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from api import clock
from api.engines import Database
from api.installation import Installation, Town
from api.jobs.printing import print_order, tend_printings
from api.printing import SheetsFile, ask_sheets, file_of, folder, path_of
from ledger.database import Sessions
from ledger.formats import Language
from ledger.ids import new_id
from ledger.money import Money
from merchants.pictures import redraw
from merchants.registry import Registered
from tests.databases import PROGRAMMES
from tests.scanner import scan
from tests.till import Paper
from tests.vouchers.orders.given import OrderTown
from vouchers import codes, sheets
from vouchers.errors import NoUsableCodeKey
from vouchers.keys import KeyRing
from vouchers.orders import drafting
from vouchers.orders.drafting import Named
from vouchers.orders.errors import WrongOrderStatus
from vouchers.orders.handing_out import printing
from vouchers.orders.handing_out.links import links_csv
from vouchers.orders.handing_out.printing import NothingToPrint, PrintingNotReady, PrintingUnknown, PrintingView
from vouchers.sheets_pdf import Layout

PEOPLE = (
    Named("Camille Durand", Money.of("20,00"), "camille@savonnerie.example", "M1"),
    Named("=1+1", Money.of("35,00"), None, "-7"),
    Named("Łucja Żółć", Money.of("20,00"), "lucja@savonnerie.example", "M3"),
    Named("Αλέξης & <b>", Money.of("20,00"), None, None),
)
MESSAGE = "Joyeux Noël à toutes et à tous !"


def logo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 160), (200, 60, 40)).save(out, "PNG")
    return out.getvalue()


@dataclass(slots=True)
class Printer:
    """The doors to printing, at the database's own time."""

    orders: OrderTown
    here: Installation
    town: Town
    owner: Sessions

    @property
    def home(self) -> Path:
        return folder(self.here.settings)

    async def issued(self, *lines: tuple[int, str], **new: object) -> UUID:
        """An issued order: three lines, two of them of people, with a message and a logo, unless told otherwise."""
        self.orders.at = await self.read(clock.now)
        if not lines:
            picture = await self.orders.do(
                lambda session: drafting.keep_picture(session, self.orders.buyer, redraw(logo()), at=self.orders.at)
            )
            lines, new = ((2, "50,00"),), {"people": PEOPLE, "message": MESSAGE, "picture": picture, **new}
        return (await self.orders.issued(*lines, **new)).id

    async def ask(self, order: UUID, *, layout: Layout = "eight", language: Language = "fr") -> PrintingView:
        settings = self.here.settings
        return await self.orders.do(
            lambda session: ask_sheets(session, settings, order, layout=layout, language=language, actor="buyer")
        )

    async def run(self, asked: PrintingView) -> PrintingView:
        await print_order(self.here, self.town, asked.id)
        return await self.view(asked)

    async def printed(self, order: UUID, *, layout: Layout = "eight") -> PrintingView:
        return await self.run(await self.ask(order, layout=layout))

    async def tend(self) -> None:
        await tend_printings(self.here, self.town)

    async def view(self, asked: PrintingView) -> PrintingView:
        return await self.read(lambda session: printing.printing(session, asked.id))

    async def file(self, asked: PrintingView, *, order: UUID | None = None) -> SheetsFile:
        return await self.read(
            lambda session: file_of(session, self.here.settings, asked.id, order_id=order or asked.order)
        )

    async def read(self, work: Callable[[AsyncSession], Awaitable[object]]) -> object:
        async with self.orders.sessions() as session:
            return await work(session)

    async def later(self, minutes: int) -> None:
        """Let time pass for all printings."""
        async with self.owner.begin() as session:
            moved = ", ".join(
                f"{name} = {name} - make_interval(mins => {minutes})" for name in ("asked_at", "changed_at")
            )
            await session.execute(text(f"UPDATE {PROGRAMMES['treiz']}.printings SET {moved}"))  # noqa: S608

    def qr_of(self, *papers: Paper) -> list[UUID]:
        """What the QR codes of these vouchers hold, as `codes_in` tells it."""
        key = self.town.keys.current
        return [UUID(bytes=codes.lookups(codes.derive(key, paper.id), key)[0]) for paper in papers]

    def codes_in(self, asked: PrintingView) -> list[UUID]:
        """What the QR codes of a file hold, read as a phone does; each is genuine."""
        found = []
        for page in pdfium.PdfDocument(path_of(self.here.settings, asked.id)):
            picture = page.render(scale=150 / 72).to_pil().convert("L")
            read = scan(picture)
            placed = sorted(read, key=lambda one: (one.position.top_left.y // 100, one.position.top_left.x))
            found += [UUID(bytes=codes.read(one.text, self.town.keys.keys)) for one in placed]
        return found


@pytest.fixture
def printer(orders: OrderTown, engine: AsyncEngine, owner: Sessions) -> Printer:
    registered = Registered(orders.programme, "treiz", PROGRAMMES["treiz"], datetime.now(UTC))
    return Printer(orders, Installation(orders.settings, engine), Town(registered, orders.sessions, orders.keys), owner)


def text_of(path: Path) -> str:
    pages = pdfium.PdfDocument(path)
    return "\n".join(page.get_textpage().get_text_bounded() for page in pages).replace("\u00a0", " ")


async def test_an_order_is_printed_line_by_line_with_names_message_and_logo(printer: Printer) -> None:
    order = await printer.issued()
    asked = await printer.ask(order)
    assert (asked.state, asked.share, asked.finished, asked.of) == ("asked", 0.0, False, 0)
    assert await printer.ask(order) == asked

    ready = await printer.run(asked)
    assert (ready.state, ready.done, ready.of, ready.share, ready.finished) == ("ready", 6, 6, 1.0, True)
    found = await printer.file(ready)
    assert found.name == f"{(await printer.orders.order(order)).number}-sheets.pdf"
    assert stat.S_IMODE(found.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(found.path.parent.stat().st_mode) == 0o700
    assert [path.name for path in printer.home.iterdir()] == [f"{ready.id}.pdf"]

    # Two for nobody, then those of 20,00 € in the order of the list, then the one of 35,00 €.
    assert printer.codes_in(ready) == printer.qr_of(*await printer.orders.vouchers_of(order))
    words = text_of(found.path)
    shown = [words.index(f"Pour {name}") for name in ("Camille Durand", "Łucja Żółć", "Αλέξης & <b>", "=1+1")]
    assert shown == sorted(shown)
    assert words.count("Pour ") == 4
    assert words.count(MESSAGE) == 6
    assert words.count("Offert par Savonnerie du Port") == 6
    assert words.count("20,00 €") == 3

    large = await printer.printed(order, layout="one")
    assert len(pdfium.PdfDocument((await printer.file(large)).path)) == 6
    assert printer.codes_in(large) == printer.codes_in(ready)
    assert [one.id for one in await printer.read(lambda s: printing.printings_of(s, order))] == [large.id, ready.id]
    assert await printer.ask(order) == ready


async def test_sheets_show_what_is_true_when_they_are_asked(printer: Printer) -> None:
    order = await printer.issued((5, "20,00"))
    first, second, third, fourth, fifth = await printer.orders.vouchers_of(order)
    before = await printer.printed(order)
    printer.orders.at = await printer.read(clock.now)

    await printer.orders.till.redeem(first, "20,00 €")
    await printer.orders.till.redeem(second, "12,50 €")
    await printer.orders.block(third)
    heir = await printer.orders.reissue(await printer.orders.reissue(fourth))
    after = await printer.printed(order)
    assert after.id != before.id
    assert printer.codes_in(after) == printer.qr_of(second, heir, fifth)
    assert (after.done, after.of) == (5, 5)
    words = text_of((await printer.file(after)).path)
    assert words.count("7,50 €") == 1
    assert words.count("20,00 €") == 2


async def test_what_is_not_issued_or_has_nothing_left_is_not_printed(printer: Printer) -> None:
    printer.orders.at = await printer.read(clock.now)
    paid = await printer.orders.paid((1, "20,00"))
    with pytest.raises(WrongOrderStatus):
        await printer.ask(paid.id)
    order = (await printer.orders.issue_order(paid.id)).id
    (paper,) = await printer.orders.vouchers_of(order)
    asked = await printer.ask(order)
    await printer.orders.till.redeem(paper, "20,00 €")
    assert (await printer.run(asked)).state == "failed"
    with pytest.raises(NothingToPrint):
        await printer.ask(order)
    assert list(printer.home.iterdir()) == []


async def test_a_job_killed_half_way_is_taken_up_again(printer: Printer, database: Database) -> None:
    order = await printer.issued((1_500, "10,00"))
    asked = await printer.ask(order, layout="one")
    url = database.runtime.render_as_string(hide_password=False)
    drawing = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.vouchers.orders.printing_in_a_process",
        url, str(printer.here.settings.home), PROGRAMMES["treiz"], str(printer.town.registered.id), str(asked.id),
    )  # fmt: skip
    while not (seen := await printer.view(asked)).done:
        assert drawing.returncode is None
        await asyncio.sleep(0.01)
    drawing.kill()
    await drawing.wait()
    seen = await printer.view(asked)
    assert (seen.state, seen.of) == ("drawing", 1_500)
    assert 0 < seen.done < 1_500
    assert 0 < seen.share < 1
    (left,) = printer.home.iterdir()
    assert left.suffix == ".part"
    with pytest.raises(PrintingNotReady, match="drawing"):
        await printer.file(asked)

    await printer.tend()
    assert await printer.view(asked) == seen  # for all that is known it is still being drawn
    await printer.later(minutes=1)
    os.utime(left, (0, 0))
    await printer.tend()
    assert (await printer.view(asked)).state == "ready"
    pages = pdfium.PdfDocument((await printer.file(asked)).path)
    assert len(pages) == 1_500
    assert [path.name for path in printer.home.iterdir()] == [f"{asked.id}.pdf"]


async def test_two_jobs_at_once_draw_one_file(printer: Printer) -> None:
    order = await printer.issued((20, "10,00"))
    asked = await printer.ask(order)
    await asyncio.gather(*(printer.run(asked) for _ in range(3)))
    assert (await printer.view(asked)).state == "ready"
    assert len(printer.codes_in(asked)) == 20
    before = (await printer.file(asked)).path.stat().st_mtime_ns
    await printer.run(asked)
    assert (await printer.file(asked)).path.stat().st_mtime_ns == before


async def test_a_file_is_deleted_an_hour_after_it_is_ready(printer: Printer) -> None:
    order = await printer.issued((1, "10,00"))
    ready = await printer.printed(order)
    await printer.later(minutes=55)
    assert (await printer.ask(order)).id != ready.id  # this one goes too soon
    await printer.tend()
    assert (await printer.file(ready)).path.exists()
    await printer.later(minutes=5)
    await printer.tend()
    assert (await printer.view(ready)).state == "gone"
    assert not path_of(printer.here.settings, ready.id).exists()
    with pytest.raises(PrintingNotReady, match="gone"):
        await printer.file(ready)


async def test_a_file_lost_from_the_disk_is_drawn_anew(printer: Printer) -> None:
    order = await printer.issued((1, "10,00"))
    ready = await printer.printed(order)
    path_of(printer.here.settings, ready.id).unlink()
    with pytest.raises(PrintingNotReady, match="gone"):
        await printer.file(ready)
    again = await printer.printed(order)
    assert again.id != ready.id
    assert len(printer.codes_in(again)) == 1


async def test_a_printing_is_found_by_its_own_order_only(printer: Printer) -> None:
    order, other = await printer.issued((1, "10,00")), await printer.issued((1, "10,00"))
    ready = await printer.printed(order)
    with pytest.raises(PrintingUnknown):
        await printer.file(ready, order=other)
    with pytest.raises(PrintingUnknown):
        await printer.read(lambda session: printing.printing(session, new_id()))


async def test_what_cannot_be_drawn_is_told_and_can_be_asked_again(printer: Printer) -> None:
    order = await printer.issued((1, "10,00"))
    printer.home.write_text("a file where a folder should be")
    asked = await printer.ask(order)
    failed = await printer.run(asked)
    assert (failed.state, failed.finished) == ("failed", True)
    printer.home.unlink()
    assert (await printer.printed(order)).state == "ready"

    given_up = await printer.ask(order, layout="one")
    await printer.later(minutes=61)
    await printer.tend()
    assert (await printer.view(given_up)).state == "failed"


async def test_a_batch_is_printed_from_any_number_on(printer: Printer) -> None:
    batch = await printer.orders.batch("10,00 €", 6, paid="70,00 €")
    papers = await printer.orders.papers(batch)
    await printer.orders.till.redeem(papers[3], "10,00 €")
    heir = await printer.orders.reissue(papers[4])

    async def gathered(**which: int) -> list[UUID]:
        made = await printer.read(
            lambda session: sheets.batch_sheets(
                session, batch, printer.town.keys, "https://obole.example", at=printer.orders.at, **which
            )
        )
        return [one.facts.id for one in made.vouchers]

    assert await gathered() == [papers[0].id, papers[1].id, papers[2].id, heir.id, papers[5].id]
    assert await gathered(first=3, most=2) == [papers[2].id, heir.id]
    assert await gathered(first=7) == []


async def links(printer: Printer, order: UUID, *, language: Language = "fr", keys: KeyRing | None = None) -> bytes:
    at = await printer.read(clock.now)
    coming = links_csv(
        printer.orders.sessions, order, keys=keys or printer.town.keys, base_url="https://obole.example",
        language=language, at=at,
    )  # fmt: skip
    return b"".join([part async for part in coming])


async def test_the_links_are_a_list_that_a_spreadsheet_opens_and_does_not_run(printer: Printer) -> None:
    order = await printer.issued()
    papers = await printer.orders.vouchers_of(order)
    await printer.orders.till.redeem(papers[1], "50,00 €")
    content = await links(printer, order)
    assert content.startswith(b"\xef\xbb\xbfnum")
    assert content.count(b"\xef\xbb\xbf") == 1
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert head == ["numéro", "nom", "e-mail", "matricule", "valeur en euros", "dernier jour", "lien", "code"]
    assert [row[:5] for row in rows] == [
        ["1", "", "", "", "50,00"],
        ["3", "Camille Durand", "camille@savonnerie.example", "M1", "20,00"],
        ["4", "Łucja Żółć", "lucja@savonnerie.example", "M3", "20,00"],
        ["5", "Αλέξης & <b>", "", "", "20,00"],
        ["6", "'=1+1", "", "'-7", "35,00"],
    ]
    keys = printer.town.keys.keys
    for row, paper in zip(rows, [papers[0], *papers[2:]], strict=True):
        assert row[6].startswith("https://obole.example/v/")
        assert [UUID(bytes=codes.read(row[6], keys))] == printer.qr_of(paper)
        assert UUID(bytes=codes.read(row[7], keys)) == paper.code
    english = (await links(printer, order, language="en")).decode("utf-8-sig")
    assert english.startswith("number;name;e-mail;staff number;value in euros;last day;link;code\r\n")
    assert ";50.00;" in english


async def test_links_come_in_parts_and_need_their_key(printer: Printer) -> None:
    order = await printer.issued((600, "10,00"))
    lines = (await links(printer, order)).decode("utf-8-sig").splitlines()
    assert [line.partition(";")[0] for line in lines[1:]] == [str(number) for number in range(1, 601)]
    without = KeyRing(printer.town.keys.programme, {}, printer.town.keys.newest)
    with pytest.raises(NoUsableCodeKey):
        await links(printer, order, keys=without)
