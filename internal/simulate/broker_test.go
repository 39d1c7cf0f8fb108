package simulate

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

func parsed(t *testing.T, json string) *jsonvalue.Object {
	t.Helper()
	v, err := jsonvalue.ParseString(json)
	require.NoError(t, err)
	return v.(*jsonvalue.Object)
}

// prepareWith prepares the task that sends one event, with changes of it and of the options.
func prepareWith(t *testing.T, change func(*bpmn.Task), more func(*Options)) (*Job, error) {
	t.Helper()
	o := options(t)
	more(&o)
	return Prepare(t.Context(), task(change), o)
}

func detail(source string) func(*bpmn.Task) {
	return func(t *bpmn.Task) { t.Inputs[6].Source = source }
}

func sent(t *testing.T, j *Job) string {
	t.Helper()
	r := run(t, j, Answers()[0])
	require.NotNil(t, r.Request, r.Message)
	return r.Request.Entries[0].Detail
}

func TestTheEventIsWhatTheBrokerMakes(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`={for: duration("P400D"), at: date and time("2026-11-29T10:30:00@Europe/Berlin")}`: `{"for":"P400D","at":"2026-11-29T10:30:00+01:00[Europe/Berlin]"}`,
		`={n: 2**64 + 5, t: time("10:30:00")}`:                                              `{"n":5,"t":"10:30"}`,
		`={id: fromAi(order.id, "the id"), every: cycle(@"PT1H")}`:                          `{"id":"A-1","every":"R/PT1H"}`,
		`={leaf: source, path: input.source}`:                                               `{"leaf":"com.example","path":null}`,
	} {
		j := prepare(t, detail(source))
		assert.Equal(t, want, sent(t, j), source)
	}
}

func TestAVariableNamedInputIsSeenByTheMappingsOfInput(t *testing.T) {
	t.Parallel()
	j, err := prepareWith(t, detail("={old: input.source}"), func(o *Options) { o.Variables = parsed(t, `{"input": {"source": "process"}}`) })
	require.NoError(t, err)
	assert.Equal(t, `{"old":"process"}`, sent(t, j))
	assert.Equal(t, []string{`input.detail: versions of Camunda differ: up to 8.7.35 and 8.8.33 the mapping gives {"old":"process"}, later the broker evaluates one mapping after the other, and it gives {"old":"com.example"}`}, j.Warnings)
	for version, want := range map[string]string{"8.8.21": `{"old":"process"}`, "8.8.34": `{"old":"com.example"}`, "8.10.0": `{"old":"com.example"}`} {
		j, err := prepareWith(t, detail("={old: input.source}"), func(o *Options) {
			o.Variables, o.Version = parsed(t, `{"input": {"source": "process"}}`), version
		})
		require.NoError(t, err)
		assert.Equal(t, want, sent(t, j), version)
		assert.Empty(t, j.Warnings, version)
	}
}

func TestADifferenceTellsNoSecret(t *testing.T) {
	t.Parallel()
	j := prepare(t, func(b *bpmn.Task) {
		b.Inputs[2].Source, b.Inputs[6].Source = "=camunda.secrets.SECRET", "={a: configuration.region, b: region}"
		b.Inputs[2].Target = "input.region"
	})
	require.NotEmpty(t, j.Warnings)
	for _, w := range j.Warnings {
		assert.NotContains(t, w, "very-secret")
	}
	assert.Contains(t, j.Warnings[len(j.Warnings)-1], `"b":"***"`)
}

