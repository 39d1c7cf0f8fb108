package cli

import (
	"context"
	"crypto/fips140"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/eventbridge-connector/eventbridge-connector/internal/actuator"
	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/endpoint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
	"github.com/eventbridge-connector/eventbridge-connector/internal/trace"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
	"github.com/eventbridge-connector/eventbridge-connector/internal/zeebe"
)

func runCommand(s *session) *cobra.Command {
	c := &cobra.Command{
		Use:   "run",
		Short: "take jobs from a Zeebe gateway and send their events",
		Long: description("Takes jobs from the gateway, sends their events to Amazon EventBridge and settles the jobs, until it gets a signal. After the first SIGTERM or SIGINT it takes no more jobs, "+
			"finishes running jobs and hands back those that it did not start. A second signal ends it at once.",
			exit{ExitOK, "stopped by a signal; all jobs were settled or handed back"},
			exit{ExitLeft, "stopped by a signal, but some jobs were left to their leases; the last line says how many, and why"},
			exit{ExitInterrupted, "a second signal ended it at once, without finishing its jobs"}),
		Example: exampleLines(Name+" run", "CAMUNDA_CLIENT_GRPCADDRESS=http://zeebe:26500 "+Name+" run --log-format json"),
		Args:    onlySettings,
	}
	load := addSettings(s, c)
	c.RunE = func(*cobra.Command, []string) error {
		settings, warnings, err := load()
		if err != nil {
			return err
		}
		secrets := outlet.New()
		secrets.Keep(ownSecrets(settings, s.lookup)...)
		log, levels := newLog(settings.Log, s.stderr, secrets)
		outlet.TakeStandardLog(log)
		for _, w := range warnings {
			if w.Minor {
				log.Debug("configuration", "note", w.Text)
			} else {
				log.Warn("configuration", "warning", w.Text)
			}
		}
		s.serve = func(ctx context.Context) error { return run(ctx, s, settings, log, levels, secrets) }
		return nil
	}
	return c
}

// run builds the workers, top to bottom, and runs them as a service.
func run(ctx context.Context, s *session, c *config.Config, log *slog.Logger, levels *outlet.Levels, inUse *outlet.Registry) error {
	built := thisBuild()
	metrics := metricsOf(c, built.version, built.goVersion)
	tracer, err := trace.New(ctx, trace.Options{Lookup: s.lookup, Service: Name, Version: built.version, Log: log, Mask: inUse.Mask})
	if err != nil {
		return usage(err)
	}
	defer flush(ctx, tracer, log)
	workers, err := newFleet(ctx, c, ofFleet{lookup: s.lookup, metrics: metrics, tracer: tracer, log: log, inUse: inUse})
	if err != nil {
		return usage(err)
	}
	defer workers.close()
	metrics[0].TraceIDs(tracer.IDs)
	metrics[0].SpanIDs(trace.SpanIDs)
	workers.readings(metrics)

	var background sync.WaitGroup
	defer background.Wait()
	resting, stop := context.WithCancel(ctx)
	defer stop()
	background.Go(func() { releaseWhenIdle(resting, func() bool { return workers.jobsAtWork() == 0 }) })

	return (&service{
		engine: workers, log: log,
		health: actuator.Options{
			Address: c.Server.Address, Port: c.Server.Port, BasePath: c.Server.BasePath, Path: c.Server.ActuatorPath, Management: management(c), Metrics: metrics[0], Clients: workers.checks(), Mask: inUse.Mask,
			Info:    actuator.Info{Name: Name, Version: built.version, Commit: built.revision, CommitTime: built.time, GoVersion: built.goVersion},
			Loggers: levels, LoggersAccess: actuator.Access(c.Server.LoggersAccess),
		},
		started: func(health string) {
			if fips140.Enabled() {
				log.Info("cryptography is that of Go's FIPS 140-3 module", "module", fips140.Version(), "others_refused", fips140.Enforced())
			}
			for _, w := range workers.workers {
				c, end := w.config, gatewayEnd(w.config)
				w.log.Info("started", "version", built.version, "transport", end.transport, "gateway", end.address, "gateway_tls", end.secured, "auth", c.Auth.Method, "job_type", c.Connector.JobType,
					"tenants", tenantsInWords(c), "leases", c.Worker.WithLease, "secret_filter", filterInWords(c), "max_jobs_active", c.Worker.MaxJobsActive, "lease", c.Worker.Lease.String(), "health", health)
			}
		},
	}).run(ctx)
}

// observer is what the parts of a worker tell what they do.
type observer interface {
	worker.Observer
	connector.Observer
	eventbridge.Observer
}

