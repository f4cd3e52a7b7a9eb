import asyncio

from api import get


async def main(backOff, maxRestarts):
    starts = 0
    serving = False

    async def service():
        #: service
        nonlocal starts, serving
        if backOff and starts > 0:
            await asyncio.sleep(0.075 * 2**starts)  # 150, 300, 600 ms
        starts += 1
        await get("/database")
        serving = True
        await asyncio.Event().wait()  # serves
        #:

    async def supervise():
        # asyncio has no supervisors: whoever wants one writes it.
        for _start in range(1 + maxRestarts):
            try:
                await service()
            except RuntimeError:
                pass

    async def user():
        #: user
        await asyncio.sleep(0.06)  # on the way there
        if not serving:
            raise RuntimeError("nobody there")
        return "served"
        #:

    #: start
    site = asyncio.create_task(supervise())

    #: users
    asked = []
    for _user in range(10):
        await asyncio.sleep(0.3)
        asked.append(asyncio.create_task(user()))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    #: end
    site.cancel()
    served = answers.count("served")
    return {"starts": starts, "served": served, "turnedAway": 10 - served}
