package secret_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// cluster answers with the input mappings of tasks, the same for every definition, and counts how often it was asked.
type cluster struct {
	tasks map[string][]secret.Mapping
	hold  chan struct{}             // not nil: answers when it is closed
	fail  func(n int) error         // of the n-th question, from 1; nil = answers
	after func(ctx context.Context) // called before an answer

	mu    sync.Mutex
	asked []int64
}

func (c *cluster) InputMappings(ctx context.Context, key int64) (map[string][]secret.Mapping, error) {
	c.mu.Lock()
	c.asked = append(c.asked, key)
	n := len(c.asked)
	c.mu.Unlock()
	if c.after != nil {
		c.after(ctx)
	}
	if c.hold != nil {
		select {
		case <-c.hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if c.fail != nil {
		if err := c.fail(n); err != nil {
			return nil, err
		}
	}
	return c.tasks, nil
}

func (c *cluster) questions() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.asked)
}

// passing is an error that is worth another try.
type passing struct{}

func (passing) Error() string   { return "not there yet" }
func (passing) Temporary() bool { return true }

func task(mappings ...secret.Mapping) map[string][]secret.Mapping {
	return map[string][]secret.Mapping{"send": mappings, "other": {{Source: "{{secrets.OTHER}}", Target: "input.detail"}}}
}

// everything is a provider that has each secret: its value is its name in angle brackets.
type everything struct{}

func (everything) Secret(_ context.Context, _ secret.Context, name string) (string, bool, error) {
	return "<" + name + ">", true, nil
}

func filtered(t *testing.T, f secret.Filter, c secret.Context, variable, json string) (string, error) {
	t.Helper()
	got, _, err := secret.NewResolver([]secret.Provider{everything{}}, f).Resolve(t.Context(), c, []secret.Variable{{Name: variable, JSON: []byte(json)}})
	if err != nil {
		return "", err
	}
	return string(got[0].JSON), nil
}

var ofSend = secret.Context{ProcessID: "order", ProcessDefinitionKey: 7, ElementID: "send"}

