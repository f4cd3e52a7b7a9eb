import asyncio

from api import get


async def main(timeout):
    written = 0

    async def write():
        #: body
        nonlocal written
        await get("/report")
        written += 1
        #:

    #: start
    report = asyncio.create_task(write())
    try:
        #: wait
        await asyncio.wait_for(report, timeout / 1000)
        answer = {"ok": "report"}
    except asyncio.TimeoutError:
        #:
        answer = {"error": "timeout"}
    alive = not report.done()

    await asyncio.sleep(1)  # what still runs would be done by then
    #: end
    return {"answer": answer, "alive": alive, "written": written}