// parts are a worker and what below it is read from outside.
type parts struct {
	engine        *worker.Worker
	gateway       worker.Gateway // of the engine, decorated
	handler       worker.Handler
	expressions   *expression.Cache
	secretFiles   func() (hits, misses uint64)
	secretManager func() (hits, misses uint64)
	secretCluster func() (hits, misses uint64)
	models        func() (hits, misses uint64) // deployed ones, of the secret filter
	log           *slog.Logger
	end           func() // closes what they hold, once the engine has stopped
}

// flush sends the traces that are left.
func flush(ctx context.Context, t *trace.Tracer, log *slog.Logger) {
	// Not ctx: it may be what ended the service.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	if err := t.Shutdown(ctx); err != nil {
		log.Warn("traces could not be sent", "error", err.Error())
	}
}

// sending is what events are sent with, by all workers of a process.
type sending struct {
	sender  *eventbridge.Sender
	allowed *endpoint.Policy
	ambient connector.Ambient
	bytes   *worker.Bytes // of the jobs
}

// newSending returns what events are sent with, for so many jobs at a time. The error is one of the configuration.
func newSending(ctx context.Context, c *config.Config, capacity int, o eventbridge.Observer, log *slog.Logger) (*sending, error) {
	s := &sending{bytes: worker.NewBytes(jobBytes(c)), sender: eventbridge.New(eventbridge.Options{
		RequestTimeout: c.Connector.RequestTimeout, IdleTimeout: c.Connector.IdleTimeout, MaxConns: capacity, MaxEntries: c.Connector.MaxEntries, Observer: o, Log: log,
	})}
	err := s.sender.CheckEndpoints(ctx)
	if err == nil {
		s.allowed, s.ambient, err = endpoints(ctx, c)
	}
	if err != nil {
		s.sender.Close()
		return nil, err
	}
	return s, nil
}

// buildWorker makes the worker of a lone client and everything below it, as [buildParts].
func buildWorker(ctx context.Context, c *config.Config, lookup func(string) (string, bool), o observer, tracer *trace.Tracer, log *slog.Logger, inUse *outlet.Registry) (*parts, error) {
	sending, err := newSending(ctx, c, c.Worker.MaxJobsActive, maskedObserver{o, inUse}, log)
	if err != nil {
		return nil, err
	}
	p, err := buildParts(ctx, c, lookup, sending, o, tracer, log, inUse)
	if err != nil {
		sending.sender.Close()
		return nil, err
	}
	end := p.end
	p.end = func() {
		end()
		sending.sender.Close()
	}
	return p, nil
}

// buildParts makes a client's worker and everything below it; the tracer may be nil. The registry is told the secrets in use. The error is one of the configuration.
func buildParts(ctx context.Context, c *config.Config, lookup func(string) (string, bool), sending *sending, o observer, tracer *trace.Tracer, log *slog.Logger, inUse *outlet.Registry) (*parts, error) {
	o = maskedObserver{o, inUse}
	p := &parts{expressions: expression.NewCache(0), secretFiles: noStats, secretManager: noStats, secretCluster: noStats, models: noStats, log: log}
	if err := checkManager(c, lookup); err != nil {
		return nil, err
	}
	secrets, err := newSecretProviders(ctx, lookup, c, log)
	if err != nil {
		return nil, err
	}
	if secrets.files != nil {
		p.secretFiles = secrets.files.Stats
	}
	if secrets.manager != nil {
		p.secretManager = secrets.manager.Stats
	}
	for i, provider := range secrets.all {
		secrets.all[i] = inUse.Provider(provider)
	}
	client, err := dialGateway(c, log)
	if err != nil {
		return nil, err
	}
	gateway := advisedGateway{client, c}
	filter, models := secretFilter(c, client, sending.allowed, tracer, log)
	resolver := legacyMode(c, secret.NewResolver(secrets.all, filter).WithLog(log))
	ofCluster := clusterSecrets(c, client, log, inUse)
	if ofCluster != nil {
		resolver, p.secretCluster = resolver.WithFallback(ofCluster), ofCluster.Stats
	}
	about := connector.Options{
		Sender: sending.sender, Secrets: resolver, Expressions: p.expressions, Observer: o, Log: log, SaaS: c.Connector.SaaS,
		TrustedInputs: c.Secrets.FilterMode == config.FilterDisabled, Mask: inUse.Mask, Note: inUse.Note,
		Endpoints: sending.allowed, Ambient: sending.ambient,
	}
	if models != nil {
		p.models, about.Models = models.Stats, models
	}
	engine := workerConfig(c)
	engine.Bytes, engine.Downstream = sending.bytes, sending.sender.Targets()
	var watch worker.Observer = o
	if tracer == nil {
		p.gateway, p.handler = gateway, connector.New(about)
	} else {
		about.Sender, about.Secrets, about.Tracer = tracer.Sender(about.Sender), tracer.Secrets(about.Secrets), tracer
		engine.FetchVariables = append(engine.FetchVariables, trace.Variables()...)
		p.gateway, p.handler, watch = tracer.Gateway(gateway, c.Gateway.OverREST), tracer.Handler(connector.New(about)), tracer.Observer(o)
	}
	p.engine = worker.New(engine, p.gateway, p.handler, watch, log)
	p.end = func() {
		if models != nil {
			models.Close()
		}
		if secrets.manager != nil {
			secrets.manager.Close()
		}
		if ofCluster != nil {
			ofCluster.Close()
		}
		closeQuietly(client.Close, log)
	}
	return p, nil
}

