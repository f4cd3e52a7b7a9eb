import asyncio

from api import get


async def main(limit, timeout, onTimeout):
    pages = [1, 2, 3, 4, 5, 6]
    gate = asyncio.Semaphore(limit)

    async def load(page):
        #: body
        async with gate:
            return await asyncio.wait_for(get(f"/pages/{page}"), timeout / 1000)
        #:

    #: wait
    return await asyncio.gather(
        *(load(page) for page in pages),
        return_exceptions=onTimeout == "killTask",
    )
