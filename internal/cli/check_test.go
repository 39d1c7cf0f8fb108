package cli_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/eventbridge-connector/eventbridge-connector/internal/check"
	"github.com/eventbridge-connector/eventbridge-connector/internal/cli"
	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

// amazon stands in for STS and EventBridge, and keeps what it was asked for.
type amazon struct {
	server *httptest.Server
	sts    func(action string) (int, string)
	events func(target string) (int, string)

	mu    sync.Mutex
	calls []string
}

const (
	whoAmI = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/orders</Arn><UserId>U</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`
	noKey  = `<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid.</Message></Error></ErrorResponse>`
	theBus = `{"Arn":"arn:aws:events:eu-central-1:123456789012:event-bus/orders","Name":"orders"}`
)

func newAmazon(t *testing.T) *amazon {
	t.Helper()
	a := &amazon{sts: func(string) (int, string) { return 200, whoAmI }, events: func(string) (int, string) { return 200, theBus }}
	a.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		call, answer := r.Header.Get("X-Amz-Target"), a.events
		if call == "" {
			_, after, _ := strings.Cut(string(body), "Action=")
			call, _, _ = strings.Cut(after, "&")
			answer = a.sts
		}
		a.mu.Lock()
		a.calls = append(a.calls, call)
		a.mu.Unlock()
		status, text := answer(call)
		if strings.HasPrefix(text, "{") {
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		}
		w.WriteHeader(status)
		fmt.Fprint(w, text)
	}))
	t.Cleanup(a.server.Close)
	return a
}

// world is what check is run against.
type world struct {
	gateway *embedded.Gateway
	amazon  *amazon
	env     []string
	model   string
}

// newWorld returns one in which nothing fails. Its AWS settings are the process's own, so that a test with it is not parallel.
func newWorld(t *testing.T, o embedded.GatewayOptions) *world {
	t.Helper()
	gateway, err := embedded.StartGateway(o)
	require.NoError(t, err)
	t.Cleanup(gateway.Close)
	a := newAmazon(t)
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "eu-central-1",
		"AWS_ENDPOINT_URL_STS": a.server.URL, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	w := &world{gateway: gateway, amazon: a, env: []string{
		"CAMUNDA_CLIENT_GRPCADDRESS=http://" + gateway.Address(), "SECRET_KEY=AKIAORDERS", "SECRET_KEY_SECRET=hush-hush-hush",
	}}
	w.model = w.write(t, "")
	return w
}

// write writes a model whose task has these further input mappings.
func (w *world) write(t *testing.T, more string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "orders.bpmn")
	require.NoError(t, os.WriteFile(path, []byte(`<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="D" modeler:executionPlatform="Camunda Cloud">
<bpmn:process id="orders" isExecutable="true"><bpmn:serviceTask id="Send"><bpmn:extensionElements><zeebe:taskDefinition type="io.camunda:aws-eventbridge:1" /><zeebe:ioMapping>
<zeebe:input source="{{secrets.KEY}}" target="authentication.accessKey" />
<zeebe:input source="{{secrets.KEY_SECRET}}" target="authentication.secretKey" />
<zeebe:input source="eu-central-1" target="configuration.region" />
<zeebe:input source="`+w.amazon.server.URL+`" target="configuration.endpoint" />
<zeebe:input source="orders" target="input.eventBusName" />
<zeebe:input source="com.example" target="input.source" />
<zeebe:input source="Placed" target="input.detailType" />
<zeebe:input source="={a: 1}" target="input.detail" />
`+more+`
</zeebe:ioMapping></bpmn:extensionElements></bpmn:serviceTask></bpmn:process></bpmn:definitions>`), 0o600))
	return path
}

// findings runs check with --json and returns what it found, by part and name.
func (w *world) findings(t *testing.T, wantCode int, args ...string) map[string]check.Finding {
	t.Helper()
	got := call(t, w.env, append([]string{"check", "--json"}, args...)...)
	require.Equal(t, wantCode, got.code, "%s%s", got.stdout, got.stderr)
	var report struct {
		OK     bool
		Checks []check.Finding
	}
	require.NoError(t, json.Unmarshal([]byte(got.stdout), &report), got.stdout)
	assert.Equal(t, wantCode == cli.ExitOK, report.OK)
	all := map[string]check.Finding{}
	for _, f := range report.Checks {
		all[f.Part+" "+f.Name] = f
		assert.Equal(t, f.Verdict == check.Failed, f.Cure != "", "what failed has a cure, and nothing else has: %+v", f)
	}
	return all
}

func TestCheckOfAWorkerThatCouldWork(t *testing.T) {
	w := newWorld(t, embedded.GatewayOptions{Version: "8.8.3", KeepJobs: true})
	keys, err := w.gateway.AddJobs(embedded.Job{Type: "io.camunda:aws-eventbridge:1"})
	require.NoError(t, err)
	cluster := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		switch r.Method + " " + r.URL.Path {
		case "POST /v2/process-definitions/search":
			fmt.Fprint(out, `{"items":[{"processDefinitionKey":"2251799813685249","processDefinitionId":"orders"}],"page":{"totalItems":1}}`)
		case "GET /v2/process-definitions/2251799813685249/xml":
			text, _ := os.ReadFile(w.model)
			_, _ = out.Write(text)
		default:
			out.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(cluster.Close)
	w.env = append(w.env, "CAMUNDA_CLIENT_RESTADDRESS="+cluster.URL)
	all := w.findings(t, cli.ExitOK, w.model)
	for name, detail := range map[string]string{
		"configuration camunda.client.rest-address": `(environment variable CAMUNDA_CLIENT_RESTADDRESS)`,
		"gateway reached":          "Camunda 8.8.3, brokers: 1 of 1, partitions: 1",
		"gateway identity":         "accepted: none",
		"gateway tenants":          "jobs of the default tenant can be asked for",
		"models orders":            "the deployed definition 2251799813685249 can be read",
		"secrets environment":      "2 variables begin with SECRET_",
		"secrets KEY_SECRET":       "has a value in environment",
		"tasks tasks":              "the models have 1",
		"aws region":               "eu-central-1",
		"aws key:KEY":              "arn:aws:iam::123456789012:user/orders (key:KEY)",
		"aws event bus orders":     "arn:aws:events:eu-central-1:123456789012:event-bus/orders is there",
		"aws endpoint " + w.host(): "is allowed",
		"aws worker":               "no task of the models uses the default credentials chain",
		"configuration settings":   "2 given",
	} {
		assert.Contains(t, all[name].Detail, detail, name)
		assert.NotEqual(t, check.Failed, all[name].Verdict, name)
	}
	r, ok := w.gateway.ReportOf(keys[0])
	require.True(t, ok)
	assert.Equal(t, embedded.StateWaiting, r.State, "it takes no job")
	assert.Zero(t, r.Activations)
	assert.ElementsMatch(t, []string{"GetCallerIdentity", "AWSEvents.DescribeEventBus"}, w.amazon.calls, "it sends no event")
	text := call(t, w.env, "check", w.model)
	assert.Equal(t, cli.ExitOK, text.code)
	assert.Contains(t, text.stdout, "\n  ✓ tenants ")
	assert.True(t, strings.HasSuffix(text.stdout, "\nnothing failed\n"))
	assert.Equal(t, text.stdout, call(t, w.env, "check", w.model).stdout, "it is the same each time")
	for _, secret := range []string{"hush-hush-hush", "AKIAORDERS"} {
		assert.NotContains(t, text.stdout+text.stderr, secret)
	}
}

// TestCheckOfAnOlderClusterIsAsRunHasIt: run reads no model of a cluster before 8.8.
func TestCheckOfAnOlderClusterIsAsRunHasIt(t *testing.T) {
	w := newWorld(t, embedded.GatewayOptions{Version: "8.7.4"})
	w.env = append(w.env, "CAMUNDA_CLIENT_RESTADDRESS=http://"+nowhere(t))
	all := w.findings(t, cli.ExitOK, w.model)
	rest := all["models REST API"]
	assert.Equal(t, check.Unknown, rest.Verdict)
	assert.Contains(t, rest.Detail, "the cluster is of Camunda 8.7.4, which gives out no models")
	assert.NotContains(t, all, "gateway version")

	w.model = w.write(t, `<zeebe:input source="{{secrets.KEY}}" target="input.traceHeader" />`)
	f := w.findings(t, cli.ExitFailure, w.model)["secrets KEY"]
	assert.Contains(t, f.Detail+f.Cure, "is no field of an access key")
	w.env = append(w.env, "CAMUNDA_CONNECTOR_SECRETRESOLVER_SECRETFILTER_MODE=DISABLED")
	w.findings(t, cli.ExitOK, w.model)

	w = newWorld(t, embedded.GatewayOptions{Version: "8.4.9"})
	all = w.findings(t, cli.ExitOK)
	assert.Contains(t, all["gateway version"].Detail, "Camunda 8.4.9 is older than 8.5")
}

func (w *world) host() string { return strings.TrimPrefix(w.amazon.server.URL, "http://") }

// nowhere returns an address where nobody listens.
func nowhere(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is closed at once
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// TestEachFaultHasItsCure breaks one thing at a time.
func TestEachFaultHasItsCure(t *testing.T) {
	authorization := func(status int, body string) *httptest.Server {
		return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}))
	}
	oidc := func(w *world, url string) {
		w.env = append(w.env, "CAMUNDA_CLIENT_AUTH_METHOD=oidc", "CAMUNDA_CLIENT_AUTH_CLIENTID=worker", "CAMUNDA_CLIENT_AUTH_CLIENTSECRET=very-secret-word", "CAMUNDA_CLIENT_AUTH_TOKENURL="+url)
	}
	for _, tt := range []struct {
		name         string
		gateway      embedded.GatewayOptions
		change       func(t *testing.T, w *world)
		mapping      string // of the model, added
		failed       string // part and name
		detail, cure string
		unknown      []string
	}{
		{
			name: "no gateway", change: func(t *testing.T, w *world) {
				t.Helper()
				w.env[0] = "CAMUNDA_CLIENT_GRPCADDRESS=http://" + nowhere(t)
			},
			failed: "gateway reached", detail: "connection refused", cure: "nothing listens there", unknown: []string{"gateway identity", "gateway tenants"},
		},
		{
			name: "a gateway that wants other credentials", change: func(_ *testing.T, w *world) { w.refuse("", codes.Unauthenticated, "expected bearer token") },
			failed: "gateway identity", detail: "expected bearer token", cure: "camunda.client.auth.method", unknown: []string{"gateway tenants"},
		},
		{
			name: "a gateway that tells its version to all and gives jobs to few", change: func(_ *testing.T, w *world) {
				w.refuse("ActivateJobs", codes.Unauthenticated, "expected bearer token")
			},
			failed: "gateway identity", detail: "expected bearer token", cure: "camunda.client.auth.method", unknown: []string{"gateway tenants"},
		},
		{
			name: "a token endpoint that refuses", change: func(t *testing.T, w *world) {
				t.Helper()
				s := authorization(401, `{"error":"invalid_client","error_description":"no very-secret-word here"}`)
				t.Cleanup(s.Close)
				oidc(w, s.URL+"/token")
			},
			failed: "gateway identity", detail: "HTTP 401: invalid_client", cure: "was the secret rotated?", unknown: []string{"gateway reached", "gateway tenants"},
		},
		{
			name: "no token endpoint", change: func(t *testing.T, w *world) {
				t.Helper()
				oidc(w, "http://"+nowhere(t)+"/token")
			},
			failed: "gateway identity", detail: "connection refused", cure: "look whether it can be reached from here", unknown: []string{"gateway tenants"},
		},
		{
			name: "a tenant that is refused", gateway: embedded.GatewayOptions{Tenants: []string{"a"}},
			change: func(_ *testing.T, w *world) { w.env = append(w.env, "CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTIDS=a,b") },
			failed: "gateway tenants", detail: "refused for b: ", cure: "assign it to the tenants",
		},
		{
			name: "tenants where there are none", change: func(_ *testing.T, w *world) { w.env = append(w.env, "CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTIDS=a") },
			failed: "gateway tenants", detail: "INVALID_ARGUMENT", cure: "name tenants that are there, or none",
		},
		{
			name: "no REST API", change: func(t *testing.T, w *world) {
				t.Helper()
				w.env = append(w.env, "CAMUNDA_CLIENT_RESTADDRESS=http://"+nowhere(t))
			},
			failed: "models REST API", detail: "connection refused", cure: "camunda.client.rest-address can be reached",
		},
		{
			name: "a REST API that forbids to read models", change: func(t *testing.T, w *world) {
				t.Helper()
				s := authorization(403, `{"title":"FORBIDDEN"}`)
				t.Cleanup(s.Close)
				w.env = append(w.env, "CAMUNDA_CLIENT_RESTADDRESS="+s.URL)
			},
			failed: "models REST API", detail: "HTTP 403", cure: "READ_PROCESS_DEFINITION",
		},
		{
			name: "another server in the place of the REST API", change: func(t *testing.T, w *world) {
				t.Helper()
				s := authorization(200, `{"hello":1}`)
				t.Cleanup(s.Close)
				w.env = append(w.env, "CAMUNDA_CLIENT_RESTADDRESS="+s.URL)
			},
			failed: "models REST API", detail: "is no list of process definitions", cure: "camunda.client.rest-address",
		},
		{
			name: "a secret where none resolves without a deployed model", mapping: `<zeebe:input source="{{secrets.KEY}}" target="input.traceHeader" />`,
			failed: "secrets KEY", detail: "Send: input.traceHeader: is no field of an access key", cure: "set camunda.client.rest-address",
		},
		{
			name: "another server in the place of STS", change: func(_ *testing.T, w *world) { w.amazon.sts = func(string) (int, string) { return 400, `{"hello":1}` } },
			failed: "aws key:KEY", detail: "the answer was HTTP 400, without a code of AWS", cure: "AWS_ENDPOINT_URL_STS", unknown: []string{"aws event bus orders"},
		},
		{
			name: "a secret that nobody has", mapping: `<zeebe:input source="{{secrets.my.token}}" target="authentication.sessionToken" />`,
			failed: "secrets my.token", detail: "no provider has this secret", cure: "the environment variable SECRET_my_token",
		},
		{
			name: "a directory of secrets that is not there", change: func(_ *testing.T, w *world) {
				w.env = append(w.env, "CAMUNDA_CONNECTOR_SECRETPROVIDER_FILES_DIRECTORY=/nowhere/at/all")
			},
			failed: "secrets settings", detail: "no such file or directory", cure: "mend the setting", unknown: []string{"aws key:KEY", "aws event bus orders"},
		},
		{
			name: "a CA file that is not there", change: func(_ *testing.T, w *world) {
				w.env = append(w.env, "CAMUNDA_CLIENT_CACERTIFICATEPATH=/nowhere/ca.pem")
			},
			failed: "gateway settings", detail: "no such file or directory", cure: "mend the setting",
		},
		{
			name: "a key that AWS does not know", change: func(_ *testing.T, w *world) { w.amazon.sts = func(string) (int, string) { return 403, noKey } },
			failed: "aws key:KEY", detail: "InvalidClientTokenId", cure: "AWS does not know the access key", unknown: []string{"aws event bus orders"},
		},
		{
			name: "no way to STS", change: func(t *testing.T, _ *world) {
				t.Helper()
				t.Setenv("AWS_ENDPOINT_URL_STS", "http://"+nowhere(t))
			},
			failed: "aws key:KEY", detail: "connection refused", cure: "look whether sts in this region can be reached", unknown: []string{"aws event bus orders"},
		},
		{
			name: "a worker without an identity", mapping: `<zeebe:input source="defaultCredentialsChain" target="authentication.type" />`,
			failed: "aws worker", detail: "finds no credentials", cure: "give the worker an identity", unknown: []string{"aws event bus orders"},
		},
		{
			name: "a role that cannot be assumed", mapping: `<zeebe:input source="arn:aws:iam::210987654321:role/send" target="authentication.roleArn" />`,
			change: func(_ *testing.T, w *world) {
				w.amazon.sts = func(action string) (int, string) {
					if action == "AssumeRole" {
						return 403, `<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>`
					}
					return 200, whoAmI
				}
			},
			failed: "aws arn:aws:iam::210987654321:role/send", detail: "key:KEY cannot assume the role: STS AssumeRole: AccessDenied", cure: "trust policy", unknown: []string{"aws event bus orders"},
		},
		{
			name: "no such event bus", change: func(_ *testing.T, w *world) {
				w.amazon.events = func(string) (int, string) {
					return 400, `{"__type":"ResourceNotFoundException","message":"Event bus orders does not exist."}`
				}
			},
			failed: "aws event bus orders", detail: "input.eventBusName: there is none in eu-central-1 for key:KEY", cure: "make the event bus",
		},
		{
			name: "a mistake of the model", mapping: `<zeebe:input source="=1 +" target="input.source" />`,
			failed: "tasks Send", detail: "input.source: the expression cannot be read", cure: "mend the model",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, tt.gateway)
			model := w.write(t, tt.mapping)
			if tt.change != nil {
				tt.change(t, w)
			}
			all := w.findings(t, cli.ExitFailure, "--timeout", "30s", model)
			got := all[tt.failed]
			assert.Equal(t, check.Failed, got.Verdict, "%+v", all)
			assert.Contains(t, got.Detail, tt.detail)
			assert.Contains(t, got.Cure, tt.cure)
			for _, name := range tt.unknown {
				assert.Equal(t, check.Unknown, all[name].Verdict, "%s: %+v", name, all[name])
			}
			text, err := json.Marshal(all)
			require.NoError(t, err)
			for _, secret := range []string{"very-secret-word", "hush-hush-hush", "AKIAORDERS"} {
				assert.NotContains(t, string(text), secret)
			}
		})
	}
}

// refuse has the gateway refuse calls of this method, of all if it is empty.
func (w *world) refuse(method string, code codes.Code, message string) {
	w.gateway.SetFault(func(c embedded.Call) embedded.Fault {
		if method == "" || c.Method == method {
			return embedded.Fault{Code: code, Message: message}
		}
		return embedded.Fault{}
	})
}

func TestAGatewayThatNeverAnswersEndsInTime(t *testing.T) {
	w := newWorld(t, embedded.GatewayOptions{})
	never := make(chan struct{})
	defer close(never)
	w.gateway.SetFault(func(embedded.Call) embedded.Fault { return embedded.Fault{Hold: never} })
	got := call(t, w.env, "check", "--json", "--timeout", "200ms")
	assert.Equal(t, cli.ExitFailure, got.code)
	assert.Contains(t, got.stdout, "DEADLINE_EXCEEDED")
}

func TestWhatCheckCannotTell(t *testing.T) {
	w := newWorld(t, embedded.GatewayOptions{})
	w.amazon.events = func(string) (int, string) {
		return 400, `{"__type":"AccessDeniedException","message":"not authorized to perform: events:DescribeEventBus"}`
	}
	all := w.findings(t, cli.ExitOK, w.model)
	assert.Equal(t, check.Unknown, all["aws event bus orders"].Verdict, "a worker need not be allowed to describe its buses")
	assert.Contains(t, all["aws event bus orders"].Detail, "key:KEY may not call events:DescribeEventBus, which sending does not need")

	all = w.findings(t, cli.ExitOK, w.write(t, `<zeebe:input source="=bus" target="input.eventBusName" />`))
	assert.Contains(t, all["aws event bus"].Detail, "the model computes the event bus")

	before := len(w.amazon.calls)
	all = w.findings(t, cli.ExitOK, w.write(t, `<zeebe:input source="https://elsewhere.example" target="configuration.endpoint" />`))
	assert.Contains(t, all["aws event bus orders"].Detail, "not asked at elsewhere.example, which nobody but the model allows")
	assert.Equal(t, []string{"GetCallerIdentity"}, w.amazon.calls[before:], "nothing is signed for a host that a file alone names")

	w.refuse("Topology", codes.PermissionDenied, "not for you")
	all = w.findings(t, cli.ExitOK)
	assert.Contains(t, all["gateway reached"].Detail, "it does not tell this identity its version")
	w.refuse("ActivateJobs", codes.ResourceExhausted, "busy")
	assert.Equal(t, check.Unknown, w.findings(t, cli.ExitOK)["gateway tenants"].Verdict)
	w.gateway.SetFault(nil)
	assert.Equal(t, check.Unknown, all["aws worker"].Verdict, "without models it is not known whether the worker needs an identity")
	assert.Equal(t, check.Skipped, all["aws event buses"].Verdict)
	assert.Equal(t, check.Skipped, all["models REST API"].Verdict)

	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAWORKER")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hush-hush-hush")
	assert.Contains(t, w.findings(t, cli.ExitOK)["aws worker"].Detail, "arn:aws:iam::123456789012:user/orders (default credentials chain)")
}

func TestCheckIsToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		env    []string
		args   []string
		code   int
		stderr string
	}{
		{"a setting", []string{"SERVER_PORT=http"}, nil, cli.ExitUsage, "server.port: found"},
		{"a flag", nil, []string{"--timeout", "soon"}, cli.ExitUsage, "--timeout"},
		{"no time", nil, []string{"--timeout", "0s"}, cli.ExitUsage, "expected a duration above 0"},
		{"no model", nil, []string{"/nowhere.bpmn"}, cli.ExitUnreadable, "/nowhere.bpmn"},
		{"another file", nil, []string{"../../README.md", "../../go.mod"}, cli.ExitUnreadable, "go.mod: line 1, column 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := call(t, tt.env, append([]string{"check"}, tt.args...)...)
			assert.Equal(t, tt.code, got.code)
			assert.Contains(t, got.stderr, tt.stderr)
			assert.Empty(t, got.stdout)
		})
	}
}
