package config

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// fileKind says how a configuration file is read.
type fileKind uint8

const (
	ofYAML fileKind = iota
	ofProperties
	ofTree     // a folder whose files are the values and whose names are the keys
	ofVariable // an environment variable that holds a file
)

// file is one that is to be read.
type file struct {
	path     string // of a variable: its name
	kind     fileKind
	key      string // of the setting that names it
	source   string // where that stands
	found    string // as it was written there
	optional bool
	quiet    bool // nobody named it: it need not be there
}

// forProfile is the file that stands beside this one for a profile. False = there can be none.
func (f file) forProfile(profile string) (file, bool) {
	if f.kind == ofTree || f.kind == ofVariable {
		return f, false
	}
	ext := path.Ext(f.path)
	f.path, f.quiet = strings.TrimSuffix(f.path, ext)+"-"+profile+ext, true
	return f, true
}

// endings are those of the files that are looked for in a folder, the weakest first.
var endings = []string{".yaml", ".yml", ".properties"}

// kindOf tells how a file is read by the end of its name.
func kindOf(name string) fileKind {
	if strings.HasSuffix(strings.ToLower(name), ".properties") {
		return ofProperties
	}
	return ofYAML
}

// listed says where a list of locations stands.
type listed struct {
	key    string // of the setting that has the list
	source string
	folder string // from which paths without a scheme count; empty = the working directory
}

// groups reads a list of Spring's locations. Those between two commas are one group: the files of profiles win over the others
// of their group.
func (l *loader) groups(from listed, text string) [][]file {
	var groups [][]file
	for group := range strings.SplitSeq(text, ",") {
		var files []file
		for one := range strings.SplitSeq(group, ";") {
			if one = strings.TrimSpace(one); one != "" {
				files = append(files, l.location(from, one)...)
			}
		}
		if len(files) > 0 {
			groups = append(groups, files)
		}
	}
	return groups
}

// scheme is what may stand before a location.
var scheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.*-]*:`)

// location returns the files that one of Spring's locations names.
func (l *loader) location(from listed, text string) []file {
	f := file{key: from.key, source: from.source, found: text}
	rest, optional := strings.CutPrefix(text, "optional:")
	f.optional = optional || l.ignoresMissing()
	rest = strings.TrimPrefix(rest, "resource:")
	rest, hint := cutHint(rest)
	prefix := scheme.FindString(rest)
	rest = strings.TrimPrefix(rest, prefix)
	switch prefix {
	case "":
		if from.folder != "" && !path.IsAbs(rest) {
			rest = joined(from.folder, rest)
		}
	case "file:":
		if strings.HasPrefix(rest, "//") {
			rest = "/" + strings.TrimLeft(rest, "/")
		}
	case "configtree:":
		return l.trees(f, rest)
	case "env:":
		f.path, f.kind = rest, ofVariable
		if hint == ".yaml" || hint == ".yml" {
			f.found = rest + hint
		} else {
			f.found = rest + ".properties"
		}
		return []file{f}
	case "classpath:", "classpath*:":
		if !f.optional {
			l.warnf("%s: %s is not read: there is no class path", from.key, text)
		}
		return nil
	default:
		l.unreadable(f)
		return nil
	}
	folders, ok := l.folders(f, rest)
	if !ok {
		return nil
	}
	var files []file
	for _, one := range folders {
		if strings.HasSuffix(one, "/") {
			files = append(files, l.inFolder(f, one)...)
			continue
		}
		if strings.EqualFold(path.Ext(one), ".xml") {
			l.unreadable(f)
			continue
		}
		found := f
		found.path, found.kind = one, kindOf(one+hint)
		files = append(files, found)
	}
	return files
}

// joined is a path below a folder, a slash at its end kept.
func joined(folder, rest string) string {
	out := path.Join(folder, rest)
	if strings.HasSuffix(rest, "/") {
		out += "/"
	}
	return out
}

// cutHint takes what a location says of its type off it: file:/etc/config[.yaml].
func cutHint(text string) (location, hint string) {
	rest, found := strings.CutSuffix(text, "]")
	at := strings.LastIndexByte(rest, '[')
	if !found || at < 0 {
		return text, ""
	}
	location, hint = rest[:at], rest[at+1:]
	if strings.HasPrefix(hint, "encoding=") {
		return cutHint(location)
	}
	return location, hint
}

// unreadable reports a location of a kind that is not read.
func (l *loader) unreadable(f file) {
	if f.optional {
		l.warnf("%s: %s is not read: only files can be", f.key, f.found)
		return
	}
	l.fail(&ValueError{
		Key: f.key, Found: strconv.Quote(f.found), Source: f.source,
		Expected: "a YAML or properties file, a folder of values (configtree:), or a variable (env:), such as file:/config/more.yaml; put optional: before what is to be passed over",
	})
}

// folders replaces the star in a path such as /config/*/ by the folders that are there, in the order of their names.
func (l *loader) folders(f file, text string) (paths []string, ok bool) {
	above, below, found := strings.Cut(text, "*")
	if !found {
		return []string{text}, true
	}
	if !strings.HasSuffix(above, "/") || !strings.HasPrefix(below, "/") || strings.Contains(below, "*") || strings.Contains(strings.TrimPrefix(below, "/"), "/") {
		l.unreadable(f)
		return nil, false
	}
	entries, err := l.files.list(strings.TrimSuffix(above, "/"))
	if err != nil {
		if !f.optional {
			l.missingFile(f, err)
		}
		return nil, false
	}
	for _, e := range entries { // sorted
		if folder := above + e.Name(); !strings.HasPrefix(e.Name(), "..") && l.files.isFolder(folder, e) {
			paths = append(paths, folder+below)
		}
	}
	return paths, true
}

// inFolder returns the configuration files that may be in a folder, by Spring's names.
func (l *loader) inFolder(f file, folder string) []file {
	if !f.optional && !f.quiet && l.files.List != nil {
		if _, err := l.files.list(strings.TrimSuffix(folder, "/")); errors.Is(err, fs.ErrNotExist) {
			l.missingFile(f, err)
			return nil
		}
	}
	var files []file
	for _, name := range l.configNames() {
		for _, end := range endings {
			one := f
			one.path, one.kind, one.quiet = folder+name+end, kindOf(end), true
			files = append(files, one)
		}
	}
	return files
}

// configNames are the names of configuration files, without their endings.
func (l *loader) configNames() []string {
	if names, given := l.springProperty("spring.config.name"); given {
		return splitList(names)
	}
	return []string{"application"}
}

// ignoresMissing says that files that are not there are to be passed over, although they are named.
func (l *loader) ignoresMissing() bool {
	value, _ := l.springProperty("spring.config.on-not-found")
	return strings.EqualFold(strings.TrimSpace(value), "ignore")
}

// trees returns the folders that a configtree: names.
func (l *loader) trees(f file, text string) []file {
	folders, ok := l.folders(f, text)
	if !ok {
		return nil
	}
	var files []file
	for _, folder := range folders {
		one := f
		one.path, one.kind = strings.TrimRight(folder, "/"), ofTree
		files = append(files, one)
	}
	return files
}
