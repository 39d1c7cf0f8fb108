package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/prometheus/procfs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOnlyPagesThatAreAsInTheFileAreUnmapped: what was written to would be lost.
func TestOnlyPagesThatAreAsInTheFileAreUnmapped(t *testing.T) {
	t.Parallel()
	const text = `00400000-00fe1000 r-xp 00000000 fe:00 9986851                            /bin/it
Rss:               11072 kB
Anonymous:             0 kB
00fe1000-01d8e000 r--p 00be1000 fe:00 9986851                            /bin/it
Anonymous:             0 kB
VmFlags: rd mr mw me
01d8e000-01d90000 r--p 0198e000 fe:00 9986851                            /bin/it
Anonymous:             8 kB
01d90000-01efd000 rw-p 0198e000 fe:00 9986851                            /bin/it
Anonymous:             0 kB
2bf887000000-2bf889400000 rw-p 00000000 00:00 0 
Anonymous:             0 kB
7f9700300000-7f9700456000 r-xp 00026000 fe:00 326269                     /usr/lib/libc.so.6
Anonymous:             0 kB
`
	name := filepath.Join(t.TempDir(), "smaps")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	assert.Equal(t, []addresses{{0x400000, 0xfe1000}, {0xfe1000, 0x1d8e000}}, fileMappings(name, "/bin/it"))
	assert.Empty(t, fileMappings(name+".none", "/bin/it"))
}

// TestTheProgramGoesOnWithoutThePagesOfItsStart: they are mapped again as they are needed.
func TestTheProgramGoesOnWithoutThePagesOfItsStart(t *testing.T) { //nolint:paralleltest // other tests map pages
	file := func() uint64 {
		self, err := procfs.Self()
		require.NoError(t, err)
		s, err := self.NewStatus()
		require.NoError(t, err)
		return s.RssFile
	}
	before := file()
	releaseProgram()
	assert.Less(t, file(), before)
	path, err := os.Readlink("/proc/self/exe")
	require.NoError(t, err)
	assert.NotEmpty(t, fileMappings("/proc/self/smaps", path))
}
