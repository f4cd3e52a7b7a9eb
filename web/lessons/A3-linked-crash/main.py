import asyncio


async def main(crash, after):
    async def work():
        #: work
        await asyncio.sleep(0.3)
        return "done"
        #:

    async def boom():
        #: boom
        await asyncio.sleep(after / 1000)
        if crash:
            raise RuntimeError("boom")
        #:

    async def caller():
        #: start
        working = asyncio.create_task(work())
        booming = asyncio.create_task(boom())
        #: caller
        result = await working  # a crash before its end goes unseen
        try:
            seen = await booming
        except RuntimeError as error:
            seen = str(error)
        return {"work": result, "seen late": seen}
        #:

    #: end
    return await caller()
