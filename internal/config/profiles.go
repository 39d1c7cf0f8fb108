package config

import (
	"errors"
	"slices"
	"strings"
)

// profiles are the active ones, by which Spring chooses documents and files.
type profiles []string

// accept says whether profiles are active as an expression asks for: a profile, or several with !, &, | and parentheses. Of
// a list with commas, one is enough.
func (p profiles) accept(expression string) (bool, error) {
	for one := range strings.SplitSeq(expression, ",") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		x := profileExpression{rest: one, active: p}
		ok, err := x.any()
		if err == nil && strings.TrimSpace(x.rest) != "" {
			err = errProfile
		}
		if err != nil || ok {
			return ok, err
		}
	}
	return false, nil
}

var errProfile = errors.New("no expression of profiles, such as prod & !eu")

// profileExpression is what is left to read of an expression.
type profileExpression struct {
	rest   string
	active profiles
	depth  int
}

func (x *profileExpression) next(symbol string) bool {
	x.rest = strings.TrimSpace(x.rest)
	rest, found := strings.CutPrefix(x.rest, symbol)
	if found {
		x.rest = rest
	}
	return found
}

func (x *profileExpression) any() (bool, error) {
	ok, err := x.all()
	for err == nil && x.next("|") {
		var more bool
		more, err = x.all()
		ok = ok || more
	}
	return ok, err
}

func (x *profileExpression) all() (bool, error) {
	ok, err := x.one()
	for err == nil && x.next("&") {
		var more bool
		more, err = x.one()
		ok = ok && more
	}
	return ok, err
}

func (x *profileExpression) one() (bool, error) {
	if x.depth++; x.depth > 100 {
		return false, errProfile
	}
	switch {
	case x.next("!"):
		ok, err := x.one()
		return !ok, err
	case x.next("("):
		ok, err := x.any()
		if err == nil && !x.next(")") {
			err = errProfile
		}
		return ok, err
	}
	name := strings.TrimSpace(x.rest)
	if end := strings.IndexAny(name, "!&|() \t"); end >= 0 {
		name = name[:end]
	}
	if name == "" {
		return false, errProfile
	}
	x.rest = strings.TrimPrefix(strings.TrimSpace(x.rest), name)
	return slices.Contains(x.active, name), nil
}
