// The editor of the page: CodeMirror with the languages of a task. Its colours are the page's, see page.css.
import { expressionLanguage } from '@bpmn-io/lang-feel';
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json, jsonLanguage } from '@codemirror/lang-json';
import { xml } from '@codemirror/lang-xml';
import { LanguageSupport, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting, syntaxTree } from '@codemirror/language';
import { lintKeymap, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView, drawSelection, highlightSpecialChars, keymap, lineNumbers, placeholder } from '@codemirror/view';
import { classHighlighter, highlightCode } from '@lezer/highlight';
import { inAttributes, inExpression } from './completion.js';
import { jq } from './jq.js';

// FEEL's grammar takes the equals sign before an expression as a test, so that what stands behind it is read as it is.
const languages = { json: () => json(), xml: () => xml(), feel: () => new LanguageSupport(expressionLanguage), jq: () => jq };

// Editor is a field of the page. Options: parent (element), language, label and described (ids of elements), nonce (of the page's
// policy), scope (gives what completion offers, see completion.js), changed (called after each change), hint (shown while empty),
// dropped (takes a file that was dropped).
export class Editor {
  #view;
  #language = new Compartment();
  #setting = false;

  constructor({ parent, language, label, described, nonce, scope, changed, hint, dropped }) {
    this.scope = scope;
    this.#view = new EditorView({
      parent,
      state: EditorState.create({
        extensions: [
          EditorView.cspNonce.of(nonce),
          EditorState.tabSize.of(2),
          indentUnit.of('  '),
          lineNumbers(),
          highlightSpecialChars(),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          EditorView.lineWrapping,
          syntaxHighlighting(classHighlighter),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
          EditorView.contentAttributes.of({ 'aria-labelledby': label, ...(described ? { 'aria-describedby': described } : {}), spellcheck: 'false', autocapitalize: 'off' }),
          hint ? placeholder(hint) : [],
          this.#language.of(this.#extensions(language)),
          EditorView.updateListener.of((update) => update.docChanged && !this.#setting && changed?.()),
          EditorView.domEventHandlers({
            drop(event) {
              const file = event.dataTransfer?.files[0];
              if (!file || !dropped) return false;
              event.preventDefault();
              dropped(file);
              return true;
            },
          }),
        ],
      }),
    });
  }

  #extensions(language) {
    const override = !this.scope ? [] : language === 'xml' ? [inAttributes(this.scope)] : inExpression(this.scope, language);
    return [languages[language](), autocompletion({ override, icons: false })];
  }

  get text() {
    return this.#view.state.doc.toString();
  }

  // A text that is set calls nothing.
  set text(text) {
    this.#setting = true;
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text }, selection: { anchor: 0 } });
    this.#setting = false;
  }

  set language(language) {
    this.#view.dispatch({ effects: this.#language.reconfigure(this.#extensions(language)) });
  }

  focus() {
    this.#view.focus();
  }

  // mark underlines the word at each place {line, column, text, error}; lines and columns count from 1, columns in characters.
  mark(places) {
    const found = places.filter((p) => p.line).map((p) => ({ ...this.#word(p), severity: p.error ? 'error' : 'warning', message: p.text }));
    this.#view.dispatch(setDiagnostics(this.#view.state, found));
  }

  // select selects what is at a place and shows it: in XML the tag, unless the place is exact, else the word.
  select(place) {
    const { from, to } = (place.exact ? undefined : this.#tag(place)) ?? this.#word(place);
    this.#view.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    this.#view.focus();
  }

  #offset({ line, column }) {
    const { doc } = this.#view.state;
    const at = doc.line(Math.min(Math.max(1, line), doc.lines));
    return at.from + [...at.text].slice(0, column - 1).join('').length;
  }

  #word(place) {
    const at = this.#offset(place);
    const { doc } = this.#view.state;
    const word = /^(?:[\p{L}\p{N}_]+|\S)/u.exec(doc.sliceString(at, doc.lineAt(at).to));
    if (word) return { from: at, to: at + word[0].length };
    return { from: Math.max(doc.lineAt(at).from, at - 1), to: at };
  }

  #tag(place) {
    for (let node = syntaxTree(this.#view.state).resolveInner(this.#offset(place), 1); node; node = node.parent) {
      if (node.name === 'OpenTag' || node.name === 'SelfClosingTag') return { from: node.from, to: node.to };
    }
    return undefined;
  }
}

// coloured returns JSON as nodes, coloured as in the editor.
export function coloured(text) {
  const nodes = [];
  highlightCode(
    text,
    jsonLanguage.parser.parse(text),
    classHighlighter,
    (part, classes) => {
      const node = classes ? document.createElement('span') : document.createTextNode(part);
      if (classes) Object.assign(node, { className: classes, textContent: part });
      nodes.push(node);
    },
    () => nodes.push(document.createTextNode('\n')),
  );
  return nodes;
}
