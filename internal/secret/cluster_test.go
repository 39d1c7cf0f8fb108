package secret_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// keeper is a cluster with secrets. It takes a second to answer.
type keeper struct {
	values map[string]string
	codes  map[string]string // of names without a value; others are NOT_FOUND

	mu    sync.Mutex
	fault error
	asked []string // the names of each request, in the order of the request
}

func (v *keeper) ResolveSecrets(ctx context.Context, names []string) (values, refused map[string]string, err error) {
	v.mu.Lock()
	v.asked = append(v.asked, strings.Join(names, " "))
	fault := v.fault
	v.mu.Unlock()
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return nil, nil, fmt.Errorf("call the REST API: %w", ctx.Err())
	}
	if fault != nil {
		return nil, nil, fault
	}
	values, refused = map[string]string{}, map[string]string{}
	for _, name := range names {
		if value, ok := v.values[name]; ok {
			values[name] = value
		} else if code, ok := v.codes[name]; !ok {
			refused[name] = "NOT_FOUND"
		} else if code != "" {
			refused[name] = code
		}
	}
	return values, refused, nil
}

func (v *keeper) requests() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.asked)
}

func (v *keeper) fails(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.fault = err
}

// restFault is a fault of the REST API.
type restFault struct{ passing, missing bool }

func (f restFault) Error() string   { return "POST /v2/secrets/resolve: fault" }
func (f restFault) Temporary() bool { return f.passing }
func (f restFault) Missing() bool   { return f.missing }

// inCluster runs a test, on a clock that costs no time, with a resolver that asks the cluster for what no provider has.
func inCluster(t *testing.T, v *keeper, filter secret.Filter, test func(t *testing.T, f *secret.Cluster, resolve func(variable, json string) (string, error))) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := secret.NewCluster(secret.ClusterOptions{API: v})
		defer f.Close()
		r := secret.NewResolver([]secret.Provider{&store{values: map[string]string{"LOCAL": "local"}}}, filter).WithFallback(f)
		test(t, f, func(variable, json string) (string, error) {
			got, _, err := r.Resolve(t.Context(), secret.Context{Deadline: time.Now().Add(time.Minute)}, []secret.Variable{{Name: variable, JSON: []byte(json)}})
			if err != nil {
				return "", err
			}
			return string(got[0].JSON), nil
		})
	})
}

func TestTheClusterIsAskedForWhatNoProviderHas(t *testing.T) {
	t.Parallel()
	v := &keeper{values: map[string]string{"A": "a", "B-2": "b", "LOCAL": "not asked"}}
	inCluster(t, v, secret.AllowAll{}, func(t *testing.T, f *secret.Cluster, resolve func(variable, json string) (string, error)) {
		t.Helper()
		got, err := resolve("input", `{"x":"{{secrets.LOCAL}} {{ secrets.A }}","y":["secrets.B-2","{{secrets.A}}"]}`)
		require.NoError(t, err)
		assert.Equal(t, `{"x":"local a","y":["b","a"]}`, got)
		assert.Equal(t, []string{"A B-2"}, v.requests(), "all unknown names of a job in one request")

		<-time.After(18 * time.Second)
		_, err = resolve("input", `"{{secrets.A}}"`)
		require.NoError(t, err)
		assert.Len(t, v.requests(), 1, "the answer is kept for 20 s")
		<-time.After(2 * time.Second)
		v.values["A"] = "rotated"
		got, err = resolve("input", `"{{secrets.A}}"`)
		require.NoError(t, err)
		assert.Equal(t, `"rotated"`, got)
		hits, misses := f.Stats()
		assert.Equal(t, [2]uint64{1, 3}, [2]uint64{hits, misses})
	})
}

