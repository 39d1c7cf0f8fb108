package policy

import (
	"regexp"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// form is a text as far as it is known: its certain parts in order, with any text between two of them. One part is the whole
// text.
type form struct{ parts []string }

// anyText is the form of every text.
var anyText = form{[]string{"", ""}}

func exactly(text string) form { return form{[]string{text}} }

// exact returns the text if it is known as a whole.
func (f form) exact() (string, bool) {
	if len(f.parts) == 1 {
		return f.parts[0], true
	}
	return "", false
}

// isAny says whether the form is that of every text.
func (f form) isAny() bool { return len(f.parts) == 2 && f.parts[0] == "" && f.parts[1] == "" }

func (f form) key() string { return strings.Join(f.parts, "\x00") }

// with returns the form with a text before and behind it.
func (f form) with(before, behind string) form {
	parts := slices.Clone(f.parts)
	parts[0] = before + parts[0]
	parts[len(parts)-1] += behind
	return form{parts}
}

// then returns the form of a text with another behind it.
func (f form) then(next form) form {
	last := len(f.parts) - 1
	parts := append(slices.Clone(f.parts[:last]), f.parts[last]+next.parts[0])
	return form{append(parts, next.parts[1:]...)}
}

// covers says whether every text of the other form is one of this form. It may say no where it is so.
func (f form) covers(other form) bool {
	text := strings.Join(other.parts, "\x00") // no part has it: XML cannot
	if len(f.parts) == 1 {
		return text == f.parts[0]
	}
	rest, ok := strings.CutPrefix(text, f.parts[0])
	if !ok {
		return false
	}
	last := len(f.parts) - 1
	for _, part := range f.parts[1:last] {
		_, behind, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = behind
	}
	return strings.HasSuffix(rest, f.parts[last])
}

// iam writes the form for a policy, with * for any text. What IAM would read as a wildcard or a variable is escaped.
func (f form) iam() string {
	parts := make([]string, len(f.parts))
	for i, p := range f.parts {
		parts[i] = wildcards.Replace(p)
	}
	return strings.Join(parts, "*")
}

var (
	wildcards = strings.NewReplacer("${", "${$}{", "*", "${*}", "?", "${?}")
	variables = strings.NewReplacer("${", "${$}{")
)

// iamExact writes a text for the operator StringEquals, which knows variables but no wildcards.
func iamExact(text string) string { return variables.Replace(text) }

// String is the form for people, with * for any text.
func (f form) String() string { return strings.Join(f.parts, "*") }

var (
	bracedSecret = regexp.MustCompile(`\{\{\s*secrets\.[^\s{}]+\s*\}\}`)
	bareSecret   = regexp.MustCompile(`^secrets\.[A-Za-z0-9/._-]+$`)
	wholeSecret  = regexp.MustCompile(`^\s*(?:\{\{\s*secrets\.([^\s{}]+)\s*\}\}|secrets\.([A-Za-z0-9/._-]+))\s*$`)
)

// secretName returns the name of the secret that a text is, if it is nothing else.
func secretName(text string) (string, bool) {
	m := wholeSecret.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	return m[1] + m[2], true
}

// withoutSecrets returns the form of a text in which secrets are resolved: their values are not known. A text that is known
// in parts, and could have a secret's name across two of them, can be anything.
func withoutSecrets(parts []string) form {
	if len(parts) == 1 && bareSecret.MatchString(parts[0]) {
		return anyText
	}
	whole := form{}
	for i, part := range parts {
		pieces := form{bracedSecret.Split(part, -1)}
		for _, p := range pieces.parts {
			if len(parts) > 1 && (strings.Contains(p, "{{") || strings.Contains(p, "}}") || strings.HasPrefix(strings.TrimSpace(p), "secrets.")) {
				return anyText
			}
		}
		if i == 0 {
			whole = pieces
			continue
		}
		whole.parts = append(whole.parts, pieces.parts...)
	}
	return whole.compact()
}

// compact leaves out empty parts between others: any text twice is any text once.
func (f form) compact() form {
	last := len(f.parts) - 1
	var parts []string
	for i, p := range f.parts {
		if p != "" || i == 0 || i == last {
			parts = append(parts, p)
		}
	}
	return form{parts}
}

// texts is what a field can be.
type texts struct {
	forms []form // each once
	// absent says that the field can be null or blank.
	absent bool
}

// textsOf returns what a field can be that is read as a text: a list of one stands for its item.
func textsOf(o feel.Outline) texts {
	var t texts
	for _, s := range o {
		switch s.Kind {
		case feel.AnyShape:
			return texts{forms: []form{anyText}, absent: true}
		case feel.NullShape:
			t.absent = true
		case feel.TextShape, feel.ScalarShape:
			f := withoutSecrets(s.Parts)
			if text, ok := f.exact(); ok && strings.TrimSpace(text) == "" {
				t.absent = true
				continue
			}
			t.absent = t.absent || len(f.parts) > 1 && strings.TrimSpace(strings.Join(f.parts, "")) == ""
			t.add(f)
		case feel.ListShape:
			items := textsOf(s.Items)
			t.absent = t.absent || items.absent
			for _, f := range items.forms {
				t.add(f)
			}
		case feel.ContextShape: // an input error: no event is sent
		}
	}
	return t
}

func (t *texts) add(f form) {
	if !slices.ContainsFunc(t.forms, func(g form) bool { return g.key() == f.key() }) {
		t.forms = append(t.forms, f)
	}
}

// computed returns the first form that is not known as a whole, and whether there is one.
func (t texts) computed() (form, bool) {
	for _, f := range t.forms {
		if len(f.parts) > 1 {
			return f, true
		}
	}
	return form{}, false
}
