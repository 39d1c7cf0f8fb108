// Command canary searches every byte that leaves the worker and its commands for secrets. It plays the jobs of the
// contract, and jobs that have secrets wherever they could come out again, with the real binary: at log level debug, as
// text and as JSON, with traces, metrics and health. Everything is searched in every form in which a text may be written.
// What may hold a secret stands in permitted.go, with the rule. At the end each form is planted into each stream, and must
// be found.
//
//	go run ./test/canary [-binary FILE] [-recorded FOLDER]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/test/canary/leak"
	"github.com/eventbridge-connector/eventbridge-connector/test/contract/cases"
	"github.com/eventbridge-connector/eventbridge-connector/test/contract/play"
	"github.com/eventbridge-connector/eventbridge-connector/test/process"
)

func main() {
	binary := flag.String("binary", "", "the worker's binary; empty = build it")
	recorded := flag.String("recorded", "", "a folder of recorded jobs that are played as well")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, *binary, *recorded)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "canary:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, binary, recorded string) error {
	began := time.Now()
	binary, remove, err := process.Worker(ctx, binary)
	if err != nil {
		return err
	}
	defer remove()
	suite, err := readSuite(recorded)
	if err != nil {
		return err
	}
	s := newStreams()
	jobs, err := suite.play(ctx, binary, s)
	err = errors.Join(err, runCommands(ctx, binary, s))
	marks := allMarks()
	hits, bytesRead := leak.SearchAll(s, marks)
	for _, h := range hits {
		fmt.Fprintln(out, "FOUND", h)
	}
	err = errors.Join(err, prove(out, s, marks))
	fmt.Fprintf(out, "canary: %d jobs, %d streams, %d bytes searched for %d secrets in %d forms: %d found (%s)\n",
		jobs, len(s.Names()), bytesRead, len(marks), leak.FormCount(marks), len(hits), time.Since(began).Round(time.Second/10))
	if len(hits) > 0 {
		err = errors.Join(err, fmt.Errorf("secrets left the process in %d places", len(hits)))
	}
	return err
}

func newStreams() *leak.Streams { return leak.NewStreams(kept) }

// suite is what is played, by profile.
type suite struct {
	profiles map[string]play.Profile
	cases    map[string][]*play.Case
}

func readSuite(folder string) (*suite, error) {
	all, err := play.ReadCases(cases.Folder)
	if err != nil {
		return nil, err
	}
	profiles, err := play.ReadProfiles(cases.Folder)
	if err != nil {
		return nil, err
	}
	if folder != "" {
		more, theirs, err := play.ReadRecorded(os.DirFS(folder))
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
		maps.Copy(profiles, theirs)
	}
	own, err := plantedCases()
	if err != nil {
		return nil, err
	}
	all = append(all, own...)
	p := planted()
	out := &suite{profiles: map[string]play.Profile{}, cases: map[string][]*play.Case{}}
	for name, p := range profiles {
		instead := exchange(&p)
		out.profiles[name] = p
		for i := range all {
			if all[i].Profile == name {
				exchangeIn(&all[i], instead)
			}
		}
	}
	out.profiles[p.Name] = p
	for i := range all {
		out.cases[all[i].Profile] = append(out.cases[all[i].Profile], &all[i])
	}
	return out, nil
}

// play has workers do all jobs twice: with the log as text and as JSON. It returns how many jobs that were.
func (s *suite) play(ctx context.Context, binary string, out *leak.Streams) (jobs int, err error) {
	collector := startCollector(out.Write)
	defer collector.Close()
	for _, format := range []string{"text", "json"} {
		stage := &play.Stage{Binary: binary, Outlet: func(where string, data []byte) { out.Write(streamName(where, format), data) }, Midway: scrape(out), Fetched: []string{"traceparent", "tracestate"}, Env: map[string]string{
			"LOGGING_LEVEL_ROOT": "debug", "LOGGING_FORMAT": format, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.URL, "OTEL_BSP_SCHEDULE_DELAY": "100",
			"OTEL_EXPORTER_OTLP_HEADERS": "api-key=" + collectorKey, "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
			"CAMUNDA_CLIENT_AUTH_METHOD": "basic", "CAMUNDA_CLIENT_AUTH_USERNAME": "worker", "CAMUNDA_CLIENT_AUTH_PASSWORD": gatewayPassword,
		}}
		results, failed := stage.PlayAll(ctx, s.profiles, s.cases)
		err = errors.Join(err, failed)
		jobs += len(results)
		for _, r := range results {
			if r.Stuck != "" {
				err = errors.Join(err, fmt.Errorf("profile %s: %s: %s", r.Case.Profile, r.Case.Name, r.Stuck))
			}
		}
	}
	return jobs, err
}

// streamName tells logs of different forms apart.
func streamName(where, format string) string {
	if where == "stdout" || where == "stderr" {
		return where + ", log as " + format
	}
	return where
}

// scraped are the paths of the worker's own HTTP server, some of which other runtimes have.
var scraped = []string{
	"/actuator", "/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness", "/actuator/health/startup", "/actuator/prometheus",
	"/actuator/info", "/actuator/loggers", "/actuator/env", "/actuator/configprops", "/actuator/metrics", "/metrics", "/debug/pprof/heap?debug=1", "/debug/vars", "/",
}

func scrape(out *leak.Streams) func(context.Context, func(string) []byte) error {
	return func(_ context.Context, get func(string) []byte) error {
		for _, path := range scraped {
			out.Write("HTTP "+path, get(path))
		}
		return nil
	}
}
