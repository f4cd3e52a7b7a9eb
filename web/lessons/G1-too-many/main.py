import asyncio
import time

from api import get


async def main(count, limit, pause):
    users = range(1, count + 1)
    refused = 0

    async def load(user):
        #: body
        nonlocal refused
        while True:
            try:
                return await get(f"/users/{user}")
            except RuntimeError:
                refused += 1
                await asyncio.sleep(pause / 1000)
        #:

    async def measure(loading):
        nonlocal refused
        refused = 0
        began = time.monotonic()
        await loading
        return {"refused": refused, "ms": (time.monotonic() - began) * 1000}

    #: first
    unbounded = await measure(asyncio.gather(*map(load, users)))

    #: second
    gate = asyncio.Semaphore(limit)

    async def gated(user):
        async with gate:
            return await load(user)

    bounded = await measure(asyncio.gather(*map(gated, users)))
    #: end
    faster = "bounded" if bounded["ms"] < unbounded["ms"] else "unbounded"
    print(f"{unbounded['ms']:.0f} ms unbounded, {bounded['ms']:.0f} ms bounded")
    return {
        "faster": faster,
        "refused": {"unbounded": unbounded["refused"], "bounded": bounded["refused"]},
    }
