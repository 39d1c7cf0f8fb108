package policy

import (
	"regexp"
	"strings"
)

// partitions are those whose regions begin so. All other regions are of the partition aws.
var partitions = []struct{ region, partition string }{
	{"cn-", "aws-cn"},
	{"us-gov-", "aws-us-gov"},
	{"us-isob-", "aws-iso-b"},
	{"us-isof-", "aws-iso-f"},
	{"us-iso-", "aws-iso"},
	{"eu-isoe-", "aws-iso-e"},
	{"eusc-", "aws-eusc"},
}

// partitionOf returns the partition of a region; * if the region is not known.
func partitionOf(region form) string {
	name, known := region.exact()
	if !known {
		return "*"
	}
	for _, p := range partitions {
		if strings.HasPrefix(name, p.region) {
			return p.partition
		}
	}
	return "aws"
}

var (
	busARN    = regexp.MustCompile(`^arn:([^:]+):events:([^:]*):([^:]*):event-bus/.+$`)
	roleARN   = regexp.MustCompile(`^arn:([^:]+):iam::(\d{12}):role/.+$`)
	secretARN = regexp.MustCompile(`^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:.+$`)
	complete  = regexp.MustCompile(`-[A-Za-z0-9]{6}$`) // what AWS puts behind the name of a secret
	account   = regexp.MustCompile(`^\d{12}$`)
)

// ValidAccount says whether a text is the number of an AWS account.
func ValidAccount(text string) bool { return account.MatchString(text) }

// accountOfRole returns the account of a role; empty if it is not known.
func accountOfRole(role form) string {
	if m := roleARN.FindStringSubmatch(role.String()); m != nil { // no digit of it is computed: * stands there
		return m[2]
	}
	return ""
}

// place is where the buses of a task are.
type place struct {
	regions   []form
	account   string // * if it is not known
	partition string // in place of that of the region, where the region is not known; * = none
	global    bool   // the task sends to a global endpoint, which has a bus of the same name in each of its regions
}

// buses returns the ARNs that a bus can have, which a task names by its name or by its ARN. Of a name that is computed whole,
// it is a bus of any account: the value can be an ARN.
func (p place) buses(bus form) []form {
	name := bus.parts[0]
	if strings.HasPrefix(name, "arn:") {
		return p.busesByARN(bus)
	}
	all := p.all(p.account, bus)
	if _, ok := bus.exact(); !ok && mayBeginARN(name) {
		return append(all, p.all("*", form{[]string{"", bus.parts[len(bus.parts)-1]}})...)
	}
	return all
}

// mayBeginARN says whether a text that begins so can be an ARN.
func mayBeginARN(beginning string) bool {
	const scheme = "arn:"
	return len(beginning) <= len(scheme) && scheme[:len(beginning)] == beginning
}

// busesByARN returns the ARNs of a bus that is given by its own.
func (p place) busesByARN(bus form) []form {
	text, known := bus.exact()
	m := busARN.FindStringSubmatch(text)
	switch {
	case known && m != nil && p.global:
		var all []form
		_, bus, _ := strings.Cut(text, ":event-bus/")
		for _, r := range append([]form{exactly(m[2])}, p.regions...) {
			all = append(all, r.with("arn:"+m[1]+":events:", ":"+m[3]+":event-bus/"+bus))
		}
		return all
	case !known && strings.Count(bus.parts[0], ":") < colonsOfARN:
		return p.all("*", form{[]string{"", bus.parts[len(bus.parts)-1]}})
	}
	return []form{bus}
}

// colonsOfARN is how many colons an ARN has, so that a policy takes it.
const colonsOfARN = 5

func (f form) known() bool { return len(f.parts) == 1 }

func (p place) all(account string, bus form) []form {
	all := make([]form, len(p.regions))
	for i, r := range p.regions {
		partition := partitionOf(r)
		if partition == "*" {
			partition = p.partition
		}
		// In an ARN * is any text: of a region, of an account.
		all[i] = wild("arn:" + partition + ":events:").then(r).then(wild(":" + account + ":event-bus/")).then(bus).compact()
	}
	return all
}

// partitionOfAll returns the partition of these regions; * if it is not known, or not the same.
func (p place) partitionOfAll() string {
	found := ""
	for _, r := range p.regions {
		if one := partitionOf(r); found == "" || found == one {
			found = one
			continue
		}
		return "*"
	}
	return found
}

// wild reads a text in which * is any text.
func wild(text string) form { return form{strings.Split(text, "*")} }
