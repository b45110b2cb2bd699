"""An online shop that takes vouchers, in one file to read and to run: `python example_shop.py`.

It sends its customers to the payment page, takes what is held when an order ships, in one parcel or several, and
gives money back when goods come back. Its orders and the messages it has seen are in memory: keep both in a database.
"""

import asyncio
import hmac
import json
import os
import secrets
import time
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

HERE = os.environ.get("SHOP_URL", "http://127.0.0.1:9000")
SECRET = b64decode(os.environ["OBOLE_SECRET"].removeprefix("whsec_"))
OBOLE = httpx.AsyncClient(
    base_url=os.environ["OBOLE_API"], headers={"Authorization": f"Bearer {os.environ['OBOLE_KEY']}"}
)

app = FastAPI()


@dataclass
class Order:
    """`state` goes out with a customer and must come back with the same one."""

    id: str
    cents: int
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    checkout: str = ""
    hold: str | None = None
    held: int = 0
    hold_state: str = "none"
    parcels: list[str] = field(default_factory=list)
    refunded: int = 0


orders: dict[str, Order] = {}
seen: set[str] = set()
one_at_a_time = asyncio.Lock()


async def obole(method: str, path: str, body: dict[str, Any] | None = None, *, key: str = "") -> dict[str, Any]:
    """Ask, and ask again with the same key until there is an answer: it counts once."""
    for pause in (0.2, 1, 5, None):
        try:
            answer = await OBOLE.request(method, path, json=body, headers={"Idempotency-Key": key} if key else {})
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code < 500:
            break
        if pause is None:
            raise HTTPException(503, "Try again in a moment.")
        await asyncio.sleep(pause)
    if answer.is_error:
        raise HTTPException(answer.status_code, answer.json()["detail"])
    told: dict[str, Any] = answer.json()
    return told


def found(order: str) -> Order:
    if order not in orders:
        raise HTTPException(404)
    return orders[order]


@app.get("/")
async def shelf() -> HTMLResponse:
    return HTMLResponse('<form method="post" action="/orders"><button>Savon, 42,50 €</button></form>')


@app.post("/orders")
async def buy(cents: int = 4250) -> Response:
    """An order comes: send the customer to the page on which the voucher's code is entered."""
    order = orders[str(len(orders) + 1)] = Order(str(len(orders) + 1), cents)
    asked = {"amount": cents, "reference": f"Commande {order.id}", "return_url": f"{HERE}/back", "state": order.state}
    checkout = await obole("POST", "/checkouts", {**asked, "minutes": 2880}, key=f"{order.id}-{order.state}")
    order.checkout = checkout["id"]
    return RedirectResponse(checkout["url"], 303)


@app.get("/back")
async def back(checkout: str, state: str) -> Response:
    """The customer is back. That proves nothing: the state must be ours, and what happened is asked."""
    order = next((one for one in orders.values() if hmac.compare_digest(one.state.encode(), state.encode())), None)
    if order is None or order.checkout != checkout:
        raise HTTPException(400)
    told = await obole("GET", f"/checkouts/{checkout}")
    if told["status"] == "completed":
        order.hold, order.held, order.hold_state = told["hold"], told["held"], "pending"
    return RedirectResponse(f"/orders/{order.id}", 303)


@app.get("/orders/{order}")
async def look(order: str) -> dict[str, Any]:
    return {**asdict(found(order)), "to_pay": found(order).cents - found(order).held}


@app.post("/orders/{order}/ship")
async def ship(order: str, cents: int) -> dict[str, Any]:
    """A parcel leaves: take what is in it. In a real shop only its staff gets here."""
    one = found(order)
    key = f"{order}-{one.state}-parcel-{len(one.parcels) + 1}"
    taken = await obole("POST", f"/holds/{one.hold}/captures", {"amount": cents}, key=key)
    one.parcels.append(taken["redemption"]["id"])
    return await look(order)


@app.post("/orders/{order}/cancel")
async def cancel(order: str) -> dict[str, Any]:
    """What has not shipped is the customer's again at once."""
    await obole("POST", f"/holds/{found(order).hold}/void", key=f"{order}-{found(order).state}-void")
    return await look(order)


@app.post("/orders/{order}/returns/{parcel}")
async def refund(order: str, parcel: int, cents: int, number: str) -> dict[str, Any]:
    """Goods came back: `number` is that of the return slip, so that a slip typed twice gives back once."""
    redemption = found(order).parcels[parcel]
    body = {"amount": cents, "reason": f"Retour {number}"}
    return await obole("POST", f"/redemptions/{redemption}/returns", body, key=f"{order}-return-{number}")


@app.post("/obole")
async def told(request: Request) -> Response:
    """A message: proved by its signature, acted upon once. It may come twice, late, and in any order."""
    body, name, moment = await request.body(), request.headers["webhook-id"], request.headers["webhook-timestamp"]
    proof = b64encode(hmac.digest(SECRET, f"{name}.{moment}.".encode() + body, "sha256")).decode()
    proved = any(hmac.compare_digest(f"v1,{proof}", one) for one in request.headers["webhook-signature"].split())
    if not proved or abs(time.time() - int(moment)) > 300:
        raise HTTPException(401)
    async with one_at_a_time:  # in a database: one transaction
        if name not in seen:
            message = json.loads(body)
            await act(message["type"], message["data"])
            seen.add(name)
    return Response(status_code=204)


async def act(event: str, data: dict[str, Any]) -> None:
    for order in orders.values():
        if event.startswith("hold.") and order.hold == data["hold"]:
            order.hold_state = (await obole("GET", f"/holds/{order.hold}"))["state"]
        elif event == "redemption.returned" and data["redemption"] in order.parcels:
            order.refunded += data["amount"]


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=httpx.URL(HERE).port or 9000, log_level="warning")
