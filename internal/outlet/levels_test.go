package outlet_test

import (
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
)

// levelled returns levels and a log with them that is written to the text. This test's records are of the package outlet_test.
func levelled(t *testing.T, configured string) (*outlet.Levels, *slog.Logger, *strings.Builder) {
	t.Helper()
	levels, err := outlet.NewLevels(configured, "worker", "outlet_test")
	require.NoError(t, err)
	var out strings.Builder
	return levels, slog.New(levels.Handler(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug - 8}))), &out
}

func TestALevelCanBeChangedWhileTheLogIsWritten(t *testing.T) {
	t.Parallel()
	levels, log, out := levelled(t, "info")
	derived := log.With("part", "a").WithGroup("g") // made before the change
	derived.Debug("one")
	require.NoError(t, levels.Set(outlet.Root, "debug"))
	derived.Debug("two")
	require.NoError(t, levels.Set(outlet.Root, "OFF"))
	derived.Error("three")
	require.NoError(t, levels.Set(outlet.Root, ""))
	derived.Debug("four")
	derived.Info("five")
	assert.NotContains(t, out.String(), "one")
	assert.Contains(t, out.String(), "msg=two part=a")
	assert.NotContains(t, out.String(), "three")
	assert.NotContains(t, out.String(), "four")
	assert.Contains(t, out.String(), "five", "the level of the configuration counts again")
}

func TestAPackageCanHaveALevelOfItsOwn(t *testing.T) {
	t.Parallel()
	levels, log, out := levelled(t, "warn")
	require.NoError(t, levels.Set("worker", "DEBUG"))
	log.Info("other package")
	require.NoError(t, levels.Set("outlet_test", "debug"))
	log.Debug("own package")
	require.NoError(t, levels.Set("outlet_test", "ERROR"))
	log.Warn("too little")
	require.NoError(t, levels.Set("outlet_test", ""))
	log.Warn("as the root")
	assert.NotContains(t, out.String(), "other package")
	assert.Contains(t, out.String(), "own package")
	assert.NotContains(t, out.String(), "too little")
	assert.Contains(t, out.String(), "as the root")
}

func TestLevelsTellWhatIsSet(t *testing.T) {
	t.Parallel()
	levels, _, _ := levelled(t, "trace")
	assert.Equal(t, []string{"ROOT", "outlet_test", "worker"}, levels.Names())
	assert.Equal(t, []string{"OFF", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"}, outlet.LevelNames())
	state := func(name string) [2]string {
		configured, effective, ok := levels.Level(name)
		require.True(t, ok, name)
		return [2]string{configured, effective}
	}
	assert.Equal(t, [2]string{"TRACE", "TRACE"}, state("ROOT"))
	assert.Equal(t, [2]string{"", "TRACE"}, state("worker"))
	require.NoError(t, levels.Set("worker", "Warn"))
	require.NoError(t, levels.Set("ROOT", "off"))
	assert.Equal(t, [2]string{"WARN", "WARN"}, state("worker"))
	assert.Equal(t, [2]string{"OFF", "OFF"}, state("ROOT"))
	_, _, ok := levels.Level("io.camunda")
	assert.False(t, ok)

	require.EqualError(t, levels.Set("io.camunda", "debug"), `logger: found "io.camunda", expected one of ROOT, outlet_test, worker`)
	require.EqualError(t, levels.Set("ROOT", "loud"), `level: found "loud", expected one of OFF, ERROR, WARN, INFO, DEBUG, TRACE`)
	_, err := outlet.NewLevels("loud")
	require.Error(t, err)
	assert.Equal(t, [2]string{"OFF", "OFF"}, state("ROOT"), "a refused change changes nothing")
}

func TestLevelsMayBeChangedByMany(t *testing.T) {
	t.Parallel()
	levels, err := outlet.NewLevels("info", "worker")
	require.NoError(t, err)
	log := slog.New(levels.Handler(slog.DiscardHandler))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				assert.NoError(t, levels.Set("worker", "debug"))
				log.Info("text")
				assert.NoError(t, levels.Set("worker", ""))
			}
		})
	}
	all.Wait()
	_, effective, _ := levels.Level("worker")
	assert.Equal(t, "INFO", effective)
}
