package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/endpoint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/policy"
)

// policyOptions are the flags of policy, beside the settings.
type policyOptions struct {
	account, identity string
	regions           []string
	json              bool
}

func policyCommand(s *session) *cobra.Command {
	o := &policyOptions{}
	c := &cobra.Command{
		Use:   "policy MODEL.bpmn|FOLDER|-…",
		Short: "write the least IAM policy that BPMN models need",
		Long: description("Writes the IAM policies that the EventBridge tasks of the models need, and no more: events:PutEvents on their event buses, for their sources and detail types, "+
			"sts:AssumeRole for their roles, secretsmanager:GetSecretValue for their secrets if the settings take secrets from AWS Secrets Manager. It connects to nothing.\n\n"+
			"Standard output is a policy that aws iam put-role-policy takes if one identity needs one, or --identity names it. With several identities it is a JSON object of all of them, as with --json. "+
			"Where a model computes a value, the policy allows all that the value can be. Notes on standard error name each such field. docs/policy.md says more.",
			exit{ExitFailure, "the models have no task for this worker, or mistakes; standard error names the places"}, exit{ExitUnreadable, "a file cannot be read, or is not a model"}),
		Example: exampleLines(
			Name+" policy --aws-account 123456789012 order.bpmn > policy.json",
			Name+" policy --identity default-chain processes/",
		),
		ValidArgsFunction: completeModels,
	}
	load := addSettings(s, c)
	c.Flags().StringVar(&o.account, "aws-account", "", "The AWS `ACCOUNT` of the worker and of the tasks' access keys, 12 digits. Without it the policy allows all accounts.")
	c.Flags().StringSliceVar(&o.regions, "aws-region", nil, "The `REGIONS` to allow where a model computes its region, and both regions of global endpoints, separated by commas.")
	c.Flags().StringVar(&o.identity, "identity", "", "The `NAME` of the identity whose policy is written, such as default-chain.")
	c.Flags().BoolVar(&o.json, "json", false, "Write all identities with their notes as one JSON object.")
	for _, name := range []string{"aws-account", "aws-region", "identity"} {
		s.completeValues(c, name)
	}
	s.completeValues(c, "json", "true", "false")
	c.RunE = func(c *cobra.Command, args []string) error {
		settings, _, err := load()
		if err != nil {
			return err
		}
		return o.run(c.Context(), s, settings, args)
	}
	return c
}

func (o *policyOptions) run(ctx context.Context, s *session, c *config.Config, args []string) error {
	switch {
	case len(args) == 0:
		return usage(errors.New("a model is needed: a file, a folder, or - for standard input"))
	case o.account != "" && !policy.ValidAccount(o.account):
		return usage(fmt.Errorf("--aws-account: found %q, expected an account's number of 12 digits, such as 123456789012", o.account))
	}
	for _, r := range o.regions {
		if !endpoint.ValidRegion(strings.TrimSpace(r)) {
			return usage(fmt.Errorf("--aws-region: found %q, expected a region such as eu-central-1", r))
		}
	}
	files, err := s.readModels(args)
	if err != nil {
		return err
	}
	report, err := policy.Write(ctx, files, o.options(s, c))
	if err != nil {
		return err
	}
	for _, name := range []string{"AWS_PROFILE", "AWS_ROLE_ARN"} {
		if value, ok := s.lookup(name); ok {
			report.Notes = append(report.Notes, policy.Note{Field: "default-chain", Message: fmt.Sprintf("%s is %q in this environment, and decides whom the default credentials chain finds", name, value)})
		}
	}
	return o.write(s, report)
}

func (o *policyOptions) options(s *session, c *config.Config) policy.Options {
	out := policy.Options{
		JobType: c.Connector.JobType, Account: o.account, Regions: o.regions,
		TrustedInputs: c.Secrets.FilterMode == config.FilterDisabled, ModelsRead: allReadModels(c),
	}
	if m := c.Secrets.Manager; m.Enabled {
		out.Manager = &policy.Manager{Secrets: m.Secrets, Prefix: m.Prefix, Region: m.Region}
		for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
			if out.Manager.Region == "" {
				out.Manager.Region, _ = s.lookup(name)
			}
		}
	}
	return out
}

// write writes one identity's policy, or all of them, and the notes.
func (o *policyOptions) write(s *session, r *policy.Report) error {
	var names []string
	var one *policy.Identity
	for _, id := range r.Identities {
		names = append(names, id.Name)
		if id.Name == o.identity || o.identity == "" && len(r.Identities) == 1 {
			one = id
		}
	}
	if o.identity != "" && one == nil {
		return usage(fmt.Errorf("--identity: no task sends as %q; the identities are %s", o.identity, strings.Join(names, ", ")))
	}
	if o.json || one == nil {
		for _, n := range r.Notes {
			fmt.Fprintf(s.stderr, "note: %s\n", n)
		}
		for _, id := range r.Identities {
			for _, n := range id.Notes {
				fmt.Fprintf(s.stderr, "note: %s: %s\n", id.Name, n)
			}
		}
		if !o.json {
			fmt.Fprintf(s.stderr, "note: the tasks send as %d identities; --identity writes the policy of one: %s\n", len(names), strings.Join(names, ", "))
		}
		return writeJSON(s.stdout, r)
	}
	fmt.Fprintf(s.stderr, "note: the policy is for %s: %s\n", one.Name, one.Kind.Words())
	for _, n := range append(r.Notes, one.Notes...) {
		fmt.Fprintf(s.stderr, "note: %s\n", n)
	}
	return writeJSON(s.stdout, one.Policy)
}

// writeJSON writes a value as JSON for people, with < > & as they are.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// allReadModels says whether every worker has an address where it reads deployed models.
func allReadModels(c *config.Config) bool {
	return !slices.ContainsFunc(c.Clients(), func(client *config.Config) bool { return client.Gateway.RESTAddress == "" })
}
