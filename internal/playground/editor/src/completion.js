// What completion offers. A scope is a function that returns { names, functions }: names is an object with a value for each name that
// the expression sees; its members are offered behind a dot. In the XML of a model the scope is asked for the field of the task.
import { keywordCompletions, snippetCompletion, snippets } from '@bpmn-io/lang-feel';
import { syntaxTree } from '@codemirror/language';

const reach = 300; // characters before the cursor that are read
const path = /((?:[\p{L}_$][\p{L}\p{N}_]*(?:\[[^\][]*\])?\s*\.\s*)*)([\p{L}_$][\p{L}\p{N}_]*)?$/u;
const jqPath = /((?:\$[\p{L}_][\p{L}\p{N}_]*|\.)?(?:\.?[\p{L}_][\p{L}\p{N}_]*(?:\[[^\][]*\])?|\[[^\][]*\])*?)(\.[\p{L}\p{N}_]*|\$[\p{L}\p{N}_]*)$/u;
const validFor = /^[\p{L}\p{N}_]*$/u;
const simple = /^[\p{L}_][\p{L}\p{N}_]*$/u;

// inExpression completes in a field that holds one expression.
export function inExpression(scope, language) {
  if (language === 'jq') return [jq(scope)];
  const names = (context) => {
    const node = syntaxTree(context.state).resolveInner(context.pos, -1);
    if (/String|Comment/.test(node.name)) return null;
    return offer(context.state.sliceDoc(Math.max(0, context.pos - reach), context.pos), context, scope());
  };
  return [names, ...keywordCompletions, snippetCompletion(snippets)];
}

// inAttributes completes in the expressions of a model: in the mappings and the headers of a task.
export function inAttributes(scope) {
  return (context) => {
    const value = syntaxTree(context.state).resolveInner(context.pos, -1);
    if (value.name !== 'AttributeValue') return null;
    const text = context.state.sliceDoc(value.from + 1, context.pos).replace(/&(?:quot|#34|#x22);/gi, '"');
    if (!text.startsWith('=') || text.split('"').length % 2 === 0) return null;
    const name = value.parent?.getChild('AttributeName');
    const attribute = name ? context.state.sliceDoc(name.from, name.to) : '';
    const tag = value.parent?.parent ? context.state.sliceDoc(value.parent.parent.from, value.parent.parent.to) : '';
    if (attribute !== 'source' && attribute !== 'value') return null;
    const key = attribute === 'source' ? 'mapping' : /\bkey\s*=\s*["'](resultExpression|errorExpression)["']/.exec(tag)?.[1];
    return key ? offer(text.slice(-reach), context, scope(key)) : null;
  };
}

function offer(before, context, { names, functions }) {
  const [, parents = '', word = ''] = path.exec(before) ?? [];
  const from = context.pos - word.length;
  if (parents) return result(from, members(walk(names, parents)));
  if (/\.\s*$/.test(before) || (!word && !context.explicit)) return null;
  return result(from, [...members(names).map((o) => ({ ...o, type: 'variable', boost: 2 })), ...functions.map(asFunction)]);
}

function jq(scope) {
  return (context) => {
    const found = jqPath.exec(context.state.sliceDoc(Math.max(0, context.pos - reach), context.pos));
    if (!found) return null;
    const { names } = scope();
    const [, parents, last] = found;
    if (last.startsWith('$')) {
      if (parents) return null;
      const options = ['response', 'error', 'job', 'input'].filter((n) => n in names).map((n) => ({ label: '$' + n, type: 'variable', detail: kind(names[n]) }));
      return { from: context.pos - last.length, options, validFor: /^\$?[\p{L}\p{N}_]*$/u };
    }
    const root = parents.startsWith('$') ? parents.slice(1) : 'response.' + parents;
    return result(context.pos - last.length + 1, members(walk(names, root)).filter((o) => simple.test(o.label)));
  };
}

const result = (from, options) => (options.length ? { from, options, validFor } : null);

// walk follows the names of a path. An item stands for its list.
function walk(value, text) {
  for (const [key] of text.replace(/\[[^\][]*\]/g, '').matchAll(/[\p{L}_$][\p{L}\p{N}_]*/gu)) {
    value = item(value);
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function item(value) {
  while (Array.isArray(value)) [value] = value;
  return value ?? null;
}

function members(value) {
  const object = item(value);
  if (object === null || typeof object !== 'object') return [];
  return Object.keys(object).map((key) => ({ label: key, type: 'property', detail: kind(object[key]), apply: simple.test(key) ? key : '`' + key + '`' }));
}

function kind(value) {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'list';
  return typeof value === 'object' ? 'context' : typeof value;
}

function asFunction({ name, forms }) {
  return {
    label: name,
    type: 'function',
    detail: forms[0].signature.slice(name.length),
    info: () => {
      const info = document.createElement('div');
      let said;
      for (const form of forms) {
        // Most forms of a function have the same text: it stands once.
        const parts = [['code', form.signature], ...(form.doc === said ? [] : [['p', form.doc]]), ['code', `${form.example} → ${form.gives}`]];
        for (const [tag, text] of parts) info.append(Object.assign(document.createElement(tag), { textContent: text }));
        said = form.doc;
      }
      return info;
    },
    apply: (view, completion, from, to) => {
      const empty = forms.every((f) => f.signature.endsWith('()'));
      view.dispatch({ changes: { from, to, insert: `${name}()` }, selection: { anchor: from + name.length + (empty ? 2 : 1) }, userEvent: 'input.complete' });
    },
  };
}
