package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// entry is a name that somebody gave, with its value.
type entry struct {
	name    string // as written: a key with dots, or an environment variable
	text    string
	source  string // in the words of a message: "app.yaml:3"
	line    int    // in the file; 0 for a variable
	list    bool   // the file has a list here
	account int    // place of its account in the loader's list

	// property says that the name is a key although it stands in no file: in SPRING_APPLICATION_JSON or as a system property.
	property bool
}

// what names the entry in a message.
func (e entry) what() string {
	if e.line == 0 && !e.property {
		return e.source
	}
	return fmt.Sprintf("key %s (%s)", shownKey(e.name), e.source)
}

// where says where the entry stands, for its account.
func (e entry) where() string {
	if e.line == 0 && !e.property {
		return "environment variable"
	}
	return e.source
}

// isVariable says whether the entry comes from the environment. What is unknown there is warned of; in the file it is an error.
func (e entry) isVariable() bool { return e.line == 0 }

// given is a setting's value as text, with its source in the words of a message. Every layer holds such values, so that
// what wins keeps its source. The fields are exported because koanf copies them by reflection.
type given struct {
	Text, Source string
	Default      bool  // nobody gave it
	Accounts     []int // of the names that give it, as places in the loader's list
}

// layer gathers the settings that one source gives. Of several names of a setting the strongest counts.
type layer struct {
	name     string // of the client; empty = none
	settings map[*Setting]*candidate
	clients  map[string]*layer // by the plain forms of their names
}

func newLayer(name string) *layer {
	return &layer{name: name, settings: map[*Setting]*candidate{}, clients: map[string]*layer{}}
}

// of returns what the layer gives for a named client; it makes it, if there is nothing yet.
func (y *layer) of(client string) *layer {
	id := plain(client)
	if y.clients[id] == nil {
		y.clients[id] = newLayer(client)
	}
	return y.clients[id]
}

// candidate is the strongest name of a setting in a layer so far: one entry, or the elements of a list by their index.
type candidate struct {
	rank     int
	elements map[int]entry // a lone entry is at -1
}

func (c *candidate) whole() bool {
	_, ok := c.elements[-1]
	return ok
}

// add puts an entry into the layer unless a stronger name is there.
func (y *layer) add(p place, index int, e entry) {
	if p.client != "" && y.name == "" {
		y = y.of(p.client)
	}
	have := y.settings[p.Setting]
	switch {
	case have == nil || p.rank < have.rank || p.rank == have.rank && index < 0 && !have.whole():
		y.settings[p.Setting] = &candidate{p.rank, map[int]entry{index: e}}
	case p.rank == have.rank && index >= 0 && !have.whole():
		if _, taken := have.elements[index]; !taken {
			have.elements[index] = e
		}
	}
}

// values returns what the layer gives, by the settings' keys; for no named client.
func (y *layer) values() map[string]any {
	out := make(map[string]any, len(y.settings))
	for s, c := range y.settings {
		var v given
		texts := make([]string, 0, len(c.elements))
		for i, index := range slices.Sorted(maps.Keys(c.elements)) {
			e := c.elements[index]
			if i == 0 {
				v.Source = e.source
			}
			texts, v.Accounts = append(texts, e.text), append(v.Accounts, e.account)
		}
		v.Text = strings.Join(texts, ",")
		out[s.Key] = v
	}
	return out
}

// sorted lists the environment in the order of the names, so that messages come in the same order every time.
func sorted(env map[string]string) []string {
	return slices.Sorted(maps.Keys(env))
}

// refuseList reports a list where a setting has one value.
func (l *loader) refuseList(s place, e entry) {
	found := masked
	if !s.Secret {
		found = "the list " + strconv.Quote(shortened(redact(e.text)))
	}
	l.fail(&ValueError{Key: ofClient(s.client, s.Key), Found: found, Source: e.source, Expected: "one value: " + s.want()})
}
