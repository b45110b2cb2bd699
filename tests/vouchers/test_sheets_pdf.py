"""Sheets: every QR is read back from paper, every code from the text."""

import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pypdfium2 as pdfium
import pytest
from PIL import Image
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q

from ledger.formats import Language
from ledger.money import Money
from tests.scanner import scan
from vouchers import qr
from vouchers.codes import derive, derive_key, link, read, spell
from vouchers.sheets_pdf import Layout, SheetBook, SheetLook, SheetVoucher, draw_sheets

KEY = derive_key(b"a master secret of some 32 bytes", UUID(int=1), 2, b"salt")
LOOK = SheetLook(
    programme="Treiz'Local",
    offered_by="Łódź Ὀβολός A & B <b> 🎁",
    conditions="Ni échangé ni remboursé.",
    support="Aide : 04 91 00 00 00",
)
LONGEST = "Chers collègues, voici de quoi fêter Noël. " + "Merci pour cette année passée ensemble. " * 6 + "À bientôt !"
HOST_OF_46 = "https://bons-13.obole"  # 21 characters, and 25 of "/v/" and token
HOST_OF_60 = "https://cheques-cadeaux.marseille.f"


def sold(count: int, base: str = HOST_OF_46, value: str = "50,00 €", name: str | None = None) -> list[SheetVoucher]:
    made = [derive(KEY, UUID(int=number)) for number in range(count)]
    return [SheetVoucher(link(base, code), code.typed, Money.of(value), date(2027, 12, 31), name) for code in made]


def logo(width: int = 800, height: int = 400, mode: str = "RGBA") -> bytes:
    out = BytesIO()
    Image.new(mode, (width, height), "#C83C28").save(out, "PNG")
    return out.getvalue()


def drawn(vouchers: list[SheetVoucher], layout: Layout, look: SheetLook = LOOK) -> pdfium.PdfDocument:
    out = BytesIO()
    draw_sheets(out, iter(vouchers), look, layout)
    return pdfium.PdfDocument(out.getvalue())


def text_of(document: pdfium.PdfDocument) -> str:
    return "\n".join(page.get_textpage().get_text_bounded() for page in document).replace("\u00a0", " ")


def scanned(document: pdfium.PdfDocument, dpi: int = 150) -> Iterator[str]:
    for page in document:
        picture = page.render(scale=dpi / 72).to_pil().convert("L")
        yield from (found.text for found in scan(picture))


@pytest.mark.parametrize("base", [HOST_OF_46, HOST_OF_60])
@pytest.mark.parametrize(("layout", "count"), [("eight", 19), ("one", 3)])
def test_every_qr_is_read_back_at_150_dpi(base: str, layout: Layout, count: int) -> None:
    vouchers = sold(count, base)
    assert len(vouchers[0].code_link) == (46 if base == HOST_OF_46 else 60)
    document = drawn(vouchers, layout)
    assert sorted(scanned(document)) == sorted(voucher.code_link for voucher in vouchers)
    assert len(document) == 3


@pytest.mark.parametrize(("length", "side"), [(46, 33), (60, 37)])
def test_the_qr_is_as_small_as_level_q_allows(length: int, side: int) -> None:
    modules = qr.modules("https://obole.fr/v/".ljust(length, "x"))
    assert len(modules) == side
    assert {len(row) for row in modules} == {side}
    assert modules[0][:7] == b"\1" * 7


@pytest.mark.parametrize("layout", ["eight", "one"])
@pytest.mark.parametrize("message", ["", "Merci !", LONGEST])
def test_what_the_law_wants_told_is_told_whole(layout: Layout, message: str) -> None:
    issuer = "Fédération des commerçants et artisans du grand pays de Retz"
    assert len(issuer) == 60
    told = f"Émis par {issuer}. Ni échangeable, ni remboursable, ni revendable."
    look = SheetLook("Treiz'Local", "Obole", conditions=told, support="04 91 00 00 00", message=message)
    document = drawn(sold(1), layout, look)
    assert told in " ".join(text_of(document).split())


@pytest.mark.parametrize("layout", ["eight", "one"])
def test_what_a_person_needs_is_in_the_text(layout: Layout) -> None:
    vouchers = sold(9, value="1 234,50 €")
    text = text_of(drawn(vouchers, layout))
    for voucher in vouchers:
        assert spell(voucher.typed) in text
        assert read(spell(voucher.typed), {2: KEY})
    assert text.count("1 234,50 €") == 9
    assert text.count("Valable jusqu'au 31/12/2027 inclus") == 9
    assert text.count("en une ou plusieurs fois") == 9
    assert text.count("Treiz'Local") == 9
    assert text.count("Offert par Łódź Ὀβολός A & B <b>") == 9