func TestTheBrokersOwnNames(t *testing.T) {
	t.Parallel()
	const source = "={k: camunda.processInstance.key, c: camunda.vars.cluster.URL, e: camunda.vars.env.URL, s: camunda.secrets.KEY}"
	given := func(version, platform string) func(o *Options) {
		return func(o *Options) {
			o.ClusterVariables, o.Version, o.Platform = parsed(t, `{"URL": "https://example.com"}`), version, platform
		}
	}
	for _, tt := range []struct {
		version, platform, want string
		warnings                []string
	}{
		{"", "", `{"k":2251799813685249,"c":"https://example.com","e":"https://example.com","s":"AKIAKEY"}`, nil},
		{"8.10.0", "8.8.0", `{"k":2251799813685249,"c":"https://example.com","e":"https://example.com","s":"AKIAKEY"}`, nil},
		{"8.9.0", "", `{"k":null,"c":"https://example.com","e":"https://example.com","s":null}`, []string{
			"input.detail: camunda.processInstance.key is null: it is there from Camunda 8.10 on", "input.detail: camunda.secrets.KEY is null: it is there from Camunda 8.10 on",
		}},
		{"", "8.9.0", `{"k":2251799813685249,"c":"https://example.com","e":"https://example.com","s":"AKIAKEY"}`, []string{
			"input.detail: versions of Camunda differ: camunda.processInstance.key is there from 8.10 on, and null before; the model is for 8.9.0",
			"input.detail: versions of Camunda differ: camunda.secrets.KEY is there from 8.10 on, and null before; the model is for 8.9.0",
		}},
	} {
		j, err := prepareWith(t, detail(source), given(tt.version, tt.platform))
		require.NoError(t, err)
		assert.Equal(t, tt.want, sent(t, j))
		assert.Equal(t, tt.warnings, j.Warnings)
	}
	j, err := prepareWith(t, detail("={u: camunda.vars.env.NONE, s: camunda.secrets.NONE}"), func(*Options) {})
	require.NoError(t, err)
	assert.Equal(t, `{"u":null,"s":null}`, sent(t, j))
	assert.Equal(t, []string{
		"input.detail: the variable NONE of the cluster is not given, so that camunda.vars.env.NONE is null here",
		"input.detail: the secret NONE is not given, so that camunda.secrets.NONE is null here; the broker gives the job to no worker until it finds the secret, or raises an incident",
	}, j.Warnings)
	j, err = prepareWith(t, detail("={k: camunda.processInstance.key}"), func(o *Options) { o.Variables = parsed(t, `{"camunda": {"processInstance": {"key": "own"}}}`) })
	require.NoError(t, err)
	assert.Equal(t, `{"k":"own"}`, sent(t, j), "a variable of that name hides them")
}

func TestScopesAroundATask(t *testing.T) {
	t.Parallel()
	around := func(b *bpmn.Task) {
		b.Around = []bpmn.Scope{
			{ID: "Outer", Inputs: []bpmn.Mapping{{Source: `=date("2026-11-29")`, Target: "day"}, {Source: "outer", Target: "a"}}},
			{ID: "Inner", Inputs: []bpmn.Mapping{{Source: "inner", Target: "a"}}, Loop: &bpmn.Loop{Collection: "=order.items", Element: "item"}},
		}
		b.Inputs[6].Source = "={day: day, year: day.year, a: a, item: item, n: loopCounter}"
		b.Headers = []bpmn.Header{{Key: "resultExpression", Value: `={a: 1, x: 2, input: 3}`}}
	}
	j, err := prepareWith(t, around, func(o *Options) { o.Variables = parsed(t, `{"order": {"items": ["i1", "i2"]}, "a": "process"}`) })
	require.NoError(t, err)
	assert.Equal(t, `{"day":"2026-11-29","year":null,"a":"inner","item":"i1","n":1}`, sent(t, j), "a date is a text in the scope below")
	assert.Contains(t, j.Warnings, "the job of item 1 of 2 is shown")
	r := run(t, j, Answers()[0])
	assert.Equal(t, `{"a":1,"x":2}`, text(r.Variables), "a variable that the task has of its own stays there")
	assert.Equal(t, []string{"a"}, r.StaysInside)
	assert.Equal(t, []string{
		"the variable input stays at the task: an input mapping has this name, expected an output mapping or another name",
		"the variable a stays in the sub-process around the task, which has one of this name",
	}, r.Warnings)
}

