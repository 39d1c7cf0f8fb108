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
// one error, each with its place.
func (s *session) readModels(args []string) ([]policy.File, error) {
	names, err := models(args)
	if err != nil {
		return nil, &exitError{ExitUnreadable, errors.New(outlet.Quoted(err.Error()))}
	}
	var files []policy.File
	var faults []error
	for _, name := range names {
		m, err := s.readModel(name)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		files = append(files, policy.File{Name: name, Model: m})
	}
	if len(faults) > 0 {
		return nil, &exitError{ExitUnreadable, errors.Join(faults...)}
	}
	return files, nil
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