func TestOnlySecretsThatTheModelNamesAreResolvedEachInItsPlace(t *testing.T) {
	t.Parallel()
	detail := func(source string) []secret.Mapping {
		return []secret.Mapping{{Source: source, Target: "input.detail"}}
	}
	tests := []struct {
		name           string
		mappings       []secret.Mapping
		variable, json string
		want           string // empty = as it was
	}{
		{"a text that is the placeholder", detail("{{secrets.A}}"), "input", `{"detail":"{{secrets.A}}"}`, `{"detail":"<A>"}`},
		{"within a text, blanks inside the braces", detail("x {{ secrets.A }} y"), "input", `{"detail":"x {{ secrets.A }} y"}`, `{"detail":"x <A> y"}`},
		{"a string of an expression", detail(`={a: "{{secrets.A}}", b: b}`), "input", `{"detail":{"a":"{{secrets.A}}","b":"{{secrets.B}}"}}`, `{"detail":{"a":"<A>","b":"{{secrets.B}}"}}`},
		{"a string that an expression continues", detail(`="Bearer {{secrets.A}}" + b`), "input", `{"detail":"Bearer {{secrets.A}}{{secrets.B}}"}`, `{"detail":"Bearer <A>{{secrets.B}}"}`},
		{"a text of JSON", detail(`{"a":"{{secrets.A}}"}`), "input", `{"detail":"{\"a\":\"{{secrets.A}}\"}"}`, `{"detail":"{\"a\":\"<A>\"}"}`},
		{"several names", detail("{{secrets.A}}-{{secrets.b/c.d_e-f}}"), "input", `{"detail":"{{secrets.A}}-{{secrets.b/c.d_e-f}}"}`, `{"detail":"<A>-<b/c.d_e-f>"}`},
		{"the bare form, as a text", detail("secrets.A"), "input", `{"detail":"secrets.A"}`, `{"detail":"<A>"}`},
		{"the bare form, as a string of an expression", detail(`=if x then "secrets.A" else "secrets.B2"`), "input", `{"detail":"secrets.B2"}`, `{"detail":"<B2>"}`},
		{"a name counts in either form", detail("secrets.A"), "input", `{"detail":"{{secrets.A}}"}`, `{"detail":"<A>"}`},
		{"the bare form within a text is text", detail("keep secrets.A"), "input", `{"detail":"{{secrets.A}}"}`, ""},
		{"the bare form within a string is text", detail(`="keep secrets.A"`), "input", `{"detail":"{{secrets.A}}"}`, ""},
		{"a variable of that name names no secret", detail("=secrets.A"), "input", `{"detail":"secrets.A"}`, ""},
		{"a name that an expression makes up", detail(`="{{secrets." + name + "}}"`), "input", `{"detail":"{{secrets.A}}"}`, ""},
		{"a longer name is another", detail("{{secrets.AB}}"), "input", `{"detail":"{{secrets.A}}"}`, ""},
		{"a shorter name is another", detail("{{secrets.A}}"), "input", `{"detail":"{{secrets.AB}}"}`, ""},
		{"what only the process names stays", detail("=order"), "input", `{"detail":{"a":"{{secrets.A}}","b":"secrets.B"}}`, ""},
		{"what another task names stays", detail("=order"), "input", `{"detail":"{{secrets.OTHER}}"}`, ""},
		{
			"a secret of the credentials does not get into the event",
			[]secret.Mapping{{Source: "{{secrets.A}}", Target: "authentication.secretKey"}, {Source: "=order", Target: "input.detail"}},
			"input", `{"detail":{"note":"{{secrets.A}}"}}`, "",
		},
		{"nor from one field into another", []secret.Mapping{{Source: "{{secrets.A}}", Target: "input.source"}}, "input", `{"source":"{{secrets.A}}","detailType":"{{secrets.A}}"}`, `{"source":"<A>","detailType":"{{secrets.A}}"}`},
		{"deeper than the mapping's target", []secret.Mapping{{Source: `={x: {y: ["{{secrets.A}}"]}}`, Target: "input"}}, "input", `{"x":{"y":["{{secrets.A}}"]}}`, `{"x":{"y":["<A>"]}}`},
		{"not beside the mapping's target", []secret.Mapping{{Source: "{{secrets.A}}", Target: "input.detail.token"}}, "input", `{"detail":{"tokens":"{{secrets.A}}","token":"{{secrets.A}}"}}`, `{"detail":{"tokens":"{{secrets.A}}","token":"<A>"}}`},
		{"in a key", []secret.Mapping{{Source: `={"{{secrets.A}}": 1}`, Target: "input.detail"}}, "input", `{"detail":{"{{secrets.A}}":1},"{{secrets.A}}":2}`, `{"detail":{"<A>":1},"{{secrets.A}}":2}`},
		{"in the elements of a list", []secret.Mapping{{Source: `=for x in xs return {source: "{{secrets.A}}"}`, Target: "input.events"}}, "input", `{"events":[{"source":"{{secrets.A}}"},{"source":"{{secrets.A}}"}]}`, `{"events":[{"source":"<A>"},{"source":"<A>"}]}`},
		{"a list of one stands for its element", []secret.Mapping{{Source: "{{secrets.A}}", Target: "awsCredential.authentication.accessKey"}}, "awsCredential", `[{"authentication":{"accessKey":"{{secrets.A}}"}}]`, `[{"authentication":{"accessKey":"<A>"}}]`},
		{
			"a variable between two mappings",
			[]secret.Mapping{{Source: "{{secrets.A}}", Target: "token"}, {Source: "={t: token}", Target: "input.detail"}},
			"input", `{"detail":{"t":"{{secrets.A}}"}}`, `{"detail":{"t":"<A>"}}`,
		},
		{
			"a variable between two mappings lets nothing into other fields",
			[]secret.Mapping{{Source: "{{secrets.A}}", Target: "token"}, {Source: "={t: token}", Target: "input.detail"}, {Source: "=who", Target: "input.source"}},
			"input", `{"source":"{{secrets.A}}","detail":{"t":"{{secrets.A}}"}}`, `{"source":"{{secrets.A}}","detail":{"t":"<A>"}}`,
		},
		{
			"a job's own variable between two mappings",
			[]secret.Mapping{{Source: "{{secrets.A}}", Target: "authentication.accessKey"}, {Source: "={k: authentication.accessKey}", Target: "input.detail"}},
			"input", `{"detail":{"k":"{{secrets.A}}"}}`, `{"detail":{"k":"<A>"}}`,
		},
		{
			"a variable with a longer name is another",
			[]secret.Mapping{{Source: "{{secrets.A}}", Target: "input.source"}, {Source: "={k: input2, l: myinput, m: \"ü\"}", Target: "input.detail"}},
			"input", `{"detail":{"k":"{{secrets.A}}"}}`, "",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := secret.NewModelFilter(secret.ModelOptions{Definitions: &cluster{tasks: task(tt.mappings...)}, CacheSize: 10})
			defer f.Close()
			got, err := filtered(t, f, ofSend, tt.variable, tt.json)
			require.NoError(t, err)
			want := tt.want
			if want == "" {
				want = tt.json
			}
			assert.Equal(t, want, got)
		})
	}
}