def test_an_english_sheet_speaks_english_throughout() -> None:
    text = text_of(drawn(sold(1), "one", SheetLook("Treiz'Local", "Obole", language="en")))
    assert "€50.00" in text
    assert "Valid through 31 December 2027" in text
    assert "A gift from Obole" in text
    assert "Valable" not in text


@pytest.mark.parametrize("layout", ["eight", "one"])
def test_names_of_any_length_and_script_never_stop_a_sheet(layout: Layout) -> None:
    names = ["", "x" * 3000, "\n\n \r\n", "\x00\ud800\u202e\n", "العربية 中文 👨‍👩‍👧", "A\u0301" * 50, "mot " * 400]
    for name in names:
        look = SheetLook(name, name, conditions=name, support=name, message=name)
        vouchers = sold(1, value="99999999,99 €", name=name)
        document = drawn(vouchers, layout, look)
        assert list(scanned(document)) == [vouchers[0].code_link]
        assert spell(vouchers[0].typed) in text_of(document)


def test_the_same_vouchers_give_the_same_bytes() -> None:
    first, second = BytesIO(), BytesIO()
    draw_sheets(first, sold(9), LOOK, "eight")
    draw_sheets(second, sold(9), LOOK, "eight")
    assert first.getvalue() == second.getvalue()


def test_the_vouchers_are_taken_a_page_at_a_time() -> None:
    taken = 0

    class Stop(Exception):
        pass

    def coming() -> Iterator[SheetVoucher]:
        nonlocal taken
        for voucher in sold(8):
            taken += 1
            yield voucher
        raise Stop

    with pytest.raises(Stop):
        draw_sheets(BytesIO(), coming(), LOOK, "eight")
    assert taken == 8


def test_a_printed_voucher_does_not_show_its_code_in_a_trace() -> None:
    voucher = sold(1)[0]
    assert voucher.typed not in repr(voucher)
    assert voucher.code_link not in repr(voucher)


def test_the_pictures_are_those_of_the_library_mask_included() -> None:
    chance = random.Random(23)
    letters = "abcXYZ019-_/:. é"
    for length in (1, 20, 46, 60, 100, 150, 300):
        levels: tuple[tuple[qr.Level, int], ...] = (("Q", ERROR_CORRECT_Q), ("M", ERROR_CORRECT_M))
        for level, constant in levels:
            text = "".join(chance.choices(letters, k=length))
            assert [list(row) for row in qr.modules(text, level=level)] == of_the_library(text, constant)


def of_the_library(text: str, level: int) -> list[list[bool]]:
    """The picture as the library draws it by itself."""
    code = QRCode(error_correction=level, border=0)
    code.add_data(text, optimize=0)
    code.make(fit=True)
    return code.get_matrix()


@pytest.mark.parametrize("length", [41, 46, 60])
def test_the_picture_of_any_link_is_the_librarys_too(length: int) -> None:
    chance = random.Random(length)
    for _ in range(20):
        link = "https://obole.fr/v/" + "".join(chance.choices("abcXYZ019-_é", k=length - 19))
        assert [list(row) for row in qr.modules(link)] == of_the_library(link, ERROR_CORRECT_Q)


def test_a_text_that_takes_less_than_bytes_is_drawn_as_the_library_draws_it() -> None:
    for text in ("0123456789", "OBOLE 2026"):
        assert [list(row) for row in qr.modules(text)] == of_the_library(text, ERROR_CORRECT_Q)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("layout", "count"), [("eight", 9), ("one", 2)])
@pytest.mark.parametrize("message", ["", "Joyeux Noël !", "Joyeux Noël !\nMerci.\nLa direction", LONGEST])
def test_name_message_and_logo_leave_the_code_its_size_and_its_white(
    layout: Layout, count: int, message: str, language: Language
) -> None:
    name = "Jean-Baptiste de La Rochefoucauld"
    look = SheetLook(
        "Les chèques-cadeaux des commerçants et artisans du Pays d'Aix", "Comité social de la Savonnerie du Port",
        "Émis par la chambre. Ni échangeable, ni remboursable.", "bonjour@treiz.example", language, message, logo(),
    )  # fmt: skip
    vouchers = sold(count, name=name)
    document = drawn(vouchers, layout, look)
    assert sorted(scanned(document)) == sorted(voucher.code_link for voucher in vouchers)
    text = " ".join(text_of(document).split())
    assert text.count(f"{'Pour' if language == 'fr' else 'For'} Jean-Baptiste") == count
    if message:
        assert text.count(" ".join(message.split())[:40]) == count
    for page in document:
        a_millimetre = 8
        picture = page.render(scale=a_millimetre * 25.4 / 72).to_pil().convert("L")
        for found in scan(picture):
            left, top = found.position.top_left.x, found.position.top_left.y
            side = found.position.top_right.x - left
            assert side / a_millimetre > 25
            module = side / 33
            around = [left - 4 * module, top - 4 * module, left + side + 4 * module, top + side + 4 * module]
            x1, y1, x2, y2 = (round(edge) + (2 if number < 2 else -2) for number, edge in enumerate(around))
            inside = (round(left) - 3, round(top) - 3, round(left + side) + 3, round(top + side) + 3)
            white = picture.crop((x1, y1, x2, y2))
            white.paste(255, (inside[0] - x1, inside[1] - y1, inside[2] - x1, inside[3] - y1))
            assert white.getextrema()[0] > 240


