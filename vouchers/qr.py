"""The picture of a link: a QR code at level Q. The only importer of qrcode."""

from __future__ import annotations

from typing import Final

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_Q

QUIET_ZONE: Final = 4
"""Modules left white all around, by whoever draws (ISO/IEC 18004)."""


def modules(link: str) -> tuple[tuple[bool, ...], ...]:
    """The smallest square that holds ``link``, row by row, True for dark, with no border.

    Level Q survives glare and blur on paper, where L and M do not. 46 characters make 33 modules a side, 60 make 37.
    """
    code = QRCode(error_correction=ERROR_CORRECT_Q, border=0)
    code.add_data(link, optimize=0)
    code.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())