func TestAModelThatCannotBeReadIsAFaultInStrictAndAllowsAllInLax(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		cluster *cluster
		element string
		want    string
	}{
		{"the cluster refuses", &cluster{fail: func(int) error { return errors.New("HTTP 403") }}, "send", "read definition 7 of the process 'order': HTTP 403"},
		{"the task is not in it", &cluster{tasks: task()}, "gone", "it has no such task"},
		{"reading it panics", &cluster{after: func(context.Context) { panic("hush") }}, "send", "panic (string)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := ofSend
			c.ElementID = tt.element
			strict := secret.NewModelFilter(secret.ModelOptions{Definitions: tt.cluster, CacheSize: 10})
			defer strict.Close()
			_, err := filtered(t, strict, c, "input", `"{{secrets.A}}"`)
			fault, ok := errors.AsType[*secret.ModelError](err)
			require.True(t, ok, "got %v", err)
			require.ErrorContains(t, fault, tt.want)
			assert.ErrorContains(t, fault, "the secrets that the task '"+tt.element+"' may use cannot be known")
			assert.NotContains(t, err.Error(), "hush")

			var log bytes.Buffer
			lax := secret.NewModelFilter(secret.ModelOptions{Definitions: tt.cluster, CacheSize: 10, Lax: true, Log: slog.New(slog.NewTextHandler(&log, nil))})
			defer lax.Close()
			for range 2 {
				got, err := filtered(t, lax, c, "input", `"{{secrets.A}}"`)
				require.NoError(t, err)
				assert.Equal(t, `"<A>"`, got)
			}
			assert.Equal(t, 1, strings.Count(log.String(), "allows all names"), log.String())
		})
	}
}

func TestLaxFiltersWhatItCanRead(t *testing.T) {
	t.Parallel()
	f := secret.NewModelFilter(secret.ModelOptions{Definitions: &cluster{tasks: task()}, CacheSize: 10, Lax: true})
	defer f.Close()
	got, err := filtered(t, f, ofSend, "input", `"{{secrets.A}}"`)
	require.NoError(t, err)
	assert.Equal(t, `"{{secrets.A}}"`, got)
}

func TestADefinitionIsReadOnceByAllWhoAskAtTheSameTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &cluster{tasks: task(secret.Mapping{Source: "{{secrets.A}}", Target: "input"}), hold: make(chan struct{})}
		f := secret.NewModelFilter(secret.ModelOptions{Definitions: c, CacheSize: 10})
		defer f.Close()
		var jobs sync.WaitGroup
		for range 50 {
			jobs.Go(func() {
				got, err := filtered(t, f, ofSend, "input", `"{{secrets.A}}"`)
				assert.NoError(t, err)
				assert.Equal(t, `"<A>"`, got)
			})
		}
		synctest.Wait()
		assert.Equal(t, 1, c.questions())
		close(c.hold)
		jobs.Wait()
		_, err := filtered(t, f, ofSend, "input", `"{{secrets.A}}"`)
		require.NoError(t, err)
		assert.Equal(t, 1, c.questions(), "and never again")
		hits, misses := f.Stats()
		assert.Equal(t, [2]uint64{1, 50}, [2]uint64{hits, misses})
	})
}

func TestTheNewestDefinitionsAreKept(t *testing.T) {
	t.Parallel()
	ask := func(t *testing.T, f *secret.ModelFilter, keys ...int64) {
		t.Helper()
		for _, key := range keys {
			_, err := filtered(t, f, secret.Context{ProcessDefinitionKey: key, ElementID: "send"}, "input", `"{{secrets.A}}"`)
			require.NoError(t, err)
		}
	}
	c := &cluster{tasks: task()}
	f := secret.NewModelFilter(secret.ModelOptions{Definitions: c, CacheSize: 2})
	defer f.Close()
	ask(t, f, 1, 2, 1, 3, 1, 2)
	assert.Equal(t, []int64{1, 2, 3, 2}, c.asked, "2 was the longest unused when 3 came")

	c = &cluster{tasks: task()}
	f = secret.NewModelFilter(secret.ModelOptions{Definitions: c})
	defer f.Close()
	ask(t, f, 1, 1)
	assert.Equal(t, []int64{1, 1}, c.asked, "without a cache each job has its own read")
}

func TestAReadThatMayYetSucceedIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &cluster{tasks: task(secret.Mapping{Source: "{{secrets.A}}", Target: "input"}), fail: func(n int) error {
			if n <= 3 {
				return fmt.Errorf("read: %w", passing{})
			}
			return nil
		}}
		f := secret.NewModelFilter(secret.ModelOptions{Definitions: c, CacheSize: 10})
		defer f.Close()
		began := time.Now()
		got, err := filtered(t, f, ofSend, "input", `"{{secrets.A}}"`)
		require.NoError(t, err)
		assert.Equal(t, `"<A>"`, got)
		assert.Equal(t, 1400*time.Millisecond, time.Since(began), "200, 400 and 800 ms between the tries")
	})
}

func TestAFaultIsToldForASecondAndThenAskedForAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &cluster{tasks: task(), fail: func(n int) error {
			if n == 1 {
				return errors.New("HTTP 403")
			}
			return nil
		}}
		f := secret.NewModelFilter(secret.ModelOptions{Definitions: c, CacheSize: 10})
		defer f.Close()
		ask := func() error {
			_, err := filtered(t, f, ofSend, "input", `"{{secrets.A}}"`)
			return err
		}
		require.ErrorContains(t, ask(), "HTTP 403")
		require.ErrorContains(t, ask(), "HTTP 403")
		assert.Equal(t, 1, c.questions())
		<-time.After(time.Second)
		require.NoError(t, ask())
		assert.Equal(t, 2, c.questions())
	})
}

func TestAJobWaitsNoLongerForItsModelThanItsLeaseLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &cluster{tasks: task(), hold: make(chan struct{})}
		f := secret.NewModelFilter(secret.ModelOptions{Definitions: c, CacheSize: 10})
		began := time.Now()
		job := ofSend
		job.Deadline = began.Add(3 * time.Second)
		_, err := filtered(t, f, job, "input", `"{{secrets.A}}"`)
		require.ErrorContains(t, err, "the job's lease leaves no more time for it")
		assert.Equal(t, 3*time.Second, time.Since(began))

		_, err = filtered(t, f, ofSend, "input", `"{{secrets.A}}"`)
		require.ErrorContains(t, err, "deadline", "nor does a read go on for ever")
		assert.Equal(t, 15*time.Second, time.Since(began))

		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		<-time.After(time.Second) // the fault's age
		_, _, err = secret.NewResolver(nil, f).Resolve(ctx, ofSend, []secret.Variable{{Name: "input", JSON: []byte(`"{{secrets.A}}"`)}})
		require.ErrorIs(t, err, context.Canceled, "a drain does not wait")
		f.Close()
		_, err = filtered(t, f, secret.Context{ProcessDefinitionKey: 8, ElementID: "send"}, "input", `"{{secrets.A}}"`)
		require.Error(t, err, "closed")
	})
}

func TestWhatStaysIsWarnedAboutWithItsField(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		f := secret.NewModelFilter(secret.ModelOptions{Definitions: &cluster{tasks: task()}, CacheSize: 10})
		defer f.Close()
		r := secret.NewResolver([]secret.Provider{everything{}}, f).WithLog(slog.New(slog.NewTextHandler(&log, nil)))
		ask := func(c secret.Context, json string) {
			got, _, err := r.Resolve(t.Context(), c, []secret.Variable{{Name: "input", JSON: []byte(json)}})
			require.NoError(t, err)
			assert.Equal(t, json, string(got[0].JSON))
		}
		for range 3 {
			ask(ofSend, `{"detail":["{{secrets.A}}","{{secrets.A}}"]}`)
		}
		assert.Equal(t, 2, strings.Count(log.String(), "\n"), log.String())
		assert.Contains(t, log.String(), "a secret is not resolved")
		assert.Contains(t, log.String(), "field=input.detail[0] placeholder={{secrets.A}}")
		assert.Contains(t, log.String(), "field=input.detail[1] placeholder={{secrets.A}}")
		for i := range 3000 {
			ask(ofSend, fmt.Sprintf(`"{{secrets.N%d%s}}"`, i, strings.Repeat("x", 1000)))
		}
		assert.Equal(t, 10, strings.Count(log.String(), "\n"), "process data chooses the names, and so shall not choose how long the log is")
		assert.Less(t, log.Len(), 7000)
		ask(secret.Context{ProcessDefinitionKey: 7, ElementID: "other"}, `"{{secrets.A}}"`)
		assert.Contains(t, log.String(), "element_id=other", "of another task it is told")

		log.Reset()
		<-time.After(time.Minute)
		for range 5 {
			ask(ofSend, `{"source":"secrets.A"}`)
		}
		assert.Equal(t, 1, strings.Count(log.String(), "\n"), "but nothing is sent in silence for longer than a minute: %s", log.String())
		assert.Contains(t, log.String(), "field=input.source placeholder=secrets.A")
	})
}

