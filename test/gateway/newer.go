package main

import (
	"errors"
	"flag"
	"net/http"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/test/gateway/control"
)

// moreFlags are those for what a cluster has beside jobs: callers, secrets, physical tenants.
func moreFlags(f *flag.FlagSet, o *embedded.GatewayOptions) {
	f.Func("physical-tenants", "ids of physical tenants beside the default one, with commas between them", func(ids string) error {
		o.PhysicalTenants = strings.Split(ids, ",")
		return nil
	})
	f.Func("basic", "USER:PASSWORD of a caller, with basic authentication; may be given more than once, and turns authentication on", func(v string) error {
		user, password, ok := strings.Cut(v, ":")
		if !ok || user == "" {
			return errors.New("expected USER:PASSWORD")
		}
		o.Logins = append(o.Logins, embedded.Login{Username: user, Password: password, Reveal: true})
		return nil
	})
	f.Func("bearer", "token of a caller that may not have secrets resolved; may be given more than once, and turns authentication on", func(v string) error {
		o.Logins = append(o.Logins, embedded.Login{Token: v})
		return nil
	})
	f.Func("secret", "NAME=VALUE of a secret that camunda.secrets.NAME stands for; may be given more than once", func(v string) error {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return errors.New("expected NAME=VALUE")
		}
		if o.Secrets == nil {
			o.Secrets = map[string]string{}
		}
		o.Secrets[name] = value
		return nil
	})
}

func (c *gatewayControl) deploy(_ *http.Request, r control.ModelRequest) (any, error) {
	if r.Key == 0 {
		return nil, errors.New("key: found none, expected that of a process definition")
	}
	c.gateway.Deploy(r.Key, r.XML)
	return map[string]int64{"key": r.Key}, nil
}
