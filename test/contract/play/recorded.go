package play

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
)

// recorded is a job that was recorded elsewhere, in a file of its own, as far as it can be played here.
type recorded struct {
	Name    string `json:"name"`
	Profile string `json:"profile"`
	Job     struct {
		Variables        string            `json:"variables"`
		CustomHeaders    map[string]string `json:"customHeaders"`
		CustomHeadersRaw string            `json:"customHeadersRaw"`
		Retries          int32             `json:"retries"`
	} `json:"job"`
	Bus []struct {
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
		Kind    string            `json:"kind"`
	} `json:"bus"`
}

// recordedPrefix stands before the names of profiles that were recorded.
const recordedPrefix = "recorded-"

// ReadRecorded reads recorded jobs and their profiles: profiles.json and cases/*.json in the folder. They are to be
// played, and not to be compared: any command will do.
func ReadRecorded(folder fs.FS) ([]Case, map[string]Profile, error) {
	text, err := fs.ReadFile(folder, "profiles.json")
	if err != nil {
		return nil, nil, err
	}
	var environments map[string]struct {
		Env map[string]string `json:"env"`
	}
	if err := json.Unmarshal(text, &environments); err != nil {
		return nil, nil, fmt.Errorf("profiles.json: %w", err)
	}
	profiles := map[string]Profile{}
	for name, e := range environments {
		p := Profile{Name: recordedPrefix + name, Secrets: map[string]string{}, Env: map[string]string{
			"CAMUNDA_CONNECTOR_SECRETPROVIDER_ENVIRONMENT_PREFIX": "", "CAMUNDA_CONNECTOR_SECRETRESOLVER_SECRETFILTER_MODE": "DISABLED",
		}}
		for variable, value := range e.Env {
			if strings.HasPrefix(variable, "CAMUNDA_") || variable == "AWS_EC2_METADATA_DISABLED" || variable == "AWS_ACCESS_KEY_ID" {
				p.Env[variable] = value
			} else {
				p.Secrets[variable] = value
			}
		}
		profiles[p.Name] = p
	}
	names, err := fs.Glob(folder, "cases/*.json")
	if err != nil {
		return nil, nil, err
	}
	var all []Case
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, nil, err
		}
		var r recorded
		if err := json.Unmarshal(text, &r); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		c := r.toCase()
		if err := c.Complete(); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, c)
	}
	return all, profiles, nil
}

func (r *recorded) toCase() Case {
	c := Case{
		Name: "recorded " + r.Name, Section: "recorded", Profile: recordedPrefix + r.Profile,
		Variables: &r.Job.Variables, Headers: r.Job.CustomHeaders, Retries: r.Job.Retries, Want: Want{Command: either},
	}
	if r.Job.CustomHeadersRaw != "" {
		c.HeadersText = &r.Job.CustomHeadersRaw
	}
	for _, a := range r.Bus {
		c.Answers = append(c.Answers, Answer{Status: a.Status, Headers: a.Headers, Body: a.Body, HangUp: a.Kind == "hangup"})
	}
	return c
}