func TestOfATaskThatIsTooMuchToFollowNothingCounts(t *testing.T) {
	t.Parallel()
	mappings := []secret.Mapping{{Source: "{{secrets.A}}", Target: "v0"}, {Source: `={a: v0, b: "{{secrets.B}}"}`, Target: "w0"}}
	for i := range 40 { // each is twice as much as the one before
		mappings = append(mappings, secret.Mapping{Source: fmt.Sprintf(`={a: v%d, b: v%d}`, i, i), Target: fmt.Sprintf("v%d", i+1)},
			secret.Mapping{Source: fmt.Sprintf(`={a: w%d, b: w%d}`, i, i), Target: fmt.Sprintf("w%d", i+1)})
	}
	mappings = append(mappings, secret.Mapping{Source: `=if x then v40 else w40`, Target: "input.detail"}, secret.Mapping{Source: "{{secrets.C}}", Target: "input.source"})
	f := secret.NewModelFilter(secret.ModelOptions{Definitions: &cluster{tasks: task(mappings...)}, CacheSize: 10})
	defer f.Close()
	path := strings.Repeat(`{"a":`, 40) + `"{{secrets.A}}"` + strings.Repeat("}", 40)
	json := `{"source":"{{secrets.C}}","detail":` + path + `}`
	got, err := filtered(t, f, ofSend, "input", json)
	require.NoError(t, err)
	assert.Equal(t, strings.Replace(json, "{{secrets.C}}", "<C>", 1), got, "a text as it stands needs no following")
}

func TestFewDefinitionsAreReadAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &cluster{tasks: task(), hold: make(chan struct{})}
		f := secret.NewModelFilter(secret.ModelOptions{Definitions: c, CacheSize: 100})
		defer f.Close()
		var jobs sync.WaitGroup
		for key := range 50 {
			jobs.Go(func() {
				_, err := filtered(t, f, secret.Context{ProcessDefinitionKey: int64(key), ElementID: "send"}, "input", `"{{secrets.A}}"`)
				assert.NoError(t, err)
			})
		}
		synctest.Wait()
		assert.Equal(t, 8, c.questions())
		close(c.hold)
		jobs.Wait()
		assert.Equal(t, 50, c.questions())
	})
}

func TestLaxDoesNotMakeJobsWaitAgainAndAgainForAClusterThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &cluster{fail: func(int) error { return passing{} }}
		f := secret.NewModelFilter(secret.ModelOptions{Definitions: c, CacheSize: 10, Lax: true})
		defer f.Close()
		began := time.Now()
		ask := func() {
			got, err := filtered(t, f, ofSend, "input", `"{{secrets.A}}"`)
			require.NoError(t, err)
			assert.Equal(t, `"<A>"`, got)
		}
		ask()
		waited := time.Since(began)
		assert.LessOrEqual(t, waited, 3*time.Second)
		for range 9 {
			<-time.After(time.Second)
			ask()
		}
		assert.Equal(t, waited+9*time.Second, time.Since(began), "no other job waited")
	})
}

func TestATaskFilterTellsWhatStaysAndWhereTheModelNamesIt(t *testing.T) {
	t.Parallel()
	var told []string
	f := secret.NewTaskFilter([]secret.Mapping{
		{Source: "{{secrets.A}}", Target: "authentication.secretKey"}, {Source: `="{{ secrets.B }}" + x`, Target: "input.source"},
	}, func(p secret.Placeholder, elsewhere []string) {
		told = append(told, fmt.Sprintf("%s %s %v", p.Path(), p.Name, elsewhere))
	})
	got, err := filtered(t, f, ofSend, "input", `{"source":"{{secrets.B}}","detail":["{{secrets.A}}","secrets.C"]}`)
	require.NoError(t, err)
	assert.JSONEq(t, `{"source":"<B>","detail":["{{secrets.A}}","secrets.C"]}`, got)
	assert.Equal(t, []string{"input.detail[0] A [authentication.secretKey]", "input.detail[1] C []"}, told)
}

// TestLaxAllowsNothingWhileItsQuestionIsGivenUp: a drain that ends the question says nothing of the cluster.
func TestLaxAllowsNothingWhileItsQuestionIsGivenUp(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	f := secret.NewModelFilter(secret.ModelOptions{
		Definitions: &cluster{hold: make(chan struct{})}, CacheSize: 10, Lax: true, Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	defer f.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	rule, err := f.Rule(ctx, ofSend)
	require.Error(t, err)
	assert.Nil(t, rule)
	assert.Empty(t, log.String())
}
