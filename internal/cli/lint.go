package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/lint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
)

// ExitUnreadable is the exit code of lint for a file that cannot be read or is no model.
const ExitUnreadable = 3

// lintFormats are those in which findings can be written.
var lintFormats = []string{"text", "json", "sarif"}

// lintOptions are the flags of lint.
type lintOptions struct {
	format  string
	types   []string
	disable []string
	strict  bool
}

func lintCommand(s *session) *cobra.Command {
	o := &lintOptions{}
	c := &cobra.Command{
		Use:   "lint MODEL.bpmn|FOLDER|-…",
		Short: "find mistakes in the EventBridge tasks of BPMN models",
		Long: description("Finds mistakes in the EventBridge tasks of BPMN models before you deploy them: missing and misspelt fields, expressions that do not parse "+
			"or give null without notice, secrets in plain text, BPMN errors that no event catches. A folder means all .bpmn files in it and below but for those for Camunda 7, - means standard input. "+
			"docs/lint.md lists the rules.",
			exit{ExitOK, "no findings, or only warnings and hints"}, exit{ExitFailure, "errors, or warnings with --strict"}, exit{ExitUnreadable, "a file cannot be read, or is not a model"}),
		Example:           exampleLines(Name+" lint order.bpmn", Name+" lint --format sarif processes/ > lint.sarif"),
		ValidArgsFunction: completeModels,
		RunE:              func(c *cobra.Command, args []string) error { return o.run(c.Context(), s, args) },
	}
	c.Flags().StringVarP(&o.format, "format", "f", "text", "Write findings as `"+strings.Join(lintFormats, "|")+"`.")
	c.Flags().StringArrayVar(&o.types, "type", nil, "The `TYPE` of the connector's jobs; may be given several times (default "+lint.TaskType+").")
	c.Flags().StringSliceVar(&o.disable, "disable", nil, "Leave out these `RULES`, separated by commas.")
	c.Flags().BoolVar(&o.strict, "strict", false, "Exit with 1 for warnings as well.")
	s.completeValues(c, "format", lintFormats...)
	s.completeValues(c, "type", lint.TaskType)
	s.completeValues(c, "disable", ruleIDs()...)
	s.completeValues(c, "strict", "true", "false")
	return c
}

// completeModels has shells complete an argument with BPMN models and folders.
func completeModels(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"bpmn"}, cobra.ShellCompDirectiveFilterFileExt
}

func ruleIDs() []string {
	var ids []string
	for _, r := range lint.Rules() {
		ids = append(ids, r.ID)
	}
	return ids
}

func (o *lintOptions) run(ctx context.Context, s *session, args []string) error {
	if len(args) == 0 {
		return usage(errors.New("a model is needed: a file, a folder, or - for standard input"))
	}
	if !slices.Contains(lintFormats, o.format) {
		return usage(fmt.Errorf("unknown format %q: expected text, json or sarif", o.format))
	}
	if err := o.checkRules(); err != nil {
		return usage(err)
	}
	names, walked, err := models(args)
	if err != nil {
		return &exitError{ExitUnreadable, errors.New(outlet.Quoted(err.Error()))}
	}
	var files []lint.File
	skipped := 0
	worst := ExitOK
	bar := newProgress(s, len(names), "files")
	for _, name := range names {
		f := o.check(ctx, s, name)
		_ = bar.Add(1)
		if isSkipped(f.Unreadable, walked[name]) {
			skipped++
			continue
		}
		files = append(files, f)
		if f.Unreadable != nil {
			worst = ExitUnreadable
		}
		for _, finding := range f.Findings {
			if finding.Severity == lint.Error || o.strict && finding.Severity == lint.Warning {
				worst = max(worst, ExitFailure)
			}
		}
	}
	switch o.format {
	case "json":
		err = lint.WriteJSON(s.stdout, files)
	case "sarif":
		err = lint.WriteSARIF(s.stdout, thisBuild().version, files)
	default:
		err = lint.WriteText(s.stdout, files)
	}
	s.tellSkipped(skipped)
	if err == nil && worst != ExitOK {
		return &exitError{code: worst}
	}
	return err
}

func (o *lintOptions) checkRules() error {
	ids := ruleIDs()
	for _, id := range o.disable {
		if !slices.Contains(ids, id) {
			return &config.UnknownError{What: "rule", Name: id, Nearest: config.Nearest(id, ids)}
		}
	}
	return nil
}

func (o *lintOptions) check(ctx context.Context, s *session, name string) lint.File {
	f := lint.File{Name: name}
	m, err := s.readModel(name)
	if err != nil {
		f.Unreadable = err
		return f
	}
	options := lint.Options{TaskTypes: o.types, Disabled: o.disable}
	f.Tasks, f.Findings = lint.Tasks(m, options), lint.Check(ctx, m, options)
	return f
}

// models returns the files that the arguments stand for, each once, and those of them that no argument names but a folder holds.
func models(args []string) (files []string, walked map[string]bool, err error) {
	walked, seen := map[string]bool{}, map[string]bool{}
	add := func(name string, inFolder bool) {
		clean := filepath.Clean(name)
		if !inFolder {
			delete(walked, name)
			for _, f := range files {
				if filepath.Clean(f) == clean {
					delete(walked, f)
				}
			}
		}
		if !seen[clean] {
			files = append(files, name)
			walked[name] = inFolder
		}
		seen[clean] = true
	}
	for _, arg := range args {
		info, err := os.Stat(arg)
		if arg == "-" || err != nil || !info.IsDir() {
			add(arg, false) // what cannot be read is told with its name
			continue
		}
		found := false
		err = filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if !d.IsDir() && strings.EqualFold(filepath.Ext(path), ".bpmn") {
				add(path, true)
				found = true
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
		if !found {
			return nil, nil, fmt.Errorf("the folder %s has no .bpmn file, nor has any below it", arg)
		}
	}
	return files, walked, nil
}
