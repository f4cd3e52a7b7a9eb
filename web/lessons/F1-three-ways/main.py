import asyncio

from api import get


async def main():
    ids = [1, 2, 3]

    #: gather
    users = await asyncio.gather(
        *(get(f"/users/{id}") for id in ids), return_exceptions=True
    )
    #: end
    return {"gather": users}
