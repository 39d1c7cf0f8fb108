package cli_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/actuator"
	"github.com/eventbridge-connector/eventbridge-connector/internal/cli"
)

// outcome is what a command left behind.
type outcome struct {
	code           int
	stdout, stderr string
}

// call runs a command to its end.
func call(t *testing.T, env []string, args ...string) outcome {
	t.Helper()
	var stdout, stderr strings.Builder
	code := cli.Run(t.Context(), args, env, strings.NewReader(""), &stdout, &stderr)
	return outcome{code, stdout.String(), stderr.String()}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	bare := call(t, nil)
	assert.Equal(t, cli.ExitUsage, bare.code)
	assert.Empty(t, bare.stdout)
	for _, arg := range []string{"help", "--help", "-h"} {
		got := call(t, nil, arg)
		assert.Equal(t, outcome{cli.ExitOK, bare.stderr, ""}, got)
		assert.Contains(t, got.stdout, "usage: eventbridge-connector COMMAND")
	}
	for line := range strings.Lines(bare.stderr) {
		name, found := strings.CutPrefix(line, "  ")
		if !found || strings.HasPrefix(name, " ") || strings.HasPrefix(name, "-") {
			continue // a heading, a flag
		}
		if name = strings.Fields(name)[0]; name == "help" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := call(t, nil, "help", name)
			assert.Equal(t, cli.ExitOK, got.code)
			assert.Contains(t, got.stdout, "usage: eventbridge-connector "+name)
			assert.Equal(t, got, call(t, nil, name, "--help"), "both ways to ask say the same")
			for line := range strings.Lines(got.stdout) {
				assert.LessOrEqual(t, len(line), 240)
				assert.NotContains(t, line, "`")
			}
		})
	}
}

func TestTheCommandLineIsToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		args   []string
		stderr string
	}{
		{"an unknown command", []string{"confg"}, "eventbridge-connector: unknown command confg; did you mean config?\nTry 'eventbridge-connector --help'.\n"},
		{"help for an unknown command", []string{"help", "versionn"}, "eventbridge-connector: unknown command versionn; did you mean version?\nTry 'eventbridge-connector --help'.\n"},
		{"an unknown flag", []string{"config", "--mod=saas"}, "eventbridge-connector config: unknown flag --mod; did you mean --mode?\nTry 'eventbridge-connector config --help'.\n"},
		{"an unknown flag behind one dash", []string{"lint", "-fromat", "json"}, "eventbridge-connector lint: unknown flag --fromat; did you mean --format?\nTry 'eventbridge-connector lint --help'.\n"},
		{"an unknown flag of the program", []string{"--versio"}, "eventbridge-connector: unknown flag --versio; did you mean --version?\nTry 'eventbridge-connector --help'.\n"},
		{"a flag without its value", []string{"lint", "-format"}, "eventbridge-connector lint: flag --format needs a value: --format text|json|sarif\nTry 'eventbridge-connector lint --help'.\n"},
		{"a flag with a value that is none", []string{"eval", "--verbose=maybe"}, "eventbridge-connector eval: --verbose: found \"maybe\", expected true or false\nTry 'eventbridge-connector eval --help'.\n"},
		{"a flag with a value out of bounds", []string{"demo", "--jobs=0"}, "eventbridge-connector demo: --jobs: found \"0\", expected 1 to 10000000\nTry 'eventbridge-connector demo --help'.\n"},
		{"an unknown shell", []string{"completion", "bsh"}, "eventbridge-connector completion: unknown shell bsh; did you mean bash?\nTry 'eventbridge-connector completion --help'.\n"},
		{"no shell", []string{"completion"}, "eventbridge-connector completion: one shell is needed: bash, fish, powershell, zsh\nTry 'eventbridge-connector completion --help'.\n"},
		{"an argument beside settings", []string{"config", "9090"}, "eventbridge-connector config: unexpected argument \"9090\": settings are given as flags, --port 9090\nTry 'eventbridge-connector config --help'.\n"},
		{"an argument too many", []string{"version", "now"}, "eventbridge-connector version: unexpected argument \"now\"\nTry 'eventbridge-connector version --help'.\n"},
		{"a probe that is none", []string{"healthcheck", "livenes"}, "eventbridge-connector healthcheck: unknown probe livenes; did you mean liveness?\nTry 'eventbridge-connector healthcheck --help'.\n"},
		{"any port", []string{"healthcheck", "--port=0"}, "eventbridge-connector healthcheck: server.port is 0, any free port, so there is none to ask at: give the port, --port 8080\nTry 'eventbridge-connector healthcheck --help'.\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, outcome{cli.ExitUsage, "", tt.stderr}, call(t, nil, tt.args...))
		})
	}
}

