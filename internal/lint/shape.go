package lint

import (
	"maps"

	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// What the expressions of a task see (contract of the connector: docs/errors.md, docs/modeling.md).
var (
	text    = feel.TypeOf(feel.StringKind)
	number  = feel.TypeOf(feel.NumberKind)
	anyPart = feel.TypeOf(feel.ContextKind) // with any members

	response = object(map[string]*feel.Type{
		"sdkResponseMetadata": object(map[string]*feel.Type{"requestId": text}),
		"sdkHttpMetadata":     object(map[string]*feel.Type{"httpHeaders": anyPart, "httpStatusCode": number, "allHttpHeaders": anyPart}),
		"failedEntryCount":    number,
		"entries":             {Kinds: feel.ListKind, Item: entry},
	})
	entry   = object(map[string]*feel.Type{"eventId": text, "errorCode": text, "errorMessage": text})
	failure = object(map[string]*feel.Type{"type": text, "message": text, "code": text, "variables": anyPart})
	noError = object(map[string]*feel.Type{}) // a result expression is evaluated after a success
	jobFact = object(jobFacts())
)

// jobFacts are the members of job: the retries are a number, all else is text.
func jobFacts() map[string]*feel.Type {
	facts := map[string]*feel.Type{}
	for _, name := range connector.JobFacts() {
		facts[name] = text
	}
	facts["retries"] = number
	return facts
}

func object(members map[string]*feel.Type) *feel.Type {
	return &feel.Type{Kinds: feel.ContextKind, Members: members}
}

// names returns what an expression of the connector can see, by name.
func names(isError bool, resultVariable string) map[string]*feel.Type {
	all := map[string]*feel.Type{"input": nil} // the task's own input: other values may be known than the model says
	maps.Copy(all, response.Members)
	all["response"] = response
	if isError {
		withError := object(maps.Clone(response.Members))
		withError.Members["error"] = failure
		all["response"], all["error"], all["job"] = withError, failure, jobFact
	} else {
		all["error"] = noError // there is none, and `error != null` is how one asks
	}
	if resultVariable != "" {
		all[resultVariable] = response
	}
	return all
}

// loopNames returns what is known of the names that the input mappings of the task see.
func (c *checker) loopNames() map[string]*feel.Type {
	inLoop := c.task.Loop != nil
	for _, s := range c.task.Around {
		inLoop = inLoop || s.Loop != nil
	}
	if !inLoop {
		return nil
	}
	return map[string]*feel.Type{"loopCounter": number}
}
