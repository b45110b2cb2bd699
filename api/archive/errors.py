"""What writing an archive and reading one back refuse."""

from __future__ import annotations

from ledger.errors import Refusal


class ArchiveUnreadable(Refusal):
    """Not an archive of a programme, or one that is cut short."""

    def __init__(self) -> None:
        super().__init__("The file is no archive of a programme.")


class ArchiveFormatUnknown(Refusal):
    """An archive in a format that this version of Obole does not read."""

    def __init__(self, *, version: int, known: int) -> None:
        self.version, self.known = version, known
        super().__init__(f"The archive has format {version}; this version reads format {known}.")


class ArchiveOtherRevision(Refusal):
    """The books in the archive have another form than those of this version of Obole."""

    def __init__(self, *, archived: str, here: str) -> None:
        self.archived, self.here = archived, here
        super().__init__(f"The archive holds books of revision {archived}; this version has revision {here}.")


class ArchiveDamaged(Refusal):
    """A part of the archive is missing, was changed, or has no business there."""

    def __init__(self, *, part: str) -> None:
        self.part = part
        super().__init__(f"The archive is damaged: {part}.")


class PassphraseWrong(Refusal):
    """The archive was made with another passphrase."""

    def __init__(self) -> None:
        super().__init__("The passphrase is not the one of this archive.")


class PassphraseTooShort(Refusal):
    """A passphrase has sixteen characters or more."""

    def __init__(self, *, least: int) -> None:
        self.least = least
        super().__init__(f"A passphrase has {least} characters or more.")


class BooksNotProved(Refusal):
    """The audit of the books is not green: they are not carried anywhere."""

    def __init__(self, *, findings: int) -> None:
        self.findings = findings
        super().__init__(f"{findings} things do not agree in the books.")


class BooksNotTheSame(Refusal):
    """What was read back does not come to what the archive says of itself."""

    def __init__(self) -> None:
        super().__init__("The books that were read back are not those that were archived.")
