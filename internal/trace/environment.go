package trace

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
)

// environment reads OpenTelemetry's variables. The exporters of OpenTelemetry read them as well, but pass over a wrong value
// with a log line; here a wrong value is an error that names the variable.
type environment struct {
	lookup func(name string) (string, bool)
}

// first returns the first of the variables that is set and not blank, with its name.
func (e environment) first(names ...string) (name, value string) {
	for _, name := range names {
		if v, ok := e.lookup(name); ok && strings.TrimSpace(v) != "" {
			return name, strings.TrimSpace(v)
		}
	}
	return names[0], ""
}

// on tells whether traces are asked for.
func (e environment) on() (bool, error) {
	if _, disabled := e.first("OTEL_SDK_DISABLED"); strings.EqualFold(disabled, "true") {
		return false, nil
	}
	_, endpoint := e.first("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
	exporter, _ := e.lookup("OTEL_TRACES_EXPORTER")
	switch exporter {
	case "":
		return endpoint != "", nil
	case "none":
		return false, nil
	case "otlp", "console":
		return true, nil
	}
	return false, fmt.Errorf("OTEL_TRACES_EXPORTER is %q; expected otlp, console or none", exporter)
}

// Check looks at the variables of OpenTelemetry: at all that are read if traces are asked for, else at the sampler alone, which
// is hardly set for nothing. The error has a line for each variable that is wrong.
func Check(lookup func(name string) (string, bool)) error {
	e := environment{lookup}
	on, err := e.on()
	_, disabled := e.first("OTEL_SDK_DISABLED")
	exporter, _ := e.lookup("OTEL_TRACES_EXPORTER")
	switch {
	case err != nil:
		return err
	case on:
		return e.check()
	case strings.EqualFold(disabled, "true") || exporter == "none":
		return nil
	}
	return e.checkSampler()
}

// check looks at all values that are read once traces are asked for.
func (e environment) check() error {
	checks := []func() error{e.checkSampler, e.checkLimits}
	if exporter, _ := e.lookup("OTEL_TRACES_EXPORTER"); exporter != "console" {
		checks = append([]func() error{e.checkProtocol, e.checkEndpoints, e.checkHeaders, e.checkUpload, e.checkFiles}, checks...)
	}
	var faults []error
	for _, check := range checks {
		faults = append(faults, check())
	}
	return errors.Join(faults...)
}

// both returns the names of a general variable of the OTLP exporter and of the one for traces, which wins.
func both(name string) []string {
	return []string{"OTEL_EXPORTER_OTLP_TRACES_" + name, "OTEL_EXPORTER_OTLP_" + name}
}

func (e environment) checkProtocol() error {
	for _, name := range both("PROTOCOL") {
		if protocol, _ := e.lookup(name); protocol != "" && protocol != "http/protobuf" && protocol != "grpc" {
			return fmt.Errorf("%s is %q; expected http/protobuf (collectors listen to it on port 4318) or grpc (4317)", name, protocol)
		}
	}
	return nil
}

// checkEndpoints refuses what the exporters would leave out of the URL. The error does not repeat a password or a query.
func (e environment) checkEndpoints() error {
	for _, name := range both("ENDPOINT") {
		_, endpoint := e.first(name)
		if endpoint == "" {
			continue
		}
		u, err := url.Parse(endpoint)
		switch {
		case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
			if strings.ContainsAny(endpoint, "@?") {
				return fmt.Errorf("%s is no URL; expected one such as http://collector:4318", name)
			}
			return fmt.Errorf("%s is %q; expected a URL, such as http://collector:4318", name, endpoint)
		case u.User != nil:
			return fmt.Errorf("%s holds a user; expected the user in OTEL_EXPORTER_OTLP_HEADERS, as Authorization=Basic%%20<user:password in base64>", name)
		case u.RawQuery != "":
			return fmt.Errorf("%s holds a query; expected a URL without one, and what the collector must know in OTEL_EXPORTER_OTLP_HEADERS", name)
		}
	}
	return nil
}

// checkHeaders looks at key=value,key=value, each value percent-encoded. The error repeats no text: it may be a token.
func (e environment) checkHeaders() error {
	for _, name := range both("HEADERS") {
		_, text := e.first(name)
		if text == "" {
			continue
		}
		for i, pair := range strings.Split(text, ",") {
			key, value, ok := strings.Cut(pair, "=")
			_, err := url.PathUnescape(value)
			if !ok || !isToken(strings.TrimSpace(key)) || err != nil {
				return fmt.Errorf("%s: pair %d is not key=value, percent-encoded", name, i+1)
			}
		}
	}
	return nil
}

// isToken tells whether a text can be the name of a header, by RFC 9110, 5.6.2.
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		isLetter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		return !isLetter && (r < '0' || r > '9') && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}

