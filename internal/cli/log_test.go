package cli

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
)

func TestTheLogHasTheLevelAndFormatAskedFor(t *testing.T) {
	t.Parallel()
	for level, want := range map[string]string{
		"trace": "debug info warn error", "debug": "debug info warn error", "info": "info warn error", "warn": "warn error", "error": "error", "off": "",
	} {
		var out strings.Builder
		log, _ := newLog(config.Log{Level: level, Format: "json"}, &out, nil)
		log.Debug("debug")
		log.Info("info")
		log.Warn("warn")
		log.Error("error")
		var got []string
		for line := range strings.Lines(out.String()) {
			var record struct{ Message string }
			require.NoError(t, json.Unmarshal([]byte(line), &record))
			got = append(got, record.Message)
		}
		assert.Equal(t, want, strings.Join(got, " "), level)
	}
	var out strings.Builder
	log, _ := newLog(config.Log{Level: "info", Format: "text"}, &out, nil)
	log.Info("hello", "a", 1)
	assert.Contains(t, out.String(), "level=INFO msg=hello a=1")
}

func TestALogInJSONHasTheNamesOfTheElasticCommonSchema(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	log, _ := newLog(config.Log{Level: "info", Format: "json"}, &out, nil)
	log.Warn("job failed", "job_key", 7, "error_code", "THROTTLED", "error", errors.New("too fast"))
	var record map[string]any
	require.NoError(t, json.Unmarshal([]byte(out.String()), &record))
	at, err := time.Parse(time.RFC3339Nano, record["@timestamp"].(string))
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now(), at, time.Minute)
	delete(record, "@timestamp")
	assert.Equal(t, map[string]any{
		"log.level": "warn", "message": "job failed", "ecs.version": "8.17.0", "service.name": Name, "service.version": thisBuild().version,
		"job_key": 7.0, "error.code": "THROTTLED", "error.message": "too fast",
	}, record)
}

// TestNoAttributeIsAFieldSetOfTheElasticCommonSchema: there such a name is an object, and a text in its place makes
// Elasticsearch drop the whole line.
func TestNoAttributeIsAFieldSetOfTheElasticCommonSchema(t *testing.T) {
	t.Parallel()
	fieldSets := strings.Fields("agent client cloud code_signature container data_stream destination device dll dns ecs elf email entity error event faas file " +
		"gen_ai geo group hash host http interface labels log network observer orchestrator organization os package pe process registry related risk rule server " +
		"service source span tags threat tls tracing transaction url user user_agent vlan volume vulnerability x509")
	call := regexp.MustCompile(`(?s)\.(?:Debug|Info|Warn|Error|Log|WarnContext|With)\((.*?)\n`)
	key := regexp.MustCompile(`"([a-z_.]+)", `)
	seen := 0
	for _, folder := range []string{"cli", "connector", "worker", "zeebe", "actuator", "secret", "trace"} {
		files, err := filepath.Glob("../" + folder + "/*.go")
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, m := range call.FindAllStringSubmatch(string(source), -1) {
				for _, k := range key.FindAllStringSubmatch(m[1], -1) {
					name := k[1]
					if renamed, ok := ecsNames[name]; ok {
						name = renamed
					}
					assert.NotContains(t, fieldSets, name, file)
					seen++
				}
			}
		}
	}
	assert.Greater(t, seen, 30)
}

// TestEveryPackageThatLogsHasALogger reads which packages of the worker use slog.
func TestEveryPackageThatLogsHasALogger(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../*/*.go")
	require.NoError(t, err)
	found := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		if !strings.HasSuffix(file, "_test.go") && strings.Contains(string(source), `"log/slog"`) {
			found[filepath.Base(filepath.Dir(file))] = true
		}
	}
	delete(found, "outlet")   // makes handlers and writes nothing
	delete(found, "embedded") // is no part of the worker
	assert.ElementsMatch(t, slices.Collect(maps.Keys(found)), loggers)
}

func TestThePackageOfALineIsFound(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	log, levels := newLog(config.Log{Level: "warn", Format: "json"}, &out, outlet.New())
	log.Info("one")
	require.NoError(t, levels.Set("worker", "debug"))
	log.Info("two")
	require.NoError(t, levels.Set("cli", "debug"))
	log.Debug("three")
	assert.Equal(t, 1, strings.Count(out.String(), "\n"), out.String())
	assert.Contains(t, out.String(), `"message":"three"`)
}
