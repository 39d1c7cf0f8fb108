// Command compose loads the Compose files with the Compose specification's own loader and holds what it finds against what they promise.
//
//	usage: compose BINARY     the binary, to ask it which settings it knows
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: compose BINARY")
		os.Exit(2)
	}
	if err := errors.Join(playground(os.Args[1]), addOn(os.Args[1])); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const folder = "../../deploy/compose/"

func load(profiles, env []string, files ...string) (*types.Project, error) {
	options, err := cli.NewProjectOptions(files, cli.WithProfiles(profiles), cli.WithResolvedPaths(true), cli.WithEnv(env))
	if err != nil {
		return nil, err
	}
	return options.LoadProject(context.Background())
}

func playground(binary string) error {
	for _, tt := range []struct {
		profiles []string
		want     []string
	}{
		{nil, []string{"aws", "camunda", "connector", "setup"}},
		{[]string{"observability"}, []string{"aws", "camunda", "connector", "grafana", "prometheus", "setup"}},
	} {
		p, err := load(tt.profiles, nil, folder+"compose.yaml")
		if err != nil {
			return err
		}
		names := p.ServiceNames()
		slices.Sort(names)
		if !slices.Equal(names, tt.want) {
			return fmt.Errorf("compose.yaml, profiles %v: the services are %v, expected %v", tt.profiles, names, tt.want)
		}
		for name, s := range p.Services {
			if err := errors.Join(pinned(s), loopback(s), filesThere(s)); err != nil {
				return fmt.Errorf("compose.yaml: %s: %w", name, err)
			}
		}
		for name, condition := range p.Services["setup"].DependsOn {
			if condition.Condition != types.ServiceConditionHealthy {
				return fmt.Errorf("compose.yaml: setup waits for %s to be %s, not healthy", name, condition.Condition)
			}
		}
		if err := worker(binary, p.Services["connector"]); err != nil {
			return fmt.Errorf("compose.yaml: connector: %w", err)
		}
		fmt.Printf("compose.yaml, profiles %v: %s\n", tt.profiles, strings.Join(names, ", "))
	}
	return nil
}

// stack is a file that Camunda ships, as far as the add-on depends on it: testdata has its services and its network.
type stack struct {
	settings string // the file of deploy/compose/stacks
	shape    string // the file of testdata
	network  string
	gateway  string
	auth     string
	rest     string
	prefix   string
	client   string   // expected with oidc
	env      []string // of the stack's .env
}

var (
	newClient = []string{"CONNECTORS_CLIENT_ID=connectors", "CONNECTORS_CLIENT_SECRET=secret", "KEYCLOAK_HOST=host.docker.internal"}
	oldClient = []string{"ZEEBE_CLIENT_ID=zeebe", "ZEEBE_CLIENT_SECRET=secret", "KEYCLOAK_HOST=localhost"}
)

var stacks = []stack{
	{"light-8.5", "core", "camunda-platform", "zeebe", "none", "", "", "", nil},
	{"full-8.5", "core", "camunda-platform", "zeebe", "oidc", "", "", "zeebe zeebe-api keycloak", oldClient},
	{"core-8.8", "core", "camunda-platform", "zeebe", "none", "http://zeebe:8080", "SECRET_", "", nil},
	{"light-8.8", "light", "camunda", "orchestration", "none", "http://orchestration:8080", "SECRET_", "", newClient},
	{"full-8.8", "full", "camunda-platform", "orchestration", "oidc", "http://orchestration:8080", "SECRET_", "connectors orchestration-api host.docker.internal", newClient},
	{"light-8.9", "light", "camunda", "orchestration", "none", "http://orchestration:8080", "SECRET_", "", newClient},
	{"full-8.9", "full", "camunda-platform", "orchestration", "oidc", "http://orchestration:8080", "CONNECTORS_SECRET", "connectors orchestration-api host.docker.internal", newClient},
	{"light-8.10", "light", "camunda", "orchestration", "none", "http://orchestration:8080", "CONNECTORS_SECRET", "", newClient},
	{"full-8.10", "full", "camunda-platform", "orchestration", "oidc", "http://orchestration:8080", "CONNECTORS_SECRET", "connectors orchestration-api host.docker.internal", newClient},
	{"", "light", "camunda", "orchestration", "none", "", "SECRET_", "", nil}, // as it stands
}

