"""The answers of a lesson's world, for its program in Python, and what runs it.

    python3 api.py main.py WORLD

Prints the outcome as JSON, for web/tools/parity/record.mjs. The program
imports `get` from here: the same latencies, failures and bounds that Belay
meets, waited for on the real clock. Its `main` takes the lesson's knobs by
name, those that it has parameters for. WORLD is JSON:

    { "fates": [[path, attempt, ms, fate, body, endpoint], ...],
      "endpoints": { endpoint: { "cpu": ms, "capacity": count, "flap": {...} } },
      "cores": count, "knobs": { name: value } }
"""

import asyncio
import inspect
import json
import runpy
import sys
import time

DOWN = 10

fates = {}
attempts = {}
endpoints = {}
cores = []
busy = {}
began = None


async def get(path):
    """The answer of `path`; raises when it fails, as the lesson's own get does."""
    global began
    began = began or time.monotonic()
    attempts[path] = attempts.get(path, 0) + 1
    ms, fate, body, name = fates[path, attempts[path]]
    endpoint = endpoints.get(name, {})
    if busy.get(name, 0) >= endpoint.get("capacity", float("inf")):
        raise RuntimeError(f"429 {path}")
    busy[name] = busy.get(name, 0) + 1
    try:
        return await answer(path, ms, fate, body, endpoint)
    finally:
        busy[name] -= 1


async def answer(path, ms, fate, body, endpoint):
    if is_down(endpoint.get("flap")):
        await asyncio.sleep(min(ms, DOWN) / 1000)
        raise RuntimeError(f"503 {path}")
    if fate == "hang":
        await asyncio.Event().wait()
    await asyncio.sleep(ms / 1000)
    if endpoint.get("cpu"):
        await asyncio.sleep(core(endpoint["cpu"]) / 1000)
    if fate == "fail":
        raise RuntimeError(f"{body} {path}")
    return body


def now():
    """Ms since the first request."""
    return (time.monotonic() - began) * 1000


def is_down(flap):
    if flap is None:
        return False
    up, down = flap["up"], flap["down"]
    begun = up if flap.get("first") == "down" else 0
    return (now() + begun) % (up + down) >= up


def core(ms):
    """Ms until `ms` of a core have been spent on this request."""
    first = cores.index(min(cores))
    cores[first] = max(now(), cores[first]) + ms
    return cores[first] - now()


def canon(value):
    """A value as it is compared with other languages: see web/src/model/canon.ts."""
    if isinstance(value, (asyncio.TimeoutError, TimeoutError)):
        return "timeout"
    if isinstance(value, asyncio.CancelledError):
        return "killed"
    if isinstance(value, BaseException):
        return {"error": str(value)}
    if isinstance(value, (list, tuple)):
        return [canon(part) for part in value]
    if isinstance(value, dict):
        return {str(key): canon(part) for key, part in value.items()}
    return value


def run(file, text):
    world = json.loads(text)
    for path, attempt, *fate in world["fates"]:
        fates[path, attempt] = fate
    endpoints.update(world["endpoints"])
    cores.extend([0] * world["cores"])
    main = runpy.run_path(file)["main"]
    wanted = inspect.signature(main).parameters
    knobs = {name: value for name, value in world["knobs"].items() if name in wanted}
    try:
        outcome = {"returned": canon(asyncio.run(main(**knobs)))}
    except Exception as error:
        outcome = {"threw": canon(error)}
    version = ".".join(str(part) for part in sys.version_info[:3])
    print(json.dumps({"version": version, "outcome": outcome}))


if __name__ == "__main__":
    # What the program imports is this very module, not a second one.
    sys.modules["api"] = sys.modules["__main__"]
    run(*sys.argv[1:3])
