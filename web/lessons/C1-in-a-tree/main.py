import asyncio

background = set()


async def main(stop):
    sent = False

    async def send_mail():
        #: mail
        nonlocal sent
        await asyncio.sleep(0.3)
        sent = True
        #:

    async def handle():
        #: request
        # The loop alone would let go of the task: keep a reference.
        background.add(asyncio.create_task(send_mail()))
        await asyncio.sleep(0.1)
        raise RuntimeError("boom")
        #:

    #: wait
    [ended] = await asyncio.gather(handle(), return_exceptions=True)
    await asyncio.sleep((stop - 100) / 1000)
    #: end
    return {"request": ended, "sent": sent}
