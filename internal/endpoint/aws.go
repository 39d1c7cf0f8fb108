package endpoint

import (
	"regexp"
	"strings"
)

// suffixes end the names of AWS's endpoints, by partition: the usual ones and those for IPv4 and IPv6 alike
// (aws-sdk-go-v2, internal/endpoints/awsrulesfn/partitions.json).
var suffixes = []string{
	"amazonaws.com", "api.aws", // aws and aws-us-gov
	"amazonaws.com.cn", "api.amazonwebservices.com.cn", // aws-cn
	"amazonaws.eu", "api.amazonwebservices.eu", // aws-eusc
	"c2s.ic.gov", "api.aws.ic.gov", // aws-iso
	"sc2s.sgov.gov", "api.aws.scloud", // aws-iso-b
	"cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", // aws-iso-e
	"csp.hci.ic.gov", "api.aws.hci.ic.gov", // aws-iso-f
}

// own matches what stands before the suffix in the names of EventBridge's endpoints: of a region, of a global endpoint, and
// of an interface endpoint in a VPC. Other names below the same suffixes can belong to anybody: buckets, load balancers, APIs.
var own = regexp.MustCompile(`^(?:` +
	`events(?:-fips)?\.` + label + `|` +
	label + `\.` + label + `\.endpoint\.events|` +
	`vpce-` + label + `\.events(?:-fips)?\.` + label + `\.vpce` +
	`)$`)

const label = `[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?`

// OfAWS says whether the host is one of AWS's own endpoints of EventBridge, in any partition.
func OfAWS(host string) bool {
	host = plainHost(host)
	for _, suffix := range suffixes {
		if before, ok := strings.CutSuffix(host, "."+suffix); ok && own.MatchString(before) {
			return true
		}
	}
	return false
}

var (
	regionForm   = regexp.MustCompile(`^(?i:` + label + `)$`)
	endpointForm = regexp.MustCompile(`^[A-Za-z0-9-]{1,63}\.[A-Za-z0-9-]{1,63}$`)
)

// ValidRegion says whether a text can be the name of a region: it becomes a part of a host's name. AWS adds regions, so that
// any label of a host is one.
func ValidRegion(region string) bool { return regionForm.MatchString(region) }

// ValidID says whether a text can be the id of a global endpoint, such as abcde.veo: it becomes a part of a host's name
// (API reference of PutEvents, EndpointId).
func ValidID(id string) bool { return endpointForm.MatchString(id) }
