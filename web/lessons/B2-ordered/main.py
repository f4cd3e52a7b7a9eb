import asyncio


async def main(head):
    items = [head, 10, 50]

    async def load(ms):
        #: body
        await asyncio.sleep(ms / 1000)
        return ms
        #:

    #: first
    ordered = await asyncio.gather(*map(load, items))
    #: second
    unordered = [
        await done for done in asyncio.as_completed(map(load, items))
    ]
    #: end
    return {"ordered": ordered, "unordered": unordered}
