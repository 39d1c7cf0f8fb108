package config

import (
	"errors"
	"fmt"

	"github.com/knadh/koanf/maps"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/v2"
)

// jsonVariable holds keys and values as JSON, as for a Spring application. They win over the environment's other variables.
const jsonVariable = "SPRING_APPLICATION_JSON"

const jsonSource = jsonVariable

// layers merges the defaults, the files, the environment and the flags, each of which wins over those before it. The result
// holds a [given] under the key of each setting that has a value.
func (l *loader) layers() *koanf.Koanf {
	fromJSON := l.jsonDocument()
	environment, weak := l.variables()
	fromEnvironment := environment.values()

	named, ok := l.flags[fileKey].(given)
	if !ok {
		named, _ = fromEnvironment[fileKey].(given)
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
	var strong []layer
	for _, d := range documents {
		ofDocument, weakOfDocument := l.documentLayer(d)
		l.add(all, weakOfDocument.values())
		strong = append(strong, ofDocument)
	}
	l.add(all, weak.values())
	for _, y := range strong {
		l.add(all, y.values())
	}
	l.add(all, fromEnvironment)
	ofJSON, _ := l.documentLayer(fromJSON)
	l.add(all, ofJSON.values())
	l.add(all, l.flags)
	l.noteForeign()
	return all
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
		return document{}
	}
	documents, err := readYAML([]byte(text), func(key string) bool {
		_, _, known := l.names.key(key)
		return known
	})
	if err != nil || len(documents) != 1 {
		if err == nil {
			err = errors.New("expected one document")
		}
		l.fail(fmt.Errorf("environment variable %s: %w", jsonVariable, err))
		return document{}
	}
	d := documents[0]
	d.path = jsonSource
	for i := range d.entries {
		d.entries[i].line, d.entries[i].source = 0, jsonSource
		l.ofJSON[plain(d.entries[i].name)] = d.entries[i].text
	}
	return d
}
