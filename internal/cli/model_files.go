package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
	"github.com/eventbridge-connector/eventbridge-connector/internal/policy"
)

// readModels reads all models that the arguments stand for. All files that cannot be read, or are no models, come together in
// one error, each with its place. Models for Camunda 7 in a folder are skipped, and counted on standard error.
func (s *session) readModels(args []string) ([]policy.File, error) {
	names, walked, err := models(args)
	if err != nil {
		return nil, &exitError{ExitUnreadable, errors.New(outlet.Quoted(err.Error()))}
	}
	var files []policy.File
	var faults []error
	skipped := 0
	for _, name := range names {
		m, err := s.readModel(name)
		if e, ok := errors.AsType[*bpmn.Error](err); ok && e.Camunda7 && walked[name] {
			skipped++
			continue
		}
		if err != nil {
			faults = append(faults, err)
			continue
		}
		files = append(files, policy.File{Name: name, Model: m})
	}
	if len(faults) > 0 {
		return nil, &exitError{ExitUnreadable, errors.Join(faults...)}
	}
	s.tellSkipped(skipped)
	return files, nil
}

// tellSkipped counts the models in folders that are for Camunda 7.
func (s *session) tellSkipped(n int) {
	switch n {
	case 0:
	case 1:
		fmt.Fprintln(s.stderr, "1 model was skipped: for Camunda 7")
	default:
		fmt.Fprintf(s.stderr, "%d models were skipped: for Camunda 7\n", n)
	}
}

func (s *session) readModel(name string) (*bpmn.Model, error) {
	in, err := s.open(name)
	if err != nil {
		return nil, errors.New(outlet.Quoted(err.Error())) // it names the file
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, bpmn.MaxSize+1))
	if err == nil {
		var m *bpmn.Model
		if m, err = bpmn.Read(data); err == nil {
			return m, nil
		}
	}
	return nil, fmt.Errorf("%s: %w", outlet.Quoted(name), err)
}
