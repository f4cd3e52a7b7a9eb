"""The answers of a lesson's world, for its program in Python, and what runs it.

    python3 api.py main.py '[[path, attempt, ms, fate, body], ...]'

Prints the outcome as JSON, for web/tools/parity/record.mjs. The program
imports `get` from here: the same latencies and failures that Belay meets,
waited for on the real clock.
"""

import asyncio
import json
import runpy
import sys

fates = {}
attempts = {}


async def get(path):
    """The answer of `path`; raises when it fails, as the lesson's own get does."""
    attempts[path] = attempts.get(path, 0) + 1
    ms, fate, body = fates[path, attempts[path]]
    if fate == "hang":
        await asyncio.Event().wait()
    await asyncio.sleep(ms / 1000)
    if fate == "fail":
        raise RuntimeError(f"{body} {path}")
    return body


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


def run(file, table):
    for path, attempt, *fate in json.loads(table):
        fates[path, attempt] = fate
    main = runpy.run_path(file)["main"]
    try:
        outcome = {"returned": canon(asyncio.run(main()))}
    except Exception as error:
        outcome = {"threw": canon(error)}
    version = ".".join(str(part) for part in sys.version_info[:3])
    print(json.dumps({"version": version, "outcome": outcome}))


if __name__ == "__main__":
    # What the program imports is this very module, not a second one.
    sys.modules["api"] = sys.modules["__main__"]
    run(*sys.argv[1:3])
