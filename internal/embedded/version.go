package embedded

import (
	"math"
	"strconv"
	"strings"
)

// release is a version of Camunda, without its patch.
type release struct {
	major, minor int
	alpha        bool
}

// releaseOf reads a version such as 8.7.3 or 8.10.0-alpha4. An alpha knows what its version knows; a version that cannot be
// read knows everything.
func releaseOf(version string) release {
	first, rest, _ := strings.Cut(version, ".")
	second, _, _ := strings.Cut(rest, ".")
	major, err := strconv.Atoi(first)
	if err != nil {
		return release{major: math.MaxInt}
	}
	minor, err := strconv.Atoi(second)
	if err != nil {
		return release{major: math.MaxInt}
	}
	return release{major, minor, strings.Contains(rest, "-alpha")}
}

// since says whether it is 8.minor or later.
func (r release) since(minor int) bool {
	return r.major > 8 || r.major == 8 && r.minor >= minor
}

// The parts of a gateway that came with a version of their own.
func (r release) knowsREST() bool            { return r.since(6) }
func (r release) knowsModels() bool          { return r.since(8) }
func (r release) knowsTags() bool            { return r.since(8) }
func (r release) knowsTextKeys() bool        { return r.since(8) } // in REST; before, keys are numbers
func (r release) knowsRootKeys() bool        { return r.since(9) }
func (r release) knowsAssignedTenants() bool { return r.since(9) }
func (r release) knowsLeases() bool          { return r.since(10) }
func (r release) knowsSecrets() bool         { return r.since(10) }
func (r release) knowsPhysicalTenants() bool { return r.since(10) }

// leaseTokenName is the property of REST that holds a lease token. The alphas had another name for it.
func (r release) leaseTokenName() string {
	if r.alpha {
		return "leaseToken"
	}
	return "jobLeaseToken"
}
