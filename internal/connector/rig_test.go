package connector

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression/jq/jqtest"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(jqtest.Main(m)) }

// The secrets that tests resolve.
var known = map[string]string{"KEY": "AKIATESTTESTTEST0000", "SECRET": `se"cret\of-test`, "EBUS": "orders-bus", "EMPTY": ""}

type provider map[string]string

func (p provider) Secret(_ context.Context, _ secret.Context, name string) (string, bool, error) {
	v, ok := p[name]
	return v, ok, nil
}

// rig is a handler between the real sender and a bus in memory.
type rig struct {
	*Handler
	bus *embedded.Bus
	log *testkit.Log
}

func newRig(tb testing.TB, change ...func(*Options)) *rig {
	tb.Helper()
	bus, err := embedded.StartBus(embedded.BusOptions{})
	require.NoError(tb, err)
	tb.Cleanup(bus.Close)
	sender := eventbridge.New(eventbridge.Options{MaxAttempts: 1})
	tb.Cleanup(sender.Close)
	l := &testkit.Log{}
	o := Options{
		Sender: sender, Secrets: secret.NewResolver([]secret.Provider{provider(known)}, secret.AllowAll{}), Expressions: expression.NewCache(0),
		Log: slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, c := range change {
		c(&o)
	}
	return &rig{Handler: New(o), bus: bus, log: l}
}

// job makes a job of these headers and variables, in which BUS stands for the bus's address.
func (r *rig) job(headers, variables string) *job.Job {
	return &job.Job{
		Key: 1, Retries: 3, CustomHeaders: headers, Variables: strings.ReplaceAll(variables, `"BUS"`, `"`+r.bus.URL()+`"`), TenantID: "<default>", ProcessID: "process", ElementID: "task",
		Lease: job.NewLease(time.Now().Add(time.Minute), func(context.Context, time.Duration) error { return nil }),
	}
}

// valid are the variables of a job that is fine; in it, INPUT stands for more fields of input.
const valid = `{"authentication":{"type":"credentials","accessKey":"AKIDLITERAL","secretKey":"literal"},"configuration":{"region":"eu-central-1","endpoint":"BUS"},` +
	`"input":{"eventBusName":"default","source":"com.example","detailType":"Placed","detail":{"a":1}INPUT}}`

func with(input string) string { return strings.Replace(valid, "INPUT", input, 1) }

// headers writes headers as a job carries them.
func headers(tb testing.TB, pairs ...string) string {
	tb.Helper()
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	b, err := json.Marshal(m)
	require.NoError(tb, err)
	return string(b)
}

// failed returns an outcome that must be a failure, with its variable error.
func failed(t *testing.T, o job.Outcome) (job.Fail, map[string]any) {
	t.Helper()
	f, ok := o.(job.Fail)
	require.True(t, ok, "want a failure, got %T %+v", o, o)
	var v struct{ Error any }
	require.NoError(t, json.Unmarshal(f.Variables, &v))
	e, _ := v.Error.(map[string]any)
	return f, e
}

// completed returns the variables of an outcome that must be a completion.
func completed(t *testing.T, o job.Outcome) string {
	t.Helper()
	c, ok := o.(job.Complete)
	require.True(t, ok, "want a completion, got %T %+v", o, o)
	assert.True(t, c.EffectDone)
	return string(c.Variables)
}
