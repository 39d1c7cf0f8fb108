package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// loader holds what one [Load] gathers.
type loader struct {
	settings []*Setting
	names    *names
	files    Files
	env      map[string]string
	ofFlags  map[string]string // values of flags for properties of Spring's own by the plain form of their keys
	ofJSON   map[string]string // values of SPRING_APPLICATION_JSON likewise
	ofSystem map[string]string // values of system properties likewise
	ofFiles  map[string]string // values of the files likewise
	profiles profiles

	filesRead int
	flags     map[string]any // a given by key
	ofClients *layer         // values of flags for named clients
	client    string         // whose configuration is derived; empty = that of camunda.client
	config    Config
	warnings  []Warning
	errs      []error
	accounts  []Account

	passedOver map[string]map[string]int // by file: keys of other origin that have no effect
}

func newLoader(env []string, files Files) *loader {
	l := &loader{
		settings: Settings(), env: newEnvironment(env), files: files, flags: map[string]any{}, ofClients: newLayer(""),
		ofFlags: map[string]string{}, ofJSON: map[string]string{}, ofSystem: map[string]string{}, ofFiles: map[string]string{}, passedOver: map[string]map[string]int{},
	}
	l.names = newNames(l.settings)
	l.config.environment, l.config.Client = l.env, DefaultClient
	return l
}

func (l *loader) fail(err error) { l.errs = append(l.errs, err) }
func (l *loader) warn(w Warning) { l.warnings = append(l.warnings, w) }
func (l *loader) warnf(format string, args ...any) {
	l.warn(Warning{Text: fmt.Sprintf(format, args...)})
}

func (l *loader) load(args []string) (*Config, error) {
	rest, err := ParseFlags(l.settingFlags(), args)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("unexpected argument %s: settings are given as flags, --port 9090", strconv.Quote(rest[0]))
	}
	all, clients := l.layers()
	winners := map[string]given{}
	for _, s := range l.settings {
		v, ok := all.Get(s.Key).(given)
		if !ok {
			v.Source = "not set"
		} else {
			v = l.set(s, v)
			winners[s.Key] = v
		}
		l.config.values = append(l.config.values, Value{Setting: s, Text: s.show(s.text(&l.config)), Source: v.Source, Key: s.Key, given: ok && !v.Default})
	}
	l.configureClients(clients, winners)
	l.settle(winners)
	l.checkEnvironment()
	if len(l.errs) == 0 {
		l.derive()
	}
	l.warnOfDisabledType()
	if len(l.errs) > 0 {
		return nil, errors.Join(l.errs...)
	}
	c := l.config // a copy, which does not keep what it was read with
	return &c, nil
}

// set gives a setting its value, with what its placeholders stand for. It returns what counts: the default, if nothing is
// left of the value.
func (l *loader) set(s *Setting, v given) given {
	text, err := v.Text, error(nil)
	if !strings.HasPrefix(v.Source, "flag ") {
		text, err = l.resolve(v.Text)
	}
	switch {
	case err != nil && s.Secret && strings.HasPrefix(v.Source, "environment variable "):
		text = v.Text // a password may look so
	case err != nil:
		l.unresolved(s, v, err)
		return v
	case text == "" && v.Text != "" && !s.keepEmpty: // as a variable that is empty
		l.judge(v, PassedOver, isEmpty)
		v = given{Text: s.Default, Source: "default", Default: true}
		if text = s.Default; text == "" {
			v.Source = "not set"
			return v
		}
	}
	v.Text = l.tidy(s, v, text)
	if !s.set(&l.config, v.Text) {
		l.judge(v, Refused, "")
		l.fail(l.wrong(s, v))
	}
	return v
}

