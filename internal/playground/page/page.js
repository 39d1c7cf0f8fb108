import { Editor } from './editor.js';
import { article, ending, node, outcome } from './results.js';

const $ = (id) => document.getElementById(id);
const nonce = document.querySelector('meta[name="style-nonce"]').content;

// ---- what AWS may answer

const metadata = {
  sdkResponseMetadata: { requestId: '7d1c5e9a-4d37-4f0e-9e53-3f1c0d8f2a11' },
  sdkHttpMetadata: { httpHeaders: { 'Content-Type': 'application/x-amz-json-1.1' }, httpStatusCode: 200, allHttpHeaders: { 'Content-Type': ['application/x-amz-json-1.1'] } },
};
const failure = (code, message) => ({ error: { type: 'eventbridge.' + code, code, message: `${message} (Service: EventBridge, Status Code: 400, Error Code: ${code})` } });
const presets = {
  accepted: { ...metadata, failedEntryCount: 0, entries: [{ eventId: '11710aed-b79e-4468-a20b-bb3c0c3b4860', errorCode: null, errorMessage: null }] },
  rejected: { ...metadata, failedEntryCount: 1, entries: [{ eventId: null, errorCode: 'InternalFailure', errorMessage: 'The event could not be put on the bus' }] },
  throttled: failure('ThrottlingException', 'Rate exceeded'),
  denied: failure('AccessDeniedException', 'User is not authorized to perform: events:PutEvents'),
};
const text = (preset) => JSON.stringify(preset, null, 2);
const first = {
  result: '= {eventId: response.entries[1].eventId, accepted: response.failedEntryCount = 0}',
  error: '= if error.code = "ThrottlingException"\n  then jobError("bus is busy", {}, job.retries - 1, @"PT30S")\n  else if response.failedEntryCount > 0\n  then bpmnError("REJECTED", response.entries[1].errorMessage)\n  else null',
  variables: '{\n  "order": {"id": "A-1"}\n}',
};

// ---- asking the connector

const most = 9 * 1024 * 1024; // of what the server reads

async function ask(path, question) {
  const body = JSON.stringify(question);
  if (body.length > most) throw new Error('that is too large, at most 9 MiB are read');
  const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

const reference = await (await fetch('api/reference')).json();

// ---- what completion offers

let result = {}; // the variables that the result expression made

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
};

// expressionNames are those that an expression of a header sees.
function expressionNames(which, response) {
  const failed = Object.keys(response).length === 1 && 'error' in response;
  const fields = failed ? {} : response;
  const input = parsed(editors.input.text);
  if (which === 'result') return { ...fields, response, input };
  const error = failed ? response.error : { type: '', code: '', message: '', variables: {} };
  const job = { retries: 3, key: '', processInstanceKey: '', processDefinitionId: '', elementId: '', tenantId: '' };
  return { input, ...fields, ...result, response, error, job };
}

const ofBroker = reference.functions.filter((f) => !f.connector);
const scopes = {
  result: () => ({ names: expressionNames('result', parsed(editors.response.text)), functions: ofBroker }),
  error: () => ({ names: expressionNames('error', parsed(editors.response.text)), functions: reference.functions }),
  model: (field) => {
    if (field === 'mapping') return { names: parsed(editors.variables.text), functions: ofBroker };
    return field === 'errorExpression' ? { names: expressionNames('error', presets.accepted), functions: reference.functions } : { names: expressionNames('result', presets.accepted), functions: ofBroker };
  },
};

// ---- the fields

const editors = {};
for (const [id, language, described, changed, more] of [
  ['response', 'json', 'response-fault', evaluateSoon, {}],
  ['input', 'json', 'input-fault', evaluateSoon, {}],
  ['result', 'feel', 'result-out', evaluateSoon, { scope: scopes.result }],
  ['error', 'feel', 'error-out', evaluateSoon, { scope: scopes.error }],
  ['model', 'xml', 'model-fault', modelSoon, { scope: scopes.model, hint: 'Paste the XML of a model, or drop its file here', dropped: read }],
  ['variables', 'json', 'variables-fault', modelSoon, {}],
]) {
  editors[id] = new Editor({ parent: $(id), language, label: id + '-label', described, nonce, changed, ...more });
  $(id).editor = editors[id];
  $(id + '-label').addEventListener('click', () => editors[id].focus());
}

function setLanguage(language) {
  $('language').value = language === 'jq' ? 'jq' : 'feel';
  for (const id of ['result', 'error']) editors[id].language = $('language').value;
}

const presetOf = (response) => Object.keys(presets).find((name) => text(presets[name]) === response) ?? 'own';

// ---- the state, which lives in the fragment of the address alone

const encode = (state) => btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(state)))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const decode = (text) => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))));
const kept = ['response', 'input', 'result', 'error', 'variables'];

function load() {
  let state = {};
  try {
    if (location.hash.length > 1) state = decode(location.hash.slice(1));
  } catch {
    state = {}; // not of this page
  }
  const beginning = { response: text(presets.accepted), input: reference.input, ...first };
  for (const id of kept) editors[id].text = typeof state[id] === 'string' ? state[id] : beginning[id];
  $('retries').value = state.retries ?? '3';
  setLanguage(state.language);
  $('preset').value = presetOf(editors.response.text);
}

