import asyncio


async def main():
    tries = done = 0

    # Takes 100 ms. The first of all tries fails.
    async def job():
        nonlocal tries, done
        tries += 1
        first = tries == 1
        await asyncio.sleep(0.1)
        if first:
            raise RuntimeError("boom")
        done += 1

    async def calling():
        #: caller
        started.append(asyncio.create_task(job()))
        await asyncio.sleep(0.15)
        #:

    started = []
    caller = asyncio.create_task(calling())
    await asyncio.sleep(0.05)
    caller.cancel()
    #: end
    await asyncio.sleep(0.3)  # what lives on is done by then
    await asyncio.wait([caller, *started])
    ended = "killed" if caller.cancelled() else "normal"
    return {"use": "create_task", "caller": ended, "tries": tries, "done": done}
