package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// member is a file of an archive.
type member struct {
	name    string // with slashes
	content []byte
	program bool // may be executed
}

func (m member) mode() os.FileMode {
	if m.program {
		return 0o755
	}
	return 0o644
}

// beside is what an archive holds beside the binary, as patterns of files in the repository.
var beside = []string{"README.md", "LICENSE", "THIRD_PARTY_LICENSES", "CHANGELOG.md", "docs/man/*.1", "element-templates/*.json", "element-templates/versioned/*.json"}

// stem is the name of a target's files without what they end in, and of the one folder in its archive.
func (r *release) stem(t target) string {
	return fmt.Sprintf("%s_%s_%s_%s", name, r.version, t.os, t.arch)
}

// platform writes the archive and the SBOM of one target.
func (r *release) platform(ctx context.Context, t target) error {
	folder, err := os.MkdirTemp("", "release-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	file := name
	if t.os == "windows" {
		file += ".exe"
	}
	binary := filepath.Join(folder, file)
	if err := r.build(ctx, t, binary); err != nil {
		return err
	}
	if err := r.sbom(ctx, t, binary); err != nil {
		return fmt.Errorf("sbom: %w", err)
	}
	content, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	members := []member{{name: file, content: content, program: true}}
	for _, pattern := range beside {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fmt.Errorf("there is no %s", pattern)
		}
		for _, f := range found {
			content, err := os.ReadFile(f)
			if err != nil {
				return err
			}
			members = append(members, member{name: filepath.ToSlash(f), content: content})
		}
	}
	for i := range members {
		members[i].name = r.stem(t) + "/" + members[i].name
	}
	if t.os == "windows" {
		return r.create(r.stem(t)+".zip", members, writeZip)
	}
	return r.create(r.stem(t)+".tar.gz", members, writeTarGz)
}

// build compiles the binary with the script that make build and the image have. Everything that could differ from machine
// to machine is said: the Go version, the levels of the processors, flags of the environment, tags of the repository.
func (r *release) build(ctx context.Context, t target, file string) error {
	mod, err := output(ctx, "go", "mod", "edit", "-print")
	if err != nil {
		return err
	}
	_, version, _ := strings.Cut(mod, "\ngo ")
	version, _, _ = strings.Cut(version, "\n")
	cmd := exec.CommandContext(ctx, ".ci/build", file)
	cmd.Env = append(os.Environ(),
		"VERSION=v"+r.version, "REVISION="+r.revision, "BUILDVCS=false", "GOOS="+t.os, "GOARCH="+t.arch,
		"GOTOOLCHAIN=go"+version, "GOFLAGS=-mod=readonly", "GOWORK=off", "GOEXPERIMENT=", "GOFIPS140=off", "GOAMD64=v1", "GOARM64=v8.0")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd.Run()
}

// create writes an archive: members by name, every time the commit's.
func (r *release) create(file string, members []member, write func(io.Writer, []member, time.Time) error) error {
	slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	f, err := os.Create(filepath.Join(r.out, file))
	if err != nil {
		return err
	}
	defer f.Close()
	if err := write(f, members, r.made); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return f.Close()
}

func writeTarGz(w io.Writer, members []member, made time.Time) error {
	packed, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	all := tar.NewWriter(packed)
	for _, m := range members {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: m.name, Size: int64(len(m.content)), Mode: int64(m.mode()), ModTime: made, Format: tar.FormatUSTAR}
		if err := all.WriteHeader(header); err != nil {
			return err
		}
		if _, err := all.Write(m.content); err != nil {
			return err
		}
	}
	if err := all.Close(); err != nil {
		return err
	}
	return packed.Close()
}

func writeZip(w io.Writer, members []member, made time.Time) error {
	all := zip.NewWriter(w)
	for _, m := range members {
		header := &zip.FileHeader{Name: m.name, Method: zip.Deflate, Modified: made}
		header.SetMode(m.mode())
		one, err := all.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := one.Write(m.content); err != nil {
			return err
		}
	}
	return all.Close()
}
