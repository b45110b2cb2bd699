import os
from datetime import timedelta
from tests.pages.test_holder import a_live_town, code_of
from tests.pages.browser import a_page, WIDTHS, HEIGHTS
from tests.till import *
from vouchers import codes
from ledger.days import day_of
from vouchers.holders import claiming
OUT="/tmp/w/shots"
os.makedirs(OUT, exist_ok=True)

async def shots(browser, url, name, schemes=("light","dark"), widths=WIDTHS, scripts=True):
    for w in widths:
        for s in schemes:
            async with a_page(browser, scheme=s, width=w, scripts=scripts) as one:
                await one.page.goto(url)
                await one.page.screenshot(path=f"{OUT}/{name}-{w}-{s}.png", full_page=True)

async def test_shots(live, browser):
    town = await a_live_town(live)
    for n in (1,2): await town.open_shop(n)
    await town.do(lambda s: s.execute(__import__("sqlalchemy").text("select 1")))
    v = await town.voucher(worth="50,00 €", last_day=day_of(town.at)+timedelta(days=40))
    r = await town.tills[1].redeem(v, "17,50 €")
    r2 = await town.tills[0].redeem(v, "4,90 €")
    await town.tills[0].undo(r2)
    await town.pay_in("100", owner=(f := await town.new_funder("Ville de Marseille")))
    await town.top_up(v, "5,00 €", funder=f)
    await town.till.hold(v, "2,50 €")
    url = codes.link(live.address, code_of(town, v))
    await shots(browser, url, "voucher")
    await shots(browser, url+"/full", "full", schemes=("light",))
    await shots(browser, url+"/keep", "keep", schemes=("light",))
    await shots(browser, url+"/remind", "remind", schemes=("light","dark"))
    await shots(browser, live.home+"lost", "lost", schemes=("light",))
    b = await town.voucher(); await town.block(b)
    await shots(browser, codes.link(live.address, code_of(town, b)), "blocked", schemes=("light","dark"))
    async with a_page(browser) as one:
        await one.page.goto(url)
        await one.page.pdf(path=f"{OUT}/print.pdf", prefer_css_page_size=True)
