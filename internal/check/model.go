package check

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/eventbridge-connector/eventbridge-connector/internal/zeebe"
)

// Definitions are the deployed process definitions of a cluster; [zeebe.Definitions] are.
type Definitions interface {
	FindDefinition(ctx context.Context, processID string) (int64, error)
	ProcessXML(ctx context.Context, key int64) ([]byte, error)
}

// ModelOptions say what is read of the cluster.
type ModelOptions struct {
	Definitions Definitions
	// NotNeeded says why no model is read; empty = models are.
	NotNeeded string
	// Old returns the version of a cluster that is too old to give out models; empty = it is not. Nil = not asked.
	Old       func(ctx context.Context) string
	Address   string
	Processes []string // ids that the given models have; nil = any definition will do
	// Parse says what is wrong with the XML of a definition.
	Parse func(text []byte) error
}

// Models checks whether the secret filter could read a deployed model.
func Models(o ModelOptions) Part {
	return Part{Name: "models", Run: func(ctx context.Context) []Finding {
		if o.NotNeeded != "" {
			return []Finding{skipped("REST API", o.NotNeeded)}
		}
		if o.Old != nil {
			if version := o.Old(ctx); version != "" {
				return []Finding{unknown("REST API", "the cluster is of Camunda "+version+", which gives out no models (8.8 and later do): secrets resolve in the fields of an access key alone, as without camunda.client.rest-address")}
			}
		}
		if len(o.Processes) == 0 {
			return []Finding{o.one(ctx, "REST API", "")}
		}
		processes := slices.Compact(slices.Sorted(slices.Values(o.Processes)))
		if _, err := o.Definitions.FindDefinition(ctx, processes[0]); err != nil {
			return []Finding{o.refused("REST API", err)} // it would be the same for each
		}
		all := []Finding{ok("REST API", o.Address+" answers")}
		for _, id := range processes {
			all = append(all, o.one(ctx, id, id))
		}
		return all
	}}
}

// one reads the newest definition of a process, or any.
func (o *ModelOptions) one(ctx context.Context, name, processID string) Finding {
	key, err := o.Definitions.FindDefinition(ctx, processID)
	switch {
	case err != nil:
		return o.refused(name, err)
	case key == 0 && processID == "":
		return unknown(name, o.Address+" answers, but shows no process definition: none is deployed, or the worker's client needs the permission READ_PROCESS_DEFINITION")
	case key == 0:
		return unknown(name, "it is not deployed, or the worker's client needs the permission READ_PROCESS_DEFINITION of the process")
	}
	text, err := o.Definitions.ProcessXML(ctx, key)
	if err == nil {
		err = o.Parse(text)
	}
	if err != nil {
		return o.refused(name, err)
	}
	return ok(name, fmt.Sprintf("the deployed definition %d can be read", key))
}

// refused is the finding of a call that failed. Its own words say what to look at.
func (o *ModelOptions) refused(name string, err error) Finding {
	const setting = "camunda.client.rest-address"
	cure := "look whether " + setting + " is the Orchestration Cluster REST API of Camunda 8.8 or later; leave it unset for an older cluster"
	if e, is := errors.AsType[*zeebe.RESTError](err); is {
		switch e.Status {
		case 0:
			cure = "look whether " + setting + " can be reached from here (network, proxy, name, certificate)"
		case 401:
			cure = "look at camunda.client.auth: the REST API takes no other identity than the gateway"
		case 403:
			cure = "give the worker's client the permission READ_PROCESS_DEFINITION"
		}
	}
	return failed(name, err.Error(), cure)
}
