package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed peer/Peer.java
var peerJava []byte

//go:embed peer/pom.xml
var peerPOM []byte

//go:embed peer/peer.mjs
var peerNode []byte

// The versions that are measured.
const feelinVersion = "8.2.0"

// peers measures the other engines and returns the microseconds that each needs, by engine and benchmark.
func peers(ctx context.Context, all []benchmark) (map[string]map[string]float64, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(cache, "eventbridge-connector", "bench-feel-"+feelinVersion)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	cases, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	for name, content := range map[string][]byte{"Peer.java": peerJava, "pom.xml": peerPOM, "peer.mjs": peerNode, "cases.json": cases} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return nil, err
		}
	}
	home, err := javaHome()
	if err != nil {
		return nil, err
	}
	java := func(name string) string { return filepath.Join(home, "bin", name) }
	if _, err := os.Stat(filepath.Join(dir, "lib")); err != nil {
		if err := command(ctx, dir, "mvn", "-q", "dependency:copy-dependencies", "-DoutputDirectory=lib"); err != nil {
			return nil, err
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "feelin")); err != nil {
		if err := command(ctx, dir, "npm", "install", "--no-audit", "--no-fund", "feelin@"+feelinVersion); err != nil {
			return nil, err
		}
	}
	if err := command(ctx, dir, java("javac"), "-cp", "lib/*", "Peer.java"); err != nil {
		return nil, err
	}
	scala, err := figures(ctx, dir, java("java"), "-Xmx1g", "-cp", "lib/*:.", "Peer", "cases.json")
	if err != nil {
		return nil, err
	}
	feelin, err := figures(ctx, dir, "node", "peer.mjs", "cases.json")
	if err != nil {
		return nil, err
	}
	return map[string]map[string]float64{"feel-scala": scala, "feelin": feelin}, nil
}

// javaHome finds a JDK of version 21 or later: JAVA_HOME, or one beside the default in the folder of JVMs.
func javaHome() (string, error) {
	candidates, _ := filepath.Glob("/usr/lib/jvm/*")
	for _, home := range append([]string{os.Getenv("JAVA_HOME")}, candidates...) {
		release, err := os.ReadFile(filepath.Join(home, "release"))
		if err != nil {
			continue
		}
		var major int
		for line := range bytes.Lines(release) {
			if n, _ := fmt.Sscanf(string(line), `JAVA_VERSION="%d`, &major); n == 1 {
				break
			}
		}
		if _, err := os.Stat(filepath.Join(home, "bin", "javac")); err == nil && major >= 21 {
			return home, nil
		}
	}
	return "", errors.New("no JDK of version 21 or later: set JAVA_HOME")
}

func command(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// figures runs a program that prints, per line, a benchmark's name and its microseconds.
func figures(ctx context.Context, dir, name string, args ...string) (map[string]float64, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	all := map[string]float64{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		var benchmark string
		var micros float64
		if n, _ := fmt.Sscan(lines.Text(), &benchmark, &micros); n == 2 {
			all[benchmark] = micros
		}
	}
	return all, lines.Err()
}
