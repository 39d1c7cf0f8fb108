package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/eventbridge-connector/eventbridge-connector/test/jvm"
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
	cases, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	peer, err := jvm.Build(ctx, "bench-feel-"+feelinVersion, "Peer", map[string][]byte{
		"Peer.java": peerJava, "pom.xml": peerPOM, "peer.mjs": peerNode, "cases.json": cases,
	})
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(peer.Dir(), "node_modules", "feelin")); err != nil {
		if err := jvm.Run(ctx, peer.Dir(), "npm", "install", "--no-audit", "--no-fund", "feelin@"+feelinVersion); err != nil {
			return nil, err
		}
	}
	scala, err := figures(peer.Command(ctx, "cases.json"))
	if err != nil {
		return nil, err
	}
	node := exec.CommandContext(ctx, "node", "peer.mjs", "cases.json")
	node.Dir = peer.Dir()
	feelin, err := figures(node)
	if err != nil {
		return nil, err
	}
	return map[string]map[string]float64{"feel-scala": scala, "feelin": feelin}, nil
}

// figures runs a command that prints, per line, a benchmark's name and its microseconds.
func figures(cmd *exec.Cmd) (map[string]float64, error) {
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cmd.Path, err)
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
