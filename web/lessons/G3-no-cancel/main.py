import asyncio

from api import get


async def main(cancel, pause):
    screen = ""
    searches = []

    async def search(word):
        #: body
        nonlocal screen
        screen = await get(f"/search/{word}")
        print(f"on the screen: {screen}")
        #:

    for word in ["b", "be", "bel", "bela"]:
        #:
        if cancel and searches:
            searches[-1].cancel()
        #: start
        searches.append(asyncio.create_task(search(word)))
        #:
        await asyncio.sleep(pause / 1000)

    #: wait
    await searches[-1]
    #: end
    still_running = sum(not task.done() for task in searches)
    return {"screen": screen, "stillRunning": still_running}
