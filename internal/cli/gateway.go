package cli

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/check"
	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
	"github.com/eventbridge-connector/eventbridge-connector/internal/zeebe"
)

// cluster is a gateway, over gRPC (*[zeebe.Client]) or REST (*[zeebe.RESTClient]).
type cluster interface {
	worker.Gateway
	check.Cluster
	check.Definitions
	secret.ClusterAPI
	GatewayVersion(ctx context.Context) (string, error)
	Close() error
}

// dialGateway returns the gateway that the configuration names. The error says which setting is wrong.
func dialGateway(c *config.Config, log *slog.Logger) (cluster, error) {
	var gateway cluster
	var err error
	if c.Gateway.OverREST {
		gateway, err = zeebe.DialREST(gatewayConfig(c), log)
	} else {
		gateway, err = zeebe.Dial(gatewayConfig(c), log)
	}
	if e, ok := errors.AsType[*zeebe.CAError](err); ok {
		return nil, c.Wrong(keyCA, "a PEM file with certificates: "+reason(e.Err))
	}
	if e, ok := errors.AsType[*zeebe.KeyError](err); ok {
		return nil, keyFault(c, e)
	}
	if err != nil {
		return nil, err
	}
	return gateway, nil
}

// endOfGateway is where the gateway is, for people.
type endOfGateway struct {
	transport string // gRPC or REST
	address   string // host and port, or a URL
	secured   bool   // by TLS
}

func gatewayEnd(c *config.Config) endOfGateway {
	if !c.Gateway.OverREST {
		return endOfGateway{"gRPC", c.Gateway.Target, c.Gateway.TLS}
	}
	return endOfGateway{"REST", c.Gateway.RESTAddress, strings.HasPrefix(c.Gateway.RESTAddress, "https:")}
}
