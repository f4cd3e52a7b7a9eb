import asyncio


async def main():
    read = taken = ahead = 0

    def lines():
        #: read
        nonlocal read, ahead
        while read < 10:
            read += 1
            ahead = max(ahead, read - taken)
            yield read
        #:

    gate = asyncio.Semaphore(3)

    async def work(line):
        #: body
        async with gate:
            await asyncio.sleep(0.02)
            return line
        #:

    tasks = [asyncio.create_task(work(line)) for line in lines()]
    #: wait
    for task in tasks:
        line = await task
        await asyncio.sleep(0.1)
        taken = line
    #: end
    return {"taken": taken, "ahead": ahead}
