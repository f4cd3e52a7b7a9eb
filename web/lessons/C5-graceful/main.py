import asyncio


async def main():
    async def worker(cleanup):
        #: work
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            #: cleanup
            await asyncio.sleep(cleanup)
            return "cleaned up"
            #:

    async def shutdown(task, grace):
        task.cancel()
        await asyncio.wait([task], timeout=grace)
        if task.done():
            return task.result()
        task.cancel()  # again: there is nothing stronger
        await asyncio.wait([task])
        return "killed" if task.cancelled() else task.result()

    #: start
    quick = asyncio.create_task(worker(0.12))
    slow = asyncio.create_task(worker(0.5))
    third = asyncio.create_task(worker(0.12))
    await asyncio.sleep(0.1)

    #: quick
    in_time = await shutdown(quick, 0.3)
    #: slow
    too_slow = await shutdown(slow, 0.3)
    #: third
    brutal = await shutdown(third, 0)
    #: end
    return {"inTime": in_time, "tooSlow": too_slow, "brutal": brutal}
