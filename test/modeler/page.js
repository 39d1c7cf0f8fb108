// The page under test: Camunda's modeler with its properties panel, as the desktop and web modelers embed it.
import Modeler from 'camunda-bpmn-js/lib/camunda-cloud/Modeler';
import ElementTemplateIconRenderer from '@bpmn-io/element-template-icon-renderer';

import 'camunda-bpmn-js/dist/assets/camunda-cloud-modeler.css';

const errors = [];
let modeler;
let changed; // the element that got a template last

// start puts a new modeler into the page, in place of the one that was there.
function start() {
  modeler?.destroy();
  modeler = new Modeler({
    container: '#canvas',
    propertiesPanel: { parent: '#properties' },
    additionalModules: [ElementTemplateIconRenderer],
    debounceInput: 20, // milliseconds after the last key until a field is written; 300 by default
  });
  modeler.on('elementTemplates.errors', ({ errors: found }) => errors.push(...found.map((e) => e.message)));
}

const element = (id) => modeler.get('elementRegistry').get(id);

// entry finds the entry of the panel with a label.
const entry = (label) =>
  [...document.querySelectorAll('.bio-properties-panel-entry')].find((e) => {
    const text = e.querySelector('label')?.textContent.trim() ?? '';
    return text === label || (text.startsWith(label) && /\s/.test(text[label.length]));
  });

window.page = {
  errors,
  start,

  // open shows a model with these templates to choose from.
  async open(xml, templates) {
    errors.length = 0;
    modeler.get('elementTemplatesLoader').setTemplates(templates);
    await modeler.importXML(xml);
    modeler.get('canvas').zoom('fit-viewport', 'auto');
  },

  // apply gives an element a template, or another version of it. What becomes of the element is to be selected by look.
  apply(id, templateId, version) {
    const templates = modeler.get('elementTemplates');
    const template = templates.get(templateId, version);
    changed = templates.applyTemplate(element(id), template);
    return changed.type;
  },

  look() {
    modeler.get('selection').select(null);
    modeler.get('selection').select(changed);
  },

  select(id) {
    modeler.get('selection').select(element(id));
  },

  // message is what a field complains of, or an empty text.
  message(label) {
    return entry(label)?.querySelector('.bio-properties-panel-error')?.textContent.trim() ?? '';
  },

  // focus puts the focus into a field, and says whether it got there.
  focus(label, selector) {
    entry(label)?.querySelector(selector)?.focus();
    return !!entry(label)?.contains(document.activeElement);
  },

  async xml() {
    return (await modeler.saveXML({ format: true })).xml;
  },
};
window.ready = true;
