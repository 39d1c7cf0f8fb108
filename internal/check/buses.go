package check

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"

	"github.com/eventbridge-connector/eventbridge-connector/internal/endpoint"
	events "github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/policy"
)

// quietSTS keeps the SDK from writing to standard error, and from trying for long.
func quietSTS(o *sts.Options) {
	o.Logger, o.RetryMaxAttempts = logging.Nop{}, attempts
}

// attempts is how often a question is asked.
const attempts = 2

// buses looks for the event buses that the models name, each once for each identity.
func (o *AWSOptions) buses(ctx context.Context, identities []*identity) []Finding {
	if o.Survey == nil {
		return []Finding{skipped("event buses", "no models were given; check MODEL.bpmn… looks for their event buses")}
	}
	byKey := map[string]*identity{}
	for _, id := range identities {
		byKey[id.key] = id
	}
	// The worker's identity is the same whatever task asked for it.
	var targets []policy.Target
	seen := map[string]bool{}
	for _, t := range o.Survey.Targets {
		key := fmt.Sprint(keyOf(t), t.Region, "\x00", t.Endpoint, "\x00", t.Bus)
		if t.Bus == "" || t.Region == "" {
			key = t.Place.String()
		}
		if !seen[key] {
			seen[key] = true
			targets = append(targets, t)
		}
	}
	all := make([]Finding, len(targets))
	sideBySide(len(targets), func(i int) { all[i] = o.bus(ctx, byKey[keyOf(targets[i])], targets[i]) })
	return all
}

// bus asks whether a bus is there.
func (o *AWSOptions) bus(ctx context.Context, id *identity, t policy.Target) Finding {
	name := "event bus"
	if t.Bus != "" {
		name += " " + t.Bus
	}
	place := place(t.Place)
	switch {
	case t.Bus == "" || t.Region == "":
		return unknown(name, place+"the model computes the event bus or its region")
	case !endpoint.ValidRegion(t.Region):
		return failed(name, place+"the region "+strconv.Quote(t.Region)+" is no name of a region", "write a region such as eu-central-1")
	case id == nil || !id.usable:
		return unknown(name, place+"not asked, since AWS does not know as whom; see above")
	}
	cfg := id.config.Copy()
	cfg.Region = t.Region
	u, err := t.URL()
	if err != nil {
		return unknown(name, place+"not asked, since the endpoint is no URL")
	}
	if u != nil && (!o.Allowed(u) || o.endpoint(t).Verdict == Failed) {
		return unknown(name, place+"not asked at "+u.Host+", which nobody but the model allows")
	}
	client := eventbridge.NewFromConfig(cfg, func(e *eventbridge.Options) {
		e.Logger, e.RetryMaxAttempts = logging.Nop{}, attempts
		if u != nil {
			e.BaseEndpoint = aws.String(u.String())
		}
	})
	answer, err := client.DescribeEventBus(ctx, &eventbridge.DescribeEventBusInput{Name: aws.String(t.Bus)})
	who := t.Identity
	if t.Role != "" {
		who = t.Role
	}
	if err == nil {
		return ok(name, fmt.Sprintf("%s is there; that %s may send to it shows only with an event (the command policy writes what it needs)", aws.ToString(answer.Arn), who))
	}
	switch code := events.ErrorCode(err); code {
	case "AccessDeniedException", "AccessDenied":
		return unknown(name, place+"it cannot be told whether it is there: "+who+" may not call events:DescribeEventBus, which sending does not need")
	case "ResourceNotFoundException":
		return failed(name, place+"there is none in "+t.Region+" for "+who, "make the event bus, or mend its name, the region or the account")
	case "":
		return failed(name, place+awsReason(err), "look whether EventBridge in "+t.Region+" can be reached from here (network, proxy, endpoint)")
	default:
		return failed(name, place+awsReason(err), "look up "+code+" in AWS's documentation of EventBridge")
	}
}
