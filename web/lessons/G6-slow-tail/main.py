import asyncio
import math
import time

from api import get


async def main(count, fallback, deadline):
    gate = asyncio.Semaphore(10)
    stale = 0

    async def ask(user):
        #: body
        nonlocal stale
        async with gate:
            asked = time.monotonic()
            limit = deadline / 1000 if fallback else None
            try:
                await asyncio.wait_for(get(f"/prices/{user}"), limit)
                return (time.monotonic() - asked) * 1000
            except asyncio.TimeoutError:
                stale += 1  # yesterday's price will do
                return deadline
        #:

    #: wait
    waits = sorted(await asyncio.gather(*map(ask, range(1, count + 1))))
    #: end

    def tenths(share):
        return waits[math.ceil(share * count) - 1] // 100 / 10

    return {
        "fresh": count - stale,
        "stale": stale,
        "seconds": {"p50": tenths(0.5), "p99": tenths(0.99)},
    }