// tidy takes off a value what stands around it: blanks, but of a text the line break alone that a file of it ends in.
func (l *loader) tidy(s *Setting, v given, text string) string {
	if _, isText := s.bind(&l.config).(*string); !isText || s.Enum != nil || s.valid != nil {
		return strings.TrimSpace(text)
	}
	if len(text) > 1 && (text[0] == '"' || text[0] == '\'') && text[len(text)-1] == text[0] && strings.HasPrefix(v.Source, "environment variable ") {
		l.warnf("%s: the quotes around the value are part of it (%s); a shell or a Compose file would take them off, an env file does not", s.Key, v.Source)
	}
	tidied := strings.TrimRight(text, "\r\n")
	if tidied != text {
		l.warnf("%s: the line break at the end of the value is left out (%s)", s.Key, v.Source)
	}
	return tidied
}

// unresolved reports a value whose placeholders cannot be replaced.
func (l *loader) unresolved(s *Setting, v given, err error) {
	l.judge(v, Refused, "")
	found := strconv.Quote(shortened(redact(v.Text)))
	if s.Secret {
		found = masked
	}
	expected := s.want() + "; " + err.Error()
	if e, ok := errors.AsType[*unsetError](err); ok {
		expected = fmt.Sprintf("the environment variable or key %s, which is not set; or a default, as in ${%s:default}", e.name, e.name)
	}
	l.fail(&ValueError{Key: s.Key, Found: found, Source: v.Source, Expected: expected})
}

func (l *loader) wrong(s *Setting, v given) error {
	found := masked
	if !s.Secret {
		found = strconv.Quote(shortened(redact(v.Text)))
	}
	return &ValueError{Key: s.Key, Found: found, Source: v.Source, Expected: s.want()}
}

// maxShownValue is how many bytes of a value a message shows.
const maxShownValue = 300

func shortened(text string) string {
	if len(text) <= maxShownValue {
		return text
	}
	return strings.ToValidUTF8(text[:maxShownValue], "") + "…"
}

// Flags returns the flags of all settings, for the help of a command that takes them. Their Set does nothing.
func Flags() []Flag {
	l := newLoader(nil, Files{})
	return l.settingFlags()
}

func (l *loader) settingFlags() []Flag {
	flags := make([]Flag, len(l.settings))
	for i, s := range l.settings {
		flags[i] = Flag{
			Name: s.Flag, Bool: s.Bool(), Value: strings.ToUpper(strings.Fields(strings.ReplaceAll(s.Kind(), ",", ""))[0]), Doc: s.Doc, Also: s.Names(),
			Set: func(text string) error {
				account := l.account(Account{Name: "--" + s.Flag, Source: "flag", Key: s.Key})
				l.flags[s.Key] = given{Text: text, Source: "flag --" + s.Flag, Accounts: []int{account}}
				return nil
			},
		}
		if s.Enum != nil {
			flags[i].Value, flags[i].Values = strings.Join(s.Enum, "|"), s.Enum
		}
	}
	flags = append(flags, Flag{
		Name: clientFlag, Value: "NAME.KEY=VALUE", Doc: clientFlagDoc,
		Set: l.setClientFlag,
	})
	for _, key := range springsOwn {
		if strings.HasSuffix(key, ".") {
			continue
		}
		flags = append(flags, Flag{
			Name: key, Value: "TEXT", Doc: "Spring's property, as an argument of Camunda's runtime.", Hidden: true,
			Set: func(text string) error {
				l.account(Account{Name: "--" + key, Source: "flag", Fate: Used, Why: whichConfiguration})
				l.ofFlags[plain(key)] = text
				return nil
			},
		})
	}
	return flags
}

// masked stands for the value of a secret.
const masked = "***"

// show is a value for people to see.
func (s *Setting) show(text string) string {
	if s.Secret && text != "" {
		return masked
	}
	return redact(text)
}

// redact hides the user information of a URL, which none of the settings takes but somebody may well try.
func redact(text string) string {
	scheme, rest, found := strings.Cut(text, "://")
	if !found {
		return text
	}
	host, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = masked + host[at:]
	}
	return scheme + "://" + host + path
}
