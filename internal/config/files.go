package config

import (
	"io/fs"
	"os"
)

// Files are where configuration files are read from.
type Files struct {
	Read func(path string) ([]byte, error)          // nil = there are no files
	List func(folder string) ([]fs.DirEntry, error) // nil = no folder can be listed
}

// OnDisk returns the files of this machine.
func OnDisk() Files { return Files{Read: ReadFile, List: os.ReadDir} }

// list returns the entries of a folder.
func (f Files) list(folder string) ([]fs.DirEntry, error) {
	if f.List == nil {
		return nil, fs.ErrNotExist
	}
	return f.List(folder)
}

// isFolder says whether an entry of a folder is a folder itself, or a link to one.
func (f Files) isFolder(path string, entry fs.DirEntry) bool {
	if entry.Type()&fs.ModeSymlink == 0 {
		return entry.IsDir()
	}
	_, err := f.list(path)
	return err == nil
}
