package feel

import (
	"strings"
	"unicode"
)

// propertySet returns the characters of a property by Java's names: POSIX's classes, general categories, scripts, binary
// properties, and Java's own. It is nil for an unknown name. Names of blocks are not carried. Where letters of either case
// match, each property of one case stands for all cased letters.
func propertySet(name string, flags reFlags) runeSet {
	if key, value, found := strings.Cut(name, "="); found {
		switch strings.ToLower(key) {
		case "sc", "script":
			return scriptSet(value)
		case "gc", "general_category":
			return namedSet(value, flags)
		}
		return nil
	}
	if rest, found := strings.CutPrefix(name, "Is"); found {
		if s := binarySet(strings.ToLower(rest), flags.fold); s != nil {
			return s
		}
		if s := namedSet(rest, flags); s != nil {
			return s
		}
		return scriptSet(rest)
	}
	return namedSet(name, flags)
}

// namedSet returns a general category, one of POSIX's classes or one of Java's own properties.
func namedSet(name string, flags reFlags) runeSet {
	if flags.unicodeClasses {
		if s := unicodePOSIX(name, flags.fold); s != nil {
			return s
		}
	}
	if flags.fold {
		switch name {
		case "Lower", "Upper":
			name = "Alpha"
		case "Lu", "Ll", "Lt":
			name = "LC"
		}
	}
	if s, ok := posixSets[name]; ok {
		return s
	}
	switch name {
	case "LC", "L&":
		return tableSet("Lu").union(tableSet("Ll")).union(tableSet("Lt"))
	case "LD":
		return tableSet("L").union(tableSet("Nd"))
	case "L1":
		return runeSet{{0, 0xFF}}
	case "all":
		return anyRune
	}
	if rest, found := strings.CutPrefix(name, "java"); found {
		return javaSet(rest, flags.fold)
	}
	return tableSet(name)
}

// javaSet returns the characters for which the method of java.lang.Character gives true: UpperCase is isUpperCase.
func javaSet(method string, fold bool) runeSet {
	switch method {
	case "LowerCase", "UpperCase", "TitleCase":
		return binarySet(strings.ToLower(method), fold)
	case "Whitespace":
		return runeSet{{'\t', '\r'}, {0x1C, 0x1F}}.union(tableSet("Z")).intersection(runeSet{{0xA0, 0xA0}, {0x2007, 0x2007}, {0x202F, 0x202F}}.complement())
	case "SpaceChar":
		return tableSet("Z")
	case "Letter":
		return tableSet("L")
	case "Digit":
		return tableSet("Nd")
	case "LetterOrDigit":
		return tableSet("L").union(tableSet("Nd"))
	case "Alphabetic":
		return binarySet("alphabetic", fold)
	case "Ideographic":
		return binarySet("ideographic", fold)
	case "Defined":
		return binarySet("assigned", fold)
	case "ISOControl":
		return runeSet{{0, 0x1F}, {0x7F, 0x9F}}
	}
	return nil
}

var posixSets = map[string]runeSet{
	"Lower": {{'a', 'z'}}, "Upper": {{'A', 'Z'}}, "ASCII": {{0, 0x7F}}, "Alpha": {{'A', 'Z'}, {'a', 'z'}}, "Digit": {{'0', '9'}},
	"Alnum": {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}, "Punct": {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}, "Graph": {{'!', '~'}},
	"Print": {{' ', '~'}}, "Blank": {{'\t', '\t'}, {' ', ' '}}, "Cntrl": {{0, 0x1F}, {0x7F, 0x7F}},
	"XDigit": {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}, "Space": {{'\t', '\r'}, {' ', ' '}},
}

// unicodePOSIX returns POSIX's classes as (?U) understands them, nil for other names.
func unicodePOSIX(name string, fold bool) runeSet {
	switch name {
	case "Lower", "Upper":
		return binarySet(strings.ToLower(name)+"case", fold)
	case "Alpha":
		return binarySet("alphabetic", fold)
	case "Digit":
		return tableSet("Nd")
	case "Alnum":
		return binarySet("alphabetic", fold).union(tableSet("Nd"))
	case "Punct":
		return tableSet("P")
	case "Graph":
		return graphic()
	case "Print":
		return graphic().union(tableSet("Zs")).intersection(tableSet("Cc").complement())
	case "Blank":
		return tableSet("Zs").union(runeSet{{'\t', '\t'}})
	case "Cntrl":
		return tableSet("Cc")
	case "XDigit":
		return tableSet("Nd").union(fromTable(unicode.Hex_Digit))
	case "Space":
		return fromTable(unicode.White_Space)
	}
	return nil
}

// graphic are the characters that are seen.
func graphic() runeSet {
	return tableSet("Z").union(tableSet("Cc")).union(tableSet("Cs")).union(tableSet("Cn")).complement()
}

// unicodeWord is \w with (?U).
func unicodeWord() runeSet {
	return binarySet("alphabetic", false).union(tableSet("M")).union(tableSet("Nd")).union(tableSet("Pc")).union(fromTable(unicode.Join_Control))
}

// binarySet returns a binary property of Unicode by its name in small letters, nil for one that is unknown.
func binarySet(name string, fold bool) runeSet {
	switch name {
	case "lowercase", "uppercase", "titlecase":
		if fold {
			return caseSet("lowercase").union(caseSet("uppercase")).union(caseSet("titlecase"))
		}
		return caseSet(name)
	case "alphabetic":
		return tableSet("L").union(tableSet("Nl")).union(fromTable(unicode.Other_Alphabetic))
	case "letter":
		return tableSet("L")
	case "digit":
		return tableSet("Nd")
	case "ideographic":
		return fromTable(unicode.Ideographic)
	case "white_space", "whitespace":
		return fromTable(unicode.White_Space)
	case "control":
		return tableSet("Cc")
	case "punctuation":
		return tableSet("P")
	case "hex_digit", "hexdigit":
		return fromTable(unicode.Hex_Digit)
	case "assigned":
		return tableSet("Cn").complement()
	case "join_control", "joincontrol":
		return fromTable(unicode.Join_Control)
	case "noncharacter_code_point", "noncharactercodepoint":
		return fromTable(unicode.Noncharacter_Code_Point)
	case "alnum":
		return nil
	}
	return nil
}

func caseSet(name string) runeSet {
	switch name {
	case "lowercase":
		return tableSet("Ll").union(fromTable(unicode.Other_Lowercase))
	case "uppercase":
		return tableSet("Lu").union(fromTable(unicode.Other_Uppercase))
	}
	return tableSet("Lt")
}

// tableSet returns a general category: L, Lu, …
func tableSet(name string) runeSet {
	if name == "C" || name == "Cn" {
		assigned := runeSet{}
		for _, c := range [...]string{"L", "M", "N", "P", "S", "Z"} {
			assigned = assigned.union(tableSet(c))
		}
		if name == "C" {
			return assigned.complement()
		}
		return assigned.union(fromTable(unicode.Cc)).union(fromTable(unicode.Cf)).union(fromTable(unicode.Co)).union(fromTable(unicode.Cs)).complement()
	}
	if t, ok := unicode.Categories[name]; ok && len(name) <= 2 {
		return fromTable(t)
	}
	return nil
}
