package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// maxImports is how many files a configuration may have.
const maxImports = 50

// usualFiles are where the pods and Compose files of Camunda's runtime mount its configuration, the weakest first. They are
// read where no other place is given.
var usualFiles = []string{"/application.yml", "/application.yaml", "/config/application.yml", "/config/application.yaml"}

// springsOwn are the keys that say which files and documents are read.
var springsOwn = []string{
	"spring.config.activate.on-cloud-platform", "spring.config.activate.on-profile", "spring.config.additional-location", "spring.config.import", "spring.config.location",
	"spring.config.name", "spring.profiles", "spring.profiles.active", "spring.profiles.include",
}

func isSpringsOwn(name string) bool {
	base, _ := cutIndex(name)
	given := spell(base)
	return slices.ContainsFunc(springsOwn, func(key string) bool { return given.is(spell(key)) })
}

// file is one that is to be read.
type file struct {
	path     string
	key      string // of the setting that names it
	source   string // where that stands
	found    string // as it was written there
	optional bool
	quiet    bool // nobody named it: it need not be there
}

// documents reads the configuration files: the one that is named, else the usual ones, those of the active profiles beside
// them, and what they import. What comes later wins.
func (l *loader) documents(named given) []document {
	if l.read == nil {
		return nil
	}
	var main []file
	location, given := l.springProperty("spring.config.location")
	switch {
	case named.Text != "":
		main = []file{{path: named.Text, key: fileKey, source: named.Source, found: named.Text}}
	case given:
		main = l.locations("spring.config.location", location)
	default:
		for _, usual := range usualFiles {
			main = append(main, file{path: usual, quiet: true})
		}
	}
	if additional, given := l.springProperty("spring.config.additional-location"); given {
		main = append(main, l.locations("spring.config.additional-location", additional)...)
	}
	var all []document
	for _, f := range main {
		all = append(all, l.readFile(f)...)
	}
	l.activate(all)
	if len(l.profiles) == 0 {
		l.profiles = profiles{"default"}
	}
	for _, f := range main {
		for _, profile := range l.profiles {
			if profile == "default" {
				continue
			}
			ext := path.Ext(f.path)
			all = append(all, l.readFile(file{path: strings.TrimSuffix(f.path, ext) + "-" + profile + ext, quiet: true})...)
		}
	}
	if imports, given := l.springProperty("spring.config.import"); given {
		all = append(all, l.imported(entry{name: "spring.config.import", text: imports, source: "environment"}, "")...)
	}
	var out []document
	for _, d := range all {
		if l.isActive(d) {
			out = append(out, l.withImports(d)...)
		}
	}
	return out
}

// springProperty returns a property of Spring's own that SPRING_APPLICATION_JSON or the environment gives.
func (l *loader) springProperty(key string) (string, bool) {
	if value, ok := l.ofJSON[plain(key)]; ok {
		return value, true
	}
	wanted := spell(key)
	for _, name := range sorted(l.env) {
		if value := l.env[name]; value != "" && spell(name).is(wanted) {
			return value, true
		}
	}
	return "", false
}

// activate finds the active profiles: those that the environment names, else those of the files.
func (l *loader) activate(all []document) {
	add := func(text string) {
		for _, name := range splitList(text) {
			if !slices.Contains(l.profiles, name) {
				l.profiles = append(l.profiles, name)
			}
		}
	}
	active, given := l.springProperty("spring.profiles.active")
	include, _ := l.springProperty("spring.profiles.include")
	for _, d := range all {
		if d.value("spring.config.activate.on-profile") != "" {
			continue
		}
		if !given {
			active = orElse(d.value("spring.profiles.active"), active)
		}
		include = orElse(d.value("spring.profiles.include"), include)
	}
	for _, text := range []string{include, active} {
		if text, err := l.resolve(text); err == nil {
			add(text)
		}
	}
}

func orElse(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}

// value returns the value of a key of a document; empty = none.
func (d document) value(key string) string {
	var values []string
	for _, e := range d.entries {
		if base, _ := cutIndex(e.name); plain(e.name) == plain(key) || plain(base) == plain(key) {
			values = append(values, e.text)
		}
	}
	return strings.Join(values, ",")
}

