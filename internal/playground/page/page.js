'use strict';

const $ = (id) => document.getElementById(id);
const fields = ['response', 'retries', 'language', 'result', 'error', 'variables'];

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
const first = {
  feel: {
    result: '= {eventId: response.entries[1].eventId, accepted: response.failedEntryCount = 0}',
    error: '= if error.code = "ThrottlingException"\n  then jobError("bus is busy", {}, job.retries - 1, @"PT30S")\n  else if response.failedEntryCount > 0\n  then bpmnError("REJECTED", response.entries[1].errorMessage)\n  else null',
  },
};

// ---- the state, which lives in the fragment of the address alone

const encode = (state) => btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(state)))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const decode = (text) => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))));

function load() {
  let state = {};
  try {
    if (location.hash.length > 1) state = decode(location.hash.slice(1));
  } catch {
    state = {}; // not of this page
  }
  $('response').value = state.response ?? JSON.stringify(presets.accepted, null, 2);
  $('retries').value = state.retries ?? '3';
  $('language').value = state.language === 'jq' ? 'jq' : 'feel';
  $('result').value = state.result ?? first.feel.result;
  $('error').value = state.error ?? first.feel.error;
  $('variables').value = state.variables ?? '{\n  "order": {"id": "A-1"}\n}';
}

// save keeps the state in the address. Browsers take no address of any length, and nobody shares one.
const longest = 32 * 1024;
function save() {
  const state = Object.fromEntries(fields.map((f) => [f, $(f).value]));
  const short = JSON.stringify(state).length <= longest;
  history.replaceState(null, '', short ? '#' + encode(state) : location.pathname);
  $('sharing').textContent = short ? 'The address of this page holds all that you typed but the model: copy it to share.' : 'What you typed is too long for the address of this page: it cannot be shared by it.';
}

// ---- asking the connector

const most = 9 * 1024 * 1024; // of what the server reads

async function ask(path, question) {
  const body = JSON.stringify(question);
  if (body.length > most) throw new Error('that is too large, at most 9 MiB are read');
  const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

// later calls f when nothing happened for a moment; what is asked later is shown later.
function later(f) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(f, 150);
  };
}

let asked = 0;

async function evaluate() {
  save();
  document.body.dataset.state = 'busy';
  const question = ++asked;
  let reply;
  try {
    reply = await ask('api/evaluate', {
      response: $('response').value, retries: Number($('retries').value) || 1, language: $('language').value, result: $('result').value, error: $('error').value,
    });
  } catch (e) {
    reply = { input: 'not evaluated: ' + e.message, result: {}, error: {}, ending: {} };
  }
  if (question !== asked) return;
  $('response-fault').textContent = reply.input ?? '';
  show('result', reply.result, 'nothing: after an error there is no result');
  show('error', reply.error, 'no error expression');
  ending(reply.ending);
  document.body.dataset.state = 'ready';
}

const node = (name, text, kind) => {
  const e = document.createElement(name);
  if (kind) e.className = kind;
  if (text !== undefined) e.textContent = text;
  return e;
};

function show(id, view, nothing) {
  const out = $(id + '-out');
  out.replaceChildren();
  if (view.fault) out.append(node('span', view.fault + '\n', 'bad'));
  else if (view.value !== undefined) out.append(node('span', view.value + '\n'));
  else out.append(node('span', nothing + '\n', 'quiet'));
  for (const m of view.marks ?? []) if (!m.error) out.append(node('span', `line ${m.line}, column ${m.column}: ${m.text}\n`, 'warn'));
  underline(id, view.marks ?? []);
}

// underline draws a wave below the word at each mark, on a copy of the text behind the field.
function underline(id, marks) {
  const text = $(id).value;
  const copy = $(id).previousElementSibling;
  const starts = [0];
  for (let i = 0; i < text.length; i++) if (text[i] === '\n') starts.push(i + 1);
  const places = marks
    .map((m) => {
      const line = starts[m.line - 1] ?? text.length;
      const at = line + [...text.slice(line)].slice(0, m.column - 1).join('').length;
      const word = /^(?:[\p{L}\p{N}_]+|[^\s])/u.exec(text.slice(at));
      return { at: word ? at : Math.max(0, at - 1), end: word ? at + word[0].length : at, error: m.error };
    })
    .sort((a, b) => a.at - b.at);
  copy.replaceChildren();
  let from = 0;
  for (const p of places) {
    if (p.at < from) continue;
    copy.append(text.slice(from, p.at), node('mark', text.slice(p.at, p.end), p.error ? 'error' : ''));
    from = p.end;
  }
  copy.append(text.slice(from) + '\n');
  copy.scrollTop = $(id).scrollTop;
}

