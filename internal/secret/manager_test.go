package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// vault is AWS Secrets Manager's GetSecretValue over HTTP.
type vault struct {
	mu      sync.Mutex
	values  map[string]string                // by name
	refuse  func(w http.ResponseWriter) bool // answers in its place, if it says so
	asked   []string
	headers []http.Header
	hold    chan struct{} // not nil: answers when it is closed
}

func (v *vault) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct{ SecretId string }
	body, _ := io.ReadAll(r.Body)
	if r.Method != http.MethodPost || r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" || json.Unmarshal(body, &in) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	v.mu.Lock()
	v.asked, v.headers = append(v.asked, in.SecretId), append(v.headers, r.Header)
	hold := v.hold
	v.mu.Unlock()
	if hold != nil {
		<-hold
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	w.Header().Set("X-Amzn-Requestid", "req-1")
	if v.refuse != nil && v.refuse(w) {
		return
	}
	value, ok := v.values[in.SecretId]
	if !ok {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find the specified secret."}`)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"Name": in.SecretId, "SecretString": value})
}

func (v *vault) set(change func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	change()
}

func (v *vault) questions() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]string(nil), v.asked...)
}

func refusing(status int, body string) func(http.ResponseWriter) bool {
	return func(w http.ResponseWriter) bool {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return true
	}
}

// manager returns a provider over the vault. The SDK's own environment is this test's.
func manager(t *testing.T, v *vault, o secret.ManagerOptions) *secret.Manager {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIAMANAGER000000000", "AWS_SECRET_ACCESS_KEY": "hush", "AWS_SESSION_TOKEN": "session", "AWS_REGION": "eu-central-1",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	if o.Endpoint == "" {
		server := httptest.NewServer(v)
		t.Cleanup(server.Close)
		o.Endpoint = server.URL
	}
	if o.TTL == 0 {
		o.TTL = time.Minute
	}
	m, err := secret.NewManager(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(m.Close)
	return m
}

func TestManagerFindsAName(t *testing.T) {
	v := &vault{values: map[string]string{
		"team/a": `{"A":"a","EMPTY":"","NUMBER":1.10,"YES":true,"LIST":[1, "x"],"NULL":null,"BOTH":"first"}`, "team/b": `{"B":"b","BOTH":"second"}`,
		"camunda/TOKEN": "tok\n", "camunda/deep/er": "deep", "camunda/A": "one per name",
	}}
	m := manager(t, v, secret.ManagerOptions{Secrets: []string{"team/a", "team/b"}, Prefix: "camunda/"})
	for name, want := range map[string]string{
		"A": "a", "EMPTY": "", "NUMBER": "1.10", "YES": "true", "LIST": `[1,"x"]`, "B": "b", "BOTH": "first", "TOKEN": "tok\n", "deep/er": "deep",
	} {
		got, ok, err := m.Secret(t.Context(), secret.Context{}, name)
		require.NoError(t, err, name)
		assert.True(t, ok, name)
		assert.Equal(t, want, got, name)
	}
	for _, name := range []string{"NULL", "NOPE", "team/a"} {
		_, ok, err := m.Secret(t.Context(), secret.Context{}, name)
		require.NoError(t, err, name)
		assert.False(t, ok, name)
	}
	authorization := v.headers[0].Get("Authorization")
	assert.Contains(t, authorization, "Credential=AKIAMANAGER000000000/")
	assert.Contains(t, authorization, "/eu-central-1/secretsmanager/aws4_request")
	assert.Contains(t, authorization, "x-amz-target", "the operation is signed")
	assert.Equal(t, "session", v.headers[0].Get("X-Amz-Security-Token"))
}

func TestManagerWithoutAPrefixAsksForNothingElse(t *testing.T) {
	v := &vault{values: map[string]string{"a": `{"A":"a"}`, "B": "b"}}
	m := manager(t, v, secret.ManagerOptions{Secrets: []string{"a"}})
	_, ok, err := m.Secret(t.Context(), secret.Context{}, "B")
	require.NoError(t, err)
	assert.False(t, ok)
	assert.Equal(t, []string{"a"}, v.questions())
}

func TestManagerDoesNotAskAWSForANameThatItCannotHave(t *testing.T) {
	v := &vault{refuse: refusing(http.StatusBadRequest, `{"__type":"ValidationException","Message":"Invalid name."}`)}
	m := manager(t, v, secret.ManagerOptions{Prefix: "camunda/"})
	for _, name := range []string{"A:SUB", "ключ", `a"b`, "$(x)", strings.Repeat("x", 513)} {
		_, ok, err := m.Secret(t.Context(), secret.Context{}, name)
		require.NoError(t, err, name)
		assert.False(t, ok, name)
	}
	assert.Empty(t, v.questions())
	_, _, err := m.Secret(t.Context(), secret.Context{}, "a@b+c=d/e.f_g-h")
	require.Error(t, err)
	assert.Equal(t, []string{"camunda/a@b+c=d/e.f_g-h"}, v.questions())
}

