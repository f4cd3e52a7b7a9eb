import asyncio


async def main(slow, quick, middle):
    finished = []

    async def work(name, ms):
        #: body
        await asyncio.sleep(ms / 1000)
        finished.append(name)
        return name
        #:

    #: start
    tasks = [
        asyncio.create_task(work(name, ms))
        for name, ms in [("slow", slow), ("quick", quick), ("middle", middle)]
    ]

    #: wait
    awaited = [await task for task in tasks]

    #: end
    return {"awaited": awaited, "finished": finished}