func (e environment) checkUpload() error {
	for _, name := range both("TIMEOUT") {
		if _, text := e.first(name); text != "" {
			if ms, err := strconv.Atoi(text); err != nil || ms <= 0 {
				return fmt.Errorf("%s is %q; expected milliseconds, such as 10000", name, text)
			}
		}
	}
	for _, name := range both("COMPRESSION") {
		if _, compression := e.first(name); compression != "" && compression != "gzip" && compression != "none" {
			return fmt.Errorf("%s is %q; expected gzip or none", name, compression)
		}
	}
	for _, name := range both("INSECURE") {
		if _, text := e.first(name); text != "" && !strings.EqualFold(text, "true") && !strings.EqualFold(text, "false") {
			return fmt.Errorf("%s is %q; expected true or false", name, text)
		}
	}
	return nil
}

// checkFiles reads the certificates, and the key that goes with one.
func (e environment) checkFiles() error {
	for _, name := range both("CERTIFICATE") {
		_, path := e.first(name)
		if path == "" {
			continue
		}
		pem, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !x509.NewCertPool().AppendCertsFromPEM(pem) {
			return fmt.Errorf("%s: %s holds no certificate in PEM", name, path)
		}
	}
	for i, name := range both("CLIENT_CERTIFICATE") {
		_, certificate := e.first(name)
		_, key := e.first(both("CLIENT_KEY")[i])
		if certificate == "" && key == "" {
			continue
		}
		if _, err := tls.LoadX509KeyPair(certificate, key); err != nil {
			return fmt.Errorf("%s and its key: %w", name, err)
		}
	}
	return nil
}

var samplers = []string{"always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"}

func (e environment) checkSampler() error {
	name, sampler := e.first("OTEL_TRACES_SAMPLER")
	if sampler == "" {
		if _, set := e.lookup(name); set {
			return fmt.Errorf("%s is blank; expected one of %s", name, strings.Join(samplers, ", "))
		}
		return nil
	}
	if !slices.Contains(samplers, strings.ToLower(sampler)) {
		return fmt.Errorf("%s is %q; expected one of %s", name, sampler, strings.Join(samplers, ", "))
	}
	const argument = "OTEL_TRACES_SAMPLER_ARG"
	if text, set := e.lookup(argument); set && strings.HasSuffix(strings.ToLower(sampler), "ratio") {
		if ratio, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err != nil || !(ratio >= 0 && ratio <= 1) {
			return fmt.Errorf("%s is %q; expected a number from 0 to 1", argument, text)
		}
	}
	return nil
}

// checkLimits looks at the variables of batches and of the limits of a span.
func (e environment) checkLimits() error {
	for _, name := range []string{
		"OTEL_BSP_SCHEDULE_DELAY", "OTEL_BSP_EXPORT_TIMEOUT", "OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
		"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT", "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
		"OTEL_SPAN_EVENT_COUNT_LIMIT", "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "OTEL_SPAN_LINK_COUNT_LIMIT", "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
	} {
		if _, text := e.first(name); text != "" {
			if n, err := strconv.Atoi(text); err != nil || n <= 0 && strings.HasPrefix(name, "OTEL_BSP_") {
				return fmt.Errorf("%s is %q; expected a whole number", name, text)
			}
		}
	}
	return nil
}
