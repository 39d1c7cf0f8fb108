// The page under test: Camunda's modeler with its properties panel, as the desktop and web modelers embed it.
import Modeler from 'camunda-bpmn-js/lib/camunda-cloud/Modeler';
import ElementTemplateIconRenderer from '@bpmn-io/element-template-icon-renderer';

import 'camunda-bpmn-js/dist/assets/camunda-cloud-modeler.css';

const modeler = new Modeler({
  container: '#canvas',
  propertiesPanel: { parent: '#properties' },
  additionalModules: [ElementTemplateIconRenderer],
});

const errors = [];
modeler.on('elementTemplates.errors', ({ errors: found }) => errors.push(...found.map((e) => e.message)));

const element = (id) => modeler.get('elementRegistry').get(id);

window.page = {
  errors,

  // open shows a model with these templates to choose from.
  async open(xml, templates) {
    errors.length = 0;
    modeler.get('elementTemplatesLoader').setTemplates(templates);
    await modeler.importXML(xml);
    modeler.get('canvas').zoom('fit-viewport', 'auto');
  },

  // apply gives an element a template, or another version of it, and selects it.
  apply(id, templateId, version) {
    const templates = modeler.get('elementTemplates');
    const template = templates.get(templateId, version);
    const changed = templates.applyTemplate(element(id), template);
    modeler.get('selection').select(changed);
    return changed.type;
  },

  select(id) {
    modeler.get('selection').select(element(id));
  },

  async xml() {
    return (await modeler.saveXML({ format: true })).xml;
  },
};
window.ready = true;
