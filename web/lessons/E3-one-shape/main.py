import asyncio


class Gone(Exception):
    """Python's tasks have no exit of their own: an exception stands for it."""


async def value():
    return "fresh"


async def error():
    return {"error": {"kind": "not_found"}}


async def crash():
    raise RuntimeError("boom")


async def leave():
    raise Gone("gone")


async def hang():
    await asyncio.Event().wait()


def normalise(entry):
    if isinstance(entry, asyncio.TimeoutError):
        return {"error": {"kind": "timeout"}}
    if isinstance(entry, Gone):
        return {"error": {"kind": "exit", "reason": str(entry)}}
    if isinstance(entry, Exception):
        return {"error": {"kind": "crash", "reason": str(entry)}}
    if isinstance(entry, dict) and "error" in entry:
        return entry
    return {"ok": entry}


async def main(timeout, onTimeout, linked):
    async def finish(ending):
        #: body
        await asyncio.sleep(0.06)
        return await ending()
        #:

    #: wait
    came = await asyncio.gather(
        *(
            asyncio.wait_for(finish(ending), timeout / 1000)
            for ending in (value, error, crash, leave, hang)
        ),
        return_exceptions=not linked,
    )
    for entry in came:
        if isinstance(entry, asyncio.TimeoutError) and onTimeout == "exit":
            raise entry
    #: end
    return {"came": came, "said": [normalise(entry) for entry in came]}