func TestTheClusterIsAskedForTwentySecretsAtATime(t *testing.T) {
	t.Parallel()
	v := &keeper{values: map[string]string{}}
	var json, names []string
	for i := range 45 {
		name := fmt.Sprintf("N%d", i)
		v.values[name] = "v" + name
		json, names = append(json, `"{{secrets.`+name+`}}"`), append(names, name)
	}
	inCluster(t, v, secret.AllowAll{}, func(t *testing.T, _ *secret.Cluster, resolve func(variable, json string) (string, error)) {
		t.Helper()
		got, err := resolve("input", "["+strings.Join(json, ",")+"]")
		require.NoError(t, err)
		assert.Equal(t, `["v`+strings.Join(names, `","v`)+`"]`, got)
		assert.Equal(t, []string{strings.Join(names[:20], " "), strings.Join(names[20:40], " "), strings.Join(names[40:], " ")}, v.requests())
	})
}

func TestJobsShareAQuestionToTheCluster(t *testing.T) {
	t.Parallel()
	v := &keeper{values: map[string]string{"A": "a", "B": "b", "C": "c"}}
	inCluster(t, v, secret.AllowAll{}, func(t *testing.T, _ *secret.Cluster, resolve func(variable, json string) (string, error)) {
		t.Helper()
		var all sync.WaitGroup
		ask := func(json, want string) {
			all.Go(func() {
				got, err := resolve("input", json)
				assert.NoError(t, err)
				assert.Equal(t, want, got)
			})
			synctest.Wait()
		}
		ask(`["{{secrets.A}}","{{secrets.B}}"]`, `["a","b"]`)
		for range 5 {
			ask(`["{{secrets.B}}","{{secrets.C}}"]`, `["b","c"]`)
		}
		all.Wait()
		assert.Equal(t, []string{"A B", "C"}, v.requests())
	})
}

func TestWhatTheClusterRefusesIsTheJobsError(t *testing.T) {
	t.Parallel()
	v := &keeper{codes: map[string]string{"DENIED": "ACCESS_DENIED", "ODD": "INVALID_REFERENCE", "BROKEN": "UNREADABLE", "STRANGE": "hush hush", "SILENT": ""}}
	inCluster(t, v, secret.AllowAll{}, func(t *testing.T, _ *secret.Cluster, resolve func(variable, json string) (string, error)) {
		t.Helper()
		for _, tt := range []struct {
			name, want string
			isInput    bool // no retry can help
		}{
			{"NONE", "Secret with name 'NONE' is not available: no provider has it, and the cluster has no secret camunda.secrets.NONE", true},
			{"DENIED", "grant its client the permission REVEAL on the resource SECRET", true},
			{"ODD", "INVALID_REFERENCE", true},
			{"a/b", "Secret with name 'a/b' is not available: no provider has it, and the cluster is not asked for it", true},
			{"BROKEN", "camunda.secrets.BROKEN: it cannot be read (UNREADABLE)", false},
			{"STRANGE", "camunda.secrets.STRANGE: it cannot be read", false},
			{"SILENT", "does not tell of camunda.secrets.SILENT", false},
		} {
			_, err := resolve("input", `"{{secrets.`+tt.name+`}}"`)
			require.ErrorContains(t, err, tt.want)
			assert.NotContains(t, err.Error(), "hush")
			missing, isInput := errors.AsType[*secret.NotAvailableError](err)
			assert.Equal(t, tt.isInput, isInput, tt.name)
			if isInput {
				assert.Equal(t, tt.name, missing.Name)
				continue
			}
			fault, ok := errors.AsType[*secret.ProviderError](err)
			require.True(t, ok, "%s: %v", tt.name, err)
			assert.False(t, fault.Passes(), tt.name)
		}
		assert.NotContains(t, v.requests(), "a/b")
		asked := len(v.requests())
		<-time.After(4 * time.Second)
		_, err := resolve("input", `"{{secrets.SILENT}} {{secrets.NONE}}"`)
		require.Error(t, err)
		assert.Equal(t, asked+1, len(v.requests()), "a fault is kept for a second, and the rest for 10 s")
		<-time.After(10 * time.Second)
		v.values = map[string]string{"NONE": "made"}
		got, err := resolve("input", `"{{secrets.NONE}}"`)
		require.NoError(t, err)
		assert.Equal(t, `"made"`, got)
	})
}

