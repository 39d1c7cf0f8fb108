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
	env      map[string]string
	flags    map[string]any // a given by key
	config   Config
	warnings []Warning
	errs     []error
}

func (l *loader) fail(err error) { l.errs = append(l.errs, err) }
func (l *loader) warn(w Warning) { l.warnings = append(l.warnings, w) }
func (l *loader) warnf(format string, args ...any) {
	l.warn(Warning{Text: fmt.Sprintf(format, args...)})
}

func (l *loader) load(args []string, read func(string) ([]byte, error)) (*Config, []Warning, error) {
	l.flags = map[string]any{}
	rest, err := ParseFlags(l.settingFlags(), args)
	if err != nil {
		return nil, nil, err
	}
	if len(rest) > 0 {
		return nil, nil, fmt.Errorf("unexpected argument %s: settings are given as flags, --port 9090", strconv.Quote(rest[0]))
	}
	all := l.layers(read)
	for _, s := range l.settings {
		v, ok := all.Get(s.Key).(given)
		if !ok {
			v.Source = "not set"
		} else if !s.set(&l.config, v.Text) {
			l.fail(l.wrong(s, v))
		}
		l.config.values = append(l.config.values, Value{Setting: s, Text: s.show(s.text(&l.config)), Source: v.Source, given: ok && !v.Default})
	}
	if len(l.errs) == 0 {
		l.derive()
	}
	if len(l.errs) > 0 {
		return nil, l.warnings, errors.Join(l.errs...)
	}
	return &l.config, l.warnings, nil
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
	l := &loader{settings: Settings(), flags: map[string]any{}}
	return l.settingFlags()
}

func (l *loader) settingFlags() []Flag {
	flags := make([]Flag, len(l.settings))
	for i, s := range l.settings {
		flags[i] = Flag{
			Name: s.Flag, Bool: s.Bool(), Value: strings.ToUpper(strings.Fields(strings.ReplaceAll(s.Kind(), ",", ""))[0]), Doc: s.Doc, Also: s.Names(),
			Set: func(text string) error {
				l.flags[s.Key] = given{Text: text, Source: "flag --" + s.Flag}
				return nil
			},
		}
		if s.Enum != nil {
			flags[i].Value, flags[i].Values = strings.Join(s.Enum, "|"), s.Enum
		}
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
