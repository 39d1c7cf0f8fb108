package policy

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/simulate"
)

// maker makes mappings and variables by chance.
type maker struct{ *rand.Rand }

func (m maker) of(all ...string) string { return all[m.IntN(len(all))] }

// text makes an expression that is mostly a text.
func (m maker) text(depth int) string {
	if depth == 0 {
		return m.of(`"a"`, `"orders"`, `"com.*"`, `"${x}"`, `"arn:aws:events:eu-central-1:123456789012:event-bus/b"`, `"{{secrets.S}}"`, `"x{{secrets.S}}y"`, `"{{secrets."`, `"S}}"`, "a", "b", "n", "missing", "null", "7", `" "`, "input.source")
	}
	e := func() string { return m.text(depth - 1) }
	switch m.IntN(8) {
	case 0, 1:
		return e() + " + " + e()
	case 2:
		return "(if flag then " + e() + " else " + e() + ")"
	case 3:
		return "string(" + e() + ")"
	case 4:
		return "{p: " + e() + ", q: p}.q"
	case 5:
		return "[" + e() + ", " + e() + "][" + m.of("1", "2", "3") + "]"
	case 6:
		return "get or else(" + e() + ", " + e() + ")"
	default:
		return m.of("upper case(", "lower case(") + e() + ")"
	}
}

func (m maker) source() string {
	if m.IntN(3) == 0 {
		return m.of("orders", "a", "secrets.S", "{{secrets.S}}-x", "7")
	}
	return "=" + m.text(m.IntN(4))
}

func (m maker) event() string {
	var fields []string
	for _, f := range []string{"eventBusName", "source", "detailType"} {
		if m.IntN(2) == 0 {
			fields = append(fields, f+": "+m.text(m.IntN(3)))
		}
	}
	return "{" + strings.Join(append(fields, "detail: {x: 1}"), ", ") + "}"
}

func (m maker) events() string {
	switch m.IntN(4) {
	case 0:
		return "=for i in list return " + m.event()
	case 1:
		return "=concatenate([" + m.event() + "], for i in list return " + m.event() + ")"
	case 2:
		return "=if flag then " + m.event() + " else null"
	default:
		return "=[" + m.event() + ", " + m.event() + "]"
	}
}

// mappings makes those of a task: mostly whole.
func (m maker) mappings() []string {
	pairs := []string{"configuration.region", m.of("eu-central-1", "cn-north-1", "=region"), "input.detail", "={x: 1}"}
	for _, f := range []string{"eventBusName", "source", "detailType"} {
		pairs = append(pairs, "input."+f, m.source())
	}
	switch m.IntN(4) {
	case 0:
		pairs = append(pairs, "authentication", `={type: "defaultCredentialsChain", roleArn: `+m.of("null", "role", `"arn:aws:iam::210987654321:role/" + a`)+"}")
	case 1:
		pairs = append(pairs, "authentication.type", m.of("credentials", "=kind"), "authentication.accessKey", m.of("{{secrets.K}}", "=a"), "authentication.secretKey", "{{secrets.S}}")
	default:
		pairs = append(pairs, "authentication.type", "defaultCredentialsChain")
	}
	if m.IntN(3) == 0 {
		pairs = append(pairs, "input.events", m.events())
	}
	if m.IntN(6) == 0 {
		pairs = append(pairs, "input.source", m.source())
	}
	if m.IntN(8) == 0 {
		pairs = append(pairs, "input", "=payload")
	}
	return pairs
}

func (m maker) variables() string {
	value := func() string { return m.of(`"a"`, `"v*"`, `"orders"`, "null", "12", `["one"]`, `"{{secrets.S}}"`) }
	return fmt.Sprintf(`{"a":%s,"b":%s,"n":%s,"flag":%s,"list":[1,2],"region":"eu-west-1","role":"arn:aws:iam::123456789012:role/r","kind":%s,"payload":{"eventBusName":%s,"source":%s,"detailType":%s,"detail":{}}}`,
		value(), value(), value(), m.of("true", "false"), m.of(`"credentials"`, `"defaultCredentialsChain"`), value(), value(), value())
}

// TestEveryEventThatTheConnectorSendsIsAllowed has the connector itself work on tasks made by chance, and holds each request
// that it would send against the policies.
func TestEveryEventThatTheConnectorSendsIsAllowed(t *testing.T) {
	t.Parallel()
	sent := 0
	for seed := range uint64(1000) {
		m := maker{rand.New(rand.NewPCG(seed, 1))} //nolint:gosec // by chance, and again the same
		file := only(m.mappings()...)
		task := file.Model.Processes[0].Tasks[0]
		v, err := jsonvalue.ParseString(m.variables())
		require.NoError(t, err)
		j, err := simulate.Prepare(t.Context(), task, simulate.Options{
			ProcessID: "p", Variables: v.(*jsonvalue.Object), Secrets: map[string]string{"S": "s3cret", "K": "AKIAKEY"}, AllSecrets: true,
		})
		if err != nil {
			continue // an incident of the broker
		}
		result, err := j.Run(t.Context(), simulate.Answers()[0])
		require.NoError(t, err)
		if result.Request == nil {
			continue // an input error
		}
		sent++
		r, err := Write(t.Context(), []File{file}, Options{JobType: taskType, Account: own})
		require.NoError(t, err, "seed %d: %v sends %v", seed, task.Inputs, result.Request.Entries)
		for _, e := range result.Request.Entries {
			if m := busARN.FindStringSubmatch(e.EventBusName); m != nil && m[2] != result.Request.Region {
				continue // PutEvents reaches the buses of its own region alone
			}
			q := put(arnOf(result.Request, e.EventBusName), e.Source, e.DetailType)
			ok := false
			for _, id := range r.Identities {
				ok = ok || sendsAs(id, result.Request.Credentials) && allowed(t, id.Policy, q)
			}
			text, _ := encode(r)
			assert.True(t, ok, "seed %d: %v sends %v as %s", seed, task.Inputs, q, text)
		}
	}
	assert.Greater(t, sent, 200, "most tasks are sound")
}

// arnOf is the bus that a request goes to.
func arnOf(r *eventbridge.Request, bus string) string {
	if strings.HasPrefix(bus, "arn:") {
		return bus
	}
	account := own
	if m := roleARN.FindStringSubmatch(r.Credentials.RoleARN); m != nil {
		account = m[2]
	}
	partition := "aws"
	if strings.HasPrefix(r.Region, "cn-") {
		partition = "aws-cn"
	}
	return "arn:" + partition + ":events:" + r.Region + ":" + account + ":event-bus/" + bus
}

// sendsAs says whether an identity is the one whose credentials these are.
func sendsAs(id *Identity, c eventbridge.Credentials) bool {
	switch {
	case c.RoleARN != "":
		return id.Kind == Role
	case c.DefaultChain:
		return id.Kind == Worker
	}
	return id.Kind == AccessKey
}
