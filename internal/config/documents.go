package config

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// usualFolders are where the pods and Compose files of Camunda's runtime mount its configuration, the weakest first: Spring's
// folders, below the working directory of that runtime. They are read where no other place is given.
const usualFolders = "optional:file:/;optional:file:/config/;optional:file:/config/*/"

// springsOwn are the keys that say which files and documents are read. One that ends with a dot stands for all below it.
var springsOwn = []string{
	"spring.config.activate.on-cloud-platform", "spring.config.activate.on-profile", "spring.config.additional-location", "spring.config.import", "spring.config.location",
	"spring.config.name", "spring.config.on-not-found", "spring.profiles", "spring.profiles.active", "spring.profiles.default", "spring.profiles.group.", "spring.profiles.include",
}

func isSpringsOwn(name string) bool {
	base, _ := cutIndex(name)
	given := spell(base)
	return slices.ContainsFunc(springsOwn, func(key string) bool { return matches(given, key) })
}

// documents reads the configuration files: the one that is named, else the usual ones, those of the active profiles beside
// them, and what they import. What comes later wins.
func (l *loader) documents(named given) []document {
	if l.files.Read == nil {
		return nil
	}
	groups := l.mainFiles(named)
	read := make([][]document, len(groups))
	var all []document
	for i, group := range groups {
		for _, f := range group {
			read[i] = append(read[i], l.open(f)...)
		}
		all = append(all, read[i]...)
	}
	l.activate(all)
	var out []document
	for i, group := range groups {
		out = append(out, l.active(read[i])...)
		out = append(out, l.ofProfiles(group)...)
	}
	return out
}

// mainFiles returns the files that flags and environment name, or the usual ones, in groups. The later groups win.
func (l *loader) mainFiles(named given) [][]file {
	read := func(key, text string) [][]file { return l.groups(listed{key: key, source: l.springSource(key)}, text) }
	var groups [][]file
	location, given := l.springProperty(keyLocation)
	switch {
	case named.Text != "":
		groups = [][]file{{{path: named.Text, kind: kindOf(named.Text), key: fileKey, source: named.Source, found: named.Text}}}
	case given:
		groups = read(keyLocation, location)
	default:
		groups = read(keyLocation, usualFolders)
	}
	for _, key := range []string{"spring.config.additional-location", keyImport} {
		if text, given := l.springProperty(key); given {
			groups = append(groups, read(key, text)...)
		}
	}
	return groups
}

const (
	keyLocation = "spring.config.location"
	keyImport   = "spring.config.import"
)

// active returns those of the documents that count, each followed by what it imports.
func (l *loader) active(documents []document) []document {
	var out []document
	for _, d := range documents {
		if l.isActive(d) {
			out = append(out, d)
			out = append(out, l.imports(d)...)
		}
	}
	return out
}

// ofProfiles returns the documents of the files that stand beside these for the active profiles.
func (l *loader) ofProfiles(files []file) []document {
	var out []document
	for _, profile := range l.profiles {
		for _, f := range files {
			if beside, ok := f.forProfile(profile); ok {
				out = append(out, l.active(l.open(beside))...)
			}
		}
	}
	return out
}

// springProperty returns a property of Spring's own that a flag, SPRING_APPLICATION_JSON, a system property or the environment
// gives.
func (l *loader) springProperty(key string) (string, bool) {
	for _, of := range []map[string]string{l.ofFlags, l.ofJSON, l.ofSystem} {
		if value, ok := of[plain(key)]; ok {
			return value, true
		}
	}
	name, found := l.springVariable(key)
	if _, index := cutIndex(name); index >= 0 {
		return l.springElements(key), found
	}
	return l.env[name], found
}

// springVariable returns the environment variable that gives a property of Spring's own.
func (l *loader) springVariable(key string) (name string, found bool) {
	wanted := spell(key)
	for _, name := range sorted(l.env) {
		base, _ := cutIndex(name)
		if l.env[name] != "" && (spell(name).is(wanted) || spell(base).is(wanted)) {
			return name, true
		}
	}
	return "", false
}

// springElements returns the elements of a list that variables give by their index: SPRING_PROFILES_ACTIVE_0.
func (l *loader) springElements(key string) string {
	wanted := spell(key)
	elements := map[int]string{}
	for _, name := range sorted(l.env) {
		if base, index := cutIndex(name); index >= 0 && spell(base).is(wanted) {
			elements[index] = l.env[name]
		}
	}
	var texts []string
	for _, index := range slices.Sorted(maps.Keys(elements)) {
		texts = append(texts, elements[index])
	}
	return strings.Join(texts, ",")
}

// springSource says where a property of Spring's own stands, in the words of a message.
func (l *loader) springSource(key string) string {
	if _, ok := l.ofFlags[plain(key)]; ok {
		return "flag --" + key
	}
	if name, found := l.springVariable(key); found {
		return "environment variable " + name
	}
	return "environment"
}

// activate finds the active profiles: those that flags and environment name, else those of the files, with those of their groups.
func (l *loader) activate(all []document) {
	property := func(key string) string {
		if value, given := l.springProperty(key); given {
			return value
		}
		value := ""
		for _, d := range all {
			if d.value("spring.config.activate.on-profile") == "" {
				value = orElse(d.value(key), value)
			}
		}
		return value
	}
	var add func(text string)
	add = func(text string) {
		text, err := l.resolve(text)
		if err != nil {
			return
		}
		for _, name := range splitList(text) {
			if !slices.Contains(l.profiles, name) {
				l.profiles = append(l.profiles, name)
				add(property("spring.profiles.group." + name))
			}
		}
	}
	add(property("spring.profiles.include"))
	add(property("spring.profiles.active"))
	if len(l.profiles) == 0 {
		add(orElse(property("spring.profiles.default"), "default"))
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

// cloudPlatform is the one that Spring would see; empty = none.
func (l *loader) cloudPlatform() string {
	if platform, given := l.springProperty("spring.main.cloud-platform"); given {
		return strings.TrimSpace(platform)
	}
	if _, kubernetes := l.env["KUBERNETES_SERVICE_HOST"]; kubernetes {
		return "kubernetes"
	}
	return ""
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
			active = active && strings.EqualFold(strings.TrimSpace(e.text), l.cloudPlatform())
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

// imports returns what a document imports, which wins over it.
func (l *loader) imports(d document) []document {
	var out []document
	for _, e := range d.entries {
		if base, _ := cutIndex(e.name); plain(base) != plain(keyImport) {
			continue
		}
		text, err := l.resolve(e.text)
		if err != nil {
			l.fail(&ValueError{Key: e.name, Found: strconv.Quote(shortened(e.text)), Source: e.source, Expected: "files: " + err.Error()})
			continue
		}
		for _, group := range l.groups(listed{e.name, e.source, path.Dir(d.path)}, text) {
			for _, f := range group {
				out = append(out, l.active(l.open(f))...)
			}
			out = append(out, l.ofProfiles(group)...)
		}
	}
	return out
}
