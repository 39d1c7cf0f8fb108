package expression

import (
	"bytes"
	"cmp"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"
)

// now is the clock of expressions: now() shows the id of the host's time zone, as in Camunda's runtime.
func now() time.Time { return time.Now().In(hostZone()) }

var hostZone = sync.OnceValue(func() *time.Location {
	return zoneOf(os.Getenv("TZ"), os.DirFS("/")) //nolint:forbidigo // TZ is no setting of ours: package time and Java read it, too
})

// zoneOf finds the time zone of a host as Java does on Linux: the variable TZ, then /etc/timezone, then /etc/localtime, else GMT.
// The file system is that of the host, from its root.
func zoneOf(tz string, root fs.FS) *time.Location {
	id := strings.TrimPrefix(tz, ":")
	if id == "" {
		id = cmp.Or(zoneInFile(root), zoneByLink(root), zoneByContent(root))
	}
	if i := strings.LastIndex(id, "zoneinfo/"); i >= 0 {
		id = id[i+len("zoneinfo/"):]
	}
	id = strings.TrimPrefix(id, "posix/")
	zone, err := time.LoadLocation(id)
	if err != nil || id == "" || id == "Local" {
		id = "GMT"
		zone = time.FixedZone(id, 0)
	}
	if zone == time.UTC { // its id would not be shown
		zone = time.FixedZone(id, 0)
	}
	return zone
}

// zoneInFile returns the id that /etc/timezone holds, as on Debian.
func zoneInFile(root fs.FS) string {
	text, err := fs.ReadFile(root, "etc/timezone")
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line)
}

// zoneByLink returns the file of the tz database that /etc/localtime is a link to.
func zoneByLink(root fs.FS) string {
	target, err := fs.ReadLink(root, "etc/localtime")
	if err != nil || !strings.Contains(target, "zoneinfo/") {
		return ""
	}
	return target
}

// zoneByContent returns the first file of the tz database that is the same as /etc/localtime, where that is a copy.
func zoneByContent(root fs.FS) string {
	local, err := fs.ReadFile(root, "etc/localtime")
	if err != nil {
		return ""
	}
	found := ""
	_ = fs.WalkDir(root, "usr/share/zoneinfo", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.Contains(path, "/posix") || strings.Contains(path, "/right/") {
			return nil //nolint:nilerr // what cannot be read is none of the candidates
		}
		if info, err := entry.Info(); err != nil || info.Mode().IsRegular() && info.Size() != int64(len(local)) {
			return nil //nolint:nilerr // the same
		}
		if data, err := fs.ReadFile(root, path); err == nil && bytes.Equal(data, local) {
			found = path
			return fs.SkipAll
		}
		return nil
	})
	return found
}
