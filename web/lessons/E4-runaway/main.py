import asyncio
from multiprocessing import Process


def spin():
    while True:
        pass


async def main(timeout, politely):
    async def wait():
        #: polite
        await asyncio.sleep(politely / 1000)
        return "done"
        #:

    #: start
    polite = asyncio.create_task(wait())
    # No task and no thread of Python's can be ended: a process can.
    runaway = Process(target=spin, daemon=True)
    runaway.start()

    #: wait
    await asyncio.to_thread(runaway.join, timeout / 1000)
    late = runaway.exitcode
    runaway.kill()
    runaway.join()
    #: end
    return {"late": late, "ended": runaway.exitcode, "polite": await polite}
