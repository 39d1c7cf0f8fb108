"""Holds the gateway to REST v2 of Camunda 8.10 by camunda-orchestration-sdk: leases, secrets, physical tenants.

Arguments: the URL of the gateway's REST API, and that of its control. Ends with status 0 when all holds.
"""

import asyncio
import json
import sys
import urllib.request

from camunda_orchestration_sdk import CamundaAsyncClient, CamundaClient, WorkerConfig
from camunda_orchestration_sdk import errors
from camunda_orchestration_sdk import models as m

REST, CONTROL = sys.argv[1], sys.argv[2]
LONG = 600_000  # milliseconds: what must not be over before the client is done, however slow the machine


def control(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(CONTROL + path, data=data) as answer:
        return json.load(answer)


def expect(got, want, what):
    if got != want:
        raise SystemExit(f"{what}: got {got!r}, want {want!r}")


def refused(call, kind, what, title=None):
    try:
        call()
    except kind as e:
        problem = json.loads(e.content)
        expect(problem["status"], e.status_code, what + ": status of the problem")
        if title is not None:
            expect(problem["title"], title, what + ": title of the problem")
        return
    except Exception as e:  # any other end is a fault of the gateway
        raise SystemExit(f"{what}: got {e!r}, want {kind.__name__}") from e
    raise SystemExit(f"{what}: taken, want {kind.__name__}")


def configuration(password="secret", address=REST):
    return {
        "CAMUNDA_REST_ADDRESS": address,
        "CAMUNDA_AUTH_STRATEGY": "BASIC",
        "CAMUNDA_BASIC_AUTH_USERNAME": "demo",
        "CAMUNDA_BASIC_AUTH_PASSWORD": password,
        "CAMUNDA_SDK_LOG_LEVEL": "error",
    }


def poll(client, n=9, wait=-1, kind="t", **more):
    request = m.JobActivationRequest(
        type_=kind, timeout=LONG, max_jobs_to_activate=n, worker="python", request_timeout=wait, **more
    )
    return client.activate_jobs(data=request).jobs


def commands(c):
    topology = c.get_topology()
    expect((topology.partitions_count, topology.gateway_version), (2, "8.10.0"), "topology")
    control("/jobs", {"count": 7, "type": "t", "variables": {"n": "{{n}}", "x": 1}, "headers": {"h": "v"}, "businessId": "order"})
    jobs = poll(c, fetch_variable=["n"])
    expect(sorted(job.variables.to_dict()["n"] for job in jobs), list("1234567"), "variables")
    first = jobs[0]
    expect(first.custom_headers.to_dict(), {"h": "v"}, "custom headers")
    expect(first.variables.to_dict().keys() & {"x"}, set(), "variables that were not asked for")
    expect((first.retries, first.worker, first.business_id), (3, "python", "order"), "a job")
    expect((first.physical_tenant_id, first.job_lease_token), ("default", None), "a job without a lease")
    expect(poll(c), [], "jobs of a poll when all are given out")

    keys = [job.job_key for job in jobs]
    variables = m.JobCompletionRequestVariables.from_dict({"r": 1})
    c.complete_job(keys[0], data=m.JobCompletionRequest(variables=variables))
    refused(lambda: c.complete_job(keys[0]), errors.NotFoundError, "complete twice", "NOT_FOUND")
    c.throw_job_error(keys[1], data=m.JobErrorRequest(error_code="CODE", error_message="why"))
    c.fail_job(keys[2], data=m.JobFailRequest(retries=2, retry_back_off=LONG, error_message="much later"))
    refused(lambda: c.fail_job(keys[2]), errors.ConflictError, "fail in backoff", "INVALID_STATE")
    c.fail_job(keys[3], data=m.JobFailRequest(retries=2, retry_back_off=50))
    again = poll(c, 1, LONG)
    expect([(job.job_key, job.retries) for job in again], [(keys[3], 2)], "job after its backoff")
    c.fail_job(keys[4], data=m.JobFailRequest(retries=0, error_message="incident"))
    refused(lambda: c.complete_job(keys[4]), errors.ConflictError, "complete an incident", "INVALID_STATE")
    c.update_job(keys[5], data=m.JobUpdateRequest(changeset=m.JobChangeset(timeout=1)))
    expect([job.job_key for job in poll(c, 1, LONG)], [keys[5]], "job handed back by its time-out")

    control("/faults", {"faults": [{"calls": ["commands"], "code": "RESOURCE_EXHAUSTED"}]})
    refused(lambda: c.complete_job(keys[6]), errors.ServiceUnavailableError, "back-pressure", "RESOURCE_EXHAUSTED")
    control("/faults", {})
    refused(lambda: poll(c, 0), errors.BadRequestError, "a poll for no job", "INVALID_ARGUMENT")
    with CamundaClient(configuration=configuration("wrong")) as stranger:
        refused(stranger.get_topology, errors.UnauthorizedError, "a wrong password")
    control("/models", {"key": 77, "xml": "<model/>"})
    expect(c.get_process_definition_xml("77"), "<model/>", "model")


def leases(c):
    control("/jobs", {"count": 2, "type": "leased"})
    jobs = poll(c, kind="leased", with_lease=True)
    expect([bool(job.job_lease_token) for job in jobs], [True, True], "lease tokens")
    one, other = jobs
    refused(lambda: c.complete_job(one.job_key), errors.ConflictError, "no token", "INVALID_STATE")
    wrong = m.JobCompletionRequest(job_lease_token=other.job_lease_token)
    refused(lambda: c.complete_job(one.job_key, data=wrong), errors.ConflictError, "the token of another job", "INVALID_STATE")
    c.update_job(one.job_key, data=m.JobUpdateRequest(changeset=m.JobChangeset(timeout=1)))
    again = poll(c, 1, LONG, "leased", with_lease=True)[0]
    expect(again.job_key, one.job_key, "job handed back by its time-out")
    stale = m.JobUpdateRequest(changeset=m.JobChangeset(timeout=LONG), job_lease_token=one.job_lease_token)
    refused(lambda: c.update_job(one.job_key, data=stale), errors.ConflictError, "time-out of a stale lease", "INVALID_STATE")
    for stale in (m.JobFailRequest(retries=1), m.JobFailRequest(retries=1, job_lease_token=one.job_lease_token)):
        refused(lambda: c.fail_job(one.job_key, data=stale), errors.ConflictError, "fail of a stale lease", "INVALID_STATE")
    c.fail_job(one.job_key, data=m.JobFailRequest(retries=1, job_lease_token=again.job_lease_token))
    expect(poll(c, kind="leased"), [], "a leased job for a worker without leases")
    last = poll(c, kind="leased", with_lease=True)[0]
    c.throw_job_error(one.job_key, data=m.JobErrorRequest(error_code="C", job_lease_token=last.job_lease_token))
    c.complete_job(other.job_key, data=m.JobCompletionRequest(job_lease_token=other.job_lease_token))


def secrets(c):
    names = ["camunda.secrets.API_KEY", "camunda.secrets.db-password", "camunda.secrets.NONE", "camunda.secrets.API_KEY"]
    result = c.resolve_secrets(data=m.SecretResolveRequest(references=names))
    expect([(r.reference, r.value) for r in result.resolved], [(names[0], "k"), (names[1], "p")], "resolved secrets")
    expect([(e.reference, e.code.value) for e in result.errors], [(names[2], "NOT_FOUND")], "unknown secrets")
    many = m.SecretResolveRequest(references=[f"camunda.secrets.N{n}" for n in range(21)])
    refused(lambda: c.resolve_secrets(data=many), errors.BadRequestError, "21 secrets", "INVALID_ARGUMENT")


def tenants(c):
    control("/tenants", {"tenants": ["a", "b"]})
    control("/jobs", {"type": "t", "tenant": "a"})
    control("/jobs", {"type": "t", "tenant": "b"})
    expect([job.tenant_id for job in poll(c, tenant_ids=["a"])], ["a"], "jobs of a tenant")
    assigned = m.JobActivationRequestTenantFilter.ASSIGNED
    expect([job.tenant_id for job in poll(c, tenant_filter=assigned)], ["b"], "jobs of the caller's tenants")
    refused(lambda: poll(c, tenant_ids=["z"]), errors.ApiError, "a tenant of others", "FORBIDDEN")
    control("/tenants", {"tenants": None})

    key = control("/physical-tenants/blue/jobs", {"type": "t"})["keys"][0]
    with CamundaClient(configuration=configuration(address=REST + "/physical-tenants/blue")) as blue:
        jobs = poll(blue)
        expect([(job.job_key, job.physical_tenant_id) for job in jobs], [(str(key), "blue")], "job of a physical tenant")
        blue.complete_job(jobs[0].job_key)
    with CamundaClient(configuration=configuration(address=REST + "/physical-tenants/green")) as green:
        refused(green.get_topology, errors.ApiError, "a physical tenant that is not there", "Not Found")


async def worker():
    """The client's own worker takes jobs with leases and completes them."""
    wanted = control("/jobs", {"count": 20, "type": "worker"})["keys"]
    done = asyncio.Event()
    seen = set()

    async def handle(job):
        seen.add(job.job_key)
        if len(seen) == len(wanted):
            done.set()
        return {"worked": True}

    async with CamundaAsyncClient(configuration=configuration()) as client:
        client.create_job_worker(
            config=WorkerConfig(
                job_type="worker", job_timeout_milliseconds=LONG, max_concurrent_jobs=8, with_lease=True, request_timeout_milliseconds=1000
            ),
            callback=handle,
            execution_strategy="async",
        )
        running = asyncio.ensure_future(client.run_workers())
        await done.wait()
        while control("/report?jobs=none&type=worker")["totals"]["completed"] != len(wanted):
            await asyncio.sleep(0.02)
        running.cancel()
    expect({int(key) for key in seen}, set(wanted), "jobs of the worker")


with CamundaClient(configuration=configuration()) as sync_client:
    commands(sync_client)
    leases(sync_client)
    secrets(sync_client)
    tenants(sync_client)
asyncio.run(worker())
totals = control("/report?jobs=none")["totals"]
expect((totals["completed"], totals["thrown"], totals["incidents"], totals["stale"]), (22, 2, 1, 5), "totals")
print("camunda-orchestration-sdk: all holds")
