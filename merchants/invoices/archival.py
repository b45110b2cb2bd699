"""From a drawn PDF to one for the archive: PDF/A-3b (ISO 19005-3) with the invoice's XML in it, as Factur-X 1.09 asks.

The drawing embeds its fonts and uses RGB alone. What it lacks is added here: what its colours mean (an ICC profile),
what the file is (XMP, with the schema of Factur-X's own words), when it was made, and the XML, which the catalogue
names as data of the whole document. Nothing comes from the clock or from chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import md5
from io import BytesIO
from typing import Final
from xml.sax.saxutils import escape

from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, Stream, String

from merchants.invoices.colours import srgb

ATTACHED: Final = "factur-x.xml"
"""The name by which every reader of Factur-X looks for the XML."""

_PRODUCER: Final = "Obole"
_URN: Final = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_SCHEMA_WORDS: Final = (
    ("DocumentFileName", "The name of the embedded XML document"),
    ("DocumentType", "The type of the hybrid document in capital letters"),
    ("Version", "The version of the standard that the embedded XML document holds to"),
    ("ConformanceLevel", "The profile of the embedded XML document"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What the file says of itself."""

    title: str
    author: str
    subject: str
    made_at: datetime


def archived(drawn: bytes, xml: bytes, told: Told) -> bytes:
    """The PDF for the archive; the same bytes for the same drawing, XML and words."""
    out = BytesIO()
    with Pdf.open(BytesIO(drawn)) as pdf:
        for page in pdf.pages:
            if Name.Trans in page:
                del page[Name.Trans]
        _tell(pdf, told)
        _mean_colours(pdf)
        _attach(pdf, xml, told.made_at)
        pdf.save(
            out, deterministic_id=True, min_version="1.7", object_stream_mode=ObjectStreamMode.generate,
            recompress_flate=True,
        )  # fmt: skip
    return out.getvalue()


def _tell(pdf: Pdf, told: Told) -> None:
    """The same in the old dictionary and in XMP, which must not contradict each other."""
    moment = _pdf_moment(told.made_at)
    pdf.trailer.Info = pdf.make_indirect(
        Dictionary(
            Title=String(told.title), Author=String(told.author), Subject=String(told.subject),
            Creator=String(_PRODUCER), Producer=String(_PRODUCER), CreationDate=String(moment), ModDate=String(moment),
        )
    )  # fmt: skip
    pdf.Root.Metadata = pdf.make_stream(_xmp(told), Type=Name.Metadata, Subtype=Name.XML)


def _mean_colours(pdf: Pdf) -> None:
    profile = pdf.make_stream(srgb(), N=3, Alternate=Name.DeviceRGB)
    intent = Dictionary(
        Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier=String("sRGB"),
        Info=String("sRGB IEC61966-2.1"), DestOutputProfile=profile,
    )  # fmt: skip
    pdf.Root.OutputIntents = Array([intent])


def _attach(pdf: Pdf, xml: bytes, made_at: datetime) -> None:
    check = md5(xml, usedforsecurity=False).digest()  # what ISO 32000-1 asks for; nobody relies on it
    kept = Dictionary(Size=len(xml), CheckSum=String(check), ModDate=String(_pdf_moment(made_at)))
    file: Stream = pdf.make_stream(xml, Type=Name.EmbeddedFile, Subtype=Name("/text/xml"), Params=kept)
    named = pdf.make_indirect(
        Dictionary(
            Type=Name.Filespec, F=String(ATTACHED), UF=String(ATTACHED), AFRelationship=Name.Data,
            Desc=String("Factur-X XML"), EF=Dictionary(F=file, UF=file),
        )
    )  # fmt: skip
    pdf.Root.AF = Array([named])
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([String(ATTACHED), named])))


def _xmp(told: Told) -> bytes:
    moment = f"{told.made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+00:00"
    words = "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{about}</pdfaProperty:description></rdf:li>"
        for name, about in _SCHEMA_WORDS
    )
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(told.title)}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(told.author)}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(told.subject)}</rdf:li></rdf:Alt></dc:description>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdf:Producer>{_PRODUCER}</pdf:Producer>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<xmp:CreatorTool>{_PRODUCER}</xmp:CreatorTool>
<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{_URN}</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>fx</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>{words}</rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:fx="{_URN}">
<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>{ATTACHED}</fx:DocumentFileName>
<fx:Version>1.0</fx:Version><fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()


def _pdf_moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):D:%Y%m%d%H%M%S}+00'00'"