// reason is what is wrong with a file whose name is said already.
func reason(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// management is where health and metrics have a port of their own; nil = they have none.
func management(c *config.Config) *actuator.Place {
	m := c.Server.Management
	if m == nil {
		return nil
	}
	return &actuator.Place{Address: m.Address, Port: m.Port, BasePath: m.BasePath}
}

func noStats() (hits, misses uint64) { return 0, 0 }

func closeQuietly(f func() error, log *slog.Logger) {
	if err := f(); err != nil {
		log.Debug("close", "error", err.Error())
	}
}

func gatewayConfig(c *config.Config) zeebe.Config {
	return zeebe.Config{
		Target: c.Gateway.Target, RESTAddress: c.Gateway.RESTAddress, TLS: c.Gateway.TLS, CAFile: c.Gateway.CACertificatePath, Authority: c.Gateway.OverrideAuthority,
		KeepAlive: c.Gateway.KeepAlive, MaxMessageSize: int(c.Gateway.MaxMessageSize), RequestTimeout: c.Gateway.RequestTimeout, PhysicalTenant: c.Gateway.PhysicalTenant,
		UserAgent: Name + "/" + thisBuild().version,
		ClientKey: keySource(c.Gateway.ClientKey), RESTKey: keySource(c.Gateway.RESTKey),
		Auth: zeebe.Auth{
			Method: zeebe.AuthMethod(c.Auth.Method), ClientID: c.Auth.ClientID, ClientSecret: c.Auth.ClientSecret, TokenURL: c.Auth.TokenURL, DiscoveryURL: c.Auth.DiscoveryURL,
			Audience: c.Auth.Audience, Scope: c.Auth.Scope, Resource: c.Auth.Resource, Username: c.Auth.Username, Password: c.Auth.Password, Timeout: c.Auth.Timeout,
			TLSKey: keySource(c.Auth.TLSKey), Truststore: zeebe.Truststore(c.Auth.Truststore),
			Assertion: zeebe.Assertion{
				Key: keySource(c.Auth.Assertion.Key), KeyID: c.Auth.Assertion.KeyID, Algorithm: c.Auth.Assertion.Algorithm, Audience: c.Auth.Assertion.Audience,
			},
		},
	}
}

func workerConfig(c *config.Config) worker.Config {
	name := c.Worker.Name
	if name == "" {
		name = Name
		if host, err := os.Hostname(); err == nil {
			name += "-" + host
		}
	}
	return worker.Config{
		JobType: c.Connector.JobType, Name: name, MaxJobsActive: c.Worker.MaxJobsActive, Lease: c.Worker.Lease, PollInterval: c.Worker.PollInterval,
		PollWait: c.Worker.RequestTimeout, Stream: c.Worker.StreamEnabled && !c.Gateway.OverREST, StreamMaxAge: c.Worker.StreamTimeout, GracePeriod: c.Worker.GracePeriod,
		TenantIDs: c.Worker.TenantIDs, AssignedTenants: c.Worker.TenantFilter == config.TenantsAssigned, FetchVariables: connector.FetchVariables(), Leases: leaseModes[c.Worker.WithLease],
		LeastLease: connector.LeastLease(c.Worker.Lease, c.Connector.RequestTimeout), Panicked: connector.Panicked(), NotWorkedOn: connector.NotWorkedOn,
	}
}

// lookup finds an environment variable; the last of equal names counts.
func (s *session) lookup(name string) (string, bool) {
	for _, variable := range slices.Backward(s.env) {
		if value, found := strings.CutPrefix(variable, name+"="); found {
			return value, true
		}
	}
	return "", false
}

// UseTimeZone makes the zone that TZ names the process's, as Go does by itself where the host has it: a container need not.
// It is called once, before anything reads the time of day.
func UseTimeZone(env []string) {
	name, _ := (&session{env: env}).lookup("TZ")
	if zone, err := time.LoadLocation(strings.TrimPrefix(name, ":")); name != "" && err == nil {
		time.Local = zone
	}
}
