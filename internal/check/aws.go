package check

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/eventbridge-connector/eventbridge-connector/internal/endpoint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/policy"
)

// AWSOptions say what is asked of AWS.
type AWSOptions struct {
	// Load returns the SDK's configuration, without credentials of its own to be asked for yet.
	Load func(ctx context.Context, more ...func(*config.LoadOptions) error) (aws.Config, error)
	// Survey is what the models say; nil = no models were given.
	Survey *policy.Survey
	// WorkerNeeded says that the worker uses its own identity whatever the models say: for AWS Secrets Manager.
	WorkerNeeded bool
	SaaS         bool // the default credentials chain is refused
	// Resolve returns a text of a model of this process with its secrets resolved.
	Resolve func(ctx context.Context, processID, text string) (string, error)
	// Allowed says whether requests may go to an endpoint that a model does not write itself.
	Allowed func(*url.URL) bool
	// Events and Tokens are the endpoints that AWS's own settings give; nil = AWS's own.
	Events, Tokens *url.URL
	// CheckEndpoints says whether AWS's own settings of endpoints go together.
	CheckEndpoints func(ctx context.Context) error
	// Proxy returns the proxy for a request, as [http.ProxyFromEnvironment] does.
	Proxy func(*http.Request) (*url.URL, error)
}

// AWS checks the region, the proxy and the endpoints, who AWS takes the worker and the tasks' keys and roles for, and whether
// the event buses that models name are there. It sends no event.
func AWS(o AWSOptions) Part {
	return Part{Name: "aws", Run: func(ctx context.Context) []Finding {
		base, err := o.Load(ctx)
		if err != nil {
			return []Finding{failed("settings", err.Error(), "mend AWS's settings: the environment variables AWS_… and the files that they name")}
		}
		all := []Finding{o.region(base), o.proxy(ctx, base)}
		all = append(all, o.endpoints(ctx)...)
		identities := o.identities(ctx)
		for _, id := range identities {
			if id.finding.Name != "" {
				all = append(all, id.finding)
			}
		}
		return append(all, o.buses(ctx, identities)...)
	}}
}

func (o *AWSOptions) region(base aws.Config) Finding {
	if base.Region == "" {
		return skipped("region", "AWS_REGION is not set; tasks name their own region, and only Secrets Manager and the worker's own identity would use it")
	}
	return ok("region", base.Region+" for what is not a task's; tasks name their own")
}

// proxy tells the proxy to AWS.
func (o *AWSOptions) proxy(ctx context.Context, base aws.Config) Finding {
	host := "events." + anyRegion(base) + ".amazonaws.com"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+host, http.NoBody)
	if err != nil {
		return unknown("proxy", "the region "+base.Region+" makes no name of a host")
	}
	proxy, err := o.Proxy(request)
	switch {
	case err != nil:
		return failed("proxy", "HTTPS_PROXY is no URL of a proxy", "write it as http://proxy.example.com:3128") // err repeats it, a password included
	case proxy == nil:
		return ok("proxy", "none for "+host)
	}
	return ok("proxy", proxy.Redacted()+" for "+host)
}

// anyRegion returns a region to ask in where it does not matter which.
func anyRegion(base aws.Config) string {
	if base.Region == "" {
		return "us-east-1"
	}
	return base.Region
}

// endpoints checks the endpoints that are not AWS's own.
func (o *AWSOptions) endpoints(ctx context.Context) []Finding {
	var all []Finding
	if err := o.CheckEndpoints(ctx); err != nil {
		all = append(all, failed("endpoints", err.Error(), "unset one of the two"))
	}
	for _, e := range []struct {
		name string
		at   *url.URL
	}{{"AWS_ENDPOINT_URL_EVENTBRIDGE or AWS_ENDPOINT_URL", o.Events}, {"AWS_ENDPOINT_URL_STS or AWS_ENDPOINT_URL", o.Tokens}} {
		if e.at != nil && endpoint.Plain(e.at) {
			all = append(all, failed("endpoint "+e.at.Host, e.name+" is plain http, and the worker's own credentials are not used over it, but to this machine", "write an https URL, or use tasks with access keys"))
		} else if e.at != nil {
			all = append(all, ok("endpoint "+e.at.Host, e.name+" names it, so that it is allowed"))
		}
	}
	if o.Survey == nil {
		return orDefault(all)
	}
	seen := map[string]bool{}
	for _, t := range o.Survey.Targets {
		if slices.Contains(t.Computed, "configuration.endpoint") && !seen["computed"] {
			seen["computed"] = true
			all = append(all, unknown("endpoint", at(t, "configuration.endpoint")+"the model computes it; it must be AWS's own, this machine, or in "+endpoint.Setting))
		}
		if t.Endpoint == "" || seen[t.Endpoint+t.Identity] {
			continue
		}
		seen[t.Endpoint+t.Identity] = true
		all = append(all, o.endpoint(t))
	}
	return orDefault(all)
}

func orDefault(all []Finding) []Finding {
	if len(all) == 0 {
		return []Finding{ok("endpoints", "AWS's own")}
	}
	return all
}

// endpoint checks the endpoint that a model writes, and which is allowed by that.
func (o *AWSOptions) endpoint(t policy.Target) Finding {
	u, err := t.URL()
	if err != nil {
		return failed("endpoint", at(t, "configuration.endpoint")+err.Error(), "write a URL such as https://vpce-1.events.eu-central-1.vpce.amazonaws.com")
	}
	if t.Kind == policy.Worker && endpoint.Plain(u) {
		return failed("endpoint "+u.Host, at(t, "configuration.endpoint")+"it is plain http, and the worker's own credentials are not used over it, but to this machine", "write an https URL, or use an access key")
	}
	if o.Allowed(u) {
		return ok("endpoint "+u.Host, "is allowed")
	}
	return ok("endpoint "+u.Host, "is allowed where the worker reads the deployed model, which writes it; elsewhere "+endpoint.Setting+" must name it")
}

// at writes where a field of a task stands, before what is said of it.
func at(t policy.Target, field string) string { return place(t.At(field)) }

func place(n policy.Note) string {
	n.Message = ""
	return n.String()
}

// sideBySide calls do for each number below n, some at a time, and waits.
func sideBySide(n int, do func(i int)) {
	const most = 8
	places := make(chan struct{}, most)
	var running sync.WaitGroup
	for i := range n {
		places <- struct{}{}
		running.Go(func() {
			defer func() { <-places }()
			do(i)
		})
	}
	running.Wait()
}

// awsReason is what AWS, or the way to it, said, without the SDK's layers around it.
func awsReason(err error) string {
	if c := eventbridge.Cause(err); c != "" {
		return c
	}
	return err.Error()
}

var errComputed = errors.New("the model computes it")
