package cli

import (
	"bytes"
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
)

// outlets are the ways by which a text can leave the process, and the only files that may open one: each masks what passes.
// A line of internal/cli that is for the user of a command is not among them: it prints what that user gave it.
var outlets = map[string][]string{
	"log/slog.New": {"internal/cli/log.go"}, "log/slog.Default": nil, "log/slog.SetDefault": nil,
	"log/slog.NewTextHandler": {"internal/cli/log.go"}, "log/slog.NewJSONHandler": {"internal/cli/log.go"},
	"log/slog.Info": nil, "log/slog.Warn": nil, "log/slog.Error": nil, "log/slog.Debug": nil, "log/slog.Log": nil,
	"log.New": nil, "log.Print": nil, "log.Printf": nil, "log.Println": nil, "log.Fatal": nil, "log.Fatalf": nil, "log.Panic": nil,
	"log.SetOutput": {"internal/outlet/standard.go"},
	"os.Stdout":     {"cmd/eventbridge-connector/main.go", "internal/expression/jq/jqtest/jqtest.go"}, "os.Stderr": {"cmd/eventbridge-connector/main.go", "internal/expression/jq/jqtest/jqtest.go"},
	"net/http.Server":         {"internal/actuator/server.go", "internal/cli/playground.go"},
	"net/http.ListenAndServe": nil, "net/http.Handle": nil, "net/http.HandleFunc": nil,
	"github.com/prometheus/client_golang/prometheus/promhttp.Handler":    nil,
	"github.com/prometheus/client_golang/prometheus/promhttp.HandlerFor": {"internal/actuator/metrics.go"},
	"github.com/prometheus/client_golang/prometheus.DefaultRegisterer":   nil,
	"github.com/prometheus/client_golang/prometheus.NewRegistry":         {"internal/actuator/metrics.go"},
	"go.opentelemetry.io/otel/sdk/trace.NewTracerProvider":               {"internal/trace/trace.go"},
	"go.opentelemetry.io/otel/sdk/trace.WithBatcher":                     {"internal/trace/trace.go"},
	"go.opentelemetry.io/otel/sdk/trace.WithSyncer":                      nil,
	"go.opentelemetry.io/otel/sdk/trace.WithSpanProcessor":               nil,
	"go.opentelemetry.io/otel.SetTracerProvider":                         nil,
}

// TestTextsLeaveTheProcessByTheOutletAlone walks through the source: nothing opens a way past the masks. Embedded servers and
// the bench are not part of a worker.
func TestTextsLeaveTheProcessByTheOutletAlone(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, folder := range []string{"cmd", "internal"} {
		require.NoError(t, filepath.WalkDir(root+folder, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			name = strings.TrimPrefix(filepath.ToSlash(name), root)
			if strings.HasPrefix(name, "internal/embedded/") || strings.HasPrefix(name, "internal/testkit/") {
				return nil
			}
			for _, way := range waysOut(t, root+name) {
				used[way] = true
				assert.True(t, slices.Contains(outlets[way], name), "%s opens a way out of the process that nothing masks: %s", name, way)
			}
			return nil
		}))
	}
	for way, files := range outlets {
		assert.Equal(t, len(files) > 0, used[way], "%s: the list is not up to date", way)
	}
	source, err := os.ReadFile(root + "internal/cli/log.go")
	require.NoError(t, err)
	assert.Equal(t, strings.Count(string(source), "slog.New("), strings.Count(string(source), "slog.New(levels.Handler(secrets.Handler("), "each logger is masked")
}

