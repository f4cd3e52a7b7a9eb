import asyncio

from api import get


async def main():
    starts = 0

    async def feed():
        #: feed
        nonlocal starts
        starts += 1
        while True:
            await get("/feed")
            await asyncio.sleep(0.25)
        #:

    #: start
    worker = asyncio.create_task(asyncio.Event().wait())
    feeding = asyncio.create_task(feed())

    #: wait
    await asyncio.wait([worker, feeding], timeout=1)
    #: end
    lives = not worker.done()
    worker.cancel()
    return {"starts": starts, "feed": feeding.exception(), "worker lives": lives}
