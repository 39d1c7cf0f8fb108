package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxImports   = 50   // files that a configuration may have
	maxTreeFiles = 1000 // values that a tree of files may have
	maxTreeDepth = 10
)

// open returns the documents of a file.
func (l *loader) open(f file) []document {
	switch f.kind {
	case ofTree:
		return l.openTree(f)
	case ofVariable:
		return l.openVariable(f)
	case ofYAML, ofProperties:
	}
	data, err := l.files.Read(f.path)
	if errors.Is(err, fs.ErrNotExist) && (f.quiet || f.optional) {
		return nil
	}
	if err != nil {
		l.missingFile(f, err)
		return nil
	}
	if !l.countFile(f) {
		return nil
	}
	if f.quiet {
		l.warn(Warning{Text: "configuration file " + f.path + " is read", Minor: true})
	}
	return l.parse(f, data, f.kind)
}

// countFile counts a file, and tells whether it is still one of those that may be read.
func (l *loader) countFile(f file) bool {
	l.filesRead++
	if l.filesRead == maxImports+1 {
		l.fail(fmt.Errorf("%s: expected at most %d files in all; do files import each other?", f.path, maxImports))
	}
	return l.filesRead <= maxImports
}

// missingFile reports a file that cannot be read.
func (l *loader) missingFile(f file, err error) {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err // its path is in the message already
	}
	l.fail(&ValueError{Key: f.key, Found: strconv.Quote(f.found), Source: f.source, Expected: "a file that can be read: " + err.Error()})
}

// parse reads the documents of a file's text.
func (l *loader) parse(f file, data []byte, kind fileKind) []document {
	var documents []document
	var err error
	if kind == ofProperties {
		documents, err = readProperties(data)
	} else {
		documents, err = readYAML(data, l.isKey)
	}
	if err != nil {
		where := f.source
		if where == "" {
			where = "read by default"
		}
		l.fail(fmt.Errorf("configuration file %s (%s): %w", f.path, where, err))
		return nil
	}
	for i := range documents {
		documents[i].path = f.path
		for j := range documents[i].entries {
			e := &documents[i].entries[j]
			e.source = f.path + ":" + strconv.Itoa(e.line)
		}
	}
	return documents
}

// isKey says whether a name is the key of a setting.
func (l *loader) isKey(name string) bool {
	_, _, known := l.names.key(name)
	return known
}

// openVariable reads a file that an environment variable holds.
func (l *loader) openVariable(f file) []document {
	text := l.env[f.path]
	if text == "" {
		if !f.optional {
			l.fail(&ValueError{Key: f.key, Found: strconv.Quote("env:" + f.path), Source: f.source, Expected: "an environment variable that is set"})
		}
		return nil
	}
	if !l.countFile(f) {
		return nil
	}
	return l.parse(f, []byte(text), kindOf(f.found))
}

// openTree reads a folder whose files are values, as Kubernetes mounts secrets. Their paths are the keys.
func (l *loader) openTree(f file) []document {
	d := document{path: f.path, tree: true}
	if err := l.grow(&d, f.path, "", 0); err != nil {
		if !errors.Is(err, fs.ErrNotExist) || !f.optional {
			l.missingFile(f, err)
		}
		return nil
	}
	if !l.countFile(f) {
		return nil
	}
	return []document{d}
}

// grow adds the files of a folder to a tree. Names that begin with two dots are Kubernetes's own.
func (l *loader) grow(d *document, folder, prefix string, depth int) error {
	entries, err := l.files.list(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name, at := prefix+e.Name(), path.Join(folder, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), ".."):
			continue
		case l.files.isFolder(at, e):
			if depth < maxTreeDepth {
				if err := l.grow(d, at, name+".", depth+1); err != nil {
					l.warnf("configuration files below %s are not read: %s", at, reasonOf(err))
				}
			}
			continue
		case len(d.entries) >= maxTreeFiles:
			return fmt.Errorf("found more than %d files, expected at most that many", maxTreeFiles)
		}
		data, err := l.files.Read(at)
		if err != nil || len(data) > maxFileSize || !utf8.Valid(data) {
			if l.isKey(name) {
				l.fail(fmt.Errorf("%s: cannot be read from %s: expected a text of at most %d bytes", shownKey(name), at, maxFileSize))
			}
			continue // a keystore, perhaps
		}
		text := string(data)
		if strings.Count(text, "\n") <= 1 { // of a single line, the break at its end is no part of the value
			text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
		}
		d.entries = append(d.entries, entry{name: name, text: text, line: 1, source: at})
	}
	return nil
}

// reasonOf is what is wrong with a file whose path is told already.
func reasonOf(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}
