package examples_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/examples"
	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

// evaluate gives the JSON value of a FEEL expression.
func evaluate(source string, variables *jsonvalue.Object) (jsonvalue.Value, error) {
	program, err := expression.CompileFEEL(source)
	if err != nil {
		return nil, err
	}
	result, err := program.Eval(context.Background(), feel.Context(variables))
	if err != nil {
		return nil, err
	}
	return feel.ToJSON(result.Value), nil
}

func task(t *testing.T) *bpmn.Task {
	t.Helper()
	model, err := bpmn.Read(examples.OrderPlaced)
	require.NoError(t, err)
	tasks := model.Tasks("io.camunda:aws-eventbridge:1")
	require.Len(t, tasks, 1)
	return tasks[0]
}

func TestExampleMakesAJob(t *testing.T) {
	t.Parallel()
	variables, err := jsonvalue.Parse(examples.OrderPlacedVariables)
	require.NoError(t, err)
	made, err := mapping.Inputs(t.Context(), task(t).Inputs, mapping.Scope{Variables: mapping.Stored(variables.(*jsonvalue.Object))}, mapping.AnyOrder)
	require.NoError(t, err)
	assert.JSONEq(t, `{
		"authentication": {"type": "credentials", "accessKey": "{{secrets.AWS_ACCESS_KEY}}", "secretKey": "{{secrets.AWS_SECRET_KEY}}"},
		"configuration": {"region": "eu-central-1", "endpoint": "http://127.0.0.1:4566"},
		"input": {"eventBusName": "default", "source": "com.example.orders", "detailType": "OrderPlaced",
			"detail": {"orderId": "A-1047", "customer": "Grace Hopper", "items": 2, "total": 279, "express": true}}
	}`, string(jsonvalue.Append(nil, made.Variables)))
}

func TestExampleExpressions(t *testing.T) {
	t.Parallel()
	const (
		accepted = `{"failedEntryCount": 0, "entries": [{"eventId": "e-1", "errorCode": null, "errorMessage": null}]}`
		rejected = `{"failedEntryCount": 1, "entries": [{"eventId": null, "errorCode": "MalformedDetail", "errorMessage": "Detail is malformed."}]}`
	)
	tests := []struct {
		name, header, response, want string
	}{
		{name: "the result of an accepted event", header: "resultExpression", response: accepted, want: `{"eventId": "e-1", "rejectedEntries": 0}`},
		{name: "an accepted event is no error", header: "errorExpression", response: accepted, want: `null`},
		{name: "a failed call is left to the retries", header: "errorExpression", response: `{"error": {"code": "ThrottlingException"}}`, want: `null`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			header, ok := task(t).Header(tt.header)
			require.True(t, ok)
			response, err := jsonvalue.ParseString(tt.response)
			require.NoError(t, err)
			scope := response.(*jsonvalue.Object).Clone()
			scope.Set("response", response)
			got, err := evaluate(strings.TrimPrefix(header, "="), scope)
			require.NoError(t, err)
			assert.JSONEq(t, tt.want, string(jsonvalue.Append(nil, got)))
		})
	}

	t.Run("a rejected entry is the error that the boundary event catches", func(t *testing.T) {
		t.Parallel()
		header, _ := task(t).Header("errorExpression")
		response, err := jsonvalue.ParseString(rejected)
		require.NoError(t, err)
		got, err := evaluate(strings.TrimPrefix(header, "="), jsonvalue.ObjectOf(jsonvalue.Member{Key: "response", Value: response}))
		require.NoError(t, err)
		require.IsType(t, &jsonvalue.Object{}, got)
		code, _ := got.(*jsonvalue.Object).Get("errorCode")
		caught, ok := task(t).Catch(code.(string))
		assert.True(t, ok)
		assert.Equal(t, "EventRejected", caught.ID)
	})
}
