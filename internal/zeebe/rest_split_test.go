package zeebe

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// TestAListIsCutIntoItsValues however it comes.
func TestAListIsCutIntoItsValues(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`[]`, " [ ] ", `[1]`, `[ 1 , -2.5e3 ,true,null, "" ]`, `["a","b\"]","\\\\","\\\"","]},:"]`,
		`[{"a":"}","b":[{"c":"\\"},[]]}, {"d\"}":{}} ,[[],["]"]],{}]`, "[\n\t{\r\n}\n]",
	} {
		var want []string
		require.NoError(t, jsonvalue.Elements([]byte(text), func(raw []byte) error {
			want = append(want, string(raw))
			return nil
		}), text)
		for _, source := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text)), iotest.DataErrReader(iotest.HalfReader(strings.NewReader(text)))} {
			var got []string
			s := &splitter{source: source, limit: 100}
			require.NoError(t, s.list(func(raw []byte) { got = append(got, string(raw)) }), text)
			require.NoError(t, s.end(), text)
			assert.Equal(t, want, got)
		}
	}
}

func TestAnObjectIsCutIntoItsProperties(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	s := &splitter{source: iotest.OneByteReader(strings.NewReader(` { "a" : 1 ,"b\n":{"a":[":"]}, "c":"," } `)), limit: 100}
	require.NoError(t, s.object(func(name string) error {
		raw, err := s.value()
		got[name] = string(raw)
		return err
	}))
	require.NoError(t, s.end())
	assert.Equal(t, map[string]string{"a": "1", "b\n": `{"a":[":"]}`, "c": `","`}, got)
}

func TestWhatIsNoListIsNotCut(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``: "unexpected EOF", `{`: "found '{', expected '['", `[1 2]`: "found '2', expected ','", `[1,`: "unexpected EOF", `["a`: "unexpected EOF", `[{]`: "unexpected EOF",
		`[,]`: "found ',', expected a value", `[1,]`: "found ']', expected a value", `[}`: "found '}', expected a value", `[:]`: "found ':', expected a value",
		`[1}`: "found '}', expected ','", `[1]x`: "found 'x' behind the object",
	} {
		s := &splitter{source: strings.NewReader(text), limit: 100}
		err := s.list(func([]byte) {})
		if err == nil {
			err = s.end()
		}
		require.EqualError(t, err, want, text)
	}
	s := &splitter{source: iotest.ErrReader(io.ErrClosedPipe), limit: 100}
	require.ErrorIs(t, s.list(func([]byte) {}), io.ErrClosedPipe)
	require.ErrorIs(t, s.broken, io.ErrClosedPipe)
}
