import asyncio

from api import get


async def main(take):
    mirrors = ["ams", "fra", "lis", "rom", "vie"]
    finished = 0

    async def ask(mirror):
        #: body
        nonlocal finished
        await get(f"/{mirror}")
        finished += 1
        return mirror
        #:

    taken = []
    #: wait
    for answer in asyncio.as_completed([ask(mirror) for mirror in mirrors]):
        taken.append(await answer)
        if len(taken) == take:
            break
    #: end
    await asyncio.sleep(0.3)  # whoever runs on is done by then
    return {"taken": taken, "finished": finished}
