package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// The limits of a configuration file. They are far above any file that makes sense, and low enough that every file is read or
// refused within a second.
const (
	maxFileSize   = 1 << 20 // bytes, as a Kubernetes ConfigMap
	maxFileLines  = 20_000
	maxFileNodes  = 20_000 // keys and values, those that aliases repeat included
	maxFileText   = 2 << 20
	maxFileDepth  = 20 // an alias can name what it stands in
	maxFileFaults = 20 // reported one by one
	maxShownKey   = 100
)

// ReadFile reads a configuration file of at most 1 MiB. A directory, a device and a named pipe are refused without being
// read; a pipe that the process was started with (/dev/stdin, /dev/fd/3) is read.
func ReadFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	switch mode := info.Mode(); {
	case mode.IsRegular(), mode.Type() == fs.ModeNamedPipe && inherited(path):
	case mode.IsDir():
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("it is a directory")}
	case mode.Type() == fs.ModeNamedPipe:
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("it is a named pipe")}
	default:
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("it is a device or a socket")}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFileSize+1))
}

// inherited tells a pipe at whose other end is whoever started the process.
func inherited(path string) bool {
	return path == "/dev/stdin" || strings.HasPrefix(path, "/dev/fd/") || strings.HasPrefix(path, "/proc/self/fd/")
}

// checkFile refuses what is too large, or no text, before it is parsed.
func checkFile(data []byte) error {
	if err := checkFileSize(data); err != nil {
		return err
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil // UTF-16, which the YAML reader takes
	}
	for line := 1; len(data) > 0; line++ {
		text, rest, _ := bytes.Cut(data, []byte("\n"))
		if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
			return fmt.Errorf("line %d: found bytes that are no text, expected YAML in UTF-8", line)
		}
		data = rest
	}
	return nil
}

// checkFileSize refuses what is too large before it is parsed.
func checkFileSize(data []byte) error {
	if len(data) > maxFileSize {
		return fmt.Errorf("found more than %d bytes, expected at most that many", maxFileSize)
	}
	if lines := bytes.Count(data, []byte("\n")); lines > maxFileLines {
		return fmt.Errorf("found %d lines, expected at most %d", lines, maxFileLines)
	}
	return nil
}

// fileBudget counts what reading a file has taken so far.
type fileBudget struct {
	nodes, text int
	known       func(key string) bool // that it is the key of a setting
}

// take counts a node whose full key is key.
func (b *fileBudget) take(n *yaml.Node, key string) error {
	b.nodes++
	b.text += len(key) + len(n.Value)
	if b.nodes > maxFileNodes || b.text > maxFileText {
		return fmt.Errorf("line %d: found too much, aliases included; expected at most %d keys and values of %d bytes in all", n.Line, maxFileNodes, maxFileText)
	}
	return nil
}

// shownKey is a key for people to see: on one line, and not too long.
func shownKey(key string) string {
	if len(key) > maxShownKey {
		key = strings.ToValidUTF8(key[:maxShownKey], "") + "…"
	}
	if quoted := strconv.Quote(key); quoted[1:len(quoted)-1] != key {
		return quoted
	}
	return key
}