func TestAFaultOfTheClusterThatPassesIsToldAsOne(t *testing.T) {
	t.Parallel()
	v := &keeper{values: map[string]string{"A": "a"}, fault: restFault{passing: true}}
	inCluster(t, v, secret.AllowAll{}, func(t *testing.T, _ *secret.Cluster, resolve func(variable, json string) (string, error)) {
		t.Helper()
		_, err := resolve("input", `"{{secrets.A}}"`)
		fault, ok := errors.AsType[*secret.ProviderError](err)
		require.True(t, ok, "got %v", err)
		assert.True(t, fault.Passes())
		assert.EqualError(t, err, "Secret with name 'A' cannot be read: the cluster: POST /v2/secrets/resolve: fault")
		assert.Len(t, v.requests(), 3, "it is tried again")
		_, err = resolve("input", `"{{secrets.A}}"`)
		require.Error(t, err)
		assert.Len(t, v.requests(), 3, "those behind it are told the same")
		<-time.After(time.Second)
		v.fails(nil)
		got, err := resolve("input", `"{{secrets.A}}"`)
		require.NoError(t, err)
		assert.Equal(t, `"a"`, got)

		v.fails(restFault{})
		_, err = resolve("input", `"{{secrets.B}}"`)
		fault, ok = errors.AsType[*secret.ProviderError](err)
		require.True(t, ok, "got %v", err)
		assert.False(t, fault.Passes())
		assert.Len(t, v.requests(), 5, "what does not pass is not tried again")
	})
}

func TestAnOlderClusterIsToldOnceAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		f := secret.NewCluster(secret.ClusterOptions{API: &keeper{fault: restFault{missing: true}}, Log: slog.New(slog.NewTextHandler(&log, nil))})
		defer f.Close()
		r := secret.NewResolver(nil, secret.AllowAll{}).WithFallback(f)
		for _, name := range []string{"A", "B", "C"} {
			_, _, err := r.Resolve(t.Context(), secret.Context{}, []secret.Variable{{Name: "input", JSON: []byte(`"{{secrets.` + name + `}}"`)}})
			_, ok := errors.AsType[*secret.NotAvailableError](err)
			require.True(t, ok, "got %v", err)
			require.ErrorContains(t, err, "no provider has it, and the cluster cannot be asked: POST /v2/secrets/resolve: fault")
		}
		assert.Equal(t, 1, strings.Count(log.String(), "\n"), log.String())
		assert.Contains(t, log.String(), "camunda.connector.secret-resolver.legacy.mode is FALLBACK")
	})
}

func TestAQuestionToTheClusterEndsWithTheLeaseAndTheJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &keeper{values: map[string]string{"A": "a"}}
		f := secret.NewCluster(secret.ClusterOptions{API: v})
		r := secret.NewResolver(nil, secret.AllowAll{}).WithFallback(f)
		variables := []secret.Variable{{Name: "input", JSON: []byte(`"{{secrets.A}}"`)}}
		start := time.Now()
		_, _, err := r.Resolve(t.Context(), secret.Context{Deadline: start.Add(300 * time.Millisecond)}, variables)
		require.ErrorContains(t, err, "the job's lease leaves no more time for it")
		assert.Equal(t, 300*time.Millisecond, time.Since(start))

		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, _, err = r.Resolve(ctx, secret.Context{}, variables)
		fault, ok := errors.AsType[*secret.ProviderError](err)
		require.True(t, ok, "got %v", err)
		assert.True(t, fault.Passes())
		assert.Equal(t, 400*time.Millisecond, time.Since(start))

		got, _, err := r.Resolve(t.Context(), secret.Context{}, variables)
		require.NoError(t, err, "who still waits gets the answer")
		assert.Equal(t, `"a"`, string(got[0].JSON))
		assert.Equal(t, []string{"A"}, v.requests())

		var all sync.WaitGroup
		all.Go(func() {
			_, _, err := r.Resolve(t.Context(), secret.Context{}, []secret.Variable{{Name: "input", JSON: []byte(`"{{secrets.B}}"`)}})
			assert.Error(t, err)
		})
		synctest.Wait()
		f.Close()
		all.Wait()
		assert.Less(t, time.Since(start), 2*time.Second, "Close ends it at once")
	})
}

