package playground

import (
	"os"
	"testing"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression/jq/jqtest"
)

func TestMain(m *testing.M) { os.Exit(jqtest.Main(m).Run()) }
