"""The PDF of invoices: what a person reads is what the XML says, and the file is what PDF/A-3b and Factur-X ask for."""

from __future__ import annotations

import os
import re
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import facturx
import pikepdf
import pypdf
import pytest
from lxml import etree
from pikepdf import Name
from PIL import ImageCms
from pypdfium2 import PdfDocument

from ledger.formats import shown_day, shown_money, shown_rate
from merchants.invoices.colours import srgb
from merchants.invoices.invoice import TaxPart
from merchants.invoices.invoice_pdf import factur_x
from merchants.invoices.words import line_of, reckoned
from merchants.paper import drawable
from tests.merchants.invoices.sample import samples

PICTURE: Final = Path(__file__).parents[3] / "docs" / "pictures" / "commission-invoice.png"
URN: Final = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"


@cache
def made(name: str) -> tuple[bytes, bytes]:
    return factur_x(samples()[name])


def read(name: str) -> str:
    """What a person reads, on one line."""
    pages = [page.get_textpage().get_text_bounded() for page in PdfDocument(made(name)[0])]
    return " ".join(" ".join(pages).replace("\u00a0", " ").split())


@pytest.mark.parametrize("name", samples())
def test_what_a_person_reads_is_what_the_xml_says(name: str) -> None:
    invoice, shown = samples()[name], read(name)
    told = [
        invoice.number, invoice.settlement, shown_day(invoice.issued_on), shown_day(invoice.first_day),
        shown_day(invoice.last_day), invoice.customer.vat_number or "", invoice.seller.vat_number or "",
        shown_money(invoice.net), shown_money(invoice.vat), shown_money(invoice.gross), shown_money(invoice.due),
        *(words for part in invoice.taxes for words in told_of(part)),
        *(line_of(invoice, part) for part in invoice.taxes), reckoned(invoice),
        *(one.number for one in invoice.corrects), invoice.exemption,
        *(note.words for note in invoice.notes),
    ]  # fmt: skip
    if name != "long names":  # which end in an ellipsis
        told += [drawable(invoice.customer.legal_name), drawable(invoice.seller.legal_name)]
    for words in told:
        assert " ".join(words.replace("\u00a0", " ").split()) in shown, words
    assert shown_sums(made(name)[1]) == {one.cents for one in (invoice.net, invoice.vat, invoice.gross, invoice.due)}


def told_of(part: TaxPart) -> tuple[str, str]:
    """Its line and its VAT, each with its figures side by side."""
    rate, net = shown_rate(part.rate_bp), shown_money(part.net)
    return f"{part.quantity} {shown_money(part.price)} {rate} {net}", f"TVA {rate} sur {net} {shown_money(part.vat)}"


def shown_sums(xml: bytes) -> set[int]:
    """The amounts of the XML's summary, in cents, but for what is paid already."""
    found = re.findall(rb"<ram:(?:TaxBasisTotal|TaxTotal|GrandTotal|DuePayable)Amount[^>]*>(-?[\d.]+)<", xml)
    return {int(one.replace(b".", b"")) for one in found}


@pytest.mark.parametrize("name", ["ordinary", "credit", "odd names"])
def test_every_reader_finds_the_xml_that_was_written(name: str) -> None:
    pdf, xml = made(name)
    assert facturx.get_facturx_xml_from_pdf(pdf) == ("factur-x.xml", xml)
    assert pypdf.PdfReader(BytesIO(pdf)).attachments["factur-x.xml"] == [xml]
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert opened.attachments["factur-x.xml"].get_file().read_bytes() == xml


def test_the_same_invoice_gives_the_same_bytes_and_another_gives_others() -> None:
    assert factur_x(samples()["ordinary"]) == made("ordinary")
    assert made("on debits")[0] != made("ordinary")[0]


@pytest.mark.parametrize("name", ["ordinary", "credit", "odd names", "long names"])
def test_the_file_is_what_an_archive_asks_for(name: str) -> None:
    """What ISO 19005-3 asks of a file of level B that holds text and lines alone."""
    pdf, _ = made(name)
    assert re.match(rb"%PDF-1\.7\n%[\x80-\xff]{4}", pdf)  # 6.1.2
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert opened.check_pdf_syntax() == []
        assert not opened.is_encrypted
        first, second = opened.trailer.ID  # 6.1.3
        assert len(bytes(first)) == len(bytes(second)) == 16
        (intent,) = opened.Root.OutputIntents  # 6.2.3
        assert intent.S == Name.GTS_PDFA1
        assert (intent.DestOutputProfile.N, intent.DestOutputProfile.read_bytes()) == (3, srgb())
        for one in opened.objects:
            if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
                nothing_forbidden(one)
        fonts = [font for page in opened.pages for _, font in page.Resources.Font.items()]
        assert fonts
        for font in fonts:
            embedded(font)


