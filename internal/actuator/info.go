package actuator

import "net/http"

// Info says what runs. Empty fields are not shown.
type Info struct {
	Name       string
	Version    string
	Commit     string // that the binary was built from
	CommitTime string // RFC 3339
	GoVersion  string
}

// infoHandler answers with the build under the names of Spring Boot's info endpoint.
func infoHandler(i Info) http.HandlerFunc {
	type commit struct {
		ID   string `json:"id,omitempty"`
		Time string `json:"time,omitempty"`
	}
	type build struct {
		Name    string `json:"name,omitempty"`
		Version string `json:"version,omitempty"`
		Commit  string `json:"commit,omitempty"`
		Time    string `json:"time,omitempty"`
	}
	body := map[string]any{
		"build": build{i.Name, i.Version, i.Commit, i.CommitTime},
		"go":    map[string]string{"version": i.GoVersion},
	}
	if i.Commit != "" {
		body["git"] = map[string]commit{"commit": {i.Commit, i.CommitTime}}
	}
	return func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, body) }
}
