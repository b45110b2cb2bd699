from __future__ import annotations
from tests.vouchers.orders.given import OrderTown
async def test_smoke(orders: OrderTown) -> None:
    o = await orders.issued(method="card")
    print(o, len(await orders.vouchers_of(o.id)), await orders.told(o.id), await orders.sums())
    a = await orders.audit()
    assert a.agrees, a.findings
    assert o.total.cents == 16480
