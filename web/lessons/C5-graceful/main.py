import asyncio


async def main(grace, quickly, slowly):
    async def worker(cleanup):
        #: work
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            #: cleanup
            await asyncio.sleep(cleanup / 1000)
            return "cleaned up"
            #:

    async def shutdown(task, grace):
        task.cancel()
        await asyncio.wait([task], timeout=grace / 1000)
        if task.done():
            return task.result()
        task.cancel()  # again: there is nothing stronger
        await asyncio.wait([task])
        return "killed" if task.cancelled() else task.result()

    #: start
    quick = asyncio.create_task(worker(quickly))
    slow = asyncio.create_task(worker(slowly))
    third = asyncio.create_task(worker(quickly))
    await asyncio.sleep(0.1)

    #: quick
    in_time = await shutdown(quick, grace)
    #: slow
    too_slow = await shutdown(slow, grace)
    #: third
    brutal = await shutdown(third, 0)
    #: end
    return {"inTime": in_time, "tooSlow": too_slow, "brutal": brutal}
