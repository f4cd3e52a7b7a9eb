import asyncio


async def main(who):
    async def answer():
        #: body
        await asyncio.sleep(0.05)
        return 42
        #:

    #: start
    task = asyncio.create_task(answer())

    got = {}
    if who != "stranger":
        #: wait
        got["first"] = await task
        got["second"] = await task
        #:

    #: stranger
    async def stranger():
        return await task
        #:

    if who != "caller":
        got["stranger"] = await asyncio.create_task(stranger())
    #: end
    return got
