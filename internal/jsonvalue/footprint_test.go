package jsonvalue_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

func TestFootprint(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		`1`: 32, `"a\"]"`: 32, ` [ ] `: 64, `{}`: 64, `[1]`: 96, `[1 , "x,:[" ]`: 128, `[[],{}]`: 192, `{"a":1}`: 160, `{"a" : [1,2] , "b":{}}`: 64 + 2*96 + 32 + 64 + 32,
	} {
		assert.Equal(t, want+len(text), jsonvalue.Footprint(text), text)
		assert.Equal(t, want+len(text), jsonvalue.Footprint([]byte(text)), text)
	}
}

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

func TestBuild(t *testing.T) {
	t.Parallel()
	b := jsonvalue.Builder{
		Number: func(literal string) any { return len(literal) },
		Object: func(members []jsonvalue.Member) any { return append([]jsonvalue.Member{}, members...) },
	}
	got, err := jsonvalue.Build([]byte(` {"a": [1, 1.10, {}, null, true, "\u0041"], "b": {"c": -2}, "b": 3} `), b)
	require.NoError(t, err)
	assert.Equal(t, []jsonvalue.Member{
		{Key: "a", Value: []any{1, 4, []jsonvalue.Member{}, nil, true, "A"}}, {Key: "b", Value: []jsonvalue.Member{{Key: "c", Value: 2}}}, {Key: "b", Value: 1},
	}, got)
	for _, text := range []string{``, `1 2`, `[1`, `-`, `{"a":-}`} {
		_, err := jsonvalue.Build([]byte(text), b)
		var syntax *jsonvalue.SyntaxError
		require.ErrorAs(t, err, &syntax, text)
	}
}
