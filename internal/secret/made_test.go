package secret

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMadeTellsWhatMappingsMake(t *testing.T) {
	t.Parallel()
	m := MadeBy([]Mapping{{"=a", "authentication.accessKey"}, {"=c", " awsCredential "}, {"x", "configuration.endpoint"}, {"=i", "input"}})
	for path, want := range map[string][2]bool{
		"authentication": {false, true}, "authentication.accessKey": {true, true}, "authentication.accessKey.x": {true, true}, "authentication.roleArn": {false, false},
		"authentication.access": {false, false}, "awsCredential": {true, true}, "awsCredential.region": {true, true}, "configuration": {false, true}, "configuration.region": {false, false}, "input": {false, false},
	} {
		p := strings.Split(path, ".")
		assert.Equal(t, want, [2]bool{m.Whole(p...), m.Part(p...)}, path)
	}
}

func TestMadeTellsWhatTheModelWrites(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"http://a": "http://a", `="http://a"`: "http://a", ` = "http://a"`: ` = "http://a"`, `= "http://a" `: "http://a", `="http://" + a`: "", `=a`: "", `="a" + "b"`: "", `="a\"b"`: "", "=": "", `="`: "", "": "",
		strings.Repeat("a", maxLiteral+1): "",
	} {
		text, ok := MadeBy([]Mapping{{source, "configuration.endpoint"}}).Literal("configuration", "endpoint")
		assert.Equal(t, want, text, source)
		assert.Equal(t, want != "", ok, source)
	}
	last := MadeBy([]Mapping{{"a", "configuration.endpoint"}, {"b", "configuration.endpoint"}})
	text, _ := last.Literal("configuration", "endpoint")
	assert.Equal(t, "b", text)
	for _, later := range []string{"configuration", "configuration.endpoint.x"} {
		_, ok := MadeBy([]Mapping{{"a", "configuration.endpoint"}, {"=b", later}}).Literal("configuration", "endpoint")
		assert.False(t, ok, later)
	}
}

func TestLittleIsKeptOfATask(t *testing.T) {
	t.Parallel()
	var all []Mapping
	for i := range 10 * maxMade {
		all = append(all, Mapping{"=x", "authentication.a" + strconv.Itoa(i)})
	}
	assert.Len(t, MadeBy(all).mappings, maxMade)
}

func TestAModelFilterTellsWhatATaskMakes(t *testing.T) {
	t.Parallel()
	read := &deployedModels{mappings: map[string][]Mapping{"task": {{"=c", "awsCredential"}}, "none": {}}}
	f := NewModelFilter(ModelOptions{Definitions: read, CacheSize: 1})
	defer f.Close()
	m, err := f.Made(t.Context(), Context{ProcessDefinitionKey: 1, ElementID: "task"})
	assert.NoError(t, err)
	assert.True(t, m.Whole("awsCredential"))
	m, err = f.Made(t.Context(), Context{ProcessDefinitionKey: 1, ElementID: "none"})
	assert.NoError(t, err)
	assert.False(t, m.Part("awsCredential"))
	_, err = f.Made(t.Context(), Context{ProcessDefinitionKey: 1, ElementID: "stranger"})
	assert.ErrorAs(t, err, new(*ModelError))
	assert.Equal(t, 1, read.asked, "a definition is read once")

	lax := NewModelFilter(ModelOptions{Definitions: read, CacheSize: 1, Lax: true})
	defer lax.Close()
	m, err = lax.Made(t.Context(), Context{ProcessDefinitionKey: 1, ElementID: "stranger"})
	assert.NoError(t, err)
	assert.Nil(t, m, "LAX goes on without a model")
}

// deployedModels are models of which each has these mappings.
type deployedModels struct {
	mappings map[string][]Mapping
	asked    int
}

func (d *deployedModels) InputMappings(context.Context, int64) (map[string][]Mapping, error) {
	d.asked++
	return d.mappings, nil
}