// isActive says whether a document counts for the active profiles and on this platform.
func (l *loader) isActive(d document) bool {
	active := true
	for _, e := range d.entries {
		switch plain(e.name) {
		case plain("spring.config.activate.on-profile"), plain("spring.profiles"):
			text, err := l.resolve(e.text)
			if err == nil {
				var ok bool
				ok, err = l.profiles.accept(text)
				active = active && ok
			}
			if err != nil {
				l.fail(&ValueError{Key: e.name, Found: strconv.Quote(shortened(e.text)), Source: e.source, Expected: "an expression of profiles, such as prod & !eu"})
			}
		case plain("spring.config.activate.on-cloud-platform"):
			_, kubernetes := l.env["KUBERNETES_SERVICE_HOST"]
			active = active && kubernetes && strings.EqualFold(strings.TrimSpace(e.text), "kubernetes")
		}
	}
	for _, e := range d.entries {
		if active {
			l.ofFiles[plain(e.name)] = e.text
		} else {
			l.passed(e, "its document is for other profiles or platforms")
		}
	}
	return active
}

// withImports returns a document and what it imports, which wins over it.
func (l *loader) withImports(d document) []document {
	out := []document{d}
	for _, e := range d.entries {
		if base, _ := cutIndex(e.name); plain(base) == plain("spring.config.import") {
			for _, imported := range l.imported(e, d.path) {
				if l.isActive(imported) {
					out = append(out, l.withImports(imported)...)
				}
			}
		}
	}
	return out
}

// imported reads the files that a list of Spring's locations names, relative to the file in which it stands.
func (l *loader) imported(e entry, from string) []document {
	text, err := l.resolve(e.text)
	if err != nil {
		l.fail(&ValueError{Key: e.name, Found: strconv.Quote(shortened(e.text)), Source: e.source, Expected: "files: " + err.Error()})
		return nil
	}
	var out []document
	for _, f := range l.locations(e.name, text) {
		f.source = e.source
		if !path.IsAbs(f.path) {
			f.path = path.Join(path.Dir(from), f.path)
		}
		out = append(out, l.readFile(f)...)
	}
	return out
}

// locations reads a list of Spring's locations. Folders stand for the files application.yml and application.yaml in them.
func (l *loader) locations(key, text string) []file {
	var out []file
	for _, one := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' }) {
		f := file{key: key, source: "environment", found: strings.TrimSpace(one)}
		rest, optional := strings.CutPrefix(f.found, "optional:")
		f.optional = optional
		if strings.HasPrefix(rest, "classpath:") {
			continue // there is none
		}
		rest = strings.TrimPrefix(rest, "file:")
		if strings.HasPrefix(rest, "//") {
			rest = strings.TrimLeft(rest, "/")
			rest = "/" + rest
		}
		rest, _, _ = strings.Cut(rest, "[") // a hint about the type: file:/etc/config[.yaml]
		switch scheme, _, found := strings.Cut(rest, ":"); {
		case found && !strings.ContainsAny(scheme, "/."), strings.Contains(rest, "*"):
			if optional {
				l.warnf("%s: %s is not read: only files can be", key, f.found)
			} else {
				l.fail(&ValueError{Key: key, Found: strconv.Quote(f.found), Source: f.source, Expected: "a YAML file, such as file:/config/more.yaml; put optional: before what is to be passed over"})
			}
		case strings.HasSuffix(rest, "/"):
			name, given := l.springProperty("spring.config.name")
			if !given {
				name = "application"
			}
			for _, ext := range []string{".yml", ".yaml"} {
				f.path, f.quiet = rest+name+ext, true
				out = append(out, f)
			}
		default:
			f.path = rest
			out = append(out, f)
		}
	}
	return out
}

// readFile returns the documents of a file.
func (l *loader) readFile(f file) []document {
	data, err := l.read(f.path)
	if errors.Is(err, fs.ErrNotExist) && (f.quiet || f.optional) {
		return nil
	}
	if err != nil {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err // its path is in the message already
		}
		l.fail(&ValueError{Key: f.key, Found: strconv.Quote(f.found), Source: f.source, Expected: "a file that can be read: " + err.Error()})
		return nil
	}
	if l.files++; l.files > maxImports {
		if l.files == maxImports+1 {
			l.fail(fmt.Errorf("%s: expected at most %d files in all; do files import each other?", f.path, maxImports))
		}
		return nil
	}
	documents, err := readYAML(data, func(key string) bool {
		_, _, known := l.names.key(key)
		return known
	})
	if err != nil {
		where := f.source
		if where == "" {
			where = "read by default"
		}
		l.fail(fmt.Errorf("configuration file %s (%s): %w", f.path, where, err))
		return nil
	}
	if f.quiet {
		l.warn(Warning{Text: "configuration file " + f.path + " is read", Minor: true})
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