function ending(e) {
  const out = $('ending');
  out.replaceChildren();
  const words = {
    completed: ['is completed', 'good'],
    thrown: [`throws the BPMN error "${e.code ?? ''}"`, 'warn'],
    retried: [`fails, with ${e.retries} ${e.retries === 1 ? 'retry' : 'retries'} left${e.backoff ? ', and is tried again after ' + e.backoff : ''}`, 'warn'],
    incident: ['fails: an incident', 'bad'],
  }[e.kind];
  if (!words) return;
  out.append(node('span', words[0] + '\n', words[1]));
  if (e.message) out.append(node('span', e.message + '\n'));
  if (e.variables) out.append(node('span', 'variables ', 'quiet'), node('span', e.variables));
  if (e.error) out.append(node('span', 'error ', 'quiet'), node('span', e.error));
}

// ---- models

let askedModel = 0;

async function model() {
  save();
  if (!$('model').value.trim()) return;
  const question = ++askedModel;
  let reply;
  try {
    reply = await ask('api/model', { xml: $('model').value, variables: $('variables').value });
  } catch (e) {
    reply = { fault: e.message, tasks: [] };
  }
  if (question !== askedModel) return;
  $('variables-fault').textContent = reply.variables ?? '';
  const list = $('tasks');
  list.replaceChildren();
  if (reply.fault) list.append(node('p', reply.fault, 'bad'));
  for (const task of reply.tasks) list.append(article(task));
}

function article(task) {
  const a = node('article');
  a.append(node('h3', task.name ? `${task.name} (${task.id})` : task.id));
  if (task.fault) a.append(node('p', task.fault, 'bad'));
  for (const event of task.events) {
    const d = node('dl');
    for (const row of event) d.append(node('dt', row.name), node('dd', row.value));
    a.append(d);
  }
  const notes = [...task.warnings, ...task.findings];
  if (notes.length) {
    const list = node('ul');
    for (const note of notes) list.append(node('li', note, 'warn'));
    a.append(list);
  }
  if (task.result || task.error) {
    const use = node('button', 'Try its expressions');
    use.type = 'button';
    use.addEventListener('click', () => {
      $('language').value = task.language;
      $('result').value = task.result;
      $('error').value = task.error;
      evaluate();
      $('result').focus();
    });
    a.append(use);
  }
  return a;
}

async function read(file) {
  if (!file) return;
  $('model').value = await file.text();
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

const evaluateSoon = later(evaluate);
const modelSoon = later(model);
for (const id of ['response', 'retries', 'language', 'result', 'error']) $(id).addEventListener('input', evaluateSoon);
for (const id of ['model', 'variables']) $(id).addEventListener('input', modelSoon);
for (const id of ['result', 'error']) {
  $(id).addEventListener('input', () => underline(id, []));
  $(id).addEventListener('scroll', () => ($(id).previousElementSibling.scrollTop = $(id).scrollTop));
}
$('response').addEventListener('input', () => ($('preset').value = 'own'));
$('preset').addEventListener('change', () => {
  const preset = presets[$('preset').value];
  if (preset) $('response').value = JSON.stringify(preset, null, 2);
  evaluate();
});
$('file').addEventListener('change', () => read($('file').files[0]));
$('model').addEventListener('dragover', (e) => e.preventDefault());
$('model').addEventListener('drop', (e) => {
  if (!e.dataTransfer.files.length) return;
  e.preventDefault();
  read(e.dataTransfer.files[0]);
});
addEventListener('hashchange', () => {
  load();
  evaluate();
});
load();
for (const [name, preset] of Object.entries(presets)) if ($('response').value === JSON.stringify(preset, null, 2)) $('preset').value = name;
if (!Object.values(presets).some((p) => $('response').value === JSON.stringify(p, null, 2))) $('preset').value = 'own';
evaluate();
