package simulate

import (
	"context"
	"fmt"
	"strconv"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

// instanceKey is the key of the process instance that is made up: the first that a broker of one partition gives.
const instanceKey = 2251799813685249

// camunda is what the broker offers to expressions under this name; nil if it offers nothing.
func (j *Job) camunda() *jsonvalue.Object {
	secrets := jsonvalue.NewObject(len(j.options.Secrets))
	for name, value := range j.options.Secrets {
		secrets.Set(name, value)
	}
	variables := mapping.Stored(j.options.ClusterVariables)
	member := func(key string, v jsonvalue.Value) jsonvalue.Member { return jsonvalue.Member{Key: key, Value: v} }
	offered := jsonvalue.NewObject(3)
	for _, of := range []struct {
		key   string
		value jsonvalue.Value
	}{
		{"secrets", secrets},
		{"processInstance", jsonvalue.ObjectOf(member("key", jsonvalue.Number(strconv.FormatInt(instanceKey, 10))), member("businessId", nil))},
		{"vars", jsonvalue.ObjectOf(member("cluster", variables), member("tenant", variables), member("env", variables))},
	} {
		if j.options.Version == "" || mapping.Offered(of.key, j.options.Version) {
			offered.Set(of.key, of.value)
		}
	}
	if offered.Len() == 0 {
		return nil
	}
	return offered
}

// item returns the variables of the item of a multi-instance; none where there is no multi-instance.
func (j *Job) item(ctx context.Context, loop *bpmn.Loop) (*jsonvalue.Object, error) {
	if loop == nil {
		return jsonvalue.NewObject(0), nil
	}
	items, err := mapping.Items(ctx, loop, j.scope)
	number := max(1, j.options.Item)
	if loop != j.task.Loop {
		number = 1
	}
	switch given, ok := j.scope.Variables.Get(loop.Element); {
	case err != nil && loop.Element != "" && ok: // it stands for an item, so that one can be tried without the collection
		j.warn("the item is the variable %s that was given: %s", loop.Element, err)
		return mapping.LoopVariables(loop, given, number), nil
	case err != nil:
		return nil, err
	case number > len(items):
		return nil, fmt.Errorf("the collection %s of the multi-instance has %d items: the broker makes no job of item %d", loop.Collection, len(items), number)
	}
	if len(items) > 1 && j.options.Item == 0 {
		j.warn("the job of item 1 of %d is shown", len(items))
	}
	return mapping.LoopVariables(loop, items[number-1], number), nil
}

// warn notes a warning once, without secrets.
func (j *Job) warn(format string, args ...any) { j.warnAt(bpmn.Pos{}, format, args...) }

// warnAt is warn for a mapping at a place in the model.
func (j *Job) warnAt(pos bpmn.Pos, format string, args ...any) {
	n := notes{all: j.Warnings}
	n.add("%s", j.mask.Apply(fmt.Sprintf(format, args...)))
	if len(n.all) > len(j.Warnings) {
		j.WarnedAt = append(j.WarnedAt, pos)
	}
	j.Warnings = n.all
}

func (j *Job) warnExpression(field string, warnings []feel.Warning) {
	for _, w := range warnings {
		j.warn("%s: %s", field, w)
	}
}
