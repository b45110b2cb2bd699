"""Sheets: every QR is read back from paper, every code from the text."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from uuid import UUID

import pypdfium2 as pdfium
import pytest
import zxingcpp

from ledger.money import Money
from vouchers import qr
from vouchers.codes import derive, derive_key, link, read, spell
from vouchers.sheets_pdf import Layout, SheetLook, SheetVoucher, draw_sheets

KEY = derive_key(b"a master secret of some 32 bytes", UUID(int=1), 2, b"salt")
LOOK = SheetLook(
    programme="Treiz'Local",
    offered_by="Łódź Ὀβολός A & B <b> 🎁",
    conditions="Ni échangé ni remboursé.",
    support="Aide : 04 91 00 00 00",
)
HOST_OF_46 = "https://bons-13.obole"  # 21 characters, and 25 of "/v/" and token
HOST_OF_60 = "https://cheques-cadeaux.marseille.f"


def sold(count: int, base: str = HOST_OF_46, value: str = "50,00 €") -> list[SheetVoucher]:
    made = [derive(KEY, UUID(int=number)) for number in range(count)]
    return [SheetVoucher(link(base, code), code.typed, Money.of(value), date(2027, 12, 31)) for code in made]


def drawn(vouchers: list[SheetVoucher], layout: Layout, look: SheetLook = LOOK) -> pdfium.PdfDocument:
    out = BytesIO()
    draw_sheets(out, iter(vouchers), look, layout)
    return pdfium.PdfDocument(out.getvalue())


def text_of(document: pdfium.PdfDocument) -> str:
    return "\n".join(page.get_textpage().get_text_bounded() for page in document).replace("\u00a0", " ")


def scanned(document: pdfium.PdfDocument, dpi: int = 150) -> Iterator[str]:
    for page in document:
        picture = page.render(scale=dpi / 72).to_pil().convert("L")
        yield from (found.text for found in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode))


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
    assert modules[0][:7] == (True,) * 7


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
    names = ["", "x" * 3000, "\x00\ud800\u202e\n", "العربية 中文 👨‍👩‍👧", "A\u0301" * 50, "mot " * 400]
    for name in names:
        look = SheetLook(name, name, conditions=name, support=name)
        vouchers = sold(1, value="99999999,99 €")
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
