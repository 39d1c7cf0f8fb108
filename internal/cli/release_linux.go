package cli

import (
	"bufio"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// releaseProgram unmaps the pages of the program's file. Much of a program is needed only for its start, and the kernel maps pages
// around those that are needed: less than a third of the mapped pages are used under load. What is needed again is mapped again
// when it is read, from the file or from the kernel's cache of it, which gives these pages to others when memory is short.
//
// Only mappings that cannot be written and have no page of their own are unmapped: their content is the file's.
func releaseProgram() {
	path, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	for _, m := range fileMappings("/proc/self/smaps", path) {
		// Without effect they do no harm. The first makes the pages the next that the kernel's cache lets go.
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, m.from, m.to-m.from, unix.MADV_COLD)
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, m.from, m.to-m.from, unix.MADV_DONTNEED)
	}
}

// addresses are a range of addresses.
type addresses struct{ from, to uintptr }

// fileMappings reads from a file like /proc/self/smaps the mappings of a program's file that were never written, nor can be.
func fileMappings(smaps, path string) (all []addresses) {
	f, err := os.Open(smaps)
	if err != nil {
		return nil
	}
	defer f.Close()
	var at addresses
	ours := false
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		switch {
		case len(fields) >= 2 && strings.HasSuffix(fields[0], ":"):
			if ours && fields[0] == "Anonymous:" && fields[1] == "0" {
				all = append(all, at)
			}
		case len(fields) >= 5: // 00400000-00fe1000 r-xp 00000000 fe:00 9986851 /path
			at, ours = addresses{}, false
			from, to, _ := strings.Cut(fields[0], "-")
			first, err1 := strconv.ParseUint(from, 16, strconv.IntSize)
			last, err2 := strconv.ParseUint(to, 16, strconv.IntSize)
			if err1 == nil && err2 == nil && first < last {
				at = addresses{uintptr(first), uintptr(last)}
				ours = (fields[1] == "r-xp" || fields[1] == "r--p") && len(fields) == 6 && fields[5] == path
			}
		}
	}
	return all
}
