package expression

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression/jq/jqtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(jqtest.Main(m)) }
