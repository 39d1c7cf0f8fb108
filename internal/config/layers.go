package config

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
)

// given is a setting's value as text, with its source in the words of a message. Every layer holds such values, so that
// what wins keeps its source. The fields are exported because koanf copies them by reflection.
type given struct {
	Text, Source string
	Default      bool // nobody gave it
}

// layers merges the defaults, the file, the environment and the flags, each of which wins over those before it. The result
// holds a [given] under the key of each setting that has a value.
func (l *loader) layers(read func(string) ([]byte, error)) *koanf.Koanf {
	above := koanf.New(".")
	l.add(above, env.Provider(".", env.Opt{EnvironFunc: l.environ, TransformFunc: l.variable}), nil)
	l.add(above, confmap.Provider(l.flags, "."), nil)

	defaults := map[string]any{}
	for _, s := range l.settings {
		if s.Default != "" {
			defaults[s.Key] = given{s.Default, "default", true}
		}
	}
	all := koanf.New(".")
	l.add(all, confmap.Provider(defaults, "."), nil)
	if path, ok := above.Get(fileKey).(given); ok {
		if data, ok := l.readFile(path, read); ok {
			l.add(all, rawbytes.Provider(data), fileParser{l, path})
		}
	}
	if err := all.Merge(above); err != nil {
		l.fail(err)
	}
	return all
}

// add puts a layer on top of those that k holds.
func (l *loader) add(k *koanf.Koanf, layer koanf.Provider, parser koanf.Parser) {
	if err := k.Load(layer, parser); err != nil {
		l.fail(err)
	}
}

// readFile returns the bytes of the configuration file.
func (l *loader) readFile(path given, read func(string) ([]byte, error)) (data []byte, ok bool) {
	data, err := read(path.Text)
	if err == nil {
		return data, true
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err // its path is in the message already
	}
	l.fail(&ValueError{Key: fileKey, Found: strconv.Quote(path.Text), Source: path.Source, Expected: "a file that can be read: " + err.Error()})
	return nil, false
}

// passOver warns of a name of Camunda's that means nothing here, and tells whether it is one. What says what was given.
func (l *loader) passOver(name, what string) bool {
	note, camundas := unusedName(name)
	if camundas {
		l.warn(Warning{Text: fmt.Sprintf("%s has no effect here%s", what, note), Minor: note == ""})
	}
	return camundas
}
