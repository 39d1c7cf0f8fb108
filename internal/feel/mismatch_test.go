package feel

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// TestTypes_AgreeWithTheEvaluation holds every operator on two values of every pair of kinds against what the evaluation gives: where
// kinds are said not to fit, no value of theirs gives anything but null or false, and a warning says so.
func TestTypes_AgreeWithTheEvaluation(t *testing.T) {
	t.Parallel()
	values := map[string][]string{
		"boolean": {"true", "false"}, "number": {"1", "-2.5"}, "string": {`"a"`, `"1"`}, "list": {"[]", `[1]`, `["a"]`}, "context": {"{}", "{a: 1}"},
		"temporal": {`@"2026-11-29"`, `@"PT1H"`, `@"P1Y"`, `@"10:00:00Z"`, `@"2026-11-29T10:00:00Z"`}, "function": {"(function(x) x)"},
	}
	found := 0
	for _, op := range []string{"%s + %s", "%s - %s", "%s * %s", "%s / %s", "%s = %s", "%s < %s", "%s >= %s", "%s in (%s)", "%[1]s between %[2]s and %[2]s", "%s and %s and true", "if %s then %s else null"} {
		for _, lefts := range values {
			for _, rights := range values {
				for _, a := range lefts {
					for _, b := range rights {
						source := fmt.Sprintf(op, a, b)
						program, err := Compile(source)
						require.NoError(t, err, source)
						_, mismatches := program.Types(nil)
						if len(mismatches) == 0 {
							continue
						}
						found++
						r, err := program.Eval(t.Context(), Context(jsonvalue.NewObject(0)))
						assert.True(t, err != nil || r.Value == nil || r.Value == false, "%s: %s, but it gives %v", source, mismatches[0].Text, r.Value)
					}
				}
			}
		}
	}
	assert.Greater(t, found, 200)
}

// TestTypes_OfFunctionsAgreeWithTheirExamples holds the kinds of what functions give against the example of each.
func TestTypes_OfFunctionsAgreeWithTheirExamples(t *testing.T) {
	t.Parallel()
	kinds := map[jsonvalue.Kind]Kinds{
		jsonvalue.KindBoolean: BooleanKind, jsonvalue.KindNumber: NumberKind, jsonvalue.KindString: StringKind | TemporalKind, jsonvalue.KindArray: ListKind, jsonvalue.KindObject: ContextKind,
	}
	seen := map[string]bool{}
	for name, forms := range Standard().forms {
		for _, form := range forms {
			if form.example == "" {
				continue
			}
			program, err := Compile(form.example)
			require.NoError(t, err)
			made, mismatches := program.Types(nil)
			assert.Empty(t, mismatches, form.example)
			v, err := jsonvalue.ParseString(form.gives)
			if err != nil || v == nil {
				continue
			}
			assert.NotZero(t, made.kinds()&kinds[jsonvalue.KindOf(v)], "%s gives %s and is said to give a %s", form.example, form.gives, made.kinds())
			seen[name] = true
		}
	}
	missing := 0
	for name := range resultKinds {
		if assert.Contains(t, Standard().forms, name) && !seen[name] {
			missing++
		}
	}
	assert.Less(t, missing, 8, "functions of the table whose example is not compared")
}

func TestTypes(t *testing.T) {
	t.Parallel()
	text, number := TypeOf(StringKind), TypeOf(NumberKind)
	names := map[string]*Type{
		"error":    {Kinds: ContextKind, Members: map[string]*Type{"code": text}},
		"response": {Kinds: ContextKind, Members: map[string]*Type{"count": number, "entries": {Kinds: ListKind, Item: &Type{Kinds: ContextKind, Members: map[string]*Type{"id": text}}}}},
	}
	for source, want := range map[string]string{
		`error.code = 400`:                                   "= compares a string with a number, which never holds; a text stands in quotes, a number does not",
		`"failed: " + response.count`:                        "+ cannot be applied to a string and a number: it gives null; string(…) makes text of a value",
		`"failed: " + string(response.count)`:                "",
		`response.entries[1].id = 7`:                         "= compares a string with a number, which never holds; a text stands in quotes, a number does not",
		`response.entries[id = 7]`:                           "= compares a string with a number, which never holds; a text stands in quotes, a number does not",
		`response.entries[item.id = "a"][1].id = "a"`:        "",
		`response.entries.id = "a"`:                          "= compares a list with a string, which never holds",
		`some e in response.entries satisfies e.id = 7`:      "= compares a string with a number, which never holds; a text stands in quotes, a number does not",
		`error.code in [400..499]`:                           "in compares a string with a number, which never holds; a text stands in quotes, a number does not",
		`error.code in ["A".."C"]`:                           "",
		`list contains([400, 500], error.code)`:              "list contains compares a string with a number, which never holds; a text stands in quotes, a number does not",
		`list contains(["A", 500], error.code)`:              "",
		`list contains(unknown, error.code)`:                 "",
		`for x in [1], y in x return y`:                      "", // none sees the others
		`for x in ["a"], x in [1] return x + "b"`:            "", // the first of two of one name
		`for e in response.count return e`:                   "in is followed by a number, expected a list",
		`error.code = "A" or "B"`:                            "or needs booleans, but one side is a string",
		`if response.count then 1 else 2`:                    "the condition of if is a number, which counts as false; expected a boolean",
		`error.code in (400, 500)`:                           "in compares a string with a number, which never holds; a text stands in quotes, a number does not",
		`error.code in ("A", "B")`:                           "",
		`error.code in ["A", "B"]`:                           "",
		`response.count in [1..3]`:                           "",
		`response.count in (> 1)`:                            "",
		`response.count > "0"`:                               "> compares a number with a string, which never holds; a text stands in quotes, a number does not",
		`contains(error.code, 4)`:                            "the match of contains is a number, expected a string",
		`contains(unknown, unknown)`:                         "",
		`not(error.code)`:                                    "not needs a boolean, but is given a string: it gives null",
		`unknown = 1 and unknown.a + "x" = unknown`:          "",
		`{count: "a", b: count + 1}`:                         "+ cannot be applied to a string and a number: it gives null; string(…) makes text of a value",
		`"at " + now()`:                                      "+ cannot be applied to a string and a date, time or duration: it gives null; string(…) makes text of a value",
		`(if unknown then 1 else "a") + "b"`:                 "",
		`(if unknown then null else response.count) + 1`:     "",
		`unknown[count = 1][1].x + count(unknown)`:           "",
		`error.code != null and response.count = null`:       "",
		`function(code) code + 1`:                            "",
		`-error.code`:                                        "- cannot be applied to a string: it gives null",
		`@"2026-11-29" + @"P1D" = today()`:                   "",
		`duration("PT1H") * 2 > duration("PT1H") / 2`:        "",
		`date("2026-11-29") = "2026-11-29"`:                  "= compares a date, time or duration with a string, which never holds",
		`response.count[1]`:                                  "a number cannot be filtered, expected a list: it gives null",
		`if error.code = "A" then {} else if 1 then {} else`: "-",
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			program, err := Compile(source)
			if want == "-" {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			_, mismatches := program.Types(names)
			if want == "" {
				assert.Empty(t, mismatches)
				return
			}
			require.Len(t, mismatches, 1)
			assert.Equal(t, want, mismatches[0].Text)
		})
	}
}
