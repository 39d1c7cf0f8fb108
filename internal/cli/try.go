package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/endpoint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/lint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
	"github.com/eventbridge-connector/eventbridge-connector/internal/simulate"
)

// tryOptions are the flags of try.
type tryOptions struct {
	element, variables, secrets, response string
	clusterVariables, version             string
	item                                  int
	send, allSecrets, json                bool
	endpoints                             []string
}

func tryCommand(s *session) *cobra.Command {
	o := &tryOptions{}
	c := &cobra.Command{
		Use:   "try MODEL.bpmn",
		Short: "run one EventBridge task of a BPMN model without Camunda",
		Long: description("Evaluates a task's input mappings like the broker, resolves secrets, validates the input, and shows the event. Then it shows the variables and the outcome of the job "+
			"if AWS accepts the event, rejects an entry, throttles, or denies access. It sends nothing without --send.",
			exit{ExitOK, "the event is valid; with --send: the job completed"},
			exit{ExitFailure, "the task fails before the send, or AWS would reject the event; with --send: the job did not complete"},
			exit{ExitUnreadable, "a file is not a model"}),
		Example: exampleLines(
			Name+` try order.bpmn --variables '{"order": {"id": "A-1"}}'`,
			Name+" try order.bpmn --element Announce --variables order.json --secrets secrets.json --send",
		),
		ValidArgsFunction: completeModels,
		RunE:              func(c *cobra.Command, args []string) error { return o.run(c.Context(), s, args) },
	}
	c.Flags().StringVarP(&o.element, "element", "e", "", "The `ID` of the task. You need it only if the model has several EventBridge tasks.")
	c.Flags().StringVar(&o.variables, "variables", "", "The variables of the process, `FILE|JSON`: a JSON object, or a file with one.")
	c.Flags().StringVar(&o.secrets, "secrets", "", "The secrets by name, `FILE|JSON`: a JSON object of strings, or a file with one. The default is made-up values.")
	c.Flags().BoolVar(&o.allSecrets, "all-secrets", false, "Resolve all secrets in all fields, like a worker with the secret filter DISABLED. Without it, a secret resolves only in the field where the model names it.")
	c.Flags().StringSliceVar(&o.endpoints, "allowed-endpoints", nil, "Further `HOSTS`, separated by commas, that the task's endpoint may name, like the setting connector.aws-eventbridge.allowed-endpoints.")
	c.Flags().StringVar(&o.clusterVariables, "cluster-variables", "", "The variables of the cluster by name, `FILE|JSON`, for camunda.vars.cluster, camunda.vars.tenant and camunda.vars.env.")
	c.Flags().StringVar(&o.version, "camunda-version", "", "The `VERSION` of the broker, such as 8.8.21. Without it, a warning says where versions of the broker differ.")
	c.Flags().IntVar(&o.item, "item", 0, "The `NUMBER` of the item, from 1, if the task is a multi-instance. The default is the first.")
	c.Flags().StringVar(&o.response, "response", "", "A response of AWS, `FILE|JSON`, in the form that a process sees, instead of made-up ones.")
	c.Flags().BoolVar(&o.send, "send", false, "Send the event to AWS, and use AWS's answer.")
	c.Flags().BoolVar(&o.json, "json", false, "Write JSON.")
	s.completeValues(c, "element")
	s.completeValues(c, "allowed-endpoints")
	s.completeValues(c, "camunda-version")
	s.completeValues(c, "item")
	for _, name := range []string{"variables", "secrets", "cluster-variables", "response"} {
		completeFiles(c, name, "json")
	}
	for _, name := range []string{"all-secrets", "send", "json"} {
		s.completeValues(c, name, "true", "false")
	}
	return c
}

func (o *tryOptions) run(ctx context.Context, s *session, args []string) error {
	if len(args) != 1 {
		return usage(errors.New("one model is needed: a file, or - for standard input"))
	}
	if o.send && o.response != "" {
		return usage(errors.New("--send goes without --response: the answer is AWS's own"))
	}
	model, process, task, err := o.find(s, args[0])
	if err != nil {
		return err
	}
	options, err := o.options(process, task)
	if err != nil {
		return usage(err)
	}
	options.Platform = model.PlatformVersion
	t := &trial{Process: process.ID, Task: task.ID, name: task.Name}
	j, err := simulate.Prepare(ctx, task, options)
	if err != nil {
		_, t.Refused = errors.AsType[*mapping.RefusedError](err)
		t.Failure = err.Error()
		return o.write(s, t)
	}
	t.job, t.Warnings = j, j.Warnings
	if err := o.answers(ctx, t); err != nil {
		return err
	}
	return o.write(s, t)
}