@pytest.mark.parametrize("layout", ["eight", "one"])
def test_a_logo_of_any_shape_and_kind_is_drawn_once_in_the_file(layout: Layout) -> None:
    plain = BytesIO()
    draw_sheets(plain, sold(9), LOOK, layout)
    for picture in (logo(), logo(1, 400), logo(800, 1), logo(3, 3), logo(200, 100, "RGB"), logo(9, 9, "L")):
        out = BytesIO()
        look = SheetLook(LOOK.programme, LOOK.offered_by, LOOK.conditions, LOOK.support, logo=picture)
        draw_sheets(out, sold(9), look, layout)
        assert len(out.getvalue()) < len(plain.getvalue()) + len(picture) + 8_000
        assert len(list(scanned(pdfium.PdfDocument(out.getvalue())))) == 9


def test_sheets_added_in_parts_are_the_same_file_written_page_by_page() -> None:
    vouchers = sold(90, name="Camille")
    whole, parts = BytesIO(), BytesIO()
    draw_sheets(whole, vouchers, LOOK, "one")
    book, written = SheetBook(parts, LOOK, "one"), []
    for start in range(0, 90, 30):
        book.add(vouchers[start : start + 30])
        written.append(parts.tell())
    book.finish()
    assert book.drawn == 90
    assert parts.getvalue() == whole.getvalue()
    assert all(after - before > 20_000 for before, after in pairwise([0, *written]))


_MEASURED = """
import resource, sys
from datetime import date
from uuid import UUID
from ledger.money import Money
from vouchers.codes import derive, derive_key, link
from vouchers.sheets_pdf import SheetBook, SheetLook, SheetVoucher

key = derive_key(b"a master secret of some 32 bytes", UUID(int=1), 2, b"salt")
def sold(first, count):
    for code in (derive(key, UUID(int=number)) for number in range(first, first + count)):
        yield SheetVoucher(link("https://bons-13.obole", code), code.typed, Money(50_00), date(2027, 12, 31), "Camille")

def highest():
    try:  # what the system says of this program alone: the other figure counts the program that started it
        return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

with open(sys.argv[1], "wb") as out:
    book = SheetBook(out, SheetLook("Treiz'Local", message="Merci !"), sys.argv[2])
    book.add(sold(0, 100))
    before = highest()
    book.add(sold(100, 1_900))
    book.finish()
print(before, highest())
"""


@pytest.mark.parametrize(("layout", "pages"), [("eight", 250), ("one", 2_000)])
def test_two_thousand_sheets_are_drawn_in_the_memory_of_a_few(layout: Layout, pages: int, tmp_path: Path) -> None:
    """In a process of its own, where nothing else is measured. Pages that are held back take ten kilobytes each."""
    path = tmp_path / "sheets.pdf"
    said = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(path), layout], capture_output=True, text=True, check=True
    ).stdout
    before, after = map(int, said.split())
    assert after - before < 5_000_000
    assert after < 200_000_000
    document = pdfium.PdfDocument(path)
    assert len(document) == pages
    last = document[pages - 1].render(scale=150 / 72).to_pil().convert("L")
    assert len(scan(last)) == (8 if layout == "eight" else 1)


LIMITED = "À dépenser dans les boulangeries de Marseille 2e Arrondissement et d'Aubagne, du 25 au 31 mai 2027."


@pytest.mark.parametrize("layout", ["one", "eight"])
@pytest.mark.parametrize("message", ["", "Merci !", LONGEST])
def test_a_limited_voucher_says_where_it_is_taken_beside_whatever_its_giver_says(layout: Layout, message: str) -> None:
    look = replace(LOOK, taken=LIMITED, message=message)
    text = " ".join(text_of(drawn(sold(1), layout, look)).split())
    assert LIMITED in text
    assert ("Merci" in text) == bool(message)
