package jsonvalue_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

func TestObject(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 11, 12, 13, 100} { // below and above the size from which a map finds the keys
		o := jsonvalue.NewObject(0)
		for i := range n {
			o.Set("k"+strconv.Itoa(i), i)
		}
		assert.Equal(t, n, o.Len())
		for i := range n {
			o.Set("k"+strconv.Itoa(i), strconv.Itoa(i))
		}
		assert.Equal(t, n, o.Len(), "a key that is there is set in its place")
		clone := o.Clone()
		clone.Set("new", true)
		clone.Set("k0", "changed")
		_, ok := o.Get("new")
		assert.False(t, ok, "a clone is its own")
		for i := range n {
			v, ok := o.Get("k" + strconv.Itoa(i))
			assert.True(t, ok)
			assert.Equal(t, strconv.Itoa(i), v)
			assert.Equal(t, jsonvalue.Member{Key: "k" + strconv.Itoa(i), Value: strconv.Itoa(i)}, o.At(i))
		}
		if n > 0 {
			v, _ := clone.Get("k0")
			assert.Equal(t, "changed", v)
			assert.Equal(t, n+1, clone.Len())
		}
		seen := 0
		for k, v := range o.All() {
			assert.Equal(t, "k"+strconv.Itoa(seen), k)
			assert.Equal(t, strconv.Itoa(seen), v)
			if seen++; seen == 5 {
				break
			}
		}
		assert.Equal(t, min(n, 5), seen)
		assert.Len(t, o.Keys(), n)
	}
}

func TestObjectOf(t *testing.T) {
	t.Parallel()
	o := jsonvalue.ObjectOf(jsonvalue.Member{Key: "b", Value: "1"}, jsonvalue.Member{Key: "a", Value: "2"}, jsonvalue.Member{Key: "b", Value: "3"})
	assert.Equal(t, object("b", "3", "a", "2"), o)
}

func TestANilObjectIsEmpty(t *testing.T) {
	t.Parallel()
	var o *jsonvalue.Object
	assert.Zero(t, o.Len())
	assert.Empty(t, o.Keys())
	_, ok := o.Get("a")
	assert.False(t, ok)
	assert.Equal(t, 0, o.Clone().Len())
	for range o.All() {
		t.Error("it has no members")
	}
	assert.Equal(t, "{}", string(jsonvalue.Append(nil, o)))
}

func TestTheZeroObjectIsReady(t *testing.T) {
	t.Parallel()
	var o jsonvalue.Object
	o.Set("a", "b")
	assert.Equal(t, `{"a":"b"}`, string(jsonvalue.Append(nil, &o)))
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for want, kinds := range map[string][2]jsonvalue.Kind{
		"null":    {jsonvalue.KindOf(nil), jsonvalue.RawKind([]byte("null"))},
		"boolean": {jsonvalue.KindOf(true), jsonvalue.RawKind([]byte(" false"))},
		"number":  {jsonvalue.KindOf(jsonvalue.Number("1")), jsonvalue.RawKind([]byte("\t-1"))},
		"string":  {jsonvalue.KindOf(""), jsonvalue.RawKind([]byte(`"`))},
		"array":   {jsonvalue.KindOf([]jsonvalue.Value{}), jsonvalue.RawKind([]byte("\r\n["))},
		"object":  {jsonvalue.KindOf(jsonvalue.NewObject(0)), jsonvalue.RawKind([]byte("{"))},
		"invalid": {jsonvalue.KindOf(1), jsonvalue.RawKind([]byte("x 1"))},
	} {
		assert.Equal(t, want, kinds[0].String())
		assert.Equal(t, want, kinds[1].String())
	}
	assert.Equal(t, jsonvalue.KindBoolean, jsonvalue.RawKind([]byte("true")))
	assert.Equal(t, jsonvalue.Invalid, jsonvalue.RawKind(nil))
}

// A member is found at whatever place it is looked for first.
func TestGetNear(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 3, 11, 12, 40} {
		o := jsonvalue.NewObject(0)
		for i := range size {
			o.Set(strconv.Itoa(i), i)
		}
		for place := -2; place < size+2; place++ {
			for i := range size {
				v, found, ok := o.GetNear(strconv.Itoa(i), place)
				require.True(t, ok)
				require.Equal(t, i, v)
				require.Equal(t, i, found)
			}
			v, found, ok := o.GetNear("none", place)
			require.False(t, ok)
			require.Nil(t, v)
			require.Equal(t, place, found)
		}
	}
	_, found, ok := (*jsonvalue.Object)(nil).GetNear("a", 7)
	assert.False(t, ok)
	assert.Equal(t, 7, found)
}