func TestManagersFaultsTellWhatToMend(t *testing.T) {
	for _, tt := range []struct {
		name   string
		refuse func(http.ResponseWriter) bool
		value  string
		want   string
		asked  int
	}{
		{"not allowed", refusing(400, `{"__type":"AccessDeniedException","Message":"User: u is not authorized to perform: secretsmanager:GetSecretValue"}`), "", "AWS Secrets Manager: team in eu-central-1: AccessDeniedException: User: u is not authorized to perform: secretsmanager:GetSecretValue (Status Code: 400, Request ID: req-1)", 1},
		{"a code with its namespace", refusing(400, `{"__type":"com.amazonaws.secretsmanager#DecryptionFailure:","message":"kms"}`), "", "DecryptionFailure: kms", 1},
		{"no code", refusing(403, `<html>`), "", "HTTP_403", 1},
		{"busy", refusing(400, `{"__type":"ThrottlingException","Message":"Rate exceeded"}`), "", "ThrottlingException: Rate exceeded", 3},
		{"broken", refusing(500, ``), "", "HTTP_500", 3},
		{"no secret in the answer", refusing(200, `{}`), "", "without a secret", 1},
		{"no JSON in the answer", refusing(200, `hush`), "", "without a secret", 1},
		{"binary", refusing(200, `{"SecretBinary":"aHVzaA=="}`), "", "the secret is binary, expected a text", 1},
		{"a JSON secret that is none", nil, "hush", "the secret holds no JSON object", 1},
		{"a JSON secret that is a list", nil, `["hush"]`, "the secret holds no JSON object", 1},
		{"a JSON secret that is not there", refusing(400, `{"__type":"ResourceNotFoundException"}`), "", "team in eu-central-1: there is no such secret", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := &vault{values: map[string]string{"team": tt.value}, refuse: tt.refuse}
			m := manager(t, v, secret.ManagerOptions{Secrets: []string{"team"}})
			_, _, err := m.Secret(t.Context(), secret.Context{}, "A")
			require.ErrorContains(t, err, tt.want)
			assert.NotContains(t, err.Error(), "hush")
			assert.Len(t, v.questions(), tt.asked)
		})
	}
}

func TestManagerFollowsNoRedirect(t *testing.T) {
	elsewhere := &vault{values: map[string]string{"x/A": "not ours"}}
	other := httptest.NewServer(elsewhere)
	defer other.Close()
	for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		v := &vault{refuse: func(w http.ResponseWriter) bool {
			w.Header().Set("Location", other.URL)
			return refusing(status, "")(w)
		}}
		m := manager(t, v, secret.ManagerOptions{Prefix: "x/"})
		_, _, err := m.Secret(t.Context(), secret.Context{}, "A")
		require.ErrorContains(t, err, fmt.Sprintf("HTTP_%d", status))
		assert.Len(t, v.questions(), 1)
	}
	assert.Empty(t, elsewhere.questions())
}

func TestManagerTriesAgainWhatMayPass(t *testing.T) {
	n := 0
	v := &vault{values: map[string]string{"x/A": "a"}, refuse: func(w http.ResponseWriter) bool {
		n++
		return n < 3 && refusing(503, "")(w)
	}}
	m := manager(t, v, secret.ManagerOptions{Prefix: "x/"})
	got, ok, err := m.Secret(t.Context(), secret.Context{}, "A")
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Equal(t, "a", got)
	assert.Len(t, v.questions(), 3)
}

func TestManagerSignsByAWSsClockWhenOursIsOff(t *testing.T) {
	ahead := time.Now().Add(3 * time.Hour).UTC()
	v := &vault{values: map[string]string{"x/A": "a"}}
	v.refuse = func(w http.ResponseWriter) bool {
		signed, err := time.Parse("20060102T150405Z", v.headers[len(v.headers)-1].Get("X-Amz-Date"))
		if err == nil && ahead.Sub(signed) < time.Minute {
			return false
		}
		w.Header().Set("Date", ahead.Format(http.TimeFormat))
		return refusing(400, `{"__type":"InvalidSignatureException"}`)(w)
	}
	m := manager(t, v, secret.ManagerOptions{Prefix: "x/"})
	got, _, err := m.Secret(t.Context(), secret.Context{}, "A")
	require.NoError(t, err)
	assert.Equal(t, "a", got)
	assert.Len(t, v.questions(), 2)
}

