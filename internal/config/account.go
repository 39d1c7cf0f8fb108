package config

// Account tells what became of a name that was given: a flag, an environment variable or a key of the file.
type Account struct {
	Name   string // as written
	Source string // "flag", "environment variable", "app.yaml:3", "SPRING_APPLICATION_JSON"
	Fate   Fate
	Key    string // of the setting that it names; empty = none
	Why    string // what an operator should know about it; empty = nothing
}

// Fate is what became of a name that was given.
type Fate uint8

// The fates of a name.
const (
	Used       Fate = iota + 1 // its value counts
	Overridden                 // it names a setting, but another name or source wins
	PassedOver                 // it is known, and has no effect here
	Unknown                    // nobody knows it
	Refused                    // its value cannot be used; the error says why
)

// String names the fate.
func (f Fate) String() string {
	switch f {
	case Used:
		return "used"
	case Overridden:
		return "overridden"
	case PassedOver:
		return "passed over"
	case Unknown:
		return "unknown"
	case Refused:
		return "refused"
	}
	return ""
}

// account notes a name that was given. Its fate is settled later. It returns the account's place in the list.
func (l *loader) account(a Account) int {
	l.accounts = append(l.accounts, a)
	return len(l.accounts) - 1
}

// judge gives the names of a value their fate.
func (l *loader) judge(v given, fate Fate, why string) {
	for _, i := range v.Accounts {
		l.accounts[i].Fate, l.accounts[i].Why = fate, why
	}
}

// settle gives the names of settings their fates, once it is known which of them count.
func (l *loader) settle(winners map[string]given) {
	for _, v := range winners {
		for _, i := range v.Accounts {
			if l.accounts[i].Fate == 0 {
				l.accounts[i].Fate = Used
			}
		}
	}
	for i := range l.accounts {
		a := &l.accounts[i]
		if a.Fate != 0 {
			continue
		}
		a.Fate = Overridden
		if v, ok := winners[a.Key]; ok {
			a.Why = v.Source + " wins"
		}
	}
}
