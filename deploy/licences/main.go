// Command licences writes the licences of everything that is in the binaries: Go's own and those of every module that any
// platform's binary is linked with, each text once with the modules that it is the licence of.
//
//	licences FILE
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

//go:generate go run . ../../THIRD_PARTY_LICENSES

// systems are those that a release is made for; the processor makes no difference to what is linked.
var systems = []string{"linux", "darwin", "windows"}

const program = "github.com/eventbridge-connector/eventbridge-connector/cmd/eventbridge-connector"

// module is one that is linked, as go list tells.
type module struct {
	Path, Version, Dir string
	Main               bool
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: licences FILE")
		os.Exit(2)
	}
	if err := write(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

func write(ctx context.Context, file string) error {
	modules, err := linked(ctx)
	if err != nil {
		return err
	}
	owners := map[string][]string{} // by text
	for _, m := range modules {
		texts, err := texts(m.Dir)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Path, err)
		}
		for _, text := range texts {
			owners[text] = append(owners[text], strings.TrimSpace(m.Path+" "+m.Version))
		}
	}
	all := make([]string, 0, len(owners))
	for text := range owners {
		all = append(all, text)
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(slices.Compare(owners[a], owners[b]), strings.Compare(a, b)) })
	var b bytes.Buffer
	b.WriteString("What the binaries of eventbridge-connector are linked with, and its licences. DO NOT EDIT: written by \"make generate\".\n")
	for _, text := range all {
		fmt.Fprintf(&b, "\n%s\n\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(owners[text], "\n"), text)
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// linked returns Go itself and the modules, sorted.
func linked(ctx context.Context) ([]module, error) {
	modules := []module{{Path: "Go's standard library", Dir: runtime.GOROOT()}} //nolint:staticcheck // the Go that runs this builds the binaries
	for _, system := range systems {
		cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-json=Module", program)
		cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=-tags=grpcnotrace,nethttpomithttp2")
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list for %s: %w", system, err)
		}
		for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
			var p struct{ Module *module }
			if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, err
			}
			if p.Module != nil && !p.Module.Main && !slices.Contains(modules, *p.Module) {
				modules = append(modules, *p.Module)
			}
		}
	}
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.Path, b.Path) })
	return modules, nil
}

// texts returns what a module says of its licence: it must say something.
func texts(folder string) ([]string, error) {
	var out []string
	found := false
	for _, pattern := range []string{"LICEN[CS]E*", "COPYING*", "NOTICE*"} {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			found = found || !strings.HasPrefix(filepath.Base(file), "NOTICE")
			out = append(out, strings.TrimSpace(strings.ReplaceAll(string(content), "\r\n", "\n")))
		}
	}
	if !found {
		return nil, errors.New("there is no licence in " + folder)
	}
	return out, nil
}
