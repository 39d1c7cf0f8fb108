package secret

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unicode/utf8"
)

// maxFile is the size above which a file is no secret but a mistake; Kubernetes allows 1 MiB for a whole secret.
const maxFile = 1 << 20

// settled is how old a file must be for its time stamp to tell any later change: time stamps are as coarse as the file
// system's clock.
const settled = 2 * time.Second

// Directory is the provider of secrets from files, one per secret, named as the secret and read again when they change:
// the form in which Kubernetes and Docker mount them. A name with slashes is a file further down; no name and no
// symbolic link leads out of the directory.
type Directory struct {
	path string

	mu    sync.Mutex
	files map[string]cachedFile

	hits, misses atomic.Uint64
}

type cachedFile struct {
	info  fs.FileInfo
	value string
}

// NewDirectory returns the provider over the directory at path. The error says that there is none.
func NewDirectory(path string) (*Directory, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open the directory of secrets: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("open the directory of secrets: %s is not a directory", path)
	}
	return &Directory{path: path, files: map[string]cachedFile{}}, nil
}

// Secret implements [Provider]. One newline at the end of the file is not part of the value.
func (d *Directory) Secret(_ context.Context, _ Context, name string) (string, bool, error) {
	if !fs.ValidPath(name) || name == "." || strings.ContainsRune(name, 0) {
		return "", false, nil // "..", an empty part, a slash in front, or what no file's name can have
	}
	root, err := os.OpenRoot(d.path) // each time: the directory itself may have been mounted anew
	if err != nil {
		return "", false, err
	}
	defer func() { _ = root.Close() }()

	info, err := root.Stat(name)
	switch {
	case absent(err):
		return "", false, nil
	case err != nil:
		return "", false, err
	case !info.Mode().IsRegular():
		return "", false, nil
	case info.Size() > maxFile:
		return "", false, fmt.Errorf("its file is %d bytes long, at most %d are allowed", info.Size(), maxFile)
	}
	if v, ok := d.cached(name, info); ok {
		d.hits.Add(1)
		return v, true, nil
	}
	d.misses.Add(1)
	return d.read(root, name)
}

// Stats returns how often a file was asked for that had not changed since it was read, and how often it had to be read.
func (d *Directory) Stats() (hits, misses uint64) { return d.hits.Load(), d.misses.Load() }

func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ENAMETOOLONG)
}

func (d *Directory) cached(name string, info fs.FileInfo) (string, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f, ok := d.files[name]
	if ok && os.SameFile(f.info, info) && f.info.ModTime().Equal(info.ModTime()) && f.info.Size() == info.Size() {
		return f.value, true
	}
	delete(d.files, name)
	return "", false
}

func (d *Directory) read(root *os.Root, name string) (string, bool, error) {
	file, err := root.Open(name)
	if absent(err) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return "", false, err
	}
	content, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return "", false, err
	}
	if !utf8.Valid(content) {
		return "", false, errors.New("its file is not UTF-8 text")
	}
	value, cut := strings.CutSuffix(string(content), "\n")
	if cut {
		value = strings.TrimSuffix(value, "\r")
	}
	if time.Since(info.ModTime()) > settled {
		d.mu.Lock()
		d.files[name] = cachedFile{info, value}
		d.mu.Unlock()
	}
	return value, true, nil
}
