"""The server: keys, versions, idempotency and faults stand here; what the API does stands in ``api``."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.stripe_double import api, control, page, sessions
from tests.stripe_double.account import DAY, Account, Fault, Kept, Thing, random_id
from tests.stripe_double.asking import decoded
from tests.stripe_double.refusing import API_VERSION, Refused, no_key, wrong_key

_BUSY = {"error": {
    "message": "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
    "type": "invalid_request_error", "code": "rate_limit", "doc_url": "https://stripe.com/docs/error-codes/rate-limit",
}}  # fmt: skip
_BROKEN = {"error": {"message": "An unknown error occurred", "type": "api_error"}}
_HANGS = 2.0
_HELD = 20.0


class Dropped(Exception):
    """The connection closes without an answer."""


class StripeServer(ThreadingHTTPServer):
    """All accounts of this process, by their secret key."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self.accounts: dict[str, Account] = {}
        self.lock = threading.Lock()

    def open_account(self, key: str | None = None) -> Account:
        """A new, empty account; or the one that has this key."""
        with self.lock:
            key = key or random_id("sk_test_", 32)
            return self.accounts.setdefault(key, Account(key, self.address))

    def holding(self, name: str) -> tuple[Account, Thing] | None:
        """The account that has a session, and the session: payers bring no key."""
        for account in list(self.accounts.values()):
            if name in account.line_items:
                return account, account.things[name]
        return None


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: StripeServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # an answer leaves in one piece
    server_version = "nginx"
    sys_version = ""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the library's own word
        """Say nothing: standard output has the address alone."""

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_DELETE(self) -> None:
        self._handle()

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length).decode("utf-8", "replace")
        path = urlsplit(self.path).path
        try:
            if path.startswith("/v1/"):
                self._api(path, raw)
            elif path.startswith("/c/pay/"):
                self._page(path.removeprefix("/c/pay/"), raw)
            elif path.startswith("/_double/"):
                key = self.headers.get("Authorization", "").removeprefix("Bearer ")
                status, told = control.act(self.server, key, path.removeprefix("/_double/"), json.loads(raw or "{}"))
                self._json(status, told, {})
            else:
                self._send(404, b"", "text/plain", {})
        except Dropped:
            self.close_connection = True

    def _page(self, name: str, raw: str) -> None:
        held = self.server.holding(name)
        if held is None:
            self._send(404, b"", "text/plain", {})
            return
        account, session = held
        with account.lock:
            account.asking = {"id": None, "idempotency_key": None}
            away, how = None, ""
            if self.command == "POST":
                how = page.how_of({key: values[0] for key, values in parse_qs(raw).items()})
                away = sessions.pay(account, session, how)
            else:
                sessions.lapse(account)
            html = page.page(account, session, refused=how == "declined")
        if away is not None:
            self._send(303, b"", "text/html", {"Location": away})
        else:
            self._send(200, html.encode(), "text/html; charset=utf-8", {})

    def _api(self, path: str, raw: str) -> None:
        request = random_id("req_", 14)
        headers = {"Request-Id": request, "Stripe-Version": API_VERSION}
        key = self.headers.get("Idempotency-Key")
        if key:
            headers["Idempotency-Key"] = key
        try:
            account = self._account()
            asked = decoded(raw if self.command == "POST" else urlsplit(self.path).query)
            fault = self._fault(account, path)
            record = {"method": self.command, "path": path, "key": key, "params": asked, "status": 0}
            account.requests.append(record)
            status, told = self._answer(account, path, asked, fault, request, headers)
            record["status"] = status
        except Refused as refused:
            status, told = refused.status, {"error": refused.error}
        if "error" in told:
            told = {"error": told["error"] | {"request_log_url": f"https://dashboard.stripe.com/test/logs/{request}"}}
        self._json(status, told, headers)

    def _account(self) -> Account:
        given = self.headers.get("Authorization", "")
        if not given.startswith("Bearer ") or not given[7:].strip():
            raise no_key()
        account = self.server.accounts.get(given[7:].strip())
        if account is None:
            raise wrong_key(given[7:].strip())
        version = self.headers.get("Stripe-Version", API_VERSION)
        if version != API_VERSION:
            raise Refused(f"Invalid Stripe API version: {version}. The double plays {API_VERSION} only.")
        return account

    def _fault(self, account: Account, path: str) -> Fault | None:
        with account.lock:
            for fault in account.faults:
                if fault.times > 0 and fault.path in f"{self.command} {path}":
                    fault.times -= 1
                    return fault
        return None

    def _answer(
        self, account: Account, path: str, asked: Thing, fault: Fault | None, request: str, headers: dict[str, str]
    ) -> tuple[int, Thing]:
        how = fault.how if fault else None
        if how == "hang":
            time.sleep(_HANGS)
        if how in ("hang", "closed"):
            raise Dropped
        if how == "500":
            return 500, _BROKEN
        if how == "429":
            return 429, _BUSY
        key = self.headers.get("Idempotency-Key") if self.command == "POST" else None
        with account.lock:
            kept = _kept(account, key, path, asked) if key else None
            if kept is not None:
                headers |= {"Idempotent-Replayed": "true", "Original-Request": kept.request}
                return kept.status, kept.body
            status, told, begun = _done(account, self.command, path, asked, how, request, key)
            if key and begun:
                account.kept[key] = Kept(path, asked, status, told, request, account.now())
                headers["Original-Request"] = request
        if how == "held":  # done, and whoever asked dies before the answer
            time.sleep(_HELD)
        if how in ("held", "lost"):
            raise Dropped
        return status, told

    def _json(self, status: int, told: Any, headers: dict[str, str]) -> None:
        body = json.dumps(told, ensure_ascii=False).encode()  # to indent it, as Stripe does, takes three times as long
        self._send(status, body, "application/json", headers)

    def _send(self, status: int, body: bytes, kind: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _done(
    account: Account, method: str, path: str, asked: Thing, how: str | Thing | None, request: str, key: str | None
) -> tuple[int, Thing, bool]:
    """The answer, and whether the endpoint had begun, which is when Stripe keeps it under the key."""
    if how == "500-kept":
        return 500, _BROKEN, True
    if isinstance(how, dict):
        refused = Refused(**{"message": "Refused on demand.", **how}, begun=True)
        return refused.status, {"error": refused.error}, True
    account.asking = {"id": request, "idempotency_key": key}
    try:
        return 200, api.answer(account, method, path, asked), True
    except Refused as refused:
        return refused.status, {"error": refused.error}, refused.begun
    finally:
        account.asking = {"id": None, "idempotency_key": None}


def _kept(account: Account, key: str, path: str, asked: Thing) -> Kept | None:
    if len(key) > 255:
        raise Refused("Idempotency keys can be at most 255 characters.", type="idempotency_error")
    kept = account.kept.get(key)
    if kept is None or kept.at < account.now() - DAY:
        return None
    if kept.path != path:
        raise Refused(
            "Keys for idempotent requests can only be used for the same endpoint they were first used for "
            f"('{path}' vs '{kept.path}'). Try using a key other than '{key}' if you meant to execute a different "
            "request.",
            type="idempotency_error",
        )
    if kept.params != asked:
        raise Refused(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try "
            f"using a key other than '{key}' if you meant to execute a different request.",
            type="idempotency_error",
        )
    return kept
