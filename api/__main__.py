"""`obole` begins here, and so does ``python -m api``."""

from __future__ import annotations

import gc


def main() -> None:
    """Import all commands, then do the one that is asked for.

    What is imported stays, so nothing of it is garbage: looking for some takes a fifth of the time meanwhile, and
    would hold up the server again and again later on.
    """
    gc.disable()
    from api.cli import app  # noqa: PLC0415 - not before

    gc.freeze()
    gc.enable()
    try:
        app()
    finally:
        gc.unfreeze()  # at the very end it is garbage: libraries look whether it went


if __name__ == "__main__":
    main()
