package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/eventbridge-connector/eventbridge-connector/internal/check"
	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
	"github.com/eventbridge-connector/eventbridge-connector/internal/policy"
	"github.com/eventbridge-connector/eventbridge-connector/internal/zeebe"
)

// checkOptions are the flags of check, beside the settings.
type checkOptions struct {
	json    bool
	timeout time.Duration
}

// defaultCheckTimeout is how long each part of check may take.
const defaultCheckTimeout = 10 * time.Second

func checkCommand(s *session) *cobra.Command {
	o := &checkOptions{}
	c := &cobra.Command{
		Use:   "check [MODEL.bpmn|FOLDER|-…]",
		Short: "tell whether a worker with this configuration could work",
		Long: description("Tells before the first job whether a worker with this configuration could work: the settings and their origins, the gateway, its version, the worker's identity and tenants, "+
			"deployed models over REST, the providers of secrets, AWS's settings and the worker's AWS identity. With models it also looks for the secrets that they name, for the identities that they send as and for their event buses. "+
			"It takes no job, sends no event and changes nothing. No secret is printed.\n\n"+
			"✓ is good, ✗ failed, with a line that says what to do, ? cannot be told from here, – is not needed. docs/operations.md says more.",
			exit{ExitOK, "nothing failed"}, exit{ExitFailure, "at least one check failed"}, exit{ExitUnreadable, "a file cannot be read, or is not a model"}),
		Example:           exampleLines(Name+" check", Name+" check --json processes/"),
		ValidArgsFunction: completeModels,
	}
	load := addSettings(s, c)
	c.Flags().BoolVar(&o.json, "json", false, "Write JSON.")
	c.Flags().DurationVar(&o.timeout, "timeout", defaultCheckTimeout, "How long each part may take, a `DURATION` such as 10s.")
	s.completeValues(c, "json", "true", "false")
	s.completeValues(c, "timeout")
	c.RunE = func(c *cobra.Command, args []string) error {
		settings, warnings, err := load()
		if err != nil {
			return err
		}
		if o.timeout <= 0 {
			return usage(fmt.Errorf("--timeout: found %s, expected a duration above 0, such as 10s", o.timeout))
		}
		return o.run(c.Context(), s, settings, warnings, args)
	}
	return c
}

func (o *checkOptions) run(ctx context.Context, s *session, c *config.Config, warnings []config.Warning, args []string) error {
	var files []policy.File
	if len(args) > 0 {
		var err error
		if files, err = s.readModels(args); err != nil {
			return err
		}
	}
	inUse := outlet.New()
	inUse.Keep(ownSecrets(c, s.lookup)...)
	b := &checkBuilder{session: s, config: c, inUse: inUse, files: files, survey: nil, log: slog.New(slog.DiscardHandler)}
	if files != nil {
		b.survey = policy.Look(ctx, files, c.Connector.JobType)
		inUse.Keep(writtenSecrets(b.survey)...)
	}
	parts, end := b.parts(ctx, warnings)
	found := check.Run(ctx, parts, o.timeout)
	end()
	for i := range found {
		for _, text := range []*string{&found[i].Name, &found[i].Detail, &found[i].Cure} {
			*text = inUse.Mask(*text)
		}
	}
	write := check.WriteText
	if o.json {
		write = check.WriteJSON
	}
	if err := write(s.stdout, found); err != nil {
		return err
	}
	if check.Failures(found) > 0 {
		return &exitError{code: ExitFailure}
	}
	return nil
}

// writtenSecrets are the secrets that models themselves write out.
func writtenSecrets(s *policy.Survey) []string {
	var all []string
	for _, t := range s.Targets {
		for _, text := range []string{t.SecretKey, t.SessionToken} {
			if len(text) >= shortestOwn && !strings.Contains(text, "secrets.") {
				all = append(all, text)
			}
		}
	}
	return all
}

// gatewayPart dials the gateway. A fault of its files is a finding, so that the other parts are checked as well. Old returns the
// version of a cluster that is too old to give out models, else nothing.
func (b *checkBuilder) gatewayPart() (gateway, models check.Part, old func(context.Context) string, end func() error) {
	c := b.config
	client, err := dialGateway(c, b.log)
	if err != nil {
		broken := check.Broken("gateway", "settings", err.Error(), "mend the setting")
		return broken, check.Broken("models", "REST API", "not asked: "+err.Error(), "mend the setting"),
			func(context.Context) string { return "" }, func() error { return nil }
	}
	b.client = client
	to := gatewayEnd(c)
	gateway = check.Gateway(check.GatewayOptions{
		Cluster: client, Address: to.address + " (" + to.transport + ")", Identity: gatewayConfig(c).Auth.String(), Tenants: c.Worker.TenantIDs, Worker: workerConfig(c).Name,
		AssignedTenants: c.Worker.TenantFilter == config.TenantsAssigned, Needs: needsOf(c),
		Advise: adviceOf(c),
	})
	old = func(ctx context.Context) string {
		if version, err := client.GatewayVersion(ctx); err == nil && zeebe.OlderThan(version, modelsSinceMajor, modelsSinceMinor) {
			return version
		}
		return "" // as run has it
	}
	models = check.Models(check.ModelOptions{
		Definitions: client, NotNeeded: b.noModels(), Old: old, Address: c.Gateway.RESTAddress, Processes: b.processes(), Parse: parseDeployed,
	})
	return gateway, models, old, client.Close
}

// closeAll closes what was opened, in the reverse order.
func closeAll(log *slog.Logger, all []io.Closer) {
	for _, a := range slices.Backward(all) {
		closeQuietly(a.Close, log)
	}
}

// closer makes a function an [io.Closer].
type closer func() error

func (c closer) Close() error { return c() }
