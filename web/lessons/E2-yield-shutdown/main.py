import asyncio


async def main():
    async def work():
        #: body
        try:
            await asyncio.sleep(0.9)
            return "fresh"
        except asyncio.CancelledError:
            await asyncio.sleep(0.06)
            raise
        #:

    #: start
    price = asyncio.create_task(work())
    #: wait
    done, _ = await asyncio.wait({price}, timeout=0.3)
    if not done:
        price.cancel()  # asks; there is nothing that kills it
        done, _ = await asyncio.wait({price}, timeout=0.2)
    #: end
    settled = price.result() if done and not price.cancelled() else None
    value = "of yesterday" if settled is None else settled
    return {"settled": settled, "value": value, "alive": not price.done()}
