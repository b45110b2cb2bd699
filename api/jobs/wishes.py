"""What a transaction wants to happen after it: see `ledger.wishes`."""

from ledger.wishes import wish

__all__ = ["wish"]
