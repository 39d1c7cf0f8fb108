package expression

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression/jq/jqtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(jqtest.Main(m), goleak.IgnoreAnyFunction("github.com/dlclark/regexp2.runClock")) // it ends by itself when no match ran for a while
}
