package feel

import "strings"

func regexBuiltins() []builtin {
	return []builtin{
		{
			name: "matches", params: params("input: string, pattern: string"), eval: matches,
			doc: "Whether the pattern is found in the text. A broken pattern gives null.", example: `matches("foobar", "^fo*b")`, gives: `true`,
		},
		{
			name: "matches", params: params("input: string, pattern: string, flags: string"), eval: matches,
			doc: "The same with flags: i ignores case, s lets a point match line breaks, m lets ^ and $ match at each line, x ignores blanks and comments in the pattern.", example: `matches("FooBar", "foo", "i")`, gives: `true`,
		},
		{
			name: "replace", params: params("input: string, pattern: string, replacement: string"), text: replace,
			doc: "The text with every match replaced; $1 and ${name} stand for groups. A broken pattern or replacement gives null.", example: `replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")`, gives: `"[1=ab][2=]cd"`,
		},
		{
			name: "replace", params: params("input: string, pattern: string, replacement: string, flags: string"), text: replace,
			doc: "The same with flags, as for matches.", example: `replace("aBc", "B", "x", "i")`, gives: `"axc"`,
		},
		{
			name: "split", params: params("string: string, delimiter: string"), eval: split,
			doc: "The pieces of the text between the matches of a pattern. A broken pattern gives null.", example: `split("John Doe", "\s")`, gives: `["John","Doe"]`,
		},
		{
			name: "extract", params: params("input: string, pattern: string"), eval: extract,
			doc: "All matches of the pattern. A broken pattern gives null.", example: `extract("references are 1234, 1256, 1378", "12[0-9]*")`, gives: `["1234","1256"]`,
		},
	}
}

func (f *frame) pattern(pos Pos, source string, flags []Value) *pattern {
	text := ""
	if len(flags) > 0 {
		text = flags[0].(string)
	}
	if !f.spend(1 + len(source)) {
		return nil
	}
	if len(source) > maxPattern {
		f.warn(pos, InvalidText, "pattern", "a regular expression of %d characters is too long, expected at most %d", len(source), maxPattern)
		return nil
	}
	for _, p := range f.patterns {
		if p != nil && p.source == source && p.flags == text {
			return p
		}
	}
	p, err := compilePattern(source, text)
	if err != nil {
		f.warn(pos, InvalidText, "pattern", "%q is %s", source, err)
		return nil
	}
	copy(f.patterns[1:], f.patterns[:])
	f.patterns[0] = p
	return p
}

// find returns the matches, at most limit if that is not negative; false when there is no result.
func (f *frame) find(p *pattern, s string, limit int) ([][]int, bool) {
	if p == nil || !f.spend(1+len(s)/16) {
		return nil, false
	}
	found, ok := p.matches(s, limit, &f.found)
	if !ok {
		f.err = &BudgetError{Limit: "100 ms for a regular expression"}
		return nil, false
	}
	return found, f.spend(len(found)) && f.produce(32*len(found))
}

func matches(f *frame, pos Pos, a []Value) Value {
	found, ok := f.find(f.pattern(pos, a[1].(string), a[2:]), a[0].(string), 1)
	if !ok {
		return nil
	}
	return len(found) > 0
}

func split(f *frame, pos Pos, a []Value) Value {
	s := a[0].(string)
	p := f.pattern(pos, a[1].(string), nil)
	if p != nil && p.simple != nil {
		return f.splitSimple(p.simple, s)
	}
	found, ok := f.find(p, s, -1)
	if !ok {
		return nil
	}
	pieces := make([]Value, 0, len(found)+1)
	from := 0
	for _, m := range found {
		if m[1] == 0 {
			continue // an empty match at the start cuts nothing off
		}
		pieces = append(pieces, s[from:m[0]])
		from = m[1]
	}
	return f.newList(append(pieces, s[from:]))
}

