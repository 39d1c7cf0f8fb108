package secret

import (
	"errors"
	"maps"
)

// maxAsked is how many secrets a fallback is asked for at a time. Camunda's REST API takes no more.
const maxAsked = 20

// askFallback asks the fallback for a secret that no provider has, and with it for the others that the job will want.
func (r *resolving) askFallback(missing *NotAvailableError) (string, error) {
	found, told := r.fetched[missing.Name]
	if !told {
		if r.fetched == nil {
			r.fetched = map[string]Found{}
		}
		maps.Copy(r.fetched, r.resolver.fallback.Lookup(r.ctx, r.job, r.wanted(missing)))
		found = r.fetched[missing.Name]
	}
	switch {
	case found.Err != nil:
		return "", &ProviderError{Name: missing.Name, Err: found.Err}
	case found.OK:
		return found.Value, nil
	}
	hinted := *missing
	if hinted.Hint == "" {
		hinted.Hint = "no provider has it"
	}
	hinted.Hint += ", and " + found.Why
	return "", &hinted
}

// errEnough ends the search for names.
var errEnough = errors.New("there are enough names")

// wanted returns the names that the fallback is asked for now: this one, and others that the filter allows, that no provider has,
// and that the fallback was not asked for yet.
func (r *resolving) wanted(missing *NotAvailableError) []string {
	names := []string{missing.Name}
	if r.unknown == nil {
		r.unknown = map[string]*NotAvailableError{}
	}
	r.unknown[missing.Name] = missing
	collect := func(p Placeholder) (string, bool, error) { //nolint:unparam // substitute takes no other functions; nothing is replaced here
		_, resolved := r.values[p.Name]
		_, fetched := r.fetched[p.Name]
		if resolved || fetched || r.unknown[p.Name] != nil || !r.allows(p) {
			return "", false, nil //nolint:nilerr // that no provider has it is known
		}
		if _, lacks, err := r.askProviders(p.Name); err == nil && lacks != nil {
			r.unknown[p.Name] = lacks
			names = append(names, p.Name)
		}
		if len(names) == maxAsked {
			return "", false, errEnough
		}
		return "", false, nil
	}
	for _, v := range r.job.Variables {
		if !suspicious(v.JSON) {
			continue
		}
		_, err := eachString(v, func(place Placeholder, text string) (string, bool, error) { return substitute(text, place, collect) })
		if errors.Is(err, errEnough) {
			break
		}
	}
	return names
}

// allows says whether the filter lets a placeholder resolve. An error of the filter comes up again in the placeholder's own place.
func (r *resolving) allows(p Placeholder) bool {
	decision, err := r.decide(p)
	return err == nil && decision == Allow
}