// addOn loads the second file on top of each shape of stack that Camunda has shipped, with the settings for it.
func addOn(binary string) error {
	files, err := filepath.Glob(folder + "stacks/*.env")
	if err != nil {
		return err
	}
	if len(files) != len(stacks)-1 {
		return fmt.Errorf("stacks: there are %d files, expected the %d that are tested", len(files), len(stacks)-1)
	}
	for _, k := range stacks {
		env := slices.Clone(k.env)
		if k.settings != "" {
			settings, err := dotenv.Read(folder + "stacks/" + k.settings + ".env")
			if err != nil {
				return err
			}
			for name, value := range settings {
				env = append(env, name+"="+value)
			}
		}
		p, err := load(nil, env, "testdata/"+k.shape+".yaml", folder+"compose.add-on.yaml")
		if err == nil {
			err = added(binary, p, k)
		}
		if err != nil {
			return fmt.Errorf("compose.add-on.yaml, %s: %w", cmp.Or(k.settings, "as it stands"), err)
		}
		fmt.Printf("compose.add-on.yaml on top of Camunda's stack (%s): %s\n", cmp.Or(k.settings, "as it stands"), strings.Join(p.ServiceNames(), ", "))
	}
	return nil
}

func added(binary string, p *types.Project, k stack) error {
	s, ok := p.Services["eventbridge-connector"]
	if !ok {
		return errors.New("there is no eventbridge-connector")
	}
	connectors := p.Services["connectors"]
	if got := value(connectors, "CONNECTOR_OUTBOUND_DISABLED"); got != "io.camunda:aws-eventbridge:1" {
		return fmt.Errorf("the official connector is not switched off: CONNECTOR_OUTBOUND_DISABLED is %q", got)
	}
	if len(connectors.Environment) < 2 {
		return errors.New("the stack's own environment is lost")
	}
	for name, s := range map[string]types.ServiceConfig{"the worker": s, "the gateway": p.Services[k.gateway]} {
		if _, ok := s.Networks[k.network]; !ok {
			return fmt.Errorf("%s is not in the stack's network %s", name, k.network)
		}
	}
	want := map[string]string{
		"CAMUNDA_CLIENT_GRPCADDRESS": "http://" + k.gateway + ":26500", "CAMUNDA_CLIENT_RESTADDRESS": k.rest, "CAMUNDA_CLIENT_AUTH_METHOD": k.auth,
		"CAMUNDA_CONNECTOR_SECRETPROVIDER_ENVIRONMENT_PREFIX": k.prefix,
	}
	if client := strings.Fields(k.client); len(client) == 3 {
		want["CAMUNDA_CLIENT_AUTH_CLIENTID"], want["CAMUNDA_CLIENT_AUTH_CLIENTSECRET"], want["CAMUNDA_CLIENT_AUTH_AUDIENCE"] = client[0], "secret", client[1]
		want["CAMUNDA_CLIENT_AUTH_TOKENURL"] = "http://" + client[2] + ":18080/auth/realms/camunda-platform/protocol/openid-connect/token"
	}
	for name, v := range want {
		if got := value(s, name); got != v {
			return fmt.Errorf("%s is %q, expected %q", name, got, v)
		}
	}
	return errors.Join(loopback(s), pinned(s), worker(binary, s))
}

func value(s types.ServiceConfig, name string) string {
	if v := s.Environment[name]; v != nil {
		return *v
	}
	return ""
}

var tag = regexp.MustCompile(`:(v?\d+\.\d+\.\d+|local)$`)

// pinned wants a whole version of each image, or the one that is built here.
func pinned(s types.ServiceConfig) error {
	if !tag.MatchString(s.Image) {
		return fmt.Errorf("the image %s is not pinned", s.Image)
	}
	return nil
}

func loopback(s types.ServiceConfig) error {
	for _, p := range s.Ports {
		if p.HostIP != "127.0.0.1" {
			return fmt.Errorf("port %s is open to the network", p.Published)
		}
	}
	return nil
}

func filesThere(s types.ServiceConfig) error {
	for _, v := range s.Volumes {
		if v.Type != types.VolumeTypeBind {
			continue
		}
		if _, err := os.Stat(v.Source); err != nil {
			return err
		}
		if !v.ReadOnly {
			return fmt.Errorf("%s may be written by the container", v.Source)
		}
	}
	return nil
}

// worker wants our own service locked up, and every setting of its environment known to the binary.
func worker(binary string, s types.ServiceConfig) error {
	if !s.ReadOnly || !slices.Contains(s.CapDrop, "ALL") || !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
		return errors.New("it is not locked up: read_only, cap_drop, security_opt")
	}
	if s.StopGracePeriod == nil || s.StopGracePeriod.String() != "30s" {
		return errors.New("stop_grace_period must leave the drain its 20 s")
	}
	cmd := exec.CommandContext(context.Background(), binary, "config")
	for name, v := range s.Environment {
		if v != nil {
			cmd.Env = append(cmd.Env, name+"="+*v)
		}
	}
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("config: %w: %s", err, errs.String())
	}
	if strings.Contains(errs.String(), "unknown") || !strings.Contains(out.String(), value(s, "CAMUNDA_CLIENT_GRPCADDRESS")) {
		return fmt.Errorf("config does not take its environment: %s%s", errs.String(), out.String())
	}
	return nil
}
