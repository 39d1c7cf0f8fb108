package main

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
	"github.com/eventbridge-connector/eventbridge-connector/internal/simulate"
)

// engineVersion is that of the engine that test/e2e/fetch fetches.
const engineVersion = "8.8.21"

// TestTheSimulationIsAsTheEngine holds the simulation of mappings against what the real engine made of them.
func TestTheSimulationIsAsTheEngine(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.jsonl")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		all, err := readCases(file)
		require.NoError(t, err)
		require.NotEmpty(t, all)
		for _, c := range all {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".jsonl")+"/"+c.Name, func(t *testing.T) {
				t.Parallel()
				compare(t, c)
			})
		}
	}
}

func compare(t *testing.T, c Case) {
	t.Helper()
	model, err := bpmn.Read(c.Model("case"))
	require.NoError(t, err)
	task := model.Tasks("case")[0]
	if c.Recorded.Refused != "" {
		_, err := prepare(t, task, c, 1)
		var refused *mapping.RefusedError
		assert.ErrorAs(t, err, &refused, "the engine refuses: %s", c.Recorded.Refused)
		return
	}
	if c.Recorded.Jobs == nil {
		_, err := prepare(t, task, c, 1)
		require.Error(t, err, "the engine raises an incident: %s", c.Recorded.Incident.Message)
		assert.Equal(t, c.Recorded.Incident.Type, incidentType(err), "%s", err)
		return
	}
	for i, recorded := range c.Recorded.Jobs {
		j, err := prepare(t, task, c, i+1)
		require.NoError(t, err)
		got := j.Activated()
		same(t, recorded.Variables, got.Variables)
		if recorded.Headers == nil {
			recorded.Headers = json.RawMessage("{}")
		}
		same(t, recorded.Headers, got.CustomHeaders)
		retries := int32(mapping.DefaultRetries)
		if recorded.Retries != nil {
			retries = *recorded.Retries
		}
		assert.Equal(t, retries, got.Retries)
		if c.Result == nil {
			continue
		}
		r, err := j.Complete(t.Context(), parse(t, c.Result))
		if c.Recorded.Incident != nil {
			require.Error(t, err, "the engine raises an incident: %s", c.Recorded.Incident.Message)
			assert.Equal(t, c.Recorded.Incident.Type, incidentType(err), "%s", err)
			continue
		}
		require.NoError(t, err)
		after := mapping.Stored(parse(t, c.Variables))
		for name, v := range r.Variables.All() {
			after.Set(name, v)
		}
		for _, name := range r.StaysInside {
			before, _ := parse(t, c.Variables).Get(name)
			after.Set(name, before)
		}
		same(t, c.Recorded.After, after)
	}
}

func prepare(t *testing.T, task *bpmn.Task, c Case, item int) (*simulate.Job, error) {
	t.Helper()
	return simulate.Prepare(t.Context(), task, simulate.Options{Variables: parse(t, c.Variables), Item: item, Version: engineVersion})
}

// incidentType is the type of the incident that an error stands for.
func incidentType(err error) string {
	_, failed := errors.AsType[*mapping.Error](err)
	_, unreadable := errors.AsType[*mapping.IntegerError](err)
	if failed || unreadable {
		return "IO_MAPPING_ERROR"
	}
	return "EXTRACT_VALUE_ERROR"
}

func parse(t *testing.T, raw json.RawMessage) *jsonvalue.Object {
	t.Helper()
	if raw == nil {
		return jsonvalue.NewObject(0)
	}
	v, err := jsonvalue.Parse(raw)
	require.NoError(t, err)
	return v.(*jsonvalue.Object)
}

// same compares two objects: the digits of their numbers count, the order of their members does not.
func same(t *testing.T, want json.RawMessage, got *jsonvalue.Object) {
	t.Helper()
	assert.Equal(t, exact(t, want), exact(t, jsonvalue.Append(nil, got)))
}

func exact(t *testing.T, raw []byte) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var v any
	require.NoError(t, d.Decode(&v))
	return v
}
