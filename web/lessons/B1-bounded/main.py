import asyncio

from api import get


async def main():
    pages = range(1, 13)
    gate = asyncio.Semaphore(4)

    async def load(page):
        #: body
        async with gate:
            return await get(f"/pages/{page}")
        #:

    #: wait
    return await asyncio.gather(*(load(page) for page in pages))
