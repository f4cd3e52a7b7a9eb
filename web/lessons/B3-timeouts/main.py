import asyncio

from api import get


async def main():
    pages = [1, 2, 3, 4, 5, 6]
    gate = asyncio.Semaphore(4)

    async def load(page):
        #: body
        async with gate:
            return await asyncio.wait_for(get(f"/pages/{page}"), 0.3)
        #:

    #: wait
    return await asyncio.gather(
        *(load(page) for page in pages), return_exceptions=True
    )