func TestManagerAsksOnceForWhatManyWant(t *testing.T) {
	v := &vault{values: map[string]string{"team": `{"A":"a","B":"b"}`}, hold: make(chan struct{})}
	m := manager(t, v, secret.ManagerOptions{Secrets: []string{"team"}})
	var jobs sync.WaitGroup
	for i := range 50 {
		jobs.Go(func() {
			_, ok, err := m.Secret(t.Context(), secret.Context{}, []string{"A", "B"}[i%2])
			assert.NoError(t, err)
			assert.True(t, ok)
		})
	}
	require.Eventually(t, func() bool { _, misses := m.Stats(); return misses == 50 }, 10*time.Second, time.Millisecond)
	close(v.hold)
	jobs.Wait()
	assert.Len(t, v.questions(), 1)
	_, _, err := m.Secret(t.Context(), secret.Context{}, "A")
	require.NoError(t, err)
	hits, misses := m.Stats()
	assert.Equal(t, [2]uint64{1, 50}, [2]uint64{hits, misses})
}

func TestManagerEndpointFollowsTheRegionUnlessTheSDKIsToldAnother(t *testing.T) {
	for _, tt := range []struct {
		name, region string
		env          map[string]string
		want         string
	}{
		{"a region", "eu-central-1", nil, "https://secretsmanager.eu-central-1.amazonaws.com/"},
		{"a region to come", "ua-east-1", nil, "https://secretsmanager.ua-east-1.amazonaws.com/"},
		{"a partition of its own", "eusc-de-east-1", nil, "https://secretsmanager.eusc-de-east-1.amazonaws.eu/"},
		{"China", "cn-north-1", nil, "https://secretsmanager.cn-north-1.amazonaws.com.cn/"},
		{"GovCloud, by FIPS", "us-gov-west-1", map[string]string{"AWS_USE_FIPS_ENDPOINT": "true"}, "https://secretsmanager-fips.us-gov-west-1.amazonaws.com/"},
		{"the service's own", "eu-central-1", map[string]string{"AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://one:1", "AWS_ENDPOINT_URL": "http://all:1"}, "http://one:1/"},
		{"that of all services", "eu-central-1", map[string]string{"AWS_ENDPOINT_URL": "http://all:1/"}, "http://all:1/"},
		{"not wanted", "eu-central-1", map[string]string{"AWS_ENDPOINT_URL": "http://all:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, "https://secretsmanager.eu-central-1.amazonaws.com/"},
		{"the environment's region", "", map[string]string{"AWS_REGION": "us-east-2"}, "https://secretsmanager.us-east-2.amazonaws.com/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("AWS_CONFIG_FILE", "/dev/null")
			t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
			t.Setenv("AWS_REGION", "")
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			m, err := secret.NewManager(t.Context(), secret.ManagerOptions{Prefix: "x/", Region: tt.region})
			require.NoError(t, err)
			got, err := secret.ManagerEndpoint(m)
			require.NoError(t, err)
			assert.Equal(t, tt.want, strings.TrimRight(got, "/")+"/")
		})
	}
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	_, err := secret.NewManager(t.Context(), secret.ManagerOptions{Prefix: "x/"})
	require.ErrorIs(t, err, secret.ErrNoRegion)
	t.Setenv("AWS_USE_FIPS_ENDPOINT", "true")
	_, err = secret.NewManager(t.Context(), secret.ManagerOptions{Prefix: "x/", Region: "eu-central-1", Endpoint: "http://localhost:4566"})
	require.ErrorContains(t, err, "FIPS and custom endpoint are not supported", "at the start, not at the first job")
}

func TestManagerKeepsLittleOfWhatIsNotThere(t *testing.T) {
	v := &vault{values: map[string]string{"x/A": "a"}}
	m := manager(t, v, secret.ManagerOptions{Prefix: "x/"})
	_, _, err := m.Secret(t.Context(), secret.Context{}, "A")
	require.NoError(t, err)
	for i := range 1100 {
		_, ok, err := m.Secret(t.Context(), secret.Context{}, fmt.Sprintf("NOPE%d", i))
		require.NoError(t, err)
		require.False(t, ok)
	}
	assert.LessOrEqual(t, secret.ManagerHeld(m), 1000)
	_, _, err = m.Secret(t.Context(), secret.Context{}, "A")
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(strings.Join(v.questions(), " "), "x/A"), "what is there is kept")
}

func TestManagersWarningHoldsNoValue(t *testing.T) {
	var log bytes.Buffer
	v := &vault{values: map[string]string{"x/A": "hush"}}
	m := manager(t, v, secret.ManagerOptions{Prefix: "x/", TTL: time.Nanosecond, Stale: time.Hour, Log: slog.New(slog.NewTextHandler(&log, nil))})
	for range 2 {
		got, ok, err := m.Secret(t.Context(), secret.Context{}, "A")
		require.NoError(t, err)
		assert.True(t, ok)
		assert.Equal(t, "hush", got)
		v.set(func() { v.refuse = refusing(400, `{"__type":"ExpiredTokenException","Message":"no"}`) })
	}
	assert.Contains(t, log.String(), "the value read before is used")
	assert.Contains(t, log.String(), "ExpiredTokenException")
	assert.NotContains(t, log.String(), "hush")
}