// TestFiltersHoldForTheCluster: it is asked for nothing that the filter does not allow, not even along with others.
func TestFiltersHoldForTheCluster(t *testing.T) {
	t.Parallel()
	v := &keeper{values: map[string]string{"A": "a", "B": "b"}}
	strict := secret.NewTaskFilter([]secret.Mapping{{Source: "{{secrets.A}}", Target: "input.source"}}, func(secret.Placeholder, []string) {})
	inCluster(t, v, strict, func(t *testing.T, _ *secret.Cluster, resolve func(variable, json string) (string, error)) {
		t.Helper()
		got, err := resolve("input", `{"detail":"{{secrets.A}} {{secrets.B}}","source":"{{secrets.A}}"}`)
		require.NoError(t, err)
		assert.Equal(t, `{"detail":"{{secrets.A}} {{secrets.B}}","source":"a"}`, got)
		assert.Equal(t, []string{"A"}, v.requests())
	})
	inCluster(t, v, secret.CredentialsOnly{}, func(t *testing.T, _ *secret.Cluster, resolve func(variable, json string) (string, error)) {
		t.Helper()
		got, err := resolve("authentication", `{"secretKey":"{{secrets.B}}","roleArn":"secrets.A"}`)
		require.NoError(t, err)
		assert.Equal(t, `{"secretKey":"b","roleArn":"secrets.A"}`, got)
		assert.Equal(t, []string{"A", "B"}, v.requests())
		_, err = resolve("input", `"{{secrets.A}}"`)
		_, refused := errors.AsType[*secret.NotAllowedError](err)
		assert.True(t, refused, "got %v", err)
	})
}

// TestASecretOfAnotherOwnerIsNotAskedOfTheCluster: what a provider refuses stays refused.
func TestASecretOfAnotherOwnerIsNotAskedOfTheCluster(t *testing.T) {
	t.Parallel()
	v := &keeper{values: map[string]string{"b_KEY": "cluster"}}
	f := secret.NewCluster(secret.ClusterOptions{API: v})
	defer f.Close()
	env := secret.NewEnvironment(func(name string) (string, bool) { return "x", name == "SECRET_a_b_KEY" }, secret.EnvironmentOptions{
		Prefix: "SECRET_", TenantAware: true, Tenants: []string{"a", "a_b"},
	})
	_, _, err := secret.NewResolver([]secret.Provider{env}, secret.AllowAll{}).WithFallback(f).
		Resolve(t.Context(), secret.Context{TenantID: "a"}, []secret.Variable{{Name: "input", JSON: []byte(`"{{secrets.b_KEY}}"`)}})
	_, ok := errors.AsType[*secret.AmbiguousError](err)
	require.True(t, ok, "got %v", err)
	assert.Empty(t, v.requests())
}

// TestValuesOfTheClusterAreMasked, also those that came along for a field behind the one that fails the job.
func TestValuesOfTheClusterAreMasked(t *testing.T) {
	t.Parallel()
	var noted []string
	f := secret.NewCluster(secret.ClusterOptions{API: &keeper{values: map[string]string{"A": "value-a", "B": "value-b"}}, Note: func(values ...string) { noted = append(noted, values...) }})
	defer f.Close()
	r := secret.NewResolver(nil, secret.AllowAll{}).WithFallback(f)
	_, mask, err := r.Resolve(t.Context(), secret.Context{}, []secret.Variable{{Name: "input", JSON: []byte(`["{{secrets.A}}","{{secrets.NONE}}","{{secrets.B}}"]`)}})
	require.Error(t, err)
	assert.Equal(t, "*** ***", mask.Apply("value-a value-b"))
	slices.Sort(noted)
	assert.Equal(t, []string{"value-a", "value-b"}, noted)
}
