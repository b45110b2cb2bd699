"""The form of a sentence about a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from ledger.formats import Language


@dataclass(frozen=True, slots=True)
class Said:
    """The HTTP status of a refusal, its title, and a sentence whose ``{facts}`` are those of the refusal."""

    status: HTTPStatus
    title_fr: str
    detail_fr: str
    title_en: str
    detail_en: str

    def title(self, language: Language) -> str:
        """What it is, in a few words."""
        return self.title_fr if language == "fr" else self.title_en

    def detail(self, language: Language) -> str:
        """What happened and what to do."""
        return self.detail_fr if language == "fr" else self.detail_en
