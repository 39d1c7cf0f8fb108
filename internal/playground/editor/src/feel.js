// FEEL as it stands in a model: an expression behind an equals sign.
import { expressionLanguage } from '@bpmn-io/lang-feel';
import { Language, LanguageSupport } from '@codemirror/language';
import { Parser } from '@lezer/common';

// Behind reads as a blank the equals sign that an expression begins with: FEEL's grammar does not know it.
class Behind {
  constructor(input) {
    this.input = input;
    const sign = /^\s*=/.exec(input.read(0, Math.min(input.length, 200)));
    this.sign = sign ? sign[0].length - 1 : -1;
  }
  get length() {
    return this.input.length;
  }
  get lineChunks() {
    return this.input.lineChunks;
  }
  chunk(from) {
    return this.#blank(from, this.input.chunk(from));
  }
  read(from, to) {
    return this.#blank(from, this.input.read(from, to));
  }
  #blank(from, text) {
    const at = this.sign - from;
    return this.sign < from || at >= text.length ? text : text.slice(0, at) + ' ' + text.slice(at + 1);
  }
}

class ExpressionParser extends Parser {
  createParse(input, fragments, ranges) {
    return expressionLanguage.parser.createParse(new Behind(input), fragments, ranges);
  }
}

const language = new Language(expressionLanguage.data, new ExpressionParser(), [], 'feel');

export const feel = () => new LanguageSupport(language);
