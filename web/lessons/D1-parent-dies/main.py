import asyncio


async def main(ends):
    tasks = {}

    async def work():
        #: body
        await asyncio.sleep(0.3)
        return "normal"
        #:

    async def parent():
        #: start
        tasks["create_task"] = asyncio.create_task(work())
        async with asyncio.TaskGroup() as group:
            tasks["TaskGroup"] = group.create_task(work())
            #: parent
            await asyncio.sleep(0.1)
            if ends == "crashes":
                raise RuntimeError("boom")
            if ends == "killed":
                raise asyncio.CancelledError
            #:

    dying = asyncio.create_task(parent())
    #: end
    await asyncio.sleep(0.05)  # both are started by now
    ends = await asyncio.gather(*tasks.values(), return_exceptions=True)
    await asyncio.wait([dying])
    return dict(zip(tasks, ends))
