// What the connector answered, as elements of the page. Texts come into them as texts: a model can say anything.
import { coloured } from './editor.js';

export function node(name, text, kind) {
  const e = document.createElement(name);
  if (kind) e.className = kind;
  if (text !== undefined) e.textContent = text;
  return e;
}

function button(text, kind, action) {
  const b = node('button', text, kind);
  b.type = 'button';
  b.addEventListener('click', action);
  return b;
}

function code(text) {
  const pre = node('pre', undefined, 'code');
  pre.append(...coloured(text));
  return pre;
}

// outcome shows what an expression gave, and marks its mistakes in its field.
export function outcome(out, view, nothing, editor) {
  out.replaceChildren();
  const marks = view.marks ?? [];
  if (view.fault) {
    if (!marks.some((m) => m.error)) out.append(node('p', view.fault, 'bad said')); // otherwise the mark says it, with its place in the field
  } else if (view.value !== undefined) out.append(code(view.value));
  else if (nothing) out.append(node('p', nothing, 'quiet'));
  for (const m of marks) {
    const line = node('p');
    line.append(button(`line ${m.line}, column ${m.column}: ${m.text}`, m.error ? 'place bad' : 'place warn', () => editor.select(m)));
    out.append(line);
  }
  editor.mark(marks);
}

const retries = (n) => `${n} ${n === 1 ? 'retry' : 'retries'}`;

// inWords says how a job ends.
function inWords(e, known) {
  switch (e.kind) {
    case 'completed':
      return ['is completed', e.lost ? 'warn' : 'good'];
    case 'thrown':
      if (e.caughtBy) return [`throws the BPMN error "${e.code ?? ''}", caught by ${e.caughtBy.name || e.caughtBy.id}`, 'warn'];
      return [`throws the BPMN error "${e.code ?? ''}"${known ? ', which nothing catches: an incident' : ''}`, known ? 'bad' : 'warn'];
    case 'retried':
      return [`fails, with ${retries(e.retries)} left${e.backoff ? ', and is tried again after ' + e.backoff : ''}`, 'warn'];
    case 'incident':
      return ['fails: an incident', 'bad'];
  }
  return undefined;
}

// ending shows how a job ends. In a model it is known what catches an error, and select shows it.
export function ending(e, select) {
  const words = inWords(e, Boolean(select));
  if (!words) return [];
  const nodes = [node('p', ...words)];
  if (select && e.caughtBy?.line) nodes[0].append(' ', button('show', 'place', () => select(e.caughtBy)));
  if (e.lost) nodes.push(node('p', 'the rejected event is lost: neither the error expression nor input.failOnRejectedEntry asks for it', 'warn'));
  if (e.message) nodes.push(node('p', e.message, 'said'));
  if (e.error) nodes.push(node('p', 'error ' + e.error, 'quiet'));
  if (e.variables) nodes.push(node('p', 'variables', 'quiet'), code(e.variables));
  return nodes;
}

// article shows a task.
export function article(task, { select, use, untried }) {
  const a = node('article');
  a.append(node('h3', task.name && task.id ? `${task.name} (${task.id})` : task.name || task.id));
  if (task.notes.length) {
    const list = node('ul', undefined, 'notes');
    for (const n of task.notes) {
      const item = node('li', undefined, n.error ? 'bad' : 'warn');
      item.append(n.line ? button(`line ${n.line}: ${n.text}`, 'place', () => select(n)) : n.text);
      if (n.rule) item.append(' ', node('span', n.rule, 'quiet'));
      list.append(item);
    }
    a.append(list);
  }
  if (task.fault) a.append(node('p', task.fault, 'bad said'));
  if (untried) a.append(node('p', 'Not tried: the variables of the process are not valid.', 'quiet'));
  if (task.target) a.append(target(task.target));
  task.events.forEach((event, i) => a.append(payload(event, task.events.length > 1 ? `Event ${i + 1} of ${task.events.length}` : 'Event')));
  if (task.endings.length) {
    a.append(node('h4', 'How it ends'));
    const list = node('dl', undefined, 'endings');
    for (const e of task.endings) {
      const after = node('dd');
      after.append(...ending(e, select));
      list.append(node('dt', e.if ? 'If ' + e.if : 'Before anything is sent'), after);
    }
    a.append(list);
  }
  if (task.result || task.error) a.append(button('Try its expressions', '', () => use(task)));
  return a;
}

function target(t) {
  const list = node('dl', undefined, 'target');
  const rows = [['region', t.region], ['endpoint', t.endpoint], ['global endpoint', t.endpointId], ['identity', t.identity], ['assumes', t.role]];
  for (const [name, value] of rows) if (value) list.append(node('dt', name), node('dd', value));
  return list;
}

// payload shows an event, with a button that copies it.
function payload(event, title) {
  const figure = node('figure');
  const caption = node('figcaption', title);
  const copy = button('Copy', '', async () => {
    try {
      await navigator.clipboard.writeText(event);
      copy.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(pre); // the browser does not let it: one key is left to press
      copy.textContent = 'Selected';
    }
    setTimeout(() => (copy.textContent = 'Copy'), 1500);
  });
  copy.setAttribute('aria-label', `Copy: ${title}`);
  const pre = code(event);
  caption.append(' ', copy);
  figure.append(caption, pre);
  return figure;
}
