// Package jvm builds and runs the small Java programs that our FEEL engine is compared with.
package jvm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Program is a compiled Java program with the libraries that its pom.xml names.
type Program struct {
	dir, home, class string
}

// Build writes the files of a program (a pom.xml and its sources among them) into a folder of the user's cache, fetches its
// libraries with Maven if they are not there yet, and compiles class.java. It needs a JDK of version 21 or later.
func Build(ctx context.Context, name, class string, files map[string][]byte) (*Program, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	p := &Program{dir: filepath.Join(cache, "eventbridge-connector", name), class: class}
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return nil, err
	}
	for file, content := range files {
		if err := os.WriteFile(filepath.Join(p.dir, file), content, 0o644); err != nil {
			return nil, err
		}
	}
	if p.home, err = home(); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(p.dir, "lib")); err != nil {
		if err := Run(ctx, p.dir, "mvn", "-q", "dependency:copy-dependencies", "-DoutputDirectory=lib"); err != nil {
			return nil, err
		}
	}
	return p, Run(ctx, p.dir, filepath.Join(p.home, "bin", "javac"), "-cp", "lib/*", class+".java")
}

// Dir is the folder in which the program was built and is run.
func (p *Program) Dir() string { return p.dir }

// Command returns the command that runs the program.
func (p *Program) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(p.home, "bin", "java"), append([]string{"-Xmx1g", "-Xss4m", "-cp", "lib/*:.", p.class}, args...)...)
	cmd.Dir, cmd.Stderr = p.dir, os.Stderr
	return cmd
}

// Run runs a command in a folder; what it writes to standard error is shown.
func Run(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// home finds a JDK of version 21 or later: JAVA_HOME, or one in the folder of JVMs.
func home() (string, error) {
	candidates, _ := filepath.Glob("/usr/lib/jvm/*")
	for _, dir := range append([]string{os.Getenv("JAVA_HOME")}, candidates...) {
		release, err := os.ReadFile(filepath.Join(dir, "release"))
		if err != nil {
			continue
		}
		var major int
		for line := range bytes.Lines(release) {
			if n, _ := fmt.Sscanf(string(line), `JAVA_VERSION="%d`, &major); n == 1 {
				break
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "bin", "javac")); err == nil && major >= 21 {
			return dir, nil
		}
	}
	return "", errors.New("no JDK of version 21 or later: set JAVA_HOME")
}
