package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
)

// semver is a semantic version 2.0.0 with a leading v and without build metadata, which neither an image's tag nor a
// module's version can carry.
var semver = regexp.MustCompile(`^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?$`)

// parseVersion checks the version and returns it without its v.
func parseVersion(version string) (string, error) {
	if version == "" {
		return "", errors.New("VERSION is needed: make release VERSION=v1.2.3")
	}
	if !semver.MatchString(version) {
		return "", fmt.Errorf("VERSION: found %q, expected a semantic version with a leading v and without build metadata: v1.2.3 or v1.2.3-rc.1", version)
	}
	return version[1:], nil
}

// target is a platform in Go's names.
type target struct{ os, arch string }

func (t target) String() string { return t.os + "/" + t.arch }

// platforms are those of a release.
var platforms = []target{
	{"linux", "amd64"},
	{"linux", "arm64"},
	{"darwin", "amd64"},
	{"darwin", "arm64"},
	{"windows", "amd64"},
	{"windows", "arm64"},
}

// parseTargets reads a list such as linux/amd64,windows/arm64; empty, it means all.
func parseTargets(list string) ([]target, error) {
	if list == "" {
		return platforms, nil
	}
	var chosen []target
	for word := range strings.SplitSeq(list, ",") {
		system, arch, _ := strings.Cut(word, "/")
		t := target{system, arch}
		if !slices.Contains(platforms, t) {
			return nil, fmt.Errorf("TARGETS: found %q, expected some of %v, separated by commas", word, platforms)
		}
		chosen = append(chosen, t)
	}
	return chosen, nil
}

// commit returns what is checked out and when it was committed. Changes that are not committed are an error, unless dirty
// allows them: then the revision says so.
func commit(ctx context.Context, dirty bool) (revision string, at time.Time, err error) {
	out, err := output(ctx, "git", "log", "-1", "--format=%H %cI")
	if err != nil {
		return "", at, err
	}
	revision, date, _ := strings.Cut(strings.TrimSpace(out), " ")
	if at, err = time.Parse(time.RFC3339, date); err != nil {
		return "", at, err
	}
	changes, err := output(ctx, "git", "status", "--porcelain")
	if err != nil {
		return "", at, err
	}
	if changes == "" {
		return revision, at.UTC(), nil
	}
	if !dirty {
		return "", at, fmt.Errorf("the tree has changes that are not committed, so that no one could make this release again; commit them, or allow them with DIRTY=1:\n%s", strings.TrimRight(changes, "\n"))
	}
	return revision + "-dirty", at.UTC(), nil
}

// output runs a program and returns what it printed; what it complained of goes to standard error.
func output(ctx context.Context, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", program, args[0], err)
	}
	return string(out), nil
}

// printNotes prints the version's part of the change log, without its heading.
func printNotes(w io.Writer, version string) error {
	log, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		return err
	}
	_, part, found := strings.Cut(string(log), "\n## ["+version+"]")
	if !found {
		return fmt.Errorf("CHANGELOG.md has no part for this version: expected a heading \"## [%s] - DATE\"", version)
	}
	_, part, _ = strings.Cut(part, "\n")
	part, _, _ = strings.Cut(part, "\n## [")
	_, err = fmt.Fprintln(w, strings.TrimSpace(part))
	return err
}
