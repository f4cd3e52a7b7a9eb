import asyncio


async def main():
    async def work():
        #: work
        await asyncio.sleep(0.3)
        return "done"
        #:

    async def boom():
        #: boom
        await asyncio.sleep(0.1)
        raise RuntimeError("boom")
        #:

    async def caller():
        #: start
        working = asyncio.create_task(work())
        booming = asyncio.create_task(boom())
        #: caller
        result = await working  # the crash at 0.1 s goes unseen
        try:
            await booming
        except RuntimeError as error:
            return {"work": result, "seen late": str(error)}
        #:

    #: end
    return await caller()
