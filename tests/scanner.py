"""What another program reads off a picture."""

from __future__ import annotations

import zxingcpp
from PIL import Image

QR: zxingcpp.BarcodeFormats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
"""Only these: among some thousand codes a reader of every kind sees a bar code here and there that nobody drew."""


def scan(picture: Image.Image) -> list[zxingcpp.Barcode]:
    """Every QR code in a picture."""
    return list(zxingcpp.read_barcodes(picture.convert("L"), formats=QR))
