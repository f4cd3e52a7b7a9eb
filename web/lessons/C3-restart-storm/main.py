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
    await asyncio.wait([feeding], timeout=8)
    #: end
    lives = not worker.done()
    ended = feeding.exception() if feeding.done() else "lives"
    return {"starts": starts, "feed": ended, "worker lives": lives}
