package simulate

import (
	"fmt"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Doubts says why AWS would not take a request that the connector sends. What it says holds no values.
func Doubts(r *eventbridge.Request) []string {
	var doubts []string
	for i, e := range r.Entries {
		name := "the event"
		if len(r.Entries) > 1 {
			name = fmt.Sprintf("event %d", i+1)
		}
		if kind := jsonvalue.RawKind([]byte(e.Detail)); kind != jsonvalue.KindObject {
			doubts = append(doubts, fmt.Sprintf("AWS will reject %s as malformed: its detail must be a JSON object, but is %s", name, withArticle(kind)))
		}
		if strings.HasPrefix(e.Source, "aws.") {
			doubts = append(doubts, fmt.Sprintf("AWS will reject %s: its source begins with aws., which is kept for AWS's own services", name))
		}
	}
	return doubts
}

func withArticle(k jsonvalue.Kind) string {
	switch k {
	case jsonvalue.KindNull:
		return "null"
	case jsonvalue.KindArray:
		return "an " + k.String()
	default:
		return "a " + k.String()
	}
}
