import asyncio


async def main(limit, consumer):
    read = taken = ahead = 0

    def lines():
        #: read
        nonlocal read, ahead
        while read < 10:
            read += 1
            ahead = max(ahead, read - taken)
            yield read
        #:

    gate = asyncio.Semaphore(limit)

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
        await asyncio.sleep(consumer / 1000)
        taken = line
    #: end
    return {"taken": taken, "ahead": ahead}
