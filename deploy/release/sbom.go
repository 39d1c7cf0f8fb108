package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// licence is that of the project, in SPDX's words: the tool asks the module proxy, which need not know the version yet.
const licence = "Apache-2.0"

// download has the modules on this disk as the tool wants them: it asks for each by its version, which a build does not, and
// finds no licence of a module that was only ever built with.
func download(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "go", "mod", "download").CombinedOutput()
	if err != nil {
		return fmt.Errorf("go mod download: %w: %s", err, bytes.TrimSpace(out))
	}
	return nil
}

// sbom writes what the binary is made of, as the binary itself says, in CycloneDX's JSON. Of the tool's answer three things
// are changed, so that it depends on the commit alone: the time is the commit's, there is no serial number (the flag), and
// the tool's own checksums, which differ with who built it, are left out.
func (r *release) sbom(ctx context.Context, t target, binary string) error {
	cmd := exec.CommandContext(ctx, r.sbomTool, "bin", "-json", "-noserial", "-licenses", "-assert-licenses", "-std", "-version", "v"+r.version, binary)
	// What is in the binary was downloaded, so it is on this disk; the build held it against go.sum, which the tool does not see.
	cmd.Env = append(os.Environ(), "GOOS="+t.os, "GOARCH="+t.arch, "GOPROXY=off", "GOSUMDB=off")
	var warnings bytes.Buffer
	cmd.Stderr = &warnings
	out, err := cmd.Output()
	if err != nil {
		return errors.Join(err, errors.New(warnings.String()))
	}
	var bill map[string]any
	if err := json.Unmarshal(out, &bill); err != nil {
		return err
	}
	about, _ := bill["metadata"].(map[string]any)
	component, _ := about["component"].(map[string]any)
	if component == nil {
		return errors.New("metadata.component is missing in what the tool wrote")
	}
	about["timestamp"] = r.made.Format(time.RFC3339)
	component["licenses"] = []any{map[string]any{"license": map[string]any{"id": licence}}}
	tools, _ := about["tools"].([]any)
	for _, tool := range tools {
		if tool, ok := tool.(map[string]any); ok {
			delete(tool, "hashes")
		}
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(bill); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.out, r.stem(t)+".cdx.json"), b.Bytes(), 0o644)
}
