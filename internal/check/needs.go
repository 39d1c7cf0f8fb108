package check

import (
	"fmt"

	"github.com/eventbridge-connector/eventbridge-connector/internal/zeebe"
)

// Need is something in the configuration that an older cluster does not know, and passes over.
type Need struct {
	Name         string // of the finding
	Setting      string // that asks for it, with its value
	Major, Minor int    // the first version of Camunda that knows it
	// Without tells what the worker does at an older cluster; empty = it must not be used there.
	Without string
}

// needs holds the version of a gateway against what the configuration needs.
func (o *GatewayOptions) needs(version string) []Finding {
	var all []Finding
	for _, n := range o.Needs {
		since := fmt.Sprintf("Camunda %d.%d", n.Major, n.Minor)
		switch {
		case version == "":
			all = append(all, unknown(n.Name, "the gateway does not tell its version; needed is "+since+" or later"))
		case !zeebe.OlderThan(version, n.Major, n.Minor):
			all = append(all, ok(n.Name, n.Setting))
		case n.Without != "":
			all = append(all, ok(n.Name, n.Setting+", but Camunda "+version+" is older than "+since+": "+n.Without))
		default:
			all = append(all, failed(n.Name, n.Setting+", but Camunda "+version+" is older than "+since+" and does not know it", "upgrade the cluster, or remove the setting"))
		}
	}
	return all
}
