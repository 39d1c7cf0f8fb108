package trace

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// uploader sends spans by OTLP over HTTP, as protobuf (https://opentelemetry.io/docs/specs/otlp/#otlphttp). It stands in for the
// SDK's own exporter, which brings half a megabyte of gateways to gRPC with it.
type uploader struct {
	url     string
	headers map[string]string
	gzip    bool
	timeout time.Duration // of one upload with its retries
	client  *http.Client
	pause   time.Duration // before the first retry
}

// The defaults of the specification of the OTLP exporter.
const (
	defaultEndpoint = "http://localhost:4318"
	defaultTimeout  = 10 * time.Second
	tracesPath      = "v1/traces"
)

// newUploader reads the variables of the OTLP exporter; those of traces win over the general ones.
func newUploader(env environment) (*uploader, error) {
	u := &uploader{timeout: defaultTimeout, headers: map[string]string{}, pause: 500 * time.Millisecond}
	if name, protocol := env.first("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"); protocol != "" && protocol != "http/protobuf" {
		return nil, fmt.Errorf("%s is %q; expected http/protobuf, which collectors listen to on port 4318", name, protocol)
	}
	if err := u.readEndpoint(env); err != nil {
		return nil, err
	}
	if err := u.readHeaders(env); err != nil {
		return nil, err
	}
	if name, text := env.first("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"); text != "" {
		ms, err := strconv.Atoi(text)
		if err != nil || ms <= 0 {
			return nil, fmt.Errorf("%s is %q; expected milliseconds, such as 10000", name, text)
		}
		u.timeout = time.Duration(ms) * time.Millisecond
	}
	switch name, compression := env.first("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"); compression {
	case "", "none":
	case "gzip":
		u.gzip = true
	default:
		return nil, fmt.Errorf("%s is %q; expected gzip or none", name, compression)
	}
	security, err := readTLS(env)
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = security
	u.client = &http.Client{Transport: transport}
	return u, nil
}

func (u *uploader) readEndpoint(env environment) error {
	name, endpoint := env.first("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
	whole := endpoint != "" // the one of traces is taken as it is, a general one is a base
	if !whole {
		if name, endpoint = env.first("OTEL_EXPORTER_OTLP_ENDPOINT"); endpoint == "" {
			endpoint = defaultEndpoint
		}
	}
	parsed, err := url.Parse(endpoint)
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return fmt.Errorf("%s is %q; expected a URL, such as http://collector:4318", name, endpoint)
	}
	if !whole {
		parsed = parsed.JoinPath(tracesPath)
	}
	u.url = parsed.String()
	return nil
}

// readHeaders reads key=value,key=value, each percent-encoded. The error names no value: it may be a token.
func (u *uploader) readHeaders(env environment) error {
	name, text := env.first("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS")
	for i, pair := range strings.Split(text, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		key, value, ok := strings.Cut(pair, "=")
		key = strings.TrimSpace(key)
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if !ok || key == "" || err != nil {
			return fmt.Errorf("%s: pair %d is not key=value, percent-encoded", name, i+1)
		}
		u.headers[key] = value
	}
	return nil
}

func readTLS(env environment) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if name, path := env.first("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"); path != "" {
		pem, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s: %s holds no certificate in PEM", name, path)
		}
	}
	name, certificate := env.first("OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE")
	_, key := env.first("OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "OTEL_EXPORTER_OTLP_CLIENT_KEY")
	if certificate != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			return nil, fmt.Errorf("%s and its key: %w", name, err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// Start implements [otlptrace.Client].
func (*uploader) Start(context.Context) error { return nil }

// Stop implements [otlptrace.Client].
func (u *uploader) Stop(context.Context) error {
	u.client.CloseIdleConnections()
	return nil
}

// UploadTraces implements [otlptrace.Client]. It tries again where the specification allows it, within its time.
func (u *uploader) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	body, err := proto.Marshal(&tracepb.TracesData{ResourceSpans: spans}) // the same bytes as an ExportTraceServiceRequest
	if err != nil {
		return fmt.Errorf("write spans: %w", err)
	}
	if u.gzip {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, err := w.Write(body)
		if err = errors.Join(err, w.Close()); err != nil {
			return fmt.Errorf("compress spans: %w", err)
		}
		body = b.Bytes()
	}
	ctx, cancel := context.WithTimeout(ctx, u.timeout)
	defer cancel()
	for pause := u.pause; ; pause *= 2 {
		wait, err := u.post(ctx, body)
		if err == nil || wait < 0 {
			return err
		}
		timer := time.NewTimer(max(wait, pause))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

// post sends one request. Beside an error it returns how long to wait at the least before another try; below 0 = there is none.
func (u *uploader) post(ctx context.Context, body []byte) (wait time.Duration, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.url, bytes.NewReader(body))
	if err != nil {
		return -1, err
	}
	for key, value := range u.headers {
		request.Header.Set(key, value)
	}
	request.Header.Set("Content-Type", "application/x-protobuf")
	if u.gzip {
		request.Header.Set("Content-Encoding", "gzip")
	}
	response, err := u.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() {
		_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<16))
		_ = response.Body.Close()
	}()
	switch response.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		return time.Duration(max(seconds, 0)) * time.Second, fmt.Errorf("%s answered %s", u.url, response.Status)
	}
	if response.StatusCode/100 != 2 {
		return -1, fmt.Errorf("%s answered %s", u.url, response.Status)
	}
	return -1, nil
}
