package check

import (
	"context"
	"fmt"

	"github.com/eventbridge-connector/eventbridge-connector/internal/policy"
)

// Setting is a setting that was given, its value masked if it is a secret.
type Setting struct{ Key, Value, Source string }

// ConfigurationOptions say how the process is configured.
type ConfigurationOptions struct {
	Settings []Setting
	Defaults int // how many settings have their defaults
	Warnings []string
}

// Configuration shows the settings that were given, with their origins. That they are valid was found before.
func Configuration(o ConfigurationOptions) Part {
	return Part{Name: "configuration", Run: func(context.Context) []Finding {
		all := []Finding{ok("settings", fmt.Sprintf("%d given, %d by default (the command config shows all)", len(o.Settings), o.Defaults))}
		for _, s := range o.Settings {
			all = append(all, ok(s.Key, fmt.Sprintf("%q (%s)", s.Value, s.Source)))
		}
		for _, w := range o.Warnings {
			all = append(all, unknown("warning", w))
		}
		return all
	}}
}

// Tasks tells what the models have for the worker, and their mistakes.
func Tasks(s *policy.Survey, jobType string) Part {
	return Part{Name: "tasks", Run: func(context.Context) []Finding {
		if s.Tasks == 0 {
			return []Finding{failed("tasks", "the models have no task of the type "+jobType, "give the type of the models' tasks as connector.aws-eventbridge.type, or other models")}
		}
		all := []Finding{ok("tasks", fmt.Sprintf("the models have %d of the type %s", s.Tasks, jobType))}
		for _, f := range s.Findings {
			name := f.Task
			all = append(all, failed(name, f.String(), "mend the model; the command lint finds more"))
		}
		return all
	}}
}

// Broken is a part that cannot be asked at all, for a fault that was found before.
func Broken(part, name, detail, cure string) Part {
	return Part{Name: part, Run: func(context.Context) []Finding { return []Finding{failed(name, detail, cure)} }}
}
