// The colours of jq: a tokenizer that goes word by word. Texts can hold expressions, \(…), whose parentheses it counts.
import { StreamLanguage } from '@codemirror/language';

const keywords = new Set(['if', 'then', 'elif', 'else', 'end', 'as', 'def', 'reduce', 'foreach', 'try', 'catch', 'label', 'import', 'include', '__loc__', 'and', 'or', 'not']);
const atoms = new Set(['null', 'true', 'false', 'nan', 'infinite', 'empty']);

// text reads a text from behind its quote up to its end, or to an expression in it.
function text(stream, state) {
  for (let c; (c = stream.next()); ) {
    if (c === '\\' && stream.eat('(')) {
      state.inside.push(0);
      return 'string';
    }
    if (c === '\\') stream.next();
    else if (c === '"') {
      state.text--;
      return 'string';
    }
  }
  return 'string'; // it goes on in the next line
}

// parenthesis counts those of the innermost expression in a text. The last one leads back into the text.
function parenthesis(c, state) {
  const { inside } = state;
  if (c === '(' && inside.length) inside[inside.length - 1]++;
  if (c !== ')' || !inside.length) return 'punctuation';
  if (inside.at(-1) === 0) {
    inside.pop();
    return 'string';
  }
  inside[inside.length - 1]--;
  return 'punctuation';
}

export const jq = StreamLanguage.define({
  name: 'jq',
  // text is how many texts are open, and inside has an entry for each open expression in them.
  startState: () => ({ text: 0, inside: [] }),
  copyState: ({ text, inside }) => ({ text, inside: [...inside] }),
  token(stream, state) {
    if (state.text > state.inside.length) return text(stream, state);
    if (stream.eatSpace()) return null;
    if (stream.match(/^#.*/)) return 'comment';
    if (stream.match(/^\d+(?:\.\d*)?(?:[eE][+-]?\d+)?/)) return 'number';
    if (stream.match(/^\$(?:__loc__|[A-Za-z_]\w*)/)) return 'variableName';
    if (stream.match(/^@[a-z0-9]+/)) return 'keyword';
    if (stream.match(/^\.[A-Za-z_]\w*/)) return 'propertyName';
    if (stream.match(/^[A-Za-z_]\w*(?=\s*:(?!:))/)) return 'propertyName';
    const word = stream.match(/^[A-Za-z_]\w*(?:::\w+)*/);
    if (word) return keywords.has(word[0]) ? 'keyword' : atoms.has(word[0]) ? 'atom' : 'variableName.function';
    if (stream.match(/^(?:\/\/=?|\?\/\/|[|+\-*\/%]?=|[!<>]=|==|\.\.|[|+\-*\/%<>?,])/)) return 'operator';
    const c = stream.next();
    if (c === '"') {
      state.text++;
      return text(stream, state);
    }
    return parenthesis(c, state);
  },
  languageData: { commentTokens: { line: '#' }, closeBrackets: { brackets: ['(', '[', '{', '"'] } },
});
