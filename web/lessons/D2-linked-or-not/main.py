import asyncio


async def main(fails, after):
    async def work(item):
        #: body
        await asyncio.sleep(after / 1000 if item == 2 else 0.2)
        if item == 2 and fails:
            raise RuntimeError("kaboom")
        return item
        #:

    async def linked():
        #: linked
        async with asyncio.TaskGroup() as group:
            for item in [1, 2, 3]:
                group.create_task(work(item))
        #:

    async def nolink():
        #: nolink
        return await asyncio.gather(
            *(work(item) for item in [1, 2, 3]), return_exceptions=True
        )
        #:

    #: end
    group, entries = await asyncio.gather(linked(), nolink(), return_exceptions=True)
    return {"linked": group and group.exceptions, "entries": entries}
