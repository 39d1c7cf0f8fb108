// Holds the gateway to REST v2 by @camunda8/orchestration-cluster-api.
//
// Arguments: the URL of the gateway's REST API, and that of its control. Ends with status 0 when all holds.
import assert from 'node:assert/strict';
import { createCamundaClient } from '@camunda8/orchestration-cluster-api';

const [rest, control] = process.argv.slice(2);
const long = 600_000; // milliseconds: what must not be over before the client is done, however slow the machine

async function tell(path, body) {
  const answer = await fetch(control + path, body && { method: 'POST', body: JSON.stringify(body) });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

const client = (password) =>
  createCamundaClient({
    config: {
      CAMUNDA_REST_ADDRESS: rest,
      CAMUNDA_AUTH_STRATEGY: 'BASIC',
      CAMUNDA_BASIC_AUTH_USERNAME: 'demo',
      CAMUNDA_BASIC_AUTH_PASSWORD: password,
      CAMUNDA_SDK_HTTP_RETRY_MAX_ATTEMPTS: '1',
      CAMUNDA_SDK_VALIDATION: 'req:strict,res:strict', // every answer is held against the API's own description
    },
  });
const c = client('secret');

async function refused(what, call, status) {
  await assert.rejects(call, (e) => {
    assert.equal(e.status, status, `${what}: ${e.stack}`);
    return true;
  });
}

async function poll(n, more = {}) {
  const { jobs } = await c.activateJobs({ type: 't', worker: 'node', timeout: long, maxJobsToActivate: n, requestTimeout: -1, ...more });
  return jobs;
}

const topology = await c.getTopology();
assert.equal(topology.partitionsCount, 2);
assert.equal(topology.gatewayVersion, '8.9.0');

await tell('/jobs', { count: 7, type: 't', variables: { n: '{{n}}', x: 1 }, headers: { h: 'v' }, tags: ['a'], processId: 'p', elementId: 'e' });
const jobs = await poll(7, { fetchVariable: ['n'] });
assert.equal(jobs.length, 7);
assert.deepEqual(jobs.map((job) => job.variables.n).sort(), [...'1234567']);
assert.deepEqual(jobs[0].customHeaders, { h: 'v' });
assert.equal(jobs[0].variables.x, undefined);
assert.equal(jobs[0].retries, 3);
assert.equal(jobs[0].worker, 'node');
assert.equal(typeof jobs[0].jobKey, 'string');
assert.ok(jobs[0].deadline > Date.now());
assert.deepEqual(await poll(7), []);
const keys = jobs.map((job) => job.jobKey);

await c.completeJob({ jobKey: keys[0], variables: { r: 1 } });
await refused('complete twice', () => c.completeJob({ jobKey: keys[0] }), 404);
await c.throwJobError({ jobKey: keys[1], errorCode: 'CODE', errorMessage: 'why', variables: { v: 1 } });
await c.failJob({ jobKey: keys[2], retries: 2, retryBackOff: long, errorMessage: 'much later' });
await refused('fail in backoff', () => c.failJob({ jobKey: keys[2], retries: 1 }), 409);
await c.failJob({ jobKey: keys[3], retries: 2, retryBackOff: 50, errorMessage: 'again' });
const again = await poll(1, { requestTimeout: long });
assert.deepEqual(again.map((job) => [job.jobKey, job.retries]), [[keys[3], 2]]);
await c.failJob({ jobKey: keys[4], retries: 0, errorMessage: 'incident' });
await refused('complete an incident', () => c.completeJob({ jobKey: keys[4] }), 409);
await c.updateJob({ jobKey: keys[5], changeset: { timeout: 1 } });
assert.deepEqual((await poll(1, { requestTimeout: long })).map((job) => job.jobKey), [keys[5]]);

await tell('/models', { key: 77, xml: '<model/>' });
const xml = await c.getProcessDefinitionXml({ processDefinitionKey: '77' }, { consistency: { waitUpToMs: 0 } });
assert.equal(xml, '<model/>');

// The client's own worker takes jobs and completes them.
const done = new Set();
const { keys: wanted } = await tell('/jobs', { count: 20, type: 'worker' });
await new Promise((resolve) => {
  const worker = c.createJobWorker({
    jobType: 'worker', maxParallelJobs: 8, jobTimeoutMs: long, pollIntervalMs: 10,
    jobHandler: async (job) => {
      const receipt = await job.complete({ worked: true });
      done.add(job.jobKey);
      if (done.size === wanted.length) {
        worker.stop();
        resolve();
      }
      return receipt;
    },
  });
});

await tell('/faults', { faults: [{ calls: ['commands'], code: 'RESOURCE_EXHAUSTED' }] });
await refused('back-pressure', () => c.completeJob({ jobKey: keys[6] }), 503);
await tell('/faults', {});
await refused('a wrong password', () => client('wrong').getTopology(), 401);

await tell('/tenants', { tenants: ['a', 'b'] });
await tell('/jobs', { type: 't', tenant: 'a' });
await tell('/jobs', { type: 't', tenant: 'b' });
assert.deepEqual((await poll(9, { tenantIds: ['a'] })).map((job) => job.tenantId), ['a']);
assert.deepEqual((await poll(9, { tenantFilter: 'ASSIGNED' })).map((job) => job.tenantId), ['b']);
await refused('a tenant of others', () => poll(9, { tenantIds: ['z'] }), 403);

const { totals } = await tell('/report?jobs=none');
assert.deepEqual([totals.completed, totals.thrown, totals.incidents], [21, 1, 1]);
console.log('@camunda8/orchestration-cluster-api: all holds');
process.exit(0);
