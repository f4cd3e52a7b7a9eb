import asyncio

from api import get


async def main(timeout, patience, ordered):
    async def read(limit):
        seen = []
        gate = asyncio.Semaphore(3)

        async def load(page):
            async with gate:
                try:
                    return await asyncio.wait_for(get(f"/pages/{page}"), limit)
                except asyncio.TimeoutError:
                    return "not there"

        async def reader():
            #: body
            pages = [asyncio.create_task(load(page)) for page in range(1, 9)]
            try:
                for page in pages if ordered else asyncio.as_completed(pages):
                    seen.append(await page)
            finally:
                for page in pages:
                    page.cancel()
            #:

        #: patience
        try:
            await asyncio.wait_for(reader(), patience / 1000)
        except asyncio.TimeoutError:
            seen.append("the reader left")
        #:
        return seen

    #: first
    without = await read(None)
    #: second
    within = await read(timeout / 1000)
    #: end
    return {"without": without, "within": within}
