package connector

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// What the connector reads of a job is in the list of fields, and the other way round: each field has a reader that
// complains, by the field's name, of a value that it cannot take.
func TestEveryFieldIsRead(t *testing.T) {
	t.Parallel()
	for _, f := range Fields() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			switch f.Place {
			case InTaskDefinition:
				assert.Equal(t, "retries", f.Name, "the broker's own")
			case InHeader:
				assert.True(t, slices.Contains(ourHeaders, f.Name))
			case InVariable:
				section, name, _ := strings.Cut(f.Name, ".")
				wrong := `{"no":["value"]}`
				switch name {
				case "detail":
					wrong = `null` // anything else is a payload
				case "events":
					wrong = `[]` // an object alone is an event
				}
				raw := map[string]string{
					"authentication": `{"type":"temporaryCredentials","accessKey":"a","secretKey":"b","sessionToken":"c"}`,
					"configuration":  `{"region":"eu-central-1"}`,
					"input":          `{"eventBusName":"b","source":"s","detailType":"d","detail":{}}`,
				}
				if raw[section] = strings.TrimSuffix(raw[section], "}") + `,"` + name + `":` + wrong + `}`; name == "" {
					raw[section] = `["no","object"]`
				}
				var variables []secret.Variable
				for section, json := range raw {
					variables = append(variables, secret.Variable{Name: section, JSON: []byte(json)})
				}
				_, err := (&binder{warn: func(string, ...any) {}}).bindInput(variables)
				require.NotNil(t, err)
				assert.Contains(t, err.Message, f.Name)
			}
		})
	}
}

func TestNoFieldIsReadThatTheListDoesNotHave(t *testing.T) {
	t.Parallel()
	known := map[string]bool{"authentication": true, "configuration": true, "input": true, "awsCredential": true, "region": true}
	for _, f := range Fields() {
		known[f.Name[strings.LastIndexByte(f.Name, '.')+1:]] = true
	}
	var files []*ast.File
	for _, name := range []string{"input.go", "target.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		files = append(files, file)
	}
	read := 0
	look := func(e ast.Expr) {
		if literal, ok := e.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			name, err := strconv.Unquote(literal.Value)
			require.NoError(t, err)
			assert.True(t, known[name], "the connector reads %s, which is no field", name)
			read++
		}
	}
	visit := func(n ast.Node) bool { // looks at required("source"), f.get("type"), secret.RawOf(variables, "input") and their like
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		name := ""
		switch f := call.Fun.(type) {
		case *ast.Ident:
			name = f.Name
		case *ast.SelectorExpr:
			name = f.Sel.Name
		}
		switch name {
		case "required", "optional", "given", "credential", "get", "RawOf":
			look(call.Args[len(call.Args)-1])
		}
		return true
	}
	for _, file := range files {
		ast.Inspect(file, visit)
	}
	assert.Greater(t, read, 20)
}
