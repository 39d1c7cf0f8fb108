package config

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/magiconair/properties"
)

// readProperties reads a file of Java properties, as Spring does: lines #--- and !--- separate documents. Keys keep the numbers of
// their lines. Of a key that is there twice in a document, the last counts.
func readProperties(data []byte) ([]document, error) {
	if err := checkFileSize(data); err != nil {
		return nil, err
	}
	var documents []document
	places := map[string]int{} // of the document's keys
	start := func() {
		documents = append(documents, document{})
		clear(places)
	}
	start()
	encoding := properties.UTF8
	if !utf8.Valid(data) {
		encoding = properties.ISO_8859_1
	}
	loader := properties.Loader{Encoding: encoding, DisableExpansion: true}
	for number, line := range logicalLines(string(data)) {
		if line == "#---" || line == "!---" {
			start()
			continue
		}
		p, err := loader.LoadBytes([]byte(line))
		if err != nil {
			return nil, fmt.Errorf("line %d: not a line of a properties file: %w", number, err)
		}
		d := &documents[len(documents)-1]
		for _, key := range p.Keys() {
			value, _ := p.Get(key)
			e := entry{name: key, text: value, line: number}
			if at, twice := places[plain(key)]; twice {
				d.entries[at] = e
				continue
			}
			places[plain(key)] = len(d.entries)
			d.entries = append(d.entries, e)
			if len(d.entries) > maxFileNodes {
				return nil, fmt.Errorf("line %d: found too much, expected at most %d keys", number, maxFileNodes)
			}
		}
	}
	return documents, nil
}

// logicalLines yields the lines of a properties file, those that a backslash joins as one, with the numbers of their first lines.
// A comment is joined with nothing.
func logicalLines(text string) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		first, joined := 0, ""
		number := 0
		for line := range strings.Lines(text) {
			number++
			line = strings.TrimRight(line, "\r\n")
			if joined == "" {
				first = number
				start := strings.TrimLeft(line, " \t\f")
				if start == "" || start[0] == '#' || start[0] == '!' {
					if !yield(first, strings.TrimSpace(line)) {
						return
					}
					continue
				}
			}
			joined += line
			if ends := len(line) - len(strings.TrimRight(line, `\`)); ends%2 == 1 {
				joined += "\n"
				continue
			}
			if !yield(first, joined) {
				return
			}
			joined = ""
		}
		if joined != "" {
			yield(first, joined)
		}
	}
}
