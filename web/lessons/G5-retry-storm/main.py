import asyncio
import random

from api import get


async def main(count, base, jitter):
    requests = 0

    async def ask():
        #: body
        nonlocal requests
        tries = 0
        while True:
            requests += 1
            try:
                return await get("/stock")
            except RuntimeError:
                back_off = base * 2 ** min(tries, 2)
                wait = random.random() * back_off if jitter else back_off
                await asyncio.sleep(wait / 1000)
                tries += 1
        #:

    #: start
    clients = [asyncio.create_task(ask()) for _ in range(count)]
    #: wait
    answers = await asyncio.gather(*clients)
    #: end
    return {"answers": len(answers), "requests": requests}
