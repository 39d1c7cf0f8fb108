package feel

import (
	_ "embed" // for the preface of the reference
	"fmt"
	"slices"
	"strings"
)

// FunctionDoc documents a function.
type FunctionDoc struct {
	Name   string
	Family string // strings, lists, …: the heading under which it stands
	Forms  []FormDoc
}

// FormDoc documents one form of a built-in function.
type FormDoc struct {
	Signature string // substring(string: string, start position: number)
	Doc       string // what it gives, and when null or an error
	Example   string // an expression
	Gives     string // what the example gives, as JSON
}

// Functions returns the documentation of all functions by family, in the order of their tables.
func (l *Library) Functions() []FunctionDoc {
	var all []FunctionDoc
	for _, family := range l.families {
		begin := len(all)
		for _, b := range family.table {
			at := slices.IndexFunc(all[begin:], func(f FunctionDoc) bool { return f.Name == b.name })
			if at < 0 {
				all = append(all, FunctionDoc{Name: b.name, Family: family.name})
				at = len(all) - 1 - begin
			}
			f := &all[begin+at]
			f.Forms = append(f.Forms, FormDoc{Signature: b.typedSignature(), Doc: b.doc, Example: b.example, Gives: b.gives})
		}
	}
	return all
}

// Help returns the documentation of a built-in function as text for a terminal. For a name that is none it is
// false, and the text names the nearest function.
func (l *Library) Help(name string) (string, bool) {
	name = strings.Join(strings.Fields(strings.TrimSuffix(strings.TrimSpace(name), "()")), " ")
	var b strings.Builder
	for _, f := range l.Functions() {
		if !strings.EqualFold(f.Name, name) {
			continue
		}
		for _, form := range f.Forms {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			fmt.Fprintf(&b, "%s\n  %s\n  %s → %s\n", form.Signature, form.Doc, form.Example, form.Gives)
		}
	}
	if b.Len() == 0 {
		return fmt.Sprintf("there is no function %s%s\n", name, suggest(name, l.names)), false
	}
	return b.String(), true
}

// typedSignature is the name with the parameters and their types.
func (b *builtin) typedSignature() string {
	parts := make([]string, len(b.params))
	for i, p := range b.params {
		parts[i] = p.name + ": " + typeInWords(p.typ)
	}
	if b.rest {
		parts[len(parts)-1] += ", …"
	}
	return b.name + "(" + strings.Join(parts, ", ") + ")"
}

// typeInWords names a parameter's type for a reader.
func typeInWords(typ string) string {
	switch typ {
	case anyType:
		return "Any"
	case keysType:
		return "list<string>"
	case spotType:
		return "range or point"
	}
	return typ
}

//go:embed reference.md
var preface string

// Reference returns a description of the language and of every function in the library, as Markdown. Intro stands before it,
// under the title.
func (l *Library) Reference(intro string) string {
	var b strings.Builder
	b.WriteString("# FEEL\n\n" + intro + preface)
	b.WriteString("## Functions\n\nIn the examples, `→` stands before the result as JSON. An argument of another type than the one named gives null.\n")
	family := ""
	for _, f := range l.Functions() {
		if f.Family != family {
			family = f.Family
			b.WriteString("\n### " + family + "\n")
		}
		b.WriteString("\n#### " + f.Name + "\n\n")
		for _, form := range f.Forms {
			fmt.Fprintf(&b, "* `%s`  \n  %s  \n  `%s` → `%s`\n", form.Signature, form.Doc, form.Example, form.Gives)
		}
	}
	return b.String()
}
