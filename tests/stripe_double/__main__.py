"""``python -m tests.stripe_double --port 0``: serve until standard input ends, and say where as one line of JSON."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading

from tests.stripe_double.delivering import Endpoint
from tests.stripe_double.server import StripeServer


def main() -> None:
    """Open the port, print the address, serve."""
    asked = argparse.ArgumentParser(prog="tests.stripe_double", description="Stripe's double.")
    asked.add_argument("--port", type=int, default=0)
    asked.add_argument("--key", help="the secret key of an account to begin with")
    asked.add_argument("--webhook", help="where its events go")
    asked.add_argument(
        "--secret", action="append", default=[], help="what they are signed with; twice while it changes"
    )
    asked.add_argument("--with-stdin", action="store_true", help="end when standard input ends")
    given = asked.parse_args()
    server = StripeServer(given.port)
    told = {"address": server.address}
    if given.key:
        account = server.open_account(given.key)
        if given.webhook:
            account.post.endpoints.append(Endpoint(given.webhook, given.secret or ["whsec_double"]))
        told["key"] = account.key
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    if given.with_stdin:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    server.serve_forever()


def _end_with_stdin() -> None:
    sys.stdin.read()
    os._exit(0)  # whoever started us is gone


if __name__ == "__main__":
    main()
