package jsonvalue_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

var seeds = []string{
	`null`, `true`, `-0.5e+10`, `"a\u00fc\ud83d\ude80\ud800"`, `{"a":1,"b":[{},[],""],"a":2}`, " [ 1 , 2 ] ", `{"a":{"b":{"c":[1.10]}}}`, `[1,]`, `{"a"}`,
	"\"\xff\"", "\"\x00\"", `"\u12"`, "[[[[", "01", "1e", "\"\xed\xa0\x80\"", "{}x", response,
}

// FuzzParse compares acceptance with encoding/json, and what was read with what is written of it.
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := jsonvalue.ParseString(text)
		assert.Equal(t, err, jsonvalue.Valid([]byte(text)), "Valid accepts what Parse does")
		if std := json.Valid([]byte(text)); std != (err == nil) {
			// Two differences are meant: bytes that are no UTF-8, and depth.
			tooDeep := err != nil && strings.Contains(err.Error(), "levels of nesting")
			require.True(t, std && (!utf8.ValidString(text) || tooDeep), "encoding/json says %v, we say %v", std, err)
		}
		if err != nil {
			return
		}
		written := jsonvalue.Append(nil, v)
		again, err := jsonvalue.Parse(written)
		require.NoError(t, err, "%s", written)
		require.Equal(t, v, again)
		require.Equal(t, string(written), string(jsonvalue.Append(nil, again)))
		sameAsStandard(t, text, written)
	})
}

// sameAsStandard checks that both texts mean the same to encoding/json.
func sameAsStandard(t *testing.T, text string, written []byte) {
	t.Helper()
	decode := func(data []byte) (v any) {
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		require.NoError(t, d.Decode(&v))
		return v
	}
	require.Equal(t, decode([]byte(text)), decode(written))
}

// FuzzSplit: the parts of a document are the document.
func FuzzSplit(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := jsonvalue.ParseString(text)
		compact, compactErr := jsonvalue.AppendCompact(nil, []byte(text))
		require.Equal(t, err == nil, compactErr == nil)
		if err != nil {
			jsonvalue.CompactPart([]byte(text)) // it gives nothing of use, and does not panic
			require.Error(t, jsonvalue.Members([]byte(text), func(string, []byte) error { return nil }))
			require.Error(t, jsonvalue.Elements([]byte(text), func([]byte) error { return nil }))
			return
		}
		var want bytes.Buffer
		require.NoError(t, json.Compact(&want, []byte(text)))
		require.Equal(t, want.String(), string(compact))
		alone, err := jsonvalue.Compact([]byte(text))
		require.NoError(t, err)
		require.Equal(t, want.String(), alone)
		require.Equal(t, want.String(), jsonvalue.CompactPart([]byte(text)))
		switch v := v.(type) {
		case *jsonvalue.Object:
			o := jsonvalue.NewObject(0)
			require.NoError(t, jsonvalue.Members([]byte(text), func(key string, raw []byte) error {
				part, err := jsonvalue.Parse(raw)
				o.Set(key, part)
				return err
			}))
			require.Equal(t, string(jsonvalue.Append(nil, v)), string(jsonvalue.Append(nil, o)))
		case []jsonvalue.Value:
			list := []jsonvalue.Value{}
			require.NoError(t, jsonvalue.Elements([]byte(text), func(raw []byte) error {
				part, err := jsonvalue.Parse(raw)
				list = append(list, part)
				return err
			}))
			require.Equal(t, v, list)
		}
		require.Equal(t, jsonvalue.KindOf(v), jsonvalue.RawKind([]byte(text)))
	})
}

// FuzzString: whatever a Go string holds, its JSON is valid, and what is UTF-8 comes back as it was.
func FuzzString(f *testing.F) {
	f.Add("a\"\\\n\x00ü🚀")
	f.Add("\xed\xa0\xbd\xed\xba\x80\xff")
	f.Fuzz(func(t *testing.T, s string) {
		quoted := jsonvalue.AppendString(nil, s)
		require.True(t, json.Valid(quoted), "%s", quoted)
		got, err := jsonvalue.Unquote(quoted)
		require.NoError(t, err)
		if utf8.ValidString(s) {
			require.Equal(t, s, got)
		}
		require.Equal(t, string(quoted), string(jsonvalue.AppendString(nil, got)))
	})
}
