import asyncio

from api import get


async def main(timeout):
    done = 0

    async def get_user(id):
        nonlocal done
        user = await get(f"/users/{id}")
        done += 1
        return user

    try:
        #: wait_for
        users = asyncio.gather(*(get_user(id) for id in [1, 2, 3]))
        got = await asyncio.wait_for(users, timeout / 1000)
    except asyncio.TimeoutError:
        got = "timeout"
        #:

    in_time = done
    await asyncio.sleep(0.8)  # what still runs would be done by then
    #: end
    return {"waitFor": {"got": got, "late": done - in_time}}
