package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
	"github.com/eventbridge-connector/eventbridge-connector/test/canary/leak"
	"github.com/eventbridge-connector/eventbridge-connector/test/process"
)

// searched is what came of the search for secrets in all that the workers of a scenario wrote.
type searched struct {
	bytes   int
	found   int // but for what the tool itself gave away
	own     int // what the tool itself gave away, and was found
	samples map[string][]byte
}

// sample is how many bytes of each stream are kept, for the plants.
const sample = 4000

// heard is a stream that must be there, and a text in it: where nothing is heard, no secret is found either.
type heard struct{ outlet, text string }

// What every scenario must hear, and what it must over each transport.
var (
	heardOverGRPC = []heard{
		{"gRPC metadata", "user-agent: "},
		{"gRPC StreamActivatedJobs", "input"},
		{"gRPC ActivateJobs", "input"},
		{"REST API head", "/v2/process-definitions/"},
	}
	heardOverREST = []heard{
		{"REST head", "User-Agent: "},
		{"REST head", "/v2/process-definitions/"},
		{"REST activation", "fetchVariable"},
	}
)

var heardAlways = []heard{
	{"log", "level"},
	{"token endpoint head", tokenPath},
	{"token endpoint body", "grant_type"},
	{"traces head", "/v1/traces"},
	{"traces body", "service.name"},
	{"HTTP /actuator/prometheus", "camunda_connector_outbound_invocations_total"},
	{"HTTP /actuator/health", "UP"},
}

// searchLeaks searches all that the workers wrote, once they have ended.
func (w *world) searchLeaks(ctx context.Context, r *result) {
	s := w.outside.heard
	for _, c := range w.workers {
		log, err := os.ReadFile(c.log)
		if err != nil {
			r.add(isOther, "%v", err)
		}
		s.Write("log", log)
	}
	for _, p := range w.proxies {
		if err := p.awaitIdle(ctx); err != nil {
			r.add(isOther, "%v", err)
		}
		for _, sent := range p.recordings() {
			if w.scenario.rest {
				readREST(sent.bytes(), s.Write)
			} else if err := readWire(sent.bytes(), s.Write); err != nil {
				r.add(isOther, "%v", err)
			}
		}
	}
	calls := heardOverGRPC
	if w.scenario.rest {
		calls = heardOverREST
	}
	for _, h := range slices.Concat(heardAlways, calls) {
		if !bytes.Contains(s.Of(h.outlet), []byte(h.text)) {
			r.add(isOther, "what left by %s does not hold %q: it is not listened to", h.outlet, h.text)
		}
	}
	r.searched.samples = map[string][]byte{}
	for _, name := range s.Names() {
		all := s.Of(name)
		r.searched.samples[name] = all[:min(len(all), sample)]
	}
	hits, read := leak.SearchAll(s, marks())
	r.searched.bytes = read
	r.addLeaks(hits, w.scenario.leaks)
}

// addLeaks adds a problem of every secret that was found. Where the tool itself gave secrets away one must be found.
func (r *result) addLeaks(hits []leak.Hit, own []string) {
	found := map[string]bool{}
	for _, h := range hits {
		found[h.Outlet] = true
		if slices.Contains(own, h.Outlet) {
			r.searched.own++
			r.add(isLeak, "%s", h)
			continue
		}
		r.searched.found++
		k := isLeak
		if len(own) > 0 {
			k = isOther // the leaks of the tool do not excuse it
		}
		r.add(k, "%s", h)
	}
	for _, outlet := range own {
		if !found[outlet] {
			r.add(isOther, "the search found no secret in %s, expected it to find the one that the tool wrote", outlet)
		}
	}
}

// awaitIdle waits until all connections of the worker that has ended were read to their end.
func (p *proxy) awaitIdle(ctx context.Context) error {
	for deadline := time.Now().Add(time.Minute); !p.idle(); {
		if time.Now().After(deadline) {
			return fmt.Errorf("%w: a connection of a worker that has ended is still open", errNotInTime)
		}
		if err := pace.Sleep(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// scraped are the paths of the workers' own HTTP servers.
var scraped = []string{"/actuator/prometheus", "/actuator/health", "/actuator/health/readiness", "/actuator/info", "/actuator/loggers", "/actuator/env", "/"}

// scrape keeps what the workers' own HTTP servers answer.
func (w *world) scrape(ctx context.Context) error {
	for _, c := range w.workers {
		if c.Ended() {
			continue
		}
		log, err := os.ReadFile(c.log)
		if err != nil {
			return err
		}
		url := process.HealthURL(log)
		if url == "" {
			return fmt.Errorf("found no line with the address of the health in %s, expected one", c.log)
		}
		for _, path := range scraped {
			if err := w.get(ctx, url, path); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) get(ctx context.Context, url, path string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	_, answer, err := process.Exchange(ctx, http.MethodGet, url+path, "")
	if err == nil {
		w.outside.heard.Write("HTTP "+path, answer)
	}
	return err
}

// summarizeLeaks plants every secret in every form into a sample of each stream, where each must be found, and says what was
// searched and found.
func summarizeLeaks(out io.Writer, results []*result) error {
	samples := map[string][]byte{}
	var total searched
	for _, r := range results {
		total.bytes += r.searched.bytes
		total.found += r.searched.found
		total.own += r.searched.own
		maps.Copy(samples, r.searched.samples)
	}
	s, all := leak.NewStreams(nil), marks()
	for name, text := range samples {
		s.Write(name, text)
	}
	plants, missed := leak.Plant(s, all)
	if plants == 0 {
		missed = append(missed, errors.New("found no stream to plant a secret into, expected some"))
	}
	proof := fmt.Sprintf("%d plants, %d missed", plants, len(missed))
	if total.own > 0 {
		proof += fmt.Sprintf("; %d that the tool gave away, all found", total.own)
	}
	fmt.Fprintf(out, "canary: %d streams, %d bytes searched for %d secrets in %d forms: %d found (%s)\n",
		len(samples), total.bytes, len(all), leak.FormCount(all), total.found, proof)
	return errors.Join(missed...)
}

// giveAway does what a leaking worker would do: it writes secrets to the log, to the token endpoint, the REST API and the
// collector, each in another form.
func (w *world) giveAway(ctx context.Context) error {
	secrets := map[string]leak.Mark{}
	for _, m := range marks() {
		secrets[m.Name] = m
	}
	form := func(mark, name string) string {
		for _, f := range secrets[mark].Forms {
			if f.Name == name {
				return f.Text
			}
		}
		return "no form " + name
	}
	log, err := os.OpenFile(w.workers[0].log, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(log, "level=INFO msg=\"what a leaking worker logs\"%s\n", leak.Splits(secrets["plain"].Value)[0].Text)
	if err = errors.Join(err, log.Close()); err != nil {
		return err
	}
	for _, l := range [...]struct{ method, path, body string }{
		{"GET", "/v2/process-definitions/1/xml?q=" + form("percent", "percent-encoded throughout in small letters"), ""},
		{"POST", tokenPath, "grant_type=client_credentials&scope=" + form("letters", "percent-encoded, + for a blank")},
		{"POST", "/v1/traces", form("signs", "HTML")},
	} {
		if _, _, err := process.Exchange(ctx, l.method, w.outside.url+l.path, l.body); err != nil {
			return err
		}
	}
	return nil
}