def nothing_forbidden(one: Any) -> None:
    """6.1.7, 6.2.5, 6.2.10, 6.3, 6.5: no filter, no transparency, no note and no action that may not be."""
    assert Name.JavaScript not in one
    assert Name.JS not in one
    assert Name.AA not in one
    assert Name.OpenAction not in one
    assert Name.Annots not in one
    assert Name.SMask not in one
    assert Name.TR not in one
    filters = one.get(Name.Filter)
    assert Name.LZWDecode not in (filters if isinstance(filters, pikepdf.Array) else [filters])


def embedded(font: Any) -> None:
    """6.2.11: every font is in the file, with a width for each of its letters and what each stands for."""
    assert font.Subtype == Name.TrueType
    descriptor = font.FontDescriptor
    assert len(descriptor.FontFile2.read_bytes()) > 1_000
    assert len(font.Widths) == int(font.LastChar) - int(font.FirstChar) + 1
    assert Name.ToUnicode in font
    assert re.match(r"/[A-Z]{6}\+", str(descriptor.FontName))
    assert int(descriptor.Flags) & 4  # symbolic, and so without an encoding of its own
    assert Name.Encoding not in font


@pytest.mark.parametrize("name", ["ordinary", "odd names"])
def test_the_file_says_what_it_is_and_does_not_contradict_itself(name: str) -> None:
    with pikepdf.open(BytesIO(made(name)[0])) as opened:
        assert b"/Filter" not in opened.Root.Metadata.unparse()
        metadata = opened.open_metadata()
        assert (metadata.pdfa_status, metadata["dc:title"]) == ("3B", str(opened.docinfo.Title))
        assert metadata["dc:creator"] == [str(opened.docinfo.Author)]
        assert metadata["dc:description"] == str(opened.docinfo.Subject)
        assert metadata["pdf:Producer"] == str(opened.docinfo.Producer)
        assert metadata["xmp:CreateDate"] == "2026-11-03T08:00:00+00:00"
        assert str(opened.docinfo.CreationDate) == "D:20261103080000+00'00'"
        for word, told in (
            ("DocumentType", "INVOICE"), ("DocumentFileName", "factur-x.xml"), ("Version", "1.0"),
            ("ConformanceLevel", "EN 16931"),
        ):  # fmt: skip
            assert metadata[f"{{{URN}}}{word}"] == told
        said = etree.fromstring(opened.Root.Metadata.read_bytes())
        declared = {one.text for one in said.iter("{http://www.aiim.org/pdfa/ns/property#}name")}
        assert declared == {"DocumentType", "DocumentFileName", "Version", "ConformanceLevel"}
        (file,) = opened.Root.AF  # 6.8, and Factur-X 1.09, 6.2
        assert (file.AFRelationship, str(file.F), str(file.UF)) == (Name.Data, "factur-x.xml", "factur-x.xml")
        assert file.EF.F.Subtype == Name("/text/xml")
        assert str(file.EF.F.Params.ModDate) == "D:20261103080000+00'00'"
        assert list(opened.Root.Names.EmbeddedFiles.Names)[1] == file


def test_what_the_colours_mean_is_what_every_screen_takes_them_for() -> None:
    profile = ImageCms.ImageCmsProfile(BytesIO(srgb())).profile
    theirs = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).profile
    assert profile.version == pytest.approx(2.1)
    assert profile.is_matrix_shaper
    for name in ("red_primary", "green_primary", "blue_primary"):
        assert getattr(profile, name)[1] == pytest.approx(getattr(theirs, name)[1], abs=2e-4)


def test_its_picture_is_taken_for_the_documentation() -> None:
    page = PdfDocument(made("ordinary")[0])[0]
    picture = page.render(scale=1.6).to_pil()
    assert picture.size == (953, 1348)
    if os.environ.get("PICTURES"):
        picture.quantize(32).save(PICTURE, optimize=True)
    assert PICTURE.is_file()
