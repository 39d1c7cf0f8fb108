package config

import (
	"fmt"
	"strings"
)

// Flag is an option of a command.
type Flag struct {
	Name   string   // without dashes
	Short  string   // one letter, without dash; empty = none
	Bool   bool     // needs no value; --name=false and --no-name switch it off
	Value  string   // what stands for the value in the help: FILE
	Values []string // the only values, where there are so few
	Doc    string
	Also   []string // other names, not shown
	Set    func(value string) error
}

// ParseFlags reads options (--name value, --name=value, -n value; one dash does as well as two) from args and calls
// their Set in the order in which they stand. It returns the arguments that are none. The error is [ErrHelp] for
// --help and -h, an *[UnknownError], or what Set returned.
func ParseFlags(flags []Flag, args []string) (rest []string, err error) {
	byName := map[string]*Flag{}
	var shown []string
	for i := range flags {
		f := &flags[i]
		byName[f.Name] = f
		shown = append(shown, "--"+f.Name)
		if f.Short != "" {
			byName[f.Short] = f
		}
		for _, also := range f.Also {
			byName[also] = f
		}
	}
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			return append(rest, args...), nil
		}
		if len(arg) < 2 || arg[0] != '-' {
			rest = append(rest, arg)
			continue
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(arg[1:], "-"), "=")
		f := byName[name]
		switch {
		case f != nil:
		case name == "help" || name == "h":
			return nil, ErrHelp
		case strings.HasPrefix(name, "no-") && byName[name[3:]] != nil && byName[name[3:]].Bool && !hasValue:
			f, value, hasValue = byName[name[3:]], "false", true
		default:
			return nil, &UnknownError{What: "flag", Name: "--" + name, Nearest: Nearest(name, shown)}
		}
		switch {
		case hasValue:
		case f.Bool:
			value = "true"
		case len(args) == 0:
			return nil, fmt.Errorf("flag --%s needs a value: --%s %s", f.Name, f.Name, f.Value)
		default:
			value, args = args[0], args[1:]
		}
		if err := f.Set(value); err != nil {
			return nil, err
		}
	}
	return rest, nil
}
