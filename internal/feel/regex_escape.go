package feel

import (
	"strconv"
	"unicode"
)

// escape reads \x outside of a class.
func (r *reReader) escape() (reNode, error) {
	c := r.ahead(1)
	if c < 0 {
		return nil, r.fault("a backslash with nothing behind it")
	}
	if c >= '1' && c <= '9' {
		return r.backReference(), nil
	}
	switch c {
	case 'B':
		r.at += 2
		return r.wordAnchor("B"), nil
	case 'G':
		r.fromLast = true
		fallthrough
	case 'A', 'Z', 'z':
		r.at += 2
		return reAnchor(c), nil
	case 'b':
		if r.ahead(2) == '{' && r.ahead(3) == 'g' {
			return nil, r.fault(`\b{g}, which is not carried,`)
		}
		r.at += 2
		return r.wordAnchor("b"), nil
	case 'R':
		r.at += 2
		return reChoice{reSequence{reSet{runeSet{{'\r', '\r'}}}, reSet{runeSet{{'\n', '\n'}}}}, reSet{verticalSpace}}, nil
	case 'X':
		r.at += 2
		marks := tableSet("M")
		return reSequence{reSet{anyRune}, reRepeat{reSet{marks}, 0, -1, 'p'}}, nil
	case 'k':
		r.at += 2
		if r.ahead(0) != '<' {
			return nil, r.fault(`a \k without <name>`)
		}
		r.at++
		name, err := r.groupName()
		if err != nil {
			return nil, err
		}
		number, known := r.names[name]
		if !known {
			return nil, r.fault("no group " + name)
		}
		return reBack{number, r.flags.fold}, nil
	}
	set, single, err := r.classEscape()
	if err == nil && set == nil {
		return r.literal(single), nil
	}
	return reSet{set}, err
}

// wordAnchor is \b or \B, by the words that the flags allow.
func (r *reReader) wordAnchor(a reAnchor) reNode {
	if r.flags.unicodeClasses {
		return "U" + a
	}
	return a
}

// backReference reads \n: the first digit, and more as long as there are so many groups.
func (r *reReader) backReference() reNode {
	r.at++
	number := int(r.text[r.at] - '0')
	for r.at++; r.ahead(0) >= '0' && r.ahead(0) <= '9'; r.at++ {
		more := number*10 + int(r.ahead(0)-'0')
		if more > r.groups {
			break
		}
		number = more
	}
	return reBack{number, r.flags.fold}
}

// classEscape reads \x where a character or a set of characters can stand. The set is nil for a single character.
func (r *reReader) classEscape() (set runeSet, single rune, err error) {
	c := r.ahead(1)
	r.at += 2
	if set := r.shorthand(unicode.ToLower(c)); set != nil {
		if unicode.IsUpper(c) {
			set = set.complement()
		}
		return set, 0, nil
	}
	switch c {
	case 'h':
		return horizontalSpace, 0, nil
	case 'H':
		return horizontalSpace.complement(), 0, nil
	case 'v':
		return verticalSpace, 0, nil
	case 'V':
		return verticalSpace.complement(), 0, nil
	case 'p', 'P':
		set, err := r.property()
		if c == 'P' {
			set = set.complement()
		}
		return set, 0, err
	case 't':
		return nil, '\t', nil
	case 'n':
		return nil, '\n', nil
	case 'r':
		return nil, '\r', nil
	case 'f':
		return nil, '\f', nil
	case 'a':
		return nil, 7, nil
	case 'e':
		return nil, 0x1B, nil
	case 'c':
		if r.at >= len(r.text) {
			return nil, 0, r.fault(`a \c with nothing behind it`)
		}
		r.at++
		return nil, r.text[r.at-1] ^ 64, nil
	case '0':
		return r.octal()
	case 'x':
		return r.hexadecimal()
	case 'u':
		single, ok := r.hexDigits(4)
		if !ok {
			return nil, 0, r.fault(`a \u without four digits`)
		}
		return nil, single, nil
	}
	if c < 0 || isASCIILetter(c) || c >= '0' && c <= '9' {
		return nil, 0, r.fault("an unknown escape")
	}
	return nil, c, nil
}

func (r *reReader) octal() (runeSet, rune, error) {
	value, n := rune(0), 0
	for n < 3 && r.ahead(0) >= '0' && r.ahead(0) <= '7' && value*8+r.ahead(0)-'0' <= 0o377 {
		value = value*8 + r.ahead(0) - '0'
		r.at++
		n++
	}
	if n == 0 {
		return nil, 0, r.fault(`a \0 without octal digits`)
	}
	return nil, value, nil
}

func (r *reReader) hexadecimal() (runeSet, rune, error) {
	if r.ahead(0) != '{' {
		single, ok := r.hexDigits(2)
		if !ok {
			return nil, 0, r.fault(`a \x without two digits`)
		}
		return nil, single, nil
	}
	end := r.at + 1
	for end < len(r.text) && r.text[end] != '}' {
		end++
	}
	value, err := strconv.ParseUint(string(r.text[r.at+1:end]), 16, 32)
	if err != nil || value > 0x10FFFF || end >= len(r.text) {
		return nil, 0, r.fault(`a \x{…} that is no character`)
	}
	r.at = end + 1
	return nil, rune(value), nil
}

func (r *reReader) hexDigits(n int) (rune, bool) {
	if r.at+n > len(r.text) {
		return 0, false
	}
	value, err := strconv.ParseUint(string(r.text[r.at:r.at+n]), 16, 32)
	r.at += n
	return rune(value), err == nil
}

// shorthand returns the set of \d, \w and \s, nil for another letter.
func (r *reReader) shorthand(letter rune) runeSet {
	all := r.flags.unicodeClasses
	switch {
	case letter == 'd' && all:
		return tableSet("Nd")
	case letter == 'd':
		return digitSet
	case letter == 'w' && all:
		return unicodeWord()
	case letter == 'w':
		return wordSet
	case letter == 's' && all:
		return fromTable(unicode.White_Space)
	case letter == 's':
		return spaceSet
	}
	return nil
}
