// The race detector allocates small values otherwise.

//go:build !race

package jsonvalue_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// TestFootprintIsNotTooLow holds the estimate against the memory that values really take.
func TestFootprintIsNotTooLow(t *testing.T) { //nolint:paralleltest // it measures the memory of the process
	var keys strings.Builder
	for i := range 20_000 {
		keys.WriteString(`"k` + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/26%50) + strings.Repeat("z", i/1300) + `":1,`)
	}
	for name, text := range map[string]string{
		"numbers":        `[` + strings.Repeat(`12345,`, 50_000) + `1]`,
		"strings":        `[` + strings.Repeat(`"\n",`, 50_000) + `1]`,
		"empty objects":  `[` + strings.Repeat(`{},`, 50_000) + `1]`,
		"empty arrays":   `[` + strings.Repeat(`[],`, 50_000) + `1]`,
		"small arrays":   `[` + strings.Repeat(`[1],`, 50_000) + `1]`,
		"small objects":  `[` + strings.Repeat(`{"a":1},`, 50_000) + `1]`,
		"larger objects": `[` + strings.Repeat(`{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6},`, 10_000) + `1]`,
		"a large object": `{` + keys.String() + `"":1}`,
		"text":           `"` + strings.Repeat("x", 1_000_000) + `"`,
	} {
		v, took := measured(t, text)
		assert.LessOrEqual(t, took, uint64(jsonvalue.Footprint(text))*5/4, "%s: what the runtime rounds up to is not counted", name)
		runtime.KeepAlive(v)
	}
}

// measured returns a value and the bytes that it takes.
func measured(t *testing.T, text string) (jsonvalue.Value, uint64) {
	t.Helper()
	var before, after runtime.MemStats
	data := []byte(text)
	runtime.GC()
	runtime.ReadMemStats(&before)
	v, err := jsonvalue.Parse(data)
	require.NoError(t, err)
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(data)
	return v, after.HeapAlloc - min(before.HeapAlloc, after.HeapAlloc)
}
