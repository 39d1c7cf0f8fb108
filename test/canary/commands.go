package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/test/canary/leak"
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
	model, err := c.model("order.bpmn", "input.traceHeader")
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
		{"try", env, []string{"try", model, "--secrets", secrets, "--variables", variables, "--all-secrets"}},
		{"try", env, []string{"try", model, "--secrets", secrets, "--variables", variables, "--all-secrets", "--json"}},
		{"try", env, []string{"try", model, "--secrets", secrets, "--variables", variables, "--all-secrets", "--send"}},
		{"try", env, []string{"try", model, "--secrets", secrets, "--variables", `{"order":7}`}},
		{"try", env, []string{"try", wrong, "--secrets", secrets, "--variables", variables, "--all-secrets"}},
		{"try", env, []string{"try", wrong, "--secrets", secrets, "--variables", variables, "--all-secrets", "--json"}},
		{"lint", env, []string{"lint", model}},
		{"lint", env, []string{"lint", "--format", "json", model}},
		{"lint", env, []string{"lint", "--format", "sarif", model}},
		{"policy", env, []string{"policy", model, wrong}},
		{"policy", env, []string{"policy", "--json", "--secrets-aws", "--secrets-aws-prefix", "camunda/", model}},
		{"check", append([]string{"AWS_ENDPOINT_URL_STS=" + c.bus}, env...), []string{"check", "--timeout", "5s", model}},
		{"check", append([]string{"AWS_ENDPOINT_URL_STS=" + c.bus, "CAMUNDA_CLIENT_AUTH_METHOD=oidc", "CAMUNDA_CLIENT_AUTH_CLIENTID=id", "CAMUNDA_CLIENT_AUTH_TOKENURL=" + c.bus}, env...), []string{"check", "--timeout", "5s", "--json", model}},
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
	if ended := (*exec.ExitError)(nil); err != nil && !errors.As(err, &ended) {
		return fmt.Errorf("%s: %w", where, err)
	}
	c.outlet("command "+where, append(stdout.Bytes(), stderr.Bytes()...))
	return nil
}

// model writes a model with secrets by name, one of them in the field, and a credential that somebody wrote into it.
func (c *commands) model(name, field string) (string, error) {
	input := func(source, target string) string {
		var b bytes.Buffer
		_ = xml.EscapeText(&b, []byte(source)) // a buffer takes everything
		return `<zeebe:input source="` + b.String() + `" target="` + target + `"/>`
	}
	text := `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="http://example.com/shop" id="shop">
<bpmn:process id="process" isExecutable="true"><bpmn:startEvent id="start"><bpmn:outgoing>flow</bpmn:outgoing></bpmn:startEvent><bpmn:sequenceFlow id="flow" sourceRef="start" targetRef="task"/>
<bpmn:serviceTask id="task" name="Announce"><bpmn:extensionElements><zeebe:taskDefinition type="io.camunda:aws-eventbridge:1"/><zeebe:ioMapping>` +
		input("credentials", "authentication.type") + input("AKIACANARYLITERAL001", "authentication.accessKey") + input(c.safe, "authentication.secretKey") +
		input("{{secrets.SAFE}}", "authentication.sessionToken") + input("eu-west-1", "configuration.region") + input(c.bus, "configuration.endpoint") +
		input("shop-bus", "input.eventBusName") + input("shop", "input.source") + input("{{secrets.VALUE}}", field) + input("Placed", "input.detailType") +
		input(`={order: order.id, token: "{{secrets.VALUE}}"}`, "input.detail") +
		`</zeebe:ioMapping><zeebe:taskHeaders><zeebe:header key="errorExpression" value="=bpmnError(error.code, error.message)"/></zeebe:taskHeaders></bpmn:extensionElements><bpmn:incoming>flow</bpmn:incoming></bpmn:serviceTask></bpmn:process></bpmn:definitions>`
	path := filepath.Join(c.folder, name)
	return path, os.WriteFile(path, []byte(text), 0o600)
}
