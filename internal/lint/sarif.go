package lint

import (
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
)

const home = "https://github.com/eventbridge-connector/eventbridge-connector"

// WriteSARIF writes the findings as a log of SARIF 2.1.0, which code scanning reads. Version is the program's.
func WriteSARIF(w io.Writer, version string, files []File) error {
	run := sarif.NewRunWithInformationURI("eventbridge-connector lint", home).WithColumnKind("unicodeCodePoints")
	run.Tool.Driver.WithVersion(version)
	index := map[string]int{}
	described := append(Rules(), Rule{ID: Unreadable, Severity: Error, Summary: "A file that is no BPMN model for Camunda 8.", Why: "Nothing in it was looked at."})
	for i, r := range described {
		index[r.ID] = i
		rule := sarif.NewRule(r.ID).WithHelpURI(home + "/blob/main/docs/lint.md#" + r.ID).
			WithShortDescription(sarif.NewMultiformatMessageString().WithText(r.Summary)).
			WithFullDescription(sarif.NewMultiformatMessageString().WithText(r.Summary + " " + r.Why)).
			WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(r.Severity.level()))
		run.Tool.Driver.AddRule(rule)
	}
	for _, file := range files {
		for _, f := range file.all() {
			run.AddResult(sarif.NewRuleResult(f.Rule).WithRuleIndex(index[f.Rule]).WithLevel(f.Severity.level()).
				WithMessage(sarif.NewTextMessage(f.quoted())).AddLocation(f.location(file.Name)))
		}
	}
	report := sarif.NewReport().AddRun(run)
	report.Schema = "https://json.schemastore.org/sarif-2.1.0.json"
	return write(w, report)
}

// level is the severity in SARIF's words.
func (s Severity) level() string {
	if s == Hint {
		return "note"
	}
	return string(s)
}

// quoted is the message, and the source of an expression below it.
func (f *Finding) quoted() string {
	lines := []string{outlet.Quoted(f.Text())}
	for line := range strings.Lines(f.Excerpt) {
		lines = append(lines, outlet.Quoted(strings.TrimSuffix(line, "\n")))
	}
	return strings.Join(lines, "\n")
}

// location is where the finding is in the file.
func (f *Finding) location(file string) *sarif.Location {
	place := sarif.NewPhysicalLocation().
		WithArtifactLocation(sarif.NewArtifactLocation().WithURI(uri(file))).
		WithRegion(sarif.NewRegion().WithStartLine(f.Pos.Line).WithStartColumn(f.Pos.Column))
	location := sarif.NewLocation().WithPhysicalLocation(place)
	if f.Task != "" {
		element := sarif.NewLogicalLocation().WithName(outlet.Quoted(f.Task)).WithFullyQualifiedName(outlet.Quoted(f.Task)).WithKind("element")
		all := []*sarif.LogicalLocation{element}
		if f.Field != "" {
			all = append(all, sarif.NewLogicalLocation().WithName(outlet.Quoted(f.Field)).WithFullyQualifiedName(outlet.Quoted(f.Task+"/"+f.Field)).WithKind("member"))
		}
		location.WithLogicalLocations(all)
	}
	return location
}

// uri is the name of a file as a URI reference: relative to the folder that was looked at, or of the scheme file.
func uri(name string) string {
	path := filepath.ToSlash(name)
	if !filepath.IsAbs(name) {
		return (&url.URL{Path: path}).String()
	}
	if !strings.HasPrefix(path, "/") { // C:/models
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}
