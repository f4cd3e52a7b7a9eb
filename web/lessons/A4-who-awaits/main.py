import asyncio


async def main():
    async def answer():
        #: body
        await asyncio.sleep(0.05)
        return 42
        #:

    #: start
    task = asyncio.create_task(answer())

    #: wait
    first = await task
    second = await task

    #: stranger
    async def stranger():
        return await task

    third = await asyncio.create_task(stranger())
    #: end
    return {"first": first, "second": second, "stranger": third}