// waysOut finds the uses of what outlets names. A logger that discards everything is none.
func waysOut(t *testing.T, name string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	require.NoError(t, err)
	packages := map[string]string{}
	for _, i := range file.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		require.NoError(t, err)
		local := path[strings.LastIndexByte(path, '/')+1:]
		if i.Name != nil {
			local = i.Name.Name
		}
		packages[local] = path
	}
	var found []string
	discards := map[ast.Node]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if len(n.Args) == 1 {
				if arg, ok := n.Args[0].(*ast.SelectorExpr); ok && arg.Sel.Name == "DiscardHandler" {
					discards[n.Fun] = true
				}
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Obj == nil && !discards[n] {
				way := packages[x.Name] + "." + n.Sel.Name
				if _, watched := outlets[way]; watched {
					found = append(found, way)
				}
			}
		}
		return true
	})
	return found
}

// counted is an observer of which only the codes matter.
type counted struct {
	observer
	codes []string
}

func (c *counted) Failed(code string) { c.codes = append(c.codes, code) }
func (c *counted) Attempted(_ context.Context, _ time.Duration, _ int, code string) {
	c.codes = append(c.codes, code)
}
func (c *counted) Sent(_, _ int, code string) { c.codes = append(c.codes, code) }

func TestCodesAreMaskedBeforeTheyBecomeLabels(t *testing.T) {
	t.Parallel()
	secrets := outlet.New()
	secrets.Note("s3cr3t")
	c := &counted{}
	o := maskedObserver{c, secrets}
	o.Failed("s3cr3t")
	o.Attempted(t.Context(), time.Second, 1, "x s3cr3t")
	o.Sent(1, 1, "s3cr3t")
	assert.Equal(t, []string{"***", "x ***", "***"}, c.codes)
}

func TestSecretsOfTheProcessItselfAreMasked(t *testing.T) {
	t.Parallel()
	env := []string{
		"CAMUNDA_CLIENT_AUTH_CLIENTID=connectors", "CAMUNDA_CLIENT_AUTH_CLIENTSECRET=cl1ent-s3cr3t", "AWS_SECRET_ACCESS_KEY=ambient-key", "AWS_SESSION_TOKEN=ambient-token",
		"OTEL_EXPORTER_OTLP_HEADERS=a=1,authorization=Bearer%20otlp-token", "CAMUNDA_CLIENT_AUTH_TOKENURL=https://login.example/token",
	}
	secrets := outlet.New()
	secrets.Keep(ownSecrets(loadConfig(t, nil, env), (&session{env: env}).lookup)...)
	var out bytes.Buffer
	log, _ := newLog(config.Log{Level: "info", Format: "json"}, &out, secrets)
	log.Info("m", "a", "cl1ent-s3cr3t", "b", "ambient-key ambient-token Bearer%20otlp-token", "c", "connectors")
	assert.Contains(t, out.String(), `"a":"***","b":"*** *** ***","c":"connectors"`)
	demo := loadConfig(t, nil, []string{"CAMUNDA_CLIENT_AUTH_USERNAME=demo", "CAMUNDA_CLIENT_AUTH_PASSWORD=demo"})
	assert.Empty(t, ownSecrets(demo, func(string) (string, bool) { return "", false }), "a short one stands in too many texts by chance")
}

// TestEveryOutletOfAWorkerIsGivenTheMask walks through what builds a worker.
func TestEveryOutletOfAWorkerIsGivenTheMask(t *testing.T) {
	t.Parallel()
	found := map[string]int{}
	for _, name := range []string{"run.go", "service.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			literal, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			made, ok := literal.Type.(*ast.SelectorExpr)
			if !ok || made.Sel.Name != "Options" {
				return true
			}
			from := made.X.(*ast.Ident).Name
			switch from {
			case "actuator", "trace", "connector":
				found[from]++
				assert.True(t, slices.ContainsFunc(literal.Elts, func(e ast.Expr) bool {
					pair, ok := e.(*ast.KeyValueExpr)
					return ok && pair.Key.(*ast.Ident).Name == "Mask"
				}), "%s: %s.Options is not given the mask", name, from)
			}
			return true
		})
	}
	assert.Equal(t, map[string]int{"actuator": 1, "trace": 1, "connector": 1}, found)
}
