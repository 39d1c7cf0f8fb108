package feel

import (
	"fmt"
	"time"
)

// Limits bound what one evaluation may cost. What needs more ends with a [BudgetError]. A limit of 0 is the default.
type Limits struct {
	Steps int           // about one for each operation and item; default 1,000,000
	Bytes int           // of the values made, estimated; default 64 MiB
	Depth int           // of calls of functions within functions; default 400
	Time  time.Duration // by the clock of the program, see [WithClock]; default 2.5 s
}

// defaultLimits leave ten times the time that a million steps need on an idle machine.
var defaultLimits = Limits{Steps: 1_000_000, Bytes: 64 << 20, Depth: 400, Time: 2500 * time.Millisecond}

// WithLimits bounds each evaluation of the program by these limits.
func WithLimits(l Limits) Option {
	return func(p *Program) {
		for _, limit := range []struct {
			given int
			place *int
		}{{l.Steps, &p.limits.Steps}, {l.Bytes, &p.limits.Bytes}, {l.Depth, &p.limits.Depth}} {
			if limit.given > 0 {
				*limit.place = limit.given
			}
		}
		if l.Time > 0 {
			p.limits.Time = l.Time
		}
	}
}

func (l *Limits) steps() error { return &BudgetError{Limit: fmt.Sprint(l.Steps, " steps")} }

func (l *Limits) bytes() error {
	if l.Bytes%(1<<20) == 0 {
		return &BudgetError{Limit: fmt.Sprint(l.Bytes>>20, " MiB of values")}
	}
	return &BudgetError{Limit: fmt.Sprint(l.Bytes, " bytes of values")}
}

func (l *Limits) depth() error {
	return &BudgetError{Limit: fmt.Sprint(l.Depth, " calls of functions within functions")}
}

func (l *Limits) time() error { return &BudgetError{Limit: l.Time.String()} }
