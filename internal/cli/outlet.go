package cli

import (
	"context"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
)

// shortestOwn is the length of the shortest secret of the configuration that is masked. A shorter one, such as the password
// demo, stands in too many texts by chance.
const shortestOwn = 8

// ownSecrets are the secrets of the process itself: of the settings, and what AWS and OpenTelemetry read from the environment.
func ownSecrets(c *config.Config, lookup func(string) (string, bool)) []string {
	all := c.SecretTexts()
	for _, name := range []string{"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN"} {
		value, _ := lookup(name)
		all = append(all, value)
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"} {
		headers, _ := lookup(name)
		for pair := range strings.SplitSeq(headers, ",") {
			_, value, _ := strings.Cut(pair, "=")
			all = append(all, strings.TrimSpace(value))
		}
	}
	var long []string
	for _, value := range all {
		if len(value) >= shortestOwn {
			long = append(long, value)
		}
	}
	return long
}

// maskedObserver takes secrets out of what becomes a label: AWS chooses its error codes. A label stays for as long as the
// process runs, longer than a secret is remembered.
type maskedObserver struct {
	observer
	secrets *outlet.Registry
}

func (o maskedObserver) Failed(code string) { o.observer.Failed(o.secrets.Mask(code)) }

func (o maskedObserver) Attempted(ctx context.Context, took time.Duration, entries int, code string) {
	o.observer.Attempted(ctx, took, entries, o.secrets.Mask(code))
}

func (o maskedObserver) Sent(entries, attempts int, code string) {
	o.observer.Sent(entries, attempts, o.secrets.Mask(code))
}
