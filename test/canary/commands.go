package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/test/canary/leak"
	"github.com/eventbridge-connector/eventbridge-connector/test/contract/play"
	"github.com/eventbridge-connector/eventbridge-connector/test/model"
)

// runCommands runs the commands of the binary that see secrets, and has the streams keep what they write.
func runCommands(ctx context.Context, binary string, s *leak.Streams) error {
	folder, err := os.MkdirTemp("", "eventbridge-connector-canary-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	bus, err := embedded.StartBus(embedded.BusOptions{KeepEvents: -1}) //nolint:contextcheck // it takes none
	if err != nil {
		return err
	}
	defer bus.Close()
	for i, v := range values {
		bus.Respond(func(*embedded.BusRequest) *embedded.Answer { // as if AWS gave the secret away
			a := embedded.AWSError(400, "AccessDeniedException", "no "+v.Value+" here")
			return &a
		})
		c := commands{binary: binary, folder: folder, bus: bus.URL(), outlet: s.Write, value: v.Value, safe: valueOf(headerSafe[i%len(headerSafe)])}
		if err := c.all(ctx); err != nil {
			return fmt.Errorf("secret %q: %w", v.Name, err)
		}
	}
	return nil
}

type commands struct {
	binary, folder, bus string
	value, safe         string // the secret, and one that may be a credential
	outlet              func(where string, data []byte)
}

func (c *commands) all(ctx context.Context) error {
	order, err := c.model("order.bpmn", "input.traceHeader")
	if err != nil {
		return err
	}
	wrong, err := c.model("wrong.bpmn", "input.time")
	if err != nil {
		return err
	}
	secrets, err := c.file("secrets.json", map[string]string{"VALUE": c.value, "SAFE": c.safe})
	if err != nil {
		return err
	}
	variables, err := c.file("variables.json", map[string]any{"order": map[string]string{"id": "S-1", "note": "a note"}})
	if err != nil {
		return err
	}
	configuration := filepath.Join(c.folder, "application.yaml")
	if err := os.WriteFile(configuration, []byte("camunda:\n  client:\n    auth:\n      client-secret: "+quoted(c.value)+"\n      password: "+quoted(c.value)+"\n"), 0o600); err != nil {
		return err
	}
	env := []string{"CAMUNDA_CLIENT_AUTH_CLIENTSECRET=" + c.value, "CAMUNDA_CLIENT_AUTH_PASSWORD=" + c.value, "SECRET_VALUE=" + c.value, "AWS_SECRET_ACCESS_KEY=" + c.safe, "AWS_SESSION_TOKEN=" + c.safe}
	for _, run := range []struct {
		where string
		env   []string
		args  []string
	}{
		{"config", env, []string{"config"}},
		{"config", nil, []string{"config", "--config", configuration}},
		{"config", nil, []string{"config", "--client-secret", c.value, "--password", c.value}},
		{"config", append([]string{"CAMUNDA_CLIENT_AUTH_METHOD=oidc", "CAMUNDA_CLIENT_AUTH_CLIENTID=id"}, env...), []string{"config"}},
		{"try", env, []string{"try", order, "--secrets", secrets, "--variables", variables, "--all-secrets"}},
		{"try", env, []string{"try", order, "--secrets", secrets, "--variables", variables, "--all-secrets", "--json"}},
		{"try", env, []string{"try", order, "--secrets", secrets, "--variables", variables, "--all-secrets", "--send"}},
		{"try", env, []string{"try", order, "--secrets", secrets, "--variables", `{"order":7}`}},
		{"try", env, []string{"try", wrong, "--secrets", secrets, "--variables", variables, "--all-secrets"}},
		{"try", env, []string{"try", wrong, "--secrets", secrets, "--variables", variables, "--all-secrets", "--json"}},
		{"lint", env, []string{"lint", order}},
		{"lint", env, []string{"lint", "--format", "json", order}},
		{"lint", env, []string{"lint", "--format", "sarif", order}},
		{"policy", env, []string{"policy", order, wrong}},
		{"policy", env, []string{"policy", "--json", "--secrets-aws", "--secrets-aws-prefix", "camunda/", order}},
		{"check", append([]string{"AWS_ENDPOINT_URL_STS=" + c.bus}, env...), []string{"check", "--timeout", "5s", order}},
		{"check", append([]string{"AWS_ENDPOINT_URL_STS=" + c.bus, "CAMUNDA_CLIENT_AUTH_METHOD=oidc", "CAMUNDA_CLIENT_AUTH_CLIENTID=id", "CAMUNDA_CLIENT_AUTH_TOKENURL=" + c.bus}, env...), []string{"check", "--timeout", "5s", "--json", order}},
		{"eval", env, []string{"eval", "-e", `{a: camunda, b: env, c: secrets}`, "-v"}},
		{"eval", env, []string{"eval", "-l", "jq", "-e", `[env, $ENV]`}},
	} {
		if err := c.run(ctx, run.where, run.env, run.args); err != nil {
			return err
		}
	}
	return nil
}

func (c *commands) file(name string, content any) (string, error) {
	text, err := json.Marshal(content)
	if err != nil {
		return "", err
	}
	path := filepath.Join(c.folder, name)
	return path, os.WriteFile(path, text, 0o600)
}

// run runs the binary and keeps what it writes. How it ends is of no interest, only that it runs.
func (c *commands) run(ctx context.Context, where string, env, args []string) error {
	cmd := exec.CommandContext(ctx, c.binary, args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + c.folder, "AWS_EC2_METADATA_DISABLED=true"}, env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		return fmt.Errorf("%s: %w", where, err)
	}
	c.outlet("command "+where, append(stdout.Bytes(), stderr.Bytes()...))
	return nil
}

// model writes a model with secrets by name, one of them in the field, and a credential that somebody wrote into it.
func (c *commands) model(name, field string) (string, error) {
	text := model.Task(play.JobType, []model.Input{
		{Source: "credentials", Target: "authentication.type"},
		{Source: "AKIACANARYLITERAL001", Target: "authentication.accessKey"},
		{Source: c.safe, Target: "authentication.secretKey"},
		{Source: "{{secrets.SAFE}}", Target: "authentication.sessionToken"},
		{Source: "eu-west-1", Target: "configuration.region"},
		{Source: c.bus, Target: "configuration.endpoint"},
		{Source: "shop-bus", Target: "input.eventBusName"},
		{Source: "shop", Target: "input.source"},
		{Source: "{{secrets.VALUE}}", Target: field},
		{Source: "Placed", Target: "input.detailType"},
		{Source: `={order: order.id, token: "{{secrets.VALUE}}"}`, Target: "input.detail"},
	}, `<zeebe:taskHeaders><zeebe:header key="errorExpression" value="=bpmnError(error.code, error.message)"/></zeebe:taskHeaders>`)
	path := filepath.Join(c.folder, name)
	return path, os.WriteFile(path, text, 0o600)
}
