package connector

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// TestPlausibleValuesAreTaken: each value that stands for one of the process, alone or for a variable as a whole, is valid input.
func TestPlausibleValuesAreTaken(t *testing.T) {
	t.Parallel()
	paths := []string{"authentication", "configuration", "input", "awsCredential", "awsCredential.region", "awsCredential.authentication"}
	for _, f := range Fields() {
		if f.Place == InVariable {
			paths = append(paths, f.Name)
		}
	}
	for _, path := range paths {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			variables := map[string][]byte{}
			for _, name := range []string{"authentication", "configuration", "input"} {
				variables[name] = jsonvalue.Append(nil, PlausibleInput(name))
			}
			section, rest, below := strings.Cut(path, ".")
			switch v, _ := PlausibleInput(section).(*jsonvalue.Object); {
			case below:
				o := v.Clone()
				o.Set(rest, PlausibleInput(path))
				variables[section] = jsonvalue.Append(nil, o)
			default:
				variables[section] = jsonvalue.Append(nil, v)
			}
			assert.Empty(t, CheckInput(variables))
		})
	}
	assert.Equal(t, "x", PlausibleInput("awsCredential.authentication.accessKey"))
	_, known := FieldNamed("input.nope")
	assert.False(t, known)
}