// save keeps the state in the address. Browsers take no address of any length, and nobody shares one.
const longest = 32 * 1024;
function save() {
  const state = { retries: $('retries').value, language: $('language').value };
  let size = 0;
  for (const id of kept) size += (state[id] = editors[id].text).length;
  const short = size <= longest;
  history.replaceState(null, '', short ? '#' + encode(state) : location.pathname);
  $('sharing').textContent = short ? 'The address of this page holds all that you typed but the model: copy it to share.' : 'What you typed is too long for the address of this page: it cannot be shared by it.';
}

// ---- evaluating. What is asked later is shown later, and until then what is shown is marked as old.

const busy = (on, ...ids) => ids.forEach((id) => $(id).setAttribute('aria-busy', String(on)));
const outputs = ['result-out', 'error-out', 'ending'];
let asked = 0;
let timer;

function evaluateSoon() {
  asked++;
  document.body.dataset.state = 'busy';
  busy(true, ...outputs);
  $('preset').value = presetOf(editors.response.text);
  clearTimeout(timer);
  timer = setTimeout(evaluate, 150);
}

async function evaluate() {
  clearTimeout(timer);
  save();
  document.body.dataset.state = 'busy';
  busy(true, ...outputs);
  const question = ++asked;
  let reply;
  try {
    reply = await ask('api/evaluate', {
      response: editors.response.text, input: editors.input.text, retries: Number($('retries').value) || 1, language: $('language').value, result: editors.result.text, error: editors.error.text,
    });
  } catch (e) {
    reply = { responseFault: { text: 'not evaluated: ' + e.message }, result: {}, error: {}, ending: {} };
  }
  if (question !== asked) return;
  const sound = !reply.responseFault && !reply.inputFault;
  fault('response', reply.responseFault);
  fault('input', reply.inputFault);
  result = reply.result.value ? parsed(reply.result.value) : {};
  outcome($('result-out'), reply.result, sound ? 'nothing: after an error there is no result' : '', editors.result);
  outcome($('error-out'), reply.error, sound ? 'no error expression' : '', editors.error);
  $('ending').replaceChildren(...ending(reply.ending));
  busy(false, ...outputs);
  document.body.dataset.state = 'ready';
}

// fault says what is wrong with a field, and marks the place.
function fault(id, mark) {
  const out = $(id + '-fault');
  out.replaceChildren();
  editors[id].mark(mark ? [mark] : []);
  if (!mark) return;
  if (!mark.line) {
    out.append(mark.text);
    return;
  }
  const go = node('button', `line ${mark.line}, column ${mark.column}: ${mark.text}`, 'place');
  go.type = 'button';
  go.addEventListener('click', () => editors[id].select(mark));
  out.append(go);
}

// ---- models

let askedModel = 0;
let modelTimer;

function modelSoon() {
  askedModel++;
  busy(true, 'tasks');
  clearTimeout(modelTimer);
  modelTimer = setTimeout(model, 150);
}

async function model() {
  clearTimeout(modelTimer);
  save();
  const question = ++askedModel;
  const tasks = $('tasks');
  const xml = editors.model.text;
  let reply = { tasks: [], notes: [] };
  if (xml.trim()) {
    busy(true, 'tasks');
    try {
      reply = await ask('api/model', { xml, variables: editors.variables.text });
    } catch (e) {
      reply = { fault: { text: e.message }, tasks: [], notes: [] };
    }
    if (question !== askedModel) return;
  }
  fault('model', reply.fault);
  fault('variables', reply.variablesFault);
  editors.model.mark([reply.fault, ...reply.notes, ...reply.tasks.flatMap((t) => t.notes)].filter(Boolean));
  const select = (place) => editors.model.select(place);
  tasks.replaceChildren(...reply.tasks.map((task) => article(task, { select, use, untried: Boolean(reply.variablesFault) })));
  if (reply.notes.length) tasks.append(article({ name: 'Other elements', notes: reply.notes, events: [], endings: [] }, { select }));
  if (!tasks.hasChildNodes()) tasks.append(node('p', xml.trim() ? 'No task to show.' : 'The EventBridge tasks of the model appear here: the events that they would send, where to, and how each would end.', 'quiet'));
  busy(false, 'tasks');
}

// use tries the expressions of a task.
function use(task) {
  setLanguage(task.language);
  editors.result.text = task.result;
  editors.error.text = task.error;
  if (task.input) editors.input.text = task.input;
  if (task.retries) $('retries').value = task.retries;
  evaluate();
  $('asked').scrollIntoView();
  editors.result.focus();
}

async function read(file) {
  if (!file) return;
  editors.model.text = await file.text();
  model();
}

// ---- wiring

const dark = (on) => {
  document.documentElement.dataset.theme = on ? 'dark' : 'light';
  $('theme').textContent = on ? 'Light' : 'Dark';
};
const preference = matchMedia('(prefers-color-scheme: dark)');
dark(preference.matches);
preference.addEventListener('change', (e) => dark(e.matches));
$('theme').addEventListener('click', () => dark(document.documentElement.dataset.theme !== 'dark'));

$('retries').addEventListener('input', evaluateSoon);
$('language').addEventListener('input', () => {
  setLanguage($('language').value);
  evaluateSoon();
});
$('preset').addEventListener('change', () => {
  const preset = presets[$('preset').value];
  if (preset) editors.response.text = text(preset);
  evaluate();
});
$('file').addEventListener('change', () => {
  read($('file').files[0]);
  $('file').value = ''; // so that the same file can be read again
});
addEventListener('hashchange', () => {
  load();
  evaluate();
  model();
});
load();
model();
evaluate();