func TestTheItemsOfAMultiInstance(t *testing.T) {
	t.Parallel()
	loop := func(collection string) func(*bpmn.Task) {
		return func(b *bpmn.Task) {
			b.Loop = &bpmn.Loop{Collection: collection, Element: "item"}
			b.Inputs[6].Source = "={item: item, n: loopCounter}"
		}
	}
	with := func(variables string, item int) func(*Options) {
		return func(o *Options) { o.Variables, o.Item = parsed(t, variables), item }
	}
	j, err := prepareWith(t, loop("=items"), with(`{"items": [7, 8]}`, 2))
	require.NoError(t, err)
	assert.Equal(t, `{"item":8,"n":2}`, sent(t, j))
	assert.Empty(t, j.Warnings)
	_, err = prepareWith(t, loop("=items"), with(`{"items": [7, 8]}`, 3))
	assert.EqualError(t, err, "the collection =items of the multi-instance has 2 items: the broker makes no job of item 3")
	_, err = prepareWith(t, loop("=items"), with(`{"items": []}`, 0))
	assert.ErrorContains(t, err, "has 0 items")
	_, err = prepareWith(t, loop("=items"), with(`{}`, 0))
	var none *mapping.CollectionError
	require.ErrorAs(t, err, &none)
	j, err = prepareWith(t, loop("=items"), with(`{"item": 9}`, 0))
	require.NoError(t, err)
	assert.Equal(t, `{"item":9,"n":1}`, sent(t, j), "the item alone is enough to try")
	assert.Equal(t, []string{"the item is the variable item that was given: the collection items of the multi-instance must be a list, but is null"}, j.Warnings)
	_, err = prepareWith(t, loop("items"), with(`{"items": [1]}`, 0))
	assert.ErrorContains(t, err, `the collection of the multi-instance is "items", expected an expression`)
}

func TestAModelThatTheBrokerRefuses(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*bpmn.Task){
		detail("={a: "),
		detail("={a: 1} // one"),
		func(b *bpmn.Task) { b.Inputs[6].Target = "input.the detail" },
		func(b *bpmn.Task) { b.Outputs = []bpmn.Mapping{{Source: "text", Target: "a"}} },
		func(b *bpmn.Task) { b.Headers = []bpmn.Header{{Key: "a", Value: "1"}, {Key: "a", Value: "2"}} },
		func(b *bpmn.Task) { b.Around = []bpmn.Scope{{Inputs: []bpmn.Mapping{{Source: "=1", Target: "if"}}}} },
	} {
		_, err := prepareWith(t, change, func(*Options) {})
		var refused *mapping.RefusedError
		require.ErrorAs(t, err, &refused)
		assert.Len(t, refused.Refusals, 1)
	}
	j, err := prepareWith(t, detail("={a: 1} // one"), func(o *Options) { o.Version = "8.9.0" })
	require.NoError(t, err, "later versions take a comment at the end")
	assert.Equal(t, `{"a":1}`, sent(t, j))
}

func TestHeadersWithoutAValueAreNoHeaders(t *testing.T) {
	t.Parallel()
	j := prepare(t, func(b *bpmn.Task) {
		b.Headers = []bpmn.Header{{Key: "retryBackoff", Value: ""}, {Key: "resultVariable", Value: ""}}
	})
	r := run(t, j, Answers()[0])
	assert.Equal(t, Completed, r.Ending, r.Message)
	assert.Equal(t, `{}`, text(r.Variables))
}

// The engine 8.8.21 gives null for to json, which came with 8.9 (test/mappings).
func TestAFunctionThatOlderBrokersDoNotKnow(t *testing.T) {
	t.Parallel()
	const source = `={text: to json(order.id)}`
	for version, want := range map[string]string{"8.8.21": `{"text":null}`, "8.9.0": `{"text":"\"A-1\""}`, "": `{"text":"\"A-1\""}`} {
		j, err := prepareWith(t, detail(source), func(o *Options) { o.Version = version })
		require.NoError(t, err)
		assert.Equal(t, want, sent(t, j), version)
		assert.Equal(t, version == "8.8.21", len(j.Warnings) == 1, "%s: %v", version, j.Warnings)
	}
	j, err := prepareWith(t, detail(source), func(o *Options) { o.Platform = "8.8.0" })
	require.NoError(t, err)
	assert.Equal(t, []string{"input.detail: versions of Camunda differ: the function to json is there from 8.9 on, and gives null before; the model is for 8.8.0"}, j.Warnings)
	j, err = prepareWith(t, detail(source), func(o *Options) { o.Platform = "8.9.0" })
	require.NoError(t, err)
	assert.Empty(t, j.Warnings)
}
