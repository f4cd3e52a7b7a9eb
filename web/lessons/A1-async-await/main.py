import asyncio

from api import get


async def main():
    paths = ["/users", "/orders", "/stock"]

    #: start
    tasks = [
    #: body
        asyncio.create_task(get(path))
    #: start
        for path in paths
    ]

    #: wait
    return [await task for task in tasks]
