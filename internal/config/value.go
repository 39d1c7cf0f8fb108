package config

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Size is a number of bytes, read and written as "5MB" (1 MB = 1024 KB, as Spring counts).
type Size int64

var sizeUnits = []struct {
	suffix string
	bytes  Size
}{{"GB", 1 << 30}, {"MB", 1 << 20}, {"KB", 1 << 10}, {"B", 1}}

func parseSize(text string) (Size, bool) {
	text = strings.ToUpper(strings.TrimSpace(text))
	factor := Size(1)
	for _, u := range sizeUnits {
		if number, found := strings.CutSuffix(text, u.suffix); found {
			text, factor = strings.TrimSpace(number), u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > int64(1<<40/factor) {
		return 0, false
	}
	return Size(n) * factor, true
}

// String writes the size with the greatest unit that leaves it whole.
func (s Size) String() string {
	for _, u := range sizeUnits {
		if s >= u.bytes && s%u.bytes == 0 {
			return strconv.FormatInt(int64(s/u.bytes), 10) + u.suffix
		}
	}
	return "0B"
}

// set reads text into the setting's place in c and tells whether it is acceptable.
func (s *Setting) set(c *Config, text string) bool {
	if s.valid != nil && !s.valid(text) {
		return false
	}
	switch place := s.bind(c).(type) {
	case *string:
		if s.Enum != nil {
			i := slices.IndexFunc(s.Enum, func(e string) bool { return plain(e) == plain(text) })
			other, known := s.other[plain(text)]
			if i < 0 && !known {
				i = slices.IndexFunc(s.Enum, func(e string) bool { return sameTruth(e, text) })
			}
			switch {
			case i >= 0:
				text = s.Enum[i]
			case known:
				text = other
			default:
				return false
			}
		}
		if s.valid != nil {
			text = lowerScheme(text)
		}
		*place = text
	case *bool:
		b, ok := parseBool(text)
		*place = b
		return ok
	case *int:
		n, err := strconv.ParseInt(text, 10, 64)
		*place = int(n)
		return err == nil && n >= s.min && n <= s.max
	case *time.Duration:
		d, ok := parseDuration(text)
		*place = d
		return ok && d >= time.Duration(s.min) && d <= time.Duration(s.max)
	case *Size:
		n, ok := parseSize(text)
		*place = n
		return ok && n >= Size(s.min) && n <= Size(s.max)
	case *[]string:
		*place = splitList(text)
	default:
		panic("config: a setting is bound to a type that has no reader")
	}
	return true
}

// clear gives the setting no value in c.
func (s *Setting) clear(c *Config) {
	switch place := s.bind(c).(type) {
	case *string:
		*place = ""
	case *bool:
		*place = false
	case *int:
		*place = 0
	case *time.Duration:
		*place = 0
	case *Size:
		*place = 0
	case *[]string:
		*place = nil
	}
}

// text writes the setting's value in c as [Setting.set] would read it.
func (s *Setting) text(c *Config) string {
	switch v := s.bind(c).(type) {
	case *string:
		return *v
	case *bool:
		return strconv.FormatBool(*v)
	case *int:
		return strconv.Itoa(*v)
	case *time.Duration:
		return formatDuration(*v)
	case *Size:
		return v.String()
	case *[]string:
		return strings.Join(*v, ",")
	}
	return ""
}

// Kind names what the setting's values are, for documentation and help: "text", "duration", "yes/no", ….
func (s *Setting) Kind() string {
	if s.Enum != nil {
		return strings.Join(s.Enum, ", ")
	}
	switch s.bind(new(Config)).(type) {
	case *bool:
		return "true or false"
	case *int:
		return "number"
	case *time.Duration:
		return "duration"
	case *Size:
		return "size"
	case *[]string:
		return "list"
	}
	return "text"
}

// Bool tells whether the setting's flag needs no value.
func (s *Setting) Bool() bool {
	_, ok := s.bind(new(Config)).(*bool)
	return ok
}

// want says what a value must be, in the words of an error message.
func (s *Setting) want() string {
	want := s.expected
	switch s.bind(new(Config)).(type) {
	case *bool:
		want = "true or false"
	case *int:
		want = fmt.Sprintf("a whole number from %d to %d", s.min, s.max)
	case *time.Duration:
		want = fmt.Sprintf("a duration from %s to %s, as ISO 8601, with a unit, or in milliseconds",
			formatDuration(time.Duration(s.min)), formatDuration(time.Duration(s.max)))
	case *Size:
		want = fmt.Sprintf("a size from %s to %s", Size(s.min), Size(s.max))
	case *string:
		if s.Enum != nil {
			want = "one of " + strings.Join(s.Enum, ", ")
		}
	}
	if want == "" {
		want = "a text"
	}
	if s.Example != "" && s.Enum == nil && !s.Bool() {
		want += ", such as " + s.Example
	}
	return want
}

func parseBool(text string) (value, ok bool) {
	switch strings.ToLower(text) {
	case "true", "yes", "on", "1":
		return true, true
	case "false", "no", "off", "0":
		return false, true
	}
	return false, false
}

// sameTruth says whether two words mean true, or false: YAML makes true of ON, and Spring takes the one for the other.
func sameTruth(a, b string) bool {
	x, xOK := parseBool(a)
	y, yOK := parseBool(b)
	return xOK && yOK && x == y
}

func splitList(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" && !slices.Contains(out, part) {
			out = append(out, part)
		}
	}
	return out
}

func validURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && isHost(u.Hostname()) && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil && okPort(u.Port())
}

// lowerScheme writes the scheme of a URL in small letters: HTTPS means https, also to whoever asks whether an address is encrypted.
func lowerScheme(text string) string {
	scheme, rest, found := strings.Cut(text, "://")
	if !found {
		return text
	}
	return strings.ToLower(scheme) + "://" + rest
}

// validRESTAddress says whether paths can be added to a text.
func validRESTAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && validURL(text) && u.RawQuery == "" && !u.ForceQuery && u.Fragment == "" && !strings.HasSuffix(text, "#")
}

// isHost says whether a text can be one host's name or address. A list of them is none.
func isHost(text string) bool { return text != "" && !strings.ContainsAny(text, ", ;") }

// validTenants says whether a text can be ids of tenants: Camunda allows letters, digits and a few signs.
func validTenants(text string) bool { return !strings.ContainsAny(text, "\"'[]{}()\r\n\t") }

func validGRPCAddress(text string) bool {
	_, _, err := target(text)
	return err == nil
}

func validPort(text string) bool { return text != "" && okPort(text) }

func okPort(text string) bool {
	n, err := strconv.Atoi(text)
	return text == "" || err == nil && n >= 1 && n <= 65535
}

func validLabel(text string) bool {
	return strings.Trim(strings.ToLower(text), "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// target takes a gateway's address apart: host:port, and the scheme if it has one. Grpc and grpcs stand for http and
// https; without a port it is the scheme's, without a scheme 26500.
func target(address string) (hostPort, scheme string, err error) {
	wrong := fmt.Errorf("not an address: %s", address)
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		scheme, rest = "", address
	}
	port := "26500"
	switch strings.ToLower(scheme) {
	case "http", "grpc":
		scheme, port = "http", "80"
	case "https", "grpcs":
		scheme, port = "https", "443"
	case "":
		if found {
			return "", "", wrong
		}
	default:
		return "", "", wrong
	}
	u, err := url.Parse("//" + rest)
	if err != nil || !isHost(u.Hostname()) || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || !okPort(u.Port()) {
		return "", "", wrong
	}
	if u.Port() != "" {
		port = u.Port()
	}
	return net.JoinHostPort(u.Hostname(), port), scheme, nil
}

func loopback(hostPort string) bool {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil { // no port
		host = strings.Trim(hostPort, "[]")
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
