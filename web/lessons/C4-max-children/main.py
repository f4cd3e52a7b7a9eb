import asyncio


async def main(maxChildren, takes):
    #: open
    room = asyncio.Semaphore(maxChildren)
    started, waited = [], []
    #:

    async def work(job):
        #: body
        if room.locked():
            waited.append(job)
        async with room:
            started.append(job)
            await asyncio.sleep(takes / 1000)
            return "done"
        #:

    jobs = []
    for job in [1, 2, 3, 4, 5, 6]:
        if job > 1:
            await asyncio.sleep(0.2)
        #: start
        jobs.append(asyncio.create_task(work(job)))
        #:

    #: async
    seventh = await asyncio.create_task(work(7))
    #: end
    await asyncio.gather(*jobs)
    return {"started": started, "waited": waited, "async": seventh}
