package expression

import (
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// documentFunction is the name of the function that asks the runtime to store a document.
const documentFunction = "createDocument"

// documentField is the field that marks what createDocument gives. Its value begins with documentMark, which no data of a
// process can know.
const documentField = "connectorResultFunction"

var documentMark = documentFunction + ":" + uuid.NewString()

// errDocument is a document that a result holds.
var errDocument = errors.New("createDocument asks to store a document, but this connector stores none: leave createDocument out and give the value itself")

// createDocument is a context around a value. Camunda's runtime stores a document for each one in a result. This connector has
// no store for documents, so that a result with one is an error; expressions may use the context in between.
func createDocument() feel.HostFunction {
	return feel.HostFunction{
		Name: documentFunction, Params: "value: any", Example: `createDocument("x").value`, Gives: `"x"`,
		Doc: "A context whose field value is the value. Camunda's runtime stores a document for it; here a result that holds one is an error.",
		Call: func(a []feel.Value) (any, error) {
			return jsonvalue.DistinctObject(member(documentField, documentMark), member("value", a[0])), nil
		},
	}
}

// holdsDocument says whether a result asks to store a document.
func holdsDocument(v jsonvalue.Value) bool {
	switch v := v.(type) {
	case []jsonvalue.Value:
		return slices.ContainsFunc(v, holdsDocument)
	case *jsonvalue.Object:
		for k, e := range v.All() {
			if mark, ok := e.(string); ok && k == documentField && strings.HasPrefix(mark, documentMark) || holdsDocument(e) {
				return true
			}
		}
	}
	return false
}
