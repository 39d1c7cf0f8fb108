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
		if isSkipped(err, walked[name]) {
			skipped++
			continue
		}
		if err != nil {
			faults = append(faults, unreadable(name, err))
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

// readModel reads a model. The error is an *[bpmn.Error], or one of the file, which names it.
func (s *session) readModel(name string) (*bpmn.Model, error) {
	in, err := s.open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, bpmn.MaxSize+1))
	if err != nil {
		return nil, err
	}
	return bpmn.Read(data)
}

// unreadable is the error of readModel for a user: with the name of the file, and quoted.
func unreadable(name string, err error) error {
	if _, ok := errors.AsType[*bpmn.Error](err); ok {
		return fmt.Errorf("%s: %w", outlet.Quoted(name), err)
	}
	return errors.New(outlet.Quoted(err.Error()))
}

// isSkipped says whether a file is passed over: a model for Camunda 7 that no argument names, but a folder holds.
func isSkipped(err error, inFolder bool) bool {
	e, ok := errors.AsType[*bpmn.Error](err)
	return ok && e.Camunda7 && inFolder
}
