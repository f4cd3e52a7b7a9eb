import asyncio

from api import get


async def main(count, limit):
    users = range(1, count + 1)
    running = most = 0

    async def load(user):
        #: body
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            await get(f"/users/{user}")
            return 1
        except RuntimeError:
            return 0  # refused
        finally:
            running -= 1
        #:

    async def measure(loading):
        nonlocal most
        most = 0
        return {"loaded": sum(await loading), "most": most}

    #: first
    unbounded = await measure(asyncio.gather(*map(load, users)))

    #: second
    gate = asyncio.Semaphore(limit)

    async def gated(user):
        async with gate:
            return await load(user)

    bounded = await measure(asyncio.gather(*map(gated, users)))
    #: end
    return {"unbounded": unbounded, "bounded": bounded}
