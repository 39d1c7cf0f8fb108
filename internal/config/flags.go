package config

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

// GroupAnnotation is the annotation of a setting's flag that holds the heading under which the setting is documented.
const GroupAnnotation = "group"

// Flag is the flag of a setting.
type Flag struct {
	Name   string   // without dashes
	Bool   bool     // needs no value; --name=false and --no-name switch it off
	Value  string   // what stands for the value in the help: NUMBER
	Values []string // the only values, where there are so few
	Doc    string
	Also   []string // other names, not shown
	Hidden bool     // the help does not show it
	Set    func(value string) error
}

// AddFlags adds the flags of all settings to a set, in the order of [Settings]. The function that it returns gives the
// flags that the set has parsed, as arguments for [Load].
func AddFlags(set *pflag.FlagSet) (parsed func() []string) {
	var args []string
	flags := Flags()
	for i := range flags {
		flags[i].Set = func(text string) error {
			args = append(args, "--"+flags[i].Name+"="+text)
			return nil
		}
	}
	addFlags(set, flags)
	for _, s := range Settings() {
		f := set.Lookup(s.Flag)
		f.DefValue = s.Default
		f.Usage += " (" + s.Variables()[0] + ")"
		f.Annotations = map[string][]string{GroupAnnotation: {s.Group}}
	}
	set.Lookup(clientFlag).Annotations = map[string][]string{GroupAnnotation: {"Several clients"}}
	return func() []string { return args }
}

func addFlags(set *pflag.FlagSet, flags []Flag) {
	names := map[string]string{}
	for i := range flags {
		f := &flags[i]
		added := set.VarPF(&flagValue{flag: f}, f.Name, "", strings.ReplaceAll(f.Doc, "`", "")) // pflag has a meaning for back quotes
		if f.Bool {
			added.NoOptDefVal = "true"
		}
		added.Hidden = f.Hidden
		for _, also := range f.Also {
			names[also] = f.Name
		}
	}
	set.SortFlags = false
	set.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if canonical, ok := names[name]; ok {
			name = canonical
		}
		return pflag.NormalizedName(name)
	})
}

// flagValue hands what pflag parses to a Flag.
type flagValue struct {
	flag *Flag
	text string
}

// Set implements [pflag.Value].
func (v *flagValue) Set(text string) error {
	v.text = text
	return v.flag.Set(text)
}

// String implements [pflag.Value].
func (v *flagValue) String() string { return v.text }

// Type implements [pflag.Value]. The help shows it behind the name.
func (v *flagValue) Type() string {
	if v.flag.Bool {
		return "bool"
	}
	return v.flag.Value
}

// IsBoolFlag tells pflag that the help is to show the values.
func (v *flagValue) IsBoolFlag() bool { return v.flag.Bool }

// ParseFlags reads options (--name value, --name=value; one dash does as well as two) from args and calls their Set in
// the order in which they stand. It returns the arguments that are none. The error is [ErrHelp] for --help and -h, an
// *[UnknownError], or what Set returned.
func ParseFlags(flags []Flag, args []string) (rest []string, err error) {
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	addFlags(set, flags)
	if err := set.Parse(LongFlags(set, args)); err != nil {
		return nil, FlagError(set, err)
	}
	return set.Args(), nil
}

// LongFlags writes the flags in args with two dashes and by their names: -name and -n as --name, --no-name as --name=false.
// pflag reads a name behind one dash as many short flags, and knows no --no-name. Values and arguments stay as they are.
func LongFlags(set *pflag.FlagSet, args []string) []string {
	out := make([]string, 0, len(args))
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return append(out, args[i:]...)
		}
		if len(arg) < 2 || arg[0] != '-' {
			out = append(out, arg)
			continue
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(arg[1:], "-"), "=")
		if client, key, ok := cutClient(name); ok && set.Lookup(clientFlag) != nil {
			if !hasValue && i+1 < len(args) {
				i++
				value = args[i]
			}
			out = append(out, "--"+clientFlag+"="+client+strings.TrimPrefix("."+key, "."+strings.TrimSuffix(clientRoot, "."))+"="+value)
			continue
		}
		f := flagNamed(set, name)
		if off, negated := strings.CutPrefix(name, "no-"); f == nil && negated && !hasValue {
			if f = flagNamed(set, off); f != nil && f.NoOptDefVal != "" {
				value, hasValue = "false", true
			} else {
				f = nil
			}
		}
		if f != nil {
			name = f.Name
		} else if name == "h" {
			name = "help"
		}
		if hasValue {
			out = append(out, "--"+name+"="+value)
			continue
		}
		out = append(out, "--"+name)
		if f != nil && f.NoOptDefVal == "" && i+1 < len(args) {
			i++
			out = append(out, args[i])
		}
	}
	return out
}

// flagNamed returns the flag with this name or this letter; nil = none.
func flagNamed(set *pflag.FlagSet, name string) *pflag.Flag {
	if f := set.Lookup(name); f != nil || len(name) != 1 {
		return f
	}
	return set.ShorthandLookup(name)
}

// FlagError says what was wrong with a set's flags in the words of this program: which flag, what was found, what is
// expected. It is [ErrHelp] for --help and an *[UnknownError] for a flag that is none of the set.
func FlagError(set *pflag.FlagSet, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return ErrHelp
	}
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		var known []string
		set.VisitAll(func(f *pflag.Flag) { known = append(known, "--"+f.Name) })
		return &UnknownError{What: "flag", Name: "--" + e.GetSpecifiedName(), Nearest: Nearest(e.GetSpecifiedName(), known)}
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		f := e.GetFlag()
		value, _ := pflag.UnquoteUsage(f)
		return fmt.Errorf("flag --%s needs a value: --%s %s", f.Name, f.Name, value)
	}
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		if e.GetFlag().Value.Type() == "bool" {
			return fmt.Errorf("--%s: found %q, expected true or false", e.GetFlag().Name, e.GetValue())
		}
		return fmt.Errorf("--%s: found %q, %w", e.GetFlag().Name, e.GetValue(), e.Unwrap())
	}
	return err
}
