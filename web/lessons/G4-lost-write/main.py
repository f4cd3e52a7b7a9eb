import asyncio
import uuid


async def main(crashAt):
    async def pay(ledger, key):
        #: body
        await asyncio.sleep(0.2)  # on its way to the bank
        if key not in ledger:
            ledger.append(key)
        await asyncio.sleep(0.2)  # the receipt is on its way back
        #:

    async def supervise(body, started):
        # asyncio has no supervisors: whoever wants one writes it.
        task = None
        while task is None or task.cancelled():
            task = asyncio.create_task(body())
            started.append(task)
            await asyncio.wait([task])

    async def bookings(start):
        ledger = []
        started = []
        #:
        owner = start(ledger, started)
        await asyncio.sleep(crashAt / 1000)
        started[0].cancel()
        #:
        await asyncio.sleep(0.9)
        return len(ledger)

    #: forgotten
    def forget(ledger, started):
        started.append(asyncio.create_task(pay(ledger, uuid.uuid4())))

    forgotten = await bookings(forget)

    #: supervised
    def keep(ledger, started):
        body = lambda: pay(ledger, uuid.uuid4())
        return asyncio.create_task(supervise(body, started))

    supervised = await bookings(keep)

    #: keyed
    key = uuid.uuid4()

    def keep_with_key(ledger, started):
        body = lambda: pay(ledger, key)
        return asyncio.create_task(supervise(body, started))

    keyed = await bookings(keep_with_key)
    #: end
    return {"forgotten": forgotten, "supervised": supervised, "keyed": keyed}
