import asyncio


async def main(needs, timeout, grace, cleanup):
    async def work():
        #: body
        try:
            await asyncio.sleep(needs / 1000)
            return "fresh"
        except asyncio.CancelledError:
            await asyncio.sleep(cleanup / 1000)
            raise
        #:

    #: start
    price = asyncio.create_task(work())
    #: wait
    done, _ = await asyncio.wait({price}, timeout=timeout / 1000)
    if not done:
        price.cancel()  # asks; there is nothing that kills it
        done, _ = await asyncio.wait({price}, timeout=grace / 1000)
    #: end
    settled = price.result() if done and not price.cancelled() else None
    value = "of yesterday" if settled is None else settled
    return {"settled": settled, "value": value, "alive": not price.done()}
