import asyncio


async def main(result, many, together, outlives):
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
        for _ in range(3 if many else 1):
            started.append(asyncio.create_task(job()))
        if result and together and not outlives:
            await asyncio.gather(*started)  # raises what one of them raises
        elif result:
            await asyncio.wait(started)  # raises nothing
        await asyncio.sleep(0.15)
        #:

    started = []
    caller = asyncio.create_task(calling())
    if outlives:
        await asyncio.sleep(0.05)
        caller.cancel()
    #: end
    await asyncio.wait([caller])
    await asyncio.sleep(0.3)  # what lives on is done by then
    ended = "killed" if caller.cancelled() else caller.exception() or "normal"
    return {"use": "create_task", "caller": ended, "tries": tries, "done": done}
