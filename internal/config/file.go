package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// document is one document of a file: what stands between two lines of ---.
type document struct {
	path    string
	entries []entry
	tree    bool // it is a folder of values, which others may use, too
}

// readYAML flattens a file's documents: nested keys are joined by dots, lists by commas. Keys without a value are left out.
// A list of objects is flattened under its index, unless the key is one of known, which have plain values. A file beyond
// the limits is refused.
func readYAML(data []byte, known func(key string) bool) ([]document, error) {
	if err := checkFile(data); err != nil {
		return nil, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var documents []document
	budget := &fileBudget{known: known}
	for {
		var doc yaml.Node
		if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
			return documents, nil
		} else if err != nil {
			return nil, yamlError(err)
		}
		entries, err := flatten(nil, "", &doc, 0, budget)
		if err != nil {
			return nil, err
		}
		documents = append(documents, document{entries: entries})
	}
}

func yamlError(err error) error {
	return errors.New("not valid YAML: " + strings.TrimPrefix(err.Error(), "yaml: "))
}

func flatten(entries []entry, key string, n *yaml.Node, depth int, budget *fileBudget) ([]entry, error) {
	if depth > maxFileDepth {
		return nil, fmt.Errorf("line %d: nested too deeply, expected at most %d levels", n.Line, maxFileDepth)
	}
	err := budget.take(n, key)
	if err != nil {
		return nil, err
	}
	switch n.Kind {
	case yaml.DocumentNode:
		return flatten(entries, key, n.Content[0], depth+1, budget)
	case yaml.AliasNode:
		return flatten(entries, key, n.Alias, depth+1, budget)
	case yaml.MappingNode:
		if len(n.Content) == 0 {
			return declaring(entries, key, n), nil
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Tag == "!!merge" {
				continue
			}
			inner := n.Content[i].Value
			if key != "" {
				inner = key + "." + inner
			}
			if entries, err = flatten(entries, inner, n.Content[i+1], depth+1, budget); err != nil {
				return nil, err
			}
		}
		return flattenMerged(entries, key, n, depth, budget)
	case yaml.SequenceNode:
		return flattenList(entries, key, n, depth, budget)
	case yaml.ScalarNode:
		switch {
		case n.Tag == "!!null":
			return declaring(entries, key, n), nil
		case key == "":
			return nil, errNoKeys(n)
		}
		return append(entries, entry{name: key, text: n.Value, line: n.Line}), nil
	}
	return entries, nil
}

// declaring adds the name of the client under which an empty key stands: it is a client also if it has no settings of its own.
func declaring(entries []entry, key string, n *yaml.Node) []entry {
	client, _, ok := cutClient(key)
	if !ok {
		return entries
	}
	name := clientsRoot + "[" + client + "]"
	if len(entries) > 0 && entries[len(entries)-1].name == name {
		return entries
	}
	return append(entries, entry{name: name, line: n.Line})
}

// flattenMerged adds what a mapping merges in (<<: *others) and does not have itself.
func flattenMerged(entries []entry, key string, n *yaml.Node, depth int, budget *fileBudget) ([]entry, error) {
	var own map[string]bool // the names that entries has; nil = nothing was merged yet
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag != "!!merge" {
			continue
		}
		if own == nil {
			own = make(map[string]bool, len(entries))
			for _, e := range entries {
				own[e.name] = true
			}
		}
		sources := []*yaml.Node{n.Content[i+1]}
		if sources[0].Kind == yaml.SequenceNode {
			sources = sources[0].Content
		}
		for _, source := range sources {
			merged, err := flatten(nil, key, source, depth+1, budget)
			if err != nil {
				return nil, err
			}
			for _, e := range merged {
				if !own[e.name] {
					own[e.name], entries = true, append(entries, e)
				}
			}
		}
	}
	return entries, nil
}

