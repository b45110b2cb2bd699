"""What reading the bank's statements refuses. No message holds a full IBAN."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from ledger.errors import Refusal

Missing = Literal["IBAN", "Id"]


class BankFileTooLarge(Refusal):
    """More bytes than a statement is read from."""

    def __init__(self, *, limit: int) -> None:
        self.limit = limit
        super().__init__(f"The file holds more than {limit} bytes.")


class BankFileBroken(Refusal):
    """Not well-formed XML: cut short on its way, or changed; ``line`` is where reading stopped."""

    def __init__(self, *, line: int) -> None:
        self.line = line
        super().__init__(f"The file is no whole XML: reading stopped at line {line}.")


class BankFileDoctype(Refusal):
    """A document type declaration: no bank writes one, and entities are declared there to do harm."""

    def __init__(self) -> None:
        super().__init__("The file declares a document type.")


class BankFileKindUnknown(Refusal):
    """XML, but no camt.053 of a version that is read; ``kind`` is what the file says it is, shortened."""

    def __init__(self, *, kind: str) -> None:
        self.kind = kind
        super().__init__(f"The file is {kind!r}, no camt.053 of a version that is read.")


class BankFileWithoutStatement(Refusal):
    """A camt.053 in which there is no statement."""

    def __init__(self) -> None:
        super().__init__("There is no statement in the file.")


class BankStatementIncomplete(Refusal):
    """A statement that does not say of which account it is, or which one it is."""

    def __init__(self, *, missing: Missing) -> None:
        self.missing = missing
        super().__init__(f"A statement has no {missing}.")


class BankAccountNotOurs(Refusal):
    """A statement of an account that never was the programme's."""

    def __init__(self, *, masked: str) -> None:
        self.masked = masked
        super().__init__(f"{masked} is not the programme's account.")


class BankStatementChanged(Refusal):
    """A statement that was read before, with other lines in it."""

    def __init__(self, *, number: str) -> None:
        self.number = number
        super().__init__(f"The statement {number!r} was read before with other lines.")


class BankStatementUnknown(Refusal):
    """No such statement in this programme."""

    def __init__(self, *, statement: UUID) -> None:
        self.statement = statement
        super().__init__(f"There is no statement {statement}.")


class BankEntryUnknown(Refusal):
    """No such line of a statement in this programme."""

    def __init__(self, *, entry: UUID) -> None:
        self.entry = entry
        super().__init__(f"There is no line {entry}.")


class BankEntryDecided(Refusal):
    """The line waits for nobody: it was recorded, explained, or did not count from the start."""

    def __init__(self, *, entry: UUID) -> None:
        self.entry = entry
        super().__init__(f"The line {entry} waits for no decision.")


class BankEntryNoMoney(Refusal):
    """Money that went out cannot be money that came for an order."""

    def __init__(self, *, entry: UUID) -> None:
        self.entry = entry
        super().__init__(f"The line {entry} is a debit.")


class BankTransferTaken(Refusal):
    """The payment is another line's already, or is not the same money."""

    def __init__(self, *, transfer: UUID) -> None:
        self.transfer = transfer
        super().__init__(f"The payment {transfer} is not that of this line.")