func TestOneDashAndNoAreFlagsToo(t *testing.T) {
	t.Parallel()
	want := outcome{cli.ExitOK, "null\n", ""}
	for _, args := range [][]string{
		{"eval", "--expression", "x + 1"},
		{"eval", "-expression", "x + 1", "-no-verbose"},
		{"eval", "-e=x + 1", "--no-verbose"},
		{"eval", "-verbose", "-e", "x + 1", "--verbose=false"},
	} {
		assert.Equal(t, want, call(t, nil, args...), args)
	}
	assert.NotEmpty(t, call(t, nil, "eval", "-e", "x + 1", "-v").stderr)
	got := call(t, nil, "config", "-port", "9090", "-camunda.client.plaintext")
	assert.Equal(t, cli.ExitOK, got.code)
	assert.Regexp(t, `(?m)^server\.port: 9090 +# flag --port$`, got.stdout)
	assert.Regexp(t, `(?m)^camunda\.client\.plaintext: true +# flag --plaintext$`, got.stdout)
}

func TestVersion(t *testing.T) {
	t.Parallel()
	got := call(t, nil, "version")
	assert.Equal(t, cli.ExitOK, got.code)
	assert.Regexp(t, `^eventbridge-connector \S+ \(.*go1\.\S+, \w+/\w+\)\n$`, got.stdout)
	assert.Equal(t, got, call(t, nil, "--version"))
}

func TestConfig(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "app.yaml")
	require.NoError(t, os.WriteFile(path, []byte("camunda.client.auth:\n  client-secret: hush-hush\n  client-id: me\n  token-url: https://t/\n"), 0o600))
	got := call(t, []string{"SERVER_PORT=9090", "ZEEBE_ADDRSS=x", "CAMUNDA_CLIENT_ENABLED=true"}, "config", "--config", path, "--lease=30s")
	assert.Equal(t, cli.ExitOK, got.code)
	assert.Equal(t, "warning: unknown environment variable ZEEBE_ADDRSS; did you mean ZEEBE_ADDRESS?\nnote: environment variable CAMUNDA_CLIENT_ENABLED has no effect here\n", sortedLines(got.stderr))
	assert.Regexp(t, `(?m)^server\.port: 9090 +# environment variable SERVER_PORT$`, got.stdout)
	assert.Regexp(t, `(?m)^camunda\.client\.worker\.defaults\.timeout: PT30S +# flag --lease$`, got.stdout)
	assert.Regexp(t, `(?m)^camunda\.client\.auth\.client-secret: '\*\*\*' +# .*app\.yaml:2$`, got.stdout)
	assert.Regexp(t, `(?m)^camunda\.client\.auth\.method: oidc +# follows from the credentials given$`, got.stdout)
	assert.NotContains(t, got.stdout+got.stderr, "hush-hush")
	assert.Contains(t, got.stdout, "# What became of what was given:\n")
	assert.Contains(t, got.stdout, "#   used         SERVER_PORT (environment variable): server.port\n")
	assert.Contains(t, got.stdout, "#   passed over  CAMUNDA_CLIENT_ENABLED (environment variable); it asks for what this worker does anyway\n")
	assert.Contains(t, got.stdout, "#   unknown      ZEEBE_ADDRSS (environment variable); did you mean ZEEBE_ADDRESS?\n")
	require.NoError(t, os.WriteFile(path, []byte(got.stdout), 0o600))
	assert.Equal(t, cli.ExitOK, call(t, []string{"CAMUNDA_CLIENT_AUTH_CLIENTSECRET=x"}, "config", "--config", path).code, "it can be read again")

	got = call(t, []string{"SERVER_PORT=x", "LOGGING_FORMAT=y"}, "config")
	assert.Equal(t, cli.ExitUsage, got.code)
	assert.Empty(t, got.stdout)
	assert.Equal(t, 3, strings.Count(got.stderr, "\n"), got.stderr)

	got = call(t, []string{"SERVER_PORT=x", "ZEEBE_ADDRESS=http://g:1", "CAMUNDA_CLIENT_GRPCADDRESS=http://h:1"}, "config")
	assert.Equal(t, cli.ExitUsage, got.code)
	assert.Contains(t, got.stderr, "#   overridden   ZEEBE_ADDRESS (environment variable): camunda.client.grpc-address; environment variable CAMUNDA_CLIENT_GRPCADDRESS wins\n")
}

