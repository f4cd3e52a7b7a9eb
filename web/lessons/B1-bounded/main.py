import asyncio

from api import get


async def main(limit, count):
    pages = range(1, count + 1)
    gate = asyncio.Semaphore(limit)

    async def load(page):
        #: body
        async with gate:
            return await get(f"/pages/{page}")
        #:

    #: wait
    return await asyncio.gather(*(load(page) for page in pages))
