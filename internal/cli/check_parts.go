package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/check"
	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
	"github.com/eventbridge-connector/eventbridge-connector/internal/policy"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// checkBuilder builds the parts of check from the configuration.
type checkBuilder struct {
	session *session
	config  *config.Config
	inUse   *outlet.Registry
	files   []policy.File // nil = no models were given
	survey  *policy.Survey
	log     *slog.Logger
	client  cluster // the gateway; nil = it cannot be dialed
}

// parts returns all parts in the order in which they are shown, and what closes what they hold.
func (b *checkBuilder) parts(ctx context.Context, warnings []config.Warning) ([]check.Part, func()) {
	var open []io.Closer
	all := []check.Part{b.configurationPart(warnings)}
	var resolve func(ctx context.Context, processID, text string) (string, error) // as the first client's worker does
	for _, client := range b.config.Clients() {
		of := *b
		of.config = client
		gateway, models, old, end := of.gatewayPart()
		open = append(open, closer(end))
		secrets, resolveOf, providers := of.secretsPart(ctx, old)
		if providers != nil && providers.manager != nil {
			open = append(open, closer(func() error { providers.manager.Close(); return nil }))
		}
		if providers != nil && providers.cluster != nil {
			open = append(open, closer(func() error { providers.cluster.Close(); return nil }))
		}
		if resolve == nil {
			resolve = resolveOf
		}
		for _, part := range []check.Part{gateway, models, secrets} {
			if b.config.Named() {
				part.Client = client.Client
			}
			all = append(all, part)
		}
	}
	if b.survey != nil {
		all = append(all, check.Tasks(b.survey, b.config.Connector.JobType))
	}
	amazon, closer := b.awsPart(ctx, resolve)
	if closer != nil {
		open = append(open, closer)
	}
	return append(all, amazon), func() { closeAll(b.log, open) }
}

// configurationPart shows the settings that were given, with their origins, and the warnings.
func (b *checkBuilder) configurationPart(warnings []config.Warning) check.Part {
	var o check.ConfigurationOptions
	for _, v := range b.config.Values() {
		if b.config.Given(v.Setting.Key) {
			o.Settings = append(o.Settings, check.Setting{Key: v.Key, Value: v.Text, Source: v.Source})
		} else {
			o.Defaults++
		}
	}
	for _, client := range b.config.Clients() {
		for _, v := range client.Values() {
			if v.Key != v.Setting.Key && client.Given(v.Setting.Key) {
				o.Settings = append(o.Settings, check.Setting{Key: v.Key, Value: v.Text, Source: v.Source})
			}
		}
	}
	for _, w := range warnings {
		if !w.Minor {
			o.Warnings = append(o.Warnings, w.Text)
		}
	}
	return check.Configuration(o)
}

// noModels says why no deployed model is read; empty = models are.
func (b *checkBuilder) noModels() string {
	switch {
	case b.config.Secrets.FilterMode == config.FilterDisabled:
		return "camunda.connector.secret-resolver.secret-filter.mode is DISABLED, so that no model is read"
	case b.config.Gateway.RESTAddress == "":
		return "camunda.client.rest-address is not set: no model is read, and secrets resolve in the fields of an access key alone"
	}
	return ""
}

// processes are the ids of the given models that have tasks for this worker; nil = none were given.
func (b *checkBuilder) processes() []string {
	var ids []string
	for _, f := range b.files {
		for _, p := range f.Model.Processes {
			for _, t := range p.Tasks {
				if t.JobType() == b.config.Connector.JobType {
					ids = append(ids, p.ID)
				}
			}
		}
	}
	return ids
}

func parseDeployed(text []byte) error {
	_, err := bpmn.InputMappings(text)
	return err
}

func adviceOf(c *config.Config) func(*job.CommandError) string {
	return func(e *job.CommandError) string { return advice(c, e) }
}

// secretsPart builds the providers of secrets, and what resolves the secrets of a text.
func (b *checkBuilder) secretsPart(ctx context.Context, old func(context.Context) string) (check.Part, func(context.Context, string, string) (string, error), *secretProviders) {
	c := b.config
	err := checkManager(c, b.session.lookup)
	var built *secretProviders
	if err == nil {
		built, err = newSecretProviders(ctx, b.session.lookup, c, b.log)
	}
	if err != nil {
		fault := check.Finding{Name: "settings", Verdict: check.Failed, Detail: err.Error(), Cure: "mend the setting"}
		none := func(context.Context, string, string) (string, error) { return "", err }
		return check.Secrets(check.SecretOptions{Fault: &fault}), none, nil
	}
	o := check.SecretOptions{Off: c.Secrets.LegacyMode == config.LegacyOff, Tenants: c.Worker.TenantIDs, KeysOnly: func(ctx context.Context) bool {
		return c.Secrets.FilterMode != config.FilterDisabled && (c.Gateway.RESTAddress == "" || old(ctx) != "")
	}}
	if b.survey != nil {
		o.Names = b.survey.Secrets
	}
	var all []secret.Provider
	for _, p := range built.all {
		masked := b.inUse.Provider(p)
		all = append(all, masked)
		o.Providers = append(o.Providers, b.describe(p, masked))
	}
	var ofCluster *secret.Cluster
	if b.client != nil {
		ofCluster = clusterSecrets(c, b.client, b.log, b.inUse)
	}
	if ofCluster != nil {
		built.cluster = ofCluster
		o.Providers = append(o.Providers, b.describe(ofCluster, b.inUse.Provider(ofCluster)))
		all = append(all, b.inUse.Provider(ofCluster))
	}
	resolver := legacyMode(c, secret.NewResolver(all, secret.AllowAll{})) // what a given model writes, an operator trusts
	return check.Secrets(o), func(ctx context.Context, processID, text string) (string, error) {
		tenant := "<default>"
		if len(c.Worker.TenantIDs) > 0 {
			tenant = c.Worker.TenantIDs[0]
		}
		resolved, _, err := resolver.Resolve(ctx, secret.Context{TenantID: tenant, ProcessID: processID}, []secret.Variable{{Name: "input", JSON: jsonvalue.AppendString(nil, text)}})
		if err != nil {
			return "", err
		}
		return jsonvalue.Unquote(resolved[0].JSON)
	}, built
}