// find reads the model and finds the task.
func (o *tryOptions) find(s *session, name string) (*bpmn.Model, *bpmn.Process, *bpmn.Task, error) {
	m, err := s.readModel(name)
	if err != nil {
		return nil, nil, nil, &exitError{ExitUnreadable, unreadable(name, err)}
	}
	var ids []string
	var process *bpmn.Process
	var task *bpmn.Task
	for _, p := range m.Processes {
		for _, t := range p.Tasks {
			ours := lint.Ours(t, lint.Options{})
			if t.ID == o.element || o.element == "" && ours {
				process, task = p, t
			}
			if ours {
				ids = append(ids, outlet.Quoted(t.ID))
			}
		}
	}
	switch {
	case o.element != "" && task == nil && config.Nearest(o.element, ids) == "" && len(ids) > 0:
		return nil, nil, nil, usage(fmt.Errorf("--element: the model has no task %q that makes jobs, its EventBridge tasks are %s", o.element, strings.Join(ids, ", ")))
	case o.element != "" && task == nil:
		return nil, nil, nil, usage(&config.UnknownError{What: "task", Name: o.element, Nearest: config.Nearest(o.element, ids)})
	case task == nil:
		return nil, nil, nil, usage(fmt.Errorf("the model has no EventBridge task: none of type %s, none with an EventBridge template; --element names another", lint.TaskType))
	case o.element == "" && len(ids) > 1:
		return nil, nil, nil, usage(fmt.Errorf("the model has %d EventBridge tasks, --element must name one: %s", len(ids), strings.Join(ids, ", ")))
	}
	return m, process, task, nil
}

func (o *tryOptions) options(process *bpmn.Process, task *bpmn.Task) (simulate.Options, error) {
	out := simulate.Options{ProcessID: process.ID, AllSecrets: o.allSecrets, Secrets: map[string]string{}}
	var err error
	if out.Endpoints, err = endpoint.NewPolicy(o.endpoints); err != nil {
		return out, fmt.Errorf("--allowed-endpoints: %w", err)
	}
	if out.Variables, err = objectOf("variables", o.variables); err != nil {
		return out, err
	}
	if out.ClusterVariables, err = objectOf("cluster-variables", o.clusterVariables); err != nil {
		return out, err
	}
	if o.version != "" && !versionForm.MatchString(o.version) {
		return out, fmt.Errorf("--camunda-version is %q, expected a version such as 8.8.21", o.version)
	}
	if o.item < 0 {
		return out, fmt.Errorf("--item is %d, expected a number from 1", o.item)
	}
	out.Version, out.Item = o.version, o.item
	if o.secrets == "" {
		if o.send {
			return out, nil
		}
		for _, name := range simulate.SecretNames(task) {
			out.Secrets[name] = "made-up-" + name
		}
		return out, nil
	}
	given, err := objectOf("secrets", o.secrets)
	if err != nil {
		return out, err
	}
	for name, v := range given.All() {
		text, ok := v.(string)
		if !ok {
			return out, fmt.Errorf("--secrets: the secret %s must be a string, but is %s", name, jsonvalue.KindOf(v))
		}
		out.Secrets[name] = text
	}
	return out, nil
}

// versionForm is a version of Camunda.
var versionForm = regexp.MustCompile(`^\d+\.\d+(\.\d+)?$`)

// objectOf reads a JSON object, or a file of one.
func objectOf(flag, text string) (*jsonvalue.Object, error) {
	if text != "" && !strings.HasPrefix(strings.TrimSpace(text), "{") {
		data, err := os.ReadFile(text)
		if err != nil {
			return nil, fmt.Errorf("--%s: expected a JSON object or a file of one: %w", flag, err)
		}
		text = string(data)
	}
	if text == "" {
		return jsonvalue.NewObject(0), nil
	}
	v, err := jsonvalue.ParseString(text)
	if err != nil {
		return nil, fmt.Errorf("--%s is not valid JSON: %w", flag, err)
	}
	o, ok := v.(*jsonvalue.Object)
	if !ok {
		return nil, fmt.Errorf("--%s must be a JSON object, but is %s", flag, jsonvalue.KindOf(v))
	}
	return o, nil
}

// answers has the connector work on the job with each answer.
func (o *tryOptions) answers(ctx context.Context, t *trial) error {
	if o.send {
		sender := eventbridge.New(eventbridge.Options{})
		defer sender.Close()
		r, err := t.job.Send(ctx, sender)
		if err != nil {
			return err
		}
		t.add("AWS answered", r)
		t.failed = r.Ending != simulate.Completed
		return nil
	}
	answers := simulate.Answers()
	if o.response != "" {
		given, err := objectOf("response", o.response)
		if err != nil {
			return usage(err)
		}
		answers = append([]simulate.Answer{simulate.Respond("AWS gives this response", given)}, answers[1:]...)
	}
	for _, a := range answers {
		r, err := t.job.Run(ctx, a)
		if err != nil {
			t.Failure = err.Error()
			return nil
		}
		t.add(a.Name, r)
		if r.Request == nil { // it never came to AWS: the other answers would not either
			t.failed = true
			return nil
		}
	}
	return nil
}

func (o *tryOptions) write(s *session, t *trial) error {
	if o.json {
		e := json.NewEncoder(s.stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(t); err != nil {
			return err
		}
	} else if _, err := io.WriteString(s.stdout, t.text()); err != nil {
		return err
	}
	if t.failed || t.Failure != "" || len(t.Doubts) > 0 && !o.send {
		return &exitError{code: ExitFailure}
	}
	return nil
}
