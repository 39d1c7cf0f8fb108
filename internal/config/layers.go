package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/knadh/koanf/maps"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/v2"
)

// jsonVariable holds keys and values as JSON, as for a Spring application. They win over the environment's other variables.
const jsonVariable = "SPRING_APPLICATION_JSON"

// layers merges the defaults, the files, the environment, Java's system properties, SPRING_APPLICATION_JSON and the flags, each of which wins over those before it. The result
// holds a [given] under the key of each setting that has a value. What is given for named clients is gathered apart.
func (l *loader) layers() (*koanf.Koanf, []client) {
	fromJSON := l.jsonDocument()
	properties := l.systemProperties()
	environment, weak := l.variables()

	named, ok := l.flags[fileKey].(given)
	if !ok {
		named, _ = environment.values()[fileKey].(given)
	}
	documents := l.documents(named)

	all := koanf.New(".")
	defaults := map[string]any{}
	for _, s := range l.settings {
		if s.Default != "" {
			defaults[s.Key] = given{Text: s.Default, Source: "default", Default: true}
		}
	}
	l.add(all, defaults)
	var sources, strong layered
	for _, d := range documents {
		ofDocument, weakOfDocument := l.documentLayer(d)
		sources, strong = append(sources, weakOfDocument), append(strong, ofDocument)
	}
	ofSystem, _ := l.documentLayer(properties)
	ofJSON, _ := l.documentLayer(fromJSON)
	sources = append(append(append(sources, weak), strong...), environment, ofSystem, ofJSON, l.ofClients)
	clients := l.clientsOf(sources)
	for _, y := range sources {
		l.add(all, y.values())
	}
	l.add(all, l.flags)
	l.noteForeign()
	return all, clients
}

// add puts a layer on top of those that k holds.
func (l *loader) add(k *koanf.Koanf, layer map[string]any) {
	if err := k.Load(confmap.Provider(maps.Unflatten(layer, "."), ""), nil); err != nil {
		l.fail(err)
	}
}

// jsonDocument reads SPRING_APPLICATION_JSON.
func (l *loader) jsonDocument() document {
	text := l.env[jsonVariable]
	if text == "" {
		text = l.env["spring.application.json"]
	}
	if text == "" {
		return document{}
	}
	documents, err := readYAML([]byte(text), l.isKey)
	if err != nil || len(documents) != 1 {
		if err == nil {
			err = errors.New("expected one document")
		}
		l.fail(fmt.Errorf("environment variable %s: expected a JSON object: %s", jsonVariable, strings.Replace(err.Error(), "not valid YAML", "not valid", 1)))
		return document{}
	}
	d := documents[0]
	d.path = jsonVariable
	for i := range d.entries {
		e := &d.entries[i]
		e.line, e.source, e.property = 0, jsonVariable, true
		l.ofJSON[plain(e.name)] = e.text
	}
	return d
}
