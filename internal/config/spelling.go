package config

import (
	"slices"
	"strings"
)

// spelt is a name without what Spring's spellings of it differ in: capitals, dashes, dots and underscores.
type spelt struct {
	letters string
	ends    []int // where parts of the name may end, as offsets into letters: at each dot, underscore and bracket
}

func spell(name string) spelt {
	var letters strings.Builder
	var ends []int
	for _, r := range name {
		switch r {
		case '.', '_', '[', ']':
			if at := letters.Len(); at > 0 && (len(ends) == 0 || ends[len(ends)-1] != at) {
				ends = append(ends, at)
			}
		case '-':
		default:
			letters.WriteString(strings.ToLower(string(r)))
		}
	}
	return spelt{letters.String(), ends}
}

// is says whether the name is a spelling of the key: CAMUNDA_CLIENT_GRPC_ADDRESS is one of camunda.client.grpc-address.
func (s spelt) is(key spelt) bool { return s.letters == key.letters && s.holds(key.ends) }

// under says whether the name is one of a key below this one: management.endpoints is under management.
func (s spelt) under(key spelt) bool {
	return len(s.letters) > len(key.letters) && strings.HasPrefix(s.letters, key.letters) && s.holds(key.ends) && s.holds([]int{len(key.letters)})
}

func (s spelt) holds(ends []int) bool {
	for _, end := range ends {
		if _, found := slices.BinarySearch(s.ends, end); !found && end != len(s.letters) {
			return false
		}
	}
	return true
}

// isOrUnder says whether a name is that of a key, or of one below it.
func (s spelt) isOrUnder(key spelt) bool { return s.is(key) || s.under(key) }

// cutIndex takes the index of an element of a list off its name: tenant-ids[0], TENANTIDS_0 and TENANTIDS_0_. Index is -1
// if the name has none.
func cutIndex(name string) (base string, index int) {
	rest, bracket := strings.CutSuffix(name, "]")
	if !bracket {
		rest = strings.TrimSuffix(name, "_")
	}
	digits := len(rest) - len(strings.TrimRight(rest, "0123456789"))
	at := len(rest) - digits - 1
	if digits == 0 || digits > 4 || at < 1 || bracket && rest[at] != '[' || !bracket && rest[at] != '_' {
		return name, -1
	}
	for _, digit := range rest[at+1:] {
		index = index*10 + int(digit-'0')
	}
	return rest[:at], index
}
