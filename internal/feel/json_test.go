package feel

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// What is plain JSON already is shared; whatever is not is made anew, and the value it was made of stays as it was.
func TestToJSONSharesWhatIsTheSame(t *testing.T) {
	t.Parallel()
	plain, err := jsonvalue.ParseString(`{"a":[1,-20,0,"x",null,true,{"b":{}}],"c":"d"}`)
	require.NoError(t, err)
	assert.Same(t, plain, ToJSON(plain))
	list, _ := plain.(*jsonvalue.Object).Get("a")
	assert.Same(t, &list.([]Value)[0], &ToJSON(list).([]Value)[0])

	fraction, err := jsonvalue.ParseString(`{"a":1,"same":{"x":[1]},"b":["y",1.50,{"z":-0}],"c":1E+2}`)
	require.NoError(t, err)
	before := string(jsonvalue.Append(nil, fraction))
	made := ToJSON(fraction).(*jsonvalue.Object)
	assert.Equal(t, `{"a":1,"same":{"x":[1]},"b":["y",1.5,{"z":0}],"c":100}`, string(jsonvalue.Append(nil, made)))
	assert.Equal(t, before, string(jsonvalue.Append(nil, fraction)))
	inner, _ := fraction.(*jsonvalue.Object).Get("same")
	kept, _ := made.Get("same")
	assert.Same(t, inner, kept)

	function := &Function{}
	with := jsonvalue.ObjectOf(jsonvalue.Member{Key: "f", Value: function}, jsonvalue.Member{Key: "a", Value: "x"}, jsonvalue.Member{Key: "g", Value: function})
	assert.Equal(t, `{"a":"x"}`, string(jsonvalue.Append(nil, ToJSON(with))))
	assert.Equal(t, `{"a":"x"}`, string(AppendJSON(nil, with)))
	assert.Equal(t, `{}`, string(AppendJSON(nil, jsonvalue.ObjectOf(jsonvalue.Member{Key: "f", Value: function}))))
	assert.Equal(t, 3, with.Len())
}

// A literal is written as the number that arithmetic makes of it is, and shared if that changes nothing.
func TestLiteralJSON(t *testing.T) {
	t.Parallel()
	for _, literal := range []jsonvalue.Number{
		"12.5", "12.50", "-0.0", "0.1", "1e-7", "1.0", "100e-2", "1e2", "-1.5E+3", "4503599627370495.5", "123456789012345678901234567890.5", "1e19", "1e400", "-1e400",
		"4.9e-324", "1e-400", "0.30000000000000004", "9007199254740993.0", "1234567890123456789", "12345678901234567890", "-0", "0.001", "0.0009999", "12345678.9",
	} {
		want := "null"
		if d, ok := decimalOf(literal); ok {
			want = string(appendNumberJSON(nil, d))
		}
		assert.Equal(t, want, string(AppendJSON(nil, literal)), literal)
		list := []Value{literal}
		same := &ToJSON(list).([]jsonvalue.Value)[0] == &list[0]
		assert.Equal(t, want == string(literal), same, literal)
	}
}

// The literals of whole numbers that are written as they are.
func TestIsInteger(t *testing.T) {
	t.Parallel()
	for literal, want := range map[jsonvalue.Number]bool{
		"0": true, "7": true, "-7": true, "10": true, "123456789012345678": true, "-123456789012345678": true,
		"": false, "-": false, "-0": false, "07": false, "-07": false, "1.0": false, "1e2": false, "+1": false, "1234567890123456789": false,
	} {
		assert.Equal(t, want, isInteger(literal), literal)
	}
}

// A fraction that is written as it is has the text that its double has.
func TestIsFraction(t *testing.T) {
	t.Parallel()
	for literal, want := range map[jsonvalue.Number]bool{
		"12.5": true, "-0.1": true, "0.001": true, "-0.001": true, "9999999.99999999": true, "0.00123456789012": true,
		"": false, "-": false, ".5": false, "1.": false, "1.50": false, "1.0": false, "0.0": false, "-0.0": false, "00.5": false, "0.0009": false,
		"10000000.5": false, "0.1234567890123456": false, "1.5e1": false, "1.5.5": false, "5": false, "+1.5": false,
	} {
		assert.Equal(t, want, isFraction(literal), literal)
	}
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test's numbers
	written := 0
	for range 20_000 {
		digits := strconv.FormatUint(random.Uint64N(1_000_000_000_000_000), 10)
		whole := random.IntN(len(digits) + 1)
		literal := jsonvalue.Number(digits[:whole] + "." + digits[whole:])
		if whole == 0 {
			literal = "0" + literal[:min(len(literal), 15)]
		}
		if !isFraction(literal) {
			continue
		}
		written++
		d, ok := decimalOf(literal)
		require.True(t, ok)
		require.Equal(t, string(appendNumberJSON(nil, d)), string(literal), "as the engine writes it, and as it stands")
	}
	assert.Greater(t, written, 5_000)
}