// splitSimple cuts a text at the matches of a pattern that needs no engine.
func (f *frame) splitSimple(p *simplePattern, s string) Value {
	if !f.spend(1 + len(s)/4) {
		return nil
	}
	matches := p.count(s)
	if !f.spend(matches) || !f.produce(32*(matches+1)) {
		return nil
	}
	pieces := make([]Value, matches+1)
	from := 0
	for i := range matches {
		start, end := p.next(s, from)
		pieces[i] = s[from:start]
		from = end
	}
	pieces[matches] = s[from:]
	return f.newList(pieces)
}

func extract(f *frame, pos Pos, a []Value) Value {
	s := a[0].(string)
	found, ok := f.find(f.pattern(pos, a[1].(string), nil), s, -1)
	if !ok {
		return nil
	}
	out := make([]Value, len(found))
	for i, m := range found {
		out[i] = s[m[0]:m[1]]
	}
	return f.newList(out)
}

func replace(f *frame, pos Pos, s string, a []Value) (string, bool) {
	with := a[1].(string)
	p := f.pattern(pos, a[0].(string), a[2:])
	if p != nil && p.simple != nil && !strings.ContainsAny(with, `\$`) {
		return f.replaceSimple(p.simple, s, with)
	}
	found, ok := f.find(p, s, -1)
	if !ok {
		return "", false
	}
	if len(found) == 0 {
		return s, true
	}
	parts, ok := replacement(p, with)
	if !ok {
		f.warn(pos, InvalidText, "replace", "%q is no replacement: $ stands before the number or {name} of a group, a backslash before a character", with)
		return "", false
	}
	var b strings.Builder
	from := 0
	for _, m := range found {
		b.WriteString(s[from:m[0]])
		for _, part := range parts {
			if part.group < 0 {
				b.WriteString(part.text)
			} else if start := m[2*part.group]; start >= 0 {
				b.WriteString(s[start:m[2*part.group+1]])
			}
		}
		from = m[1]
		if b.Len() > f.program.limits.Bytes {
			return "", f.produce(b.Len())
		}
	}
	b.WriteString(s[from:])
	return b.String(), f.produce(b.Len())
}

// replaceSimple puts a text in the place of every match of a pattern that needs no engine.
func (f *frame) replaceSimple(p *simplePattern, s, with string) (string, bool) {
	if !f.spend(1 + len(s)/4) {
		return "", false
	}
	text, found := p.replace(f.text[:0], s, with, f.program.limits.Bytes)
	if !found {
		return s, true
	}
	if cap(text) <= maxKeptText {
		f.text = text
	}
	if !f.produce(len(text)) {
		return "", false
	}
	return string(text), true
}

// replacementPart is a text, or a group if that is not negative.
type replacementPart struct {
	text  string
	group int
}

// replacement reads Java's replacement syntax: $n takes as many digits as still name a group.
func replacement(p *pattern, s string) ([]replacementPart, bool) {
	var parts []replacementPart
	var text strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if i++; i >= len(s) {
				return nil, false
			}
			text.WriteByte(s[i])
		case '$':
			group, next, ok := groupReference(p, s, i+1)
			if !ok {
				return nil, false
			}
			parts = append(parts, replacementPart{text.String(), -1}, replacementPart{"", group})
			text.Reset()
			i = next - 1
		default:
			text.WriteByte(s[i])
		}
	}
	return append(parts, replacementPart{text.String(), -1}), true
}

func groupReference(p *pattern, s string, i int) (group, next int, ok bool) {
	if i < len(s) && s[i] == '{' {
		end := strings.IndexByte(s[i:], '}')
		if end < 0 {
			return 0, 0, false
		}
		group, ok = p.names[s[i+1:i+end]]
		return group, i + end + 1, ok
	}
	if i >= len(s) || !isDigit(s[i]) {
		return 0, 0, false
	}
	group = int(s[i] - '0')
	if group > p.groups {
		return 0, 0, false
	}
	for i++; i < len(s) && isDigit(s[i]); i++ {
		more := group*10 + int(s[i]-'0')
		if more > p.groups {
			break
		}
		group = more
	}
	return group, i, true
}
