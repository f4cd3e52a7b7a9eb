import asyncio

from api import get

ids = [1, 2, 3]


async def gather(get_user):
    #: gather
    return await asyncio.gather(*(get_user(id) for id in ids))
    #:


async def group(get_user):
    #: group
    async with asyncio.TaskGroup() as group:
        users = [group.create_task(get_user(id)) for id in ids]
    return [user.result() for user in users]
    #:


async def outcome(way):
    done = 0

    async def get_user(id):
        nonlocal done
        user = await get(f"/users/{id}")
        done += 1
        return user

    try:
        got = await way(get_user)
    except* RuntimeError as failures:
        got = failures.exceptions[0]
    before = done
    await asyncio.sleep(0.6)  # what still runs would be done by then
    #: end
    return {"got": got, "late": done - before}


async def main():
    return {"gather": await outcome(gather), "group": await outcome(group)}
