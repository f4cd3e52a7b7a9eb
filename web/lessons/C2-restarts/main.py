import asyncio


async def main(ends):
    starts = {"temporary": 0, "transient": 0, "permanent": 0}

    async def child(restart):
        #: body
        starts[restart] += 1
        if starts[restart] > 1:
            await asyncio.Event().wait()
        await asyncio.sleep(0.1)
        if ends == "crashes":
            raise RuntimeError("boom")
        if ends in ("shutdown", "killed"):  # one and the same here
            raise asyncio.CancelledError
        #:

    #: start
    tasks = [asyncio.create_task(child(restart)) for restart in starts]
    #: end
    await asyncio.sleep(0.3)
    for task in tasks:
        task.cancel()
    return starts