// describe names a provider, and tells where it looks.
func (b *checkBuilder) describe(p, masked secret.Provider) check.Provider {
	c := b.config.Secrets
	out := check.Provider{Provider: masked}
	switch p := p.(type) {
	case *secret.Environment:
		out.Name = "environment"
		out.Answers = func(context.Context) check.Finding { return b.environment() }
		out.Place = func(at secret.Context, name string) string {
			return "the environment variable " + p.Variable(at, name)
		}
	case *secret.Directory:
		out.Name = "directory"
		out.Answers = func(context.Context) check.Finding { return directory(c.Directory) }
		out.Place = func(_ secret.Context, name string) string { return "the file " + c.Directory + "/" + name }
	case *secret.Cluster:
		out.Name = "cluster"
		out.Answers = func(ctx context.Context) check.Finding { return clusterAnswers(ctx, p) }
		out.Place = func(_ secret.Context, name string) string {
			return "the secret camunda.secrets." + name + " of the cluster"
		}
	case *secret.Manager:
		out.Name = "AWS Secrets Manager"
		out.Answers = func(ctx context.Context) check.Finding { return manager(ctx, p, c.Manager) }
		out.Place = func(_ secret.Context, name string) string {
			var places []string
			if len(c.Manager.Secrets) > 0 {
				places = append(places, "the key "+name+" of "+strings.Join(c.Manager.Secrets, " or "))
			}
			if c.Manager.Prefix != "" {
				places = append(places, "the secret "+c.Manager.Prefix+name+" of AWS Secrets Manager")
			}
			return strings.Join(places, ", or as ")
		}
	}
	return out
}

// environment counts the variables that are secrets.
func (b *checkBuilder) environment() check.Finding {
	prefix, n := b.config.Secrets.EnvPrefix, 0
	for _, v := range b.session.env {
		if strings.HasPrefix(v, prefix) {
			n++
		}
	}
	n += b.config.SecretProperties()
	if n == 0 && b.config.Secrets.Directory == "" && !b.config.Secrets.Manager.Enabled {
		return check.Finding{Verdict: check.Unknown, Detail: "no variable begins with " + prefix + ", and no other provider is configured: jobs can use no secrets"}
	}
	if prefix == "" {
		return check.Finding{Verdict: check.Unknown, Detail: "the prefix is empty, so that every variable of this process can be read as a secret"}
	}
	return check.Finding{Verdict: check.OK, Detail: fmt.Sprintf("%d variables begin with %s", n, prefix)}
}

// directory counts the files that are secrets.
func directory(path string) check.Finding {
	entries, err := os.ReadDir(path)
	if err != nil {
		return check.Finding{Verdict: check.Failed, Detail: reason(err), Cure: "let the worker's user read the directory " + path}
	}
	n := 0
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			n++
		}
	}
	return check.Finding{Verdict: check.OK, Detail: fmt.Sprintf("%s has %d files", path, n)}
}

// noName is a name that no secret can have, so that AWS is asked for the JSON secrets alone.
const noName = "no secret"

// manager asks for the JSON secrets. Of secrets by their own names nothing can be asked without one.
func manager(ctx context.Context, p *secret.Manager, m config.Manager) check.Finding {
	if len(m.Secrets) == 0 {
		return check.Finding{Verdict: check.Unknown, Detail: "secrets begin with " + m.Prefix + ": whether it answers shows with the names of a model"}
	}
	if _, _, err := p.Secret(ctx, secret.Context{}, noName); err != nil {
		return check.Finding{Verdict: check.Failed, Detail: err.Error(), Cure: "look at the worker's AWS identity below, whether it may call secretsmanager:GetSecretValue (the command policy writes that), and at the region"}
	}
	return check.Finding{Verdict: check.OK, Detail: "gives " + strings.Join(m.Secrets, ", ")}
}

// awsPart builds what asks AWS. The closer may be nil.
func (b *checkBuilder) awsPart(ctx context.Context, resolve func(context.Context, string, string) (string, error)) (check.Part, io.Closer) {
	c := b.config
	allowed, ambient, err := endpoints(ctx, c)
	if err != nil {
		return check.Broken("aws", "endpoints", err.Error(), "mend the setting"), nil
	}
	sender := eventbridge.New(eventbridge.Options{RequestTimeout: c.Connector.RequestTimeout, Log: b.log})
	load := func(ctx context.Context, more ...func(*awsconfig.LoadOptions) error) (aws.Config, error) {
		bounded := awsconfig.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(c.Connector.RequestTimeout))
		return awsconfig.LoadDefaultConfig(ctx, append([]func(*awsconfig.LoadOptions) error{bounded, awsconfig.WithLogger(logging.Nop{})}, more...)...)
	}
	return check.AWS(check.AWSOptions{
		Load: load, Survey: b.survey, WorkerNeeded: c.Secrets.Manager.Enabled, SaaS: c.Connector.SaaS, Resolve: resolve,
		Allowed: allowed.Allows, Events: ambient.Events, Tokens: ambient.Tokens, CheckEndpoints: sender.CheckEndpoints, Proxy: http.ProxyFromEnvironment,
	}), closer(func() error { sender.Close(); return nil })
}
