// Command licences writes the licences of everything that is in the binaries: Go's own and those of every package that the
// binary of any platform is linked with. go-licenses finds them, also where a folder inside a module has a licence of its own.
// Those of the npm packages in the playground's editor stand beside it, written when it was bundled.
// Each text stands once, with the packages that it is the licence of.
//
//	licences FOLDER FILE
//
// FOLDER is that of the go.mod which the binaries are built with, and FILE lies in it.
//
// It is a module of its own, so that go.mod stays what the binary needs. "make generate" runs it.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/google/go-licenses/licenses"
)

const (
	project = "github.com/eventbridge-connector/eventbridge-connector"
	program = project + "/cmd/eventbridge-connector"

	// confidence is how sure the classifier must be of a licence, go-licenses' own default.
	confidence = 0.9
)

// systems are those that a release is made for; the processor makes no difference to what is linked.
var systems = []string{"linux", "darwin", "windows"}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: licences FOLDER FILE")
		os.Exit(2)
	}
	if err := write(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

func write(ctx context.Context, folder, file string) error {
	if err := os.Chdir(folder); err != nil { // packages are looked up by the go.mod of the working folder
		return err
	}
	found, err := linked(ctx)
	if err != nil {
		return err
	}
	owners := map[string][]string{} // by text
	for name, path := range found {
		texts, err := texts(path)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, text := range texts {
			owners[text] = append(owners[text], name)
		}
	}
	if err := addBundled(owners); err != nil {
		return err
	}
	all := make([]string, 0, len(owners))
	for text := range owners {
		slices.Sort(owners[text])
		all = append(all, text)
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(slices.Compare(owners[a], owners[b]), strings.Compare(a, b)) })
	var b bytes.Buffer
	b.WriteString("What the binaries of eventbridge-connector are linked with, and its licences. DO NOT EDIT: written by \"make generate\".\n" +
		"The source of each can be had by its name and version: go get NAME@VERSION downloads it, and npm pack NAME@VERSION what begins with npm.\n")
	for _, text := range all {
		fmt.Fprintf(&b, "\n%s\n\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(owners[text], "\n"), text)
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// bundled is the file of the licences of the npm packages in the playground's editor.
const bundled = "internal/playground/editor/licences.json"

// addBundled adds the npm packages that are in the binary.
func addBundled(owners map[string][]string) error {
	content, err := os.ReadFile(bundled)
	if err != nil {
		return err
	}
	var packages []struct {
		Name  string   `json:"name"` // with the version
		Texts []string `json:"texts"`
	}
	if err := json.Unmarshal(content, &packages); err != nil {
		return fmt.Errorf("%s: %w", bundled, err)
	}
	for _, p := range packages {
		if len(p.Texts) == 0 {
			return fmt.Errorf("%s: found no licence of %s", bundled, p.Name)
		}
		for _, text := range p.Texts {
			owners[text] = append(owners[text], "npm "+p.Name)
		}
	}
	return nil
}

// linked returns the files of the licences by the name and version of what they cover. Code without a licence, or with one
// that binds what is linked with it, is an error, see [accepted].
func linked(ctx context.Context) (map[string]string, error) {
	classifier, err := newClassifier()
	if err != nil {
		return nil, err
	}
	found := map[string]string{"Go's standard library": filepath.Join(runtime.GOROOT(), "LICENSE")} //nolint:staticcheck // the Go that runs this builds the binaries
	for name, value := range map[string]string{"CGO_ENABLED": "0", "GOARCH": "amd64", "GOFLAGS": "-mod=readonly"} {
		if err := os.Setenv(name, value); err != nil {
			return nil, err
		}
	}
	for _, system := range systems {
		if err := os.Setenv("GOOS", system); err != nil {
			return nil, err
		}
		libraries, err := licenses.Libraries(ctx, classifier, false, []string{project}, program)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", system, err)
		}
		for _, l := range libraries {
			if l.LicensePath == "" {
				return nil, fmt.Errorf("%s: found no licence of %s", system, strings.Join(l.Packages, ", "))
			}
			name, kind, err := classifier.Identify(l.LicensePath)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", l.LicensePath, err)
			}
			if !accepted(name, kind) {
				return nil, fmt.Errorf("%s: found the licence %s (%s), expected one that asks for its notice, or %s", l.Name(), name, kind, mozilla)
			}
			found[strings.TrimSpace(l.Name()+" "+l.Version())] = l.LicensePath
		}
	}
	return found, nil
}

// mozilla is a licence that binds its own files only, not what is linked with them. It asks for a word about where their
// source is, which the first lines of the written file are.
const mozilla = "MPL-2.0"

// accepted says whether code of a licence may be linked.
func accepted(name string, kind licenses.Type) bool {
	return kind == licenses.Notice || kind == licenses.Permissive || kind == licenses.Unencumbered || name == mozilla
}

// texts returns the licence and the notices that lie beside it.
func texts(licence string) ([]string, error) {
	notices, err := filepath.Glob(filepath.Join(filepath.Dir(licence), "NOTICE*"))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, file := range append([]string{licence}, notices...) {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		out = append(out, strings.TrimSpace(strings.ReplaceAll(string(content), "\r\n", "\n")))
	}
	return out, nil
}

// classifier is go-licenses' own. It looks at each text once: most modules have one of two licences, and three systems link
// nearly the same, so that seconds do where it takes more than a minute without.
type classifier struct {
	licenses.Classifier
	known map[string]verdict // by text
}

type verdict struct {
	name string
	kind licenses.Type
	err  error
}

func newClassifier() (*classifier, error) {
	c, err := licenses.NewClassifier(confidence)
	return &classifier{Classifier: c, known: map[string]verdict{}}, err
}

// Identify returns the name and the kind of the licence in a file.
func (c *classifier) Identify(path string) (string, licenses.Type, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", licenses.Unknown, err
	}
	v, ok := c.known[string(content)]
	if !ok {
		v.name, v.kind, v.err = c.Classifier.Identify(path)
		c.known[string(content)] = v
	}
	return v.name, v.kind, v.err
}
