"""Holds the gateway to the protocol by pyzeebe, a client that others wrote.

Arguments: the gateway's host:port, and the URL of its control. Ends with status 0 when all holds.
"""

import asyncio
import json
import sys
import urllib.request

import grpc
from pyzeebe import errors
from pyzeebe.grpc_internals.zeebe_adapter import ZeebeAdapter

TARGET, CONTROL = sys.argv[1], sys.argv[2]
LONG = 600_000  # milliseconds: what must not be over before the client is done, however slow the machine


def control(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(CONTROL + path, data=data) as answer:
        return json.load(answer)


def expect(got, want, what):
    if got != want:
        raise SystemExit(f"{what}: got {got!r}, want {want!r}")


async def refused(call, kind, what):
    try:
        await call
    except kind:
        return
    except Exception as e:  # any other end is a fault of the gateway
        raise SystemExit(f"{what}: got {e!r}, want {kind.__name__}") from e
    raise SystemExit(f"{what}: taken, want {kind.__name__}")


async def poll(adapter, n, wait=-1):
    return [
        job
        async for job in adapter.activate_jobs("t", "pyzeebe", LONG, n, [], wait)
    ]


async def main():
    async with grpc.aio.insecure_channel(TARGET) as channel:
        adapter = ZeebeAdapter(channel)
        topology = await adapter.topology()
        expect(topology.partitions_count, 2, "partitions of the topology")

        control("/jobs", {"count": 7, "type": "t", "variables": {"n": "{{n}}"}, "headers": {"h": "x"}})
        jobs = await poll(adapter, 7)
        expect(len(jobs), 7, "jobs of a poll")
        expect(sorted(job.variables["n"] for job in jobs), list("1234567"), "variables")
        expect(dict(jobs[0].custom_headers), {"h": "x"}, "custom headers")
        expect(await poll(adapter, 7), [], "jobs of a poll when all are given out")

        keys = [job.key for job in jobs]
        await adapter.complete_job(keys[0], {"r": 1})
        await refused(adapter.complete_job(keys[0], {}), errors.JobNotFoundError, "complete twice")
        await adapter.throw_error(keys[1], "message", {}, "CODE")
        await adapter.fail_job(keys[6], 2, "much later", LONG, {})
        await refused(adapter.fail_job(keys[6], 2, "again", 0, {}), errors.JobAlreadyDeactivatedError, "fail in backoff")
        await adapter.fail_job(keys[2], 2, "again", 50, {})
        again = await poll(adapter, 1, LONG)
        expect([(job.key, job.retries) for job in again], [(keys[2], 2)], "job after its backoff")
        await adapter.fail_job(keys[3], 0, "incident", 0, {})
        await refused(adapter.complete_job(keys[3], {}), errors.JobAlreadyDeactivatedError, "complete an incident")
        await adapter.update_job_timeout(keys[4], 1)
        again = await poll(adapter, 1, LONG)
        expect([job.key for job in again], [keys[4]], "job handed back by its time-out")

        stream = adapter.stream_activate_jobs("t", "pyzeebe", LONG, [], LONG)
        first = asyncio.ensure_future(anext(stream))
        while control("/report?jobs=none")["calls"]["streamsOpen"] != 1:
            await asyncio.sleep(0.01)
        created = control("/jobs", {"type": "t"})["keys"]
        expect((await first).key, created[0], "job of a stream")
        await adapter.complete_job(created[0], {})
        await stream.aclose()

        control("/faults", {"faults": [{"calls": ["commands"], "code": "RESOURCE_EXHAUSTED"}]})
        await refused(adapter.complete_job(keys[5], {}), errors.ZeebeBackPressureError, "back-pressure")
        control("/faults", {"faults": [{"calls": ["commands"], "times": 1, "loseAnswer": True}]})
        await refused(adapter.complete_job(keys[5], {}), errors.ZeebeGatewayUnavailableError, "an answer that got lost")
        control("/faults", {})

        control("/tenants", {"tenants": ["a", "b"]})
        control("/jobs", {"type": "t", "tenant": "a"})
        control("/jobs", {"type": "t", "tenant": "b"})
        of = [job.tenant_id async for job in adapter.activate_jobs("t", "pyzeebe", LONG, 9, [], -1, tenant_ids=["b"])]
        expect(of, ["b"], "jobs of a tenant")
        for asked, kind in ((["z"], errors.UnknownGrpcStatusCodeError), (None, errors.ActivateJobsRequestInvalidError)):
            answers = adapter.activate_jobs("t", "pyzeebe", LONG, 9, [], -1, tenant_ids=asked)
            await refused(anext(answers), kind, f"a poll for the tenants {asked}")
        totals = control("/report?jobs=none")["totals"]
        expect((totals["completed"], totals["thrown"], totals["incidents"], totals["open"]), (3, 1, 1, 5), "totals")


asyncio.run(main())
print("pyzeebe: all holds")
