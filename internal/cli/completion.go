package cli

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// completeName is what the scripts of the shells call to learn what may follow; it is in no help.
const completeName = "__complete"

//go:embed completion
var scripts embed.FS

// shells are those that completion knows, with the file of each.
var shells = []struct{ name, file string }{
	{"bash", "bash.sh"},
	{"zsh", "zsh.sh"},
	{"fish", "fish.fish"},
	{"powershell", "powershell.ps1"},
}

func completionCommand() *command {
	names := make([]string, len(shells))
	for i, s := range shells {
		names[i] = s.name
	}
	return &command{
		name:    "completion",
		args:    strings.Join(names, "|"),
		words:   names,
		summary: "print a script that completes commands, flags and values in a shell",
		doc: "Prints a script for the shell that is named, which completes the commands, their flags and such values as are few. " +
			"The script asks this program for what may follow, so it does not age. Where anything may follow, files are completed.",
		examples: []string{
			"source <(" + Name + " completion bash)",
			Name + " completion fish | source",
			Name + " completion powershell | Out-String | Invoke-Expression",
		},
		run: func(_ context.Context, s *session, args []string) error {
			if len(args) != 1 {
				return usage(errors.New("one shell is needed: " + strings.Join(names, ", ")))
			}
			i := slices.Index(names, args[0])
			if i < 0 {
				return usage(&config.UnknownError{What: "shell", Name: args[0], Nearest: config.Nearest(args[0], names)})
			}
			script, err := scripts.ReadFile("completion/" + shells[i].file)
			if err != nil {
				return err
			}
			_, err = s.stdout.Write(script)
			return err
		},
	}
}

// candidate is one word that may stand where the cursor is.
type candidate struct{ word, meaning string }

// printCandidates prints, for the words up to the cursor, what the last of them may become: a word and its meaning a line,
// with a tab between. Nothing means anything, such as the name of a file.
func printCandidates(w io.Writer, table []*command, words []string) {
	words = joined(words)
	last := words[len(words)-1]
	for _, c := range candidates(table, words[:len(words)-1], last) {
		if strings.HasPrefix(c.word, last) {
			fmt.Fprintf(w, "%s\t%s\n", c.word, c.meaning)
		}
	}
}

// joined undoes what bash does to --format=json, which it gives as three words.
func joined(words []string) []string {
	var out []string
	for i := 0; i < len(words); i++ {
		n := len(out) - 1
		if words[i] != "=" || n < 0 || !strings.HasPrefix(out[n], "--") {
			out = append(out, words[i])
			continue
		}
		out[n] += "="
		if i+1 < len(words) {
			i++
			out[n] += words[i]
		}
	}
	if len(out) == 0 {
		return []string{""}
	}
	return out
}

func candidates(table []*command, before []string, last string) []candidate {
	var names []candidate
	for _, c := range table {
		names = append(names, candidate{c.name, c.summary})
	}
	switch {
	case len(before) == 0:
		return append(names, candidate{"help", "tell more of a command"}, candidate{"--help", "list the commands"}, candidate{"--version", "print the version"})
	case before[0] == "help":
		if len(before) == 1 {
			return names
		}
		return nil
	}
	c, err := find(table, before[0])
	if err != nil {
		return nil
	}
	flags := c.flags
	if c.settings {
		flags = config.Flags()
	}
	if name, _, found := strings.Cut(last, "="); found && strings.HasPrefix(name, "--") {
		return valuesOf(flags, name, name+"=")
	}
	if f := flagNamed(flags, before[len(before)-1]); f != nil && !f.Bool && len(before) > 1 {
		return valuesOf(flags, before[len(before)-1], "")
	}
	if !strings.HasPrefix(last, "-") {
		var words []candidate
		for _, w := range c.words {
			if !slices.ContainsFunc(before[1:], func(b string) bool { return slices.Contains(c.words, b) }) {
				words = append(words, candidate{w, c.name + " " + w})
			}
		}
		return words
	}
	out := []candidate{{"--help", "tell more of " + c.name}}
	for _, f := range flags {
		meaning, _, _ := strings.Cut(strings.ReplaceAll(f.Doc, "`", ""), ". ")
		out = append(out, candidate{"--" + f.Name, strings.TrimSuffix(meaning, ".")})
	}
	return out
}

// valuesOf returns the values of a flag that has but few, each behind the prefix.
func valuesOf(flags []config.Flag, name, prefix string) []candidate {
	f := flagNamed(flags, name)
	if f == nil {
		return nil
	}
	values := f.Values
	if f.Bool {
		values = []string{"true", "false"}
	}
	var out []candidate
	for _, v := range values {
		out = append(out, candidate{prefix + v, "--" + f.Name + " " + v})
	}
	return out
}

// flagNamed returns the flag that a word such as --format or -f names; nil if it names none.
func flagNamed(flags []config.Flag, word string) *config.Flag {
	name := strings.TrimLeft(word, "-")
	if name == word || name == "" {
		return nil
	}
	for i, f := range flags {
		if f.Name == name || f.Short == name || slices.Contains(f.Also, name) {
			return &flags[i]
		}
	}
	return nil
}
