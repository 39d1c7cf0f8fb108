package feel

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/flate"
	varint "encoding/binary"
	"flag"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:generate go test -run TestTheTimeZonesAreThoseOfGo -update .

// TestTheTimeZonesAreThoseOfGo writes the packed database, by -update, from the one of the Go that runs it.
func TestTheTimeZonesAreThoseOfGo(t *testing.T) {
	t.Parallel()
	inside, err := zones() // an error where nothing was written yet
	if flag.Lookup("update").Value.String() == "true" {
		want := goZones(t)
		if !maps.EqualFunc(inside, want, bytes.Equal) {
			require.NoError(t, os.WriteFile("tzdata.bin", packZones(t, want), 0o644))
			inside = want
		}
		err = nil
	}
	require.NoError(t, err)
	assert.Greater(t, len(inside), 590)
	for name, data := range inside {
		_, err := time.LoadLocationFromTZData(name, data)
		require.NoError(t, err, name)
	}
	berlin, err := time.LoadLocationFromTZData("Europe/Berlin", inside["Europe/Berlin"])
	require.NoError(t, err)
	assert.Equal(t, "2026-07-01T14:00:00+02:00", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC).In(berlin).Format(time.RFC3339))
}

// goZones reads the tz database of the Go that runs the test.
func goZones(t *testing.T) map[string][]byte {
	t.Helper()
	archive, err := zip.OpenReader(filepath.Join(runtime.GOROOT(), "lib/time/zoneinfo.zip")) //nolint:staticcheck // the Go that runs the test
	require.NoError(t, err)
	defer archive.Close()
	all := map[string][]byte{}
	for _, f := range archive.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		r, err := f.Open()
		require.NoError(t, err)
		all[f.Name], err = io.ReadAll(r)
		require.NoError(t, err)
	}
	return all
}

// packZones puts equal zones beside one another, of which many are, so that they take next to nothing.
func packZones(t *testing.T, all map[string][]byte) []byte {
	t.Helper()
	names := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return cmp.Or(bytes.Compare(all[a], all[b]), strings.Compare(a, b))
	})
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	require.NoError(t, err)
	for _, name := range names {
		for _, part := range [][]byte{[]byte(name), all[name]} {
			_, err := w.Write(append(varint.AppendUvarint(nil, uint64(len(part))), part...))
			require.NoError(t, err)
		}
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func TestARegionNeedsNothingOfTheHost(t *testing.T) {
	t.Parallel()
	got, err := Region("Asia/Kathmandu")
	require.NoError(t, err)
	_, offset := time.Date(2026, 1, 1, 0, 0, 0, 0, got).Zone()
	assert.Equal(t, (5*60+45)*60, offset)
	_, err = Region("Europe/Atlantis")
	require.Error(t, err)
	_, err = unpackZones(strings.NewReader("broken"))
	require.Error(t, err)
}