func TestValuesOfTheEnvironmentAreLookedAtAtStart(t *testing.T) {
	t.Parallel()
	got := call(t, []string{"AWS_CA_BUNDLE=/nope/ca.pem", "OTEL_TRACES_SAMPLER=foo", "HTTPS_PROXY=::bad", "CAMUNDA_CLIENT_GRPCADDRESS=http://a:1,http://b:1"}, "run")
	assert.Equal(t, cli.ExitUsage, got.code)
	for _, line := range []string{
		`AWS_CA_BUNDLE: found "/nope/ca.pem" (environment variable), expected a PEM file with certificates: no such file or directory`,
		`OTEL_TRACES_SAMPLER is "foo"; expected one of always_on, `,
		`HTTPS_PROXY: found "::bad" (environment variable), expected the address of a proxy, such as http://proxy.example.com:3128`,
		`camunda.client.grpc-address: found "http://a:1,http://b:1" (environment variable CAMUNDA_CLIENT_GRPCADDRESS), expected an http or https URL`,
	} {
		assert.Equal(t, 1, strings.Count("\n"+got.stderr, "\neventbridge-connector run: "+line), line+"\n"+got.stderr)
	}
}

// sortedLines puts the warnings before the notes.
func sortedLines(text string) string {
	var warnings, notes string
	var notesSb117 strings.Builder
	var warningsSb117 strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "warning") {
			warningsSb117.WriteString(line)
		} else {
			notesSb117.WriteString(line)
		}
	}
	notes += notesSb117.String()
	warnings += warningsSb117.String()
	return warnings + notes
}

func TestHealthcheck(t *testing.T) {
	t.Parallel()
	port := func(addr string) string { return "--port=" + addr[strings.LastIndexByte(addr, ':')+1:] }
	serve := func(ready bool) string {
		s, err := actuator.Start(t.Context(), actuator.Options{
			Address: "127.0.0.1", Metrics: actuator.NewMetrics("v", "go"), Log: slog.New(slog.DiscardHandler),
			Ready: func() (bool, string) { return ready, "the gateway has not answered" },
		})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Shutdown(context.Background())) })
		return port(s.Addr())
	}
	up, down := serve(true), serve(false)
	assert.Equal(t, outcome{cli.ExitOK, "UP\n", ""}, call(t, nil, "healthcheck", up))
	assert.Equal(t, outcome{cli.ExitOK, "UP\n", ""}, call(t, nil, "healthcheck", "readiness", up, "--address=0.0.0.0"))
	assert.Equal(t, outcome{cli.ExitOK, "UP\n", ""}, call(t, []string{"SERVER_PORT=" + strings.TrimPrefix(up, "--port=")}, "healthcheck"))
	assert.Equal(t, outcome{cli.ExitFailure, "", "eventbridge-connector healthcheck: OUT_OF_SERVICE: the gateway has not answered\n"}, call(t, nil, "healthcheck", down))
	assert.Equal(t, outcome{cli.ExitOK, "UP\n", ""}, call(t, nil, "healthcheck", "liveness", down))

	foreign := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	t.Cleanup(foreign.Close)
	got := call(t, nil, "healthcheck", port(foreign.Listener.Addr().String()))
	assert.Equal(t, cli.ExitFailure, got.code)
	assert.Contains(t, got.stderr, "which is no health status: is it another server?")
	foreign.Close()
	got = call(t, nil, "healthcheck", port(foreign.Listener.Addr().String()))
	assert.Equal(t, cli.ExitFailure, got.code)
	assert.Contains(t, got.stderr, "no connector answers: ")
}