// flattenList joins a list of plain values by commas.
func flattenList(entries []entry, key string, n *yaml.Node, depth int, budget *fileBudget) ([]entry, error) {
	if key == "" {
		return nil, errNoKeys(n)
	}
	texts := make([]string, len(n.Content))
	for i, item := range n.Content {
		if item.Kind == yaml.AliasNode {
			item = item.Alias
		}
		if item.Kind != yaml.ScalarNode {
			if item.Kind != yaml.MappingNode || budget.known(key) {
				return nil, fmt.Errorf("line %d: %s[%d]: expected a plain value", item.Line, shownKey(key), i)
			}
			return flattenObjects(entries, key, n, depth, budget)
		}
		if err := budget.take(item, ""); err != nil {
			return nil, err
		}
		texts[i] = item.Value
	}
	return append(entries, entry{name: key, text: strings.Join(texts, ","), line: n.Line, list: true}), nil
}

func flattenObjects(entries []entry, key string, n *yaml.Node, depth int, budget *fileBudget) ([]entry, error) {
	var err error
	for i, item := range n.Content {
		if entries, err = flatten(entries, key+"["+strconv.Itoa(i)+"]", item, depth+1, budget); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

func errNoKeys(n *yaml.Node) error {
	return fmt.Errorf("line %d: expected keys with values, such as server.port: 8080", n.Line)
}

// documentLayer returns what a document gives. Keys that nobody knows and keys that stand in it twice are reported.
func (l *loader) documentLayer(d document) (all, weak *layer) {
	all, weak = newLayer(""), newLayer("")
	seen := map[string]entry{}
	earlier := len(l.errs)
	for i, e := range d.entries {
		if len(l.errs)-earlier >= maxFileFaults {
			l.fail(fmt.Errorf("%s: %d more keys were not looked at, since so many are wrong already", d.path, len(d.entries)-i))
			break
		}
		if client, _, ok := cutClient(e.name); ok && validClientName(client) && !d.tree {
			all.of(client) // also if nothing that it has is a setting with a value
		}
		s, index, known := l.names.key(e.name)
		if !known {
			if !l.declares(all, e) {
				l.unknownKey(e, d.tree)
			}
			continue
		}
		if s.client != "" && !l.goodName(s.client, e) {
			continue
		}
		if before, twice := seen[plain(e.name)]; twice {
			l.fail(fmt.Errorf("%s: set twice in %s, in the lines %d and %d", shownKey(e.name), d.path, before.line, e.line))
			continue
		}
		seen[plain(e.name)] = e
		e.account = l.account(Account{Name: shownKey(e.name), Source: e.source, Key: ofClient(s.client, s.Key)})
		if e.list && !s.isList() {
			l.accounts[e.account].Fate = Refused
			l.refuseList(s, e)
			continue
		}
		l.take(all, weak, s, index, e)
	}
	return all, weak
}

// unknownKey reports a key of no setting, unless it is known to mean nothing here, or one of many in a tree of files.
func (l *loader) unknownKey(e entry, inTree bool) {
	if l.decides(e) || l.passOver(e) || l.keepSecret(e) {
		return
	}
	if inTree {
		l.passed(e, "only placeholders can use it")
		return
	}
	if isOfNamed(e.name) {
		l.unknownOfClient(e)
		return
	}
	if i := slices.IndexFunc(l.names.shownKeys, func(key string) bool { return strings.HasPrefix(key, e.name+".") }); i >= 0 {
		l.keysExpected(Account{Name: shownKey(e.name), Source: e.source, Fate: Unknown}, l.names.shownKeys[i])
		return
	}
	l.noKey(e, Nearest(e.name, l.names.shownKeys))
}

// keysExpected reports a value in the place of keys.
func (l *loader) keysExpected(a Account, example string) {
	a.Why = "keys are expected under it, such as " + example
	l.account(a)
	l.fail(fmt.Errorf("%s: found a value (%s), expected keys under it, such as %s", a.Name, a.Source, example))
}

// noKey reports a key that no setting has. Nearest is the one that is closest to it; empty = none is near.
func (l *loader) noKey(e entry, nearest string) {
	unknown := &UnknownError{What: "key", Name: shownKey(e.name), Source: e.source, Nearest: nearest}
	l.account(Account{Name: unknown.Name, Source: e.source, Fate: Unknown, Why: unknown.hint()})
	if e.property {
		l.warn(Warning{Text: unknown.Error()})
		return
	}
	l.fail(unknown)
}
