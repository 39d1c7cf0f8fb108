package play

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
)

const profilesFile = "profiles.yaml"

// Profile is how a worker is configured.
type Profile struct {
	Name    string            `yaml:"-"`
	Env     map[string]string `yaml:"env"`
	Secrets map[string]string `yaml:"secrets"` // variables of the environment that hold secrets, by their whole names
	Files   map[string]string `yaml:"files"`   // secrets in files, by name
	Models  bool              `yaml:"models"`  // there is a REST API that hands out models
	Cluster map[string]string `yaml:"cluster"` // secrets that the REST API resolves, by name; nil = it is older than that
	Tenants []string          `yaml:"tenants"` // of the gateway, if it has tenants
	AtOnce  int               `yaml:"atOnce"`  // how many jobs are worked on at a time; 0 = 8
}

// ReadProfiles reads the profiles beside the cases.
func ReadProfiles(folder fs.FS) (map[string]Profile, error) {
	profiles := map[string]Profile{}
	if err := readYAML(folder, profilesFile, &profiles); err != nil {
		return nil, err
	}
	for name, p := range profiles {
		p.Name = name
		profiles[name] = p
	}
	return profiles, nil
}

// environment returns the variables of the worker's process, beside what the stage adds. Folder is for files.
func (p *Profile) environment(folder string) (map[string]string, error) {
	env := map[string]string{
		"PATH": os.Getenv("PATH"), "HOME": folder,
		"AWS_EC2_METADATA_DISABLED": "true", "CAMUNDA_CLIENT_AUTH_METHOD": "none", "SERVER_ADDRESS": "127.0.0.1",
	}
	maps.Copy(env, p.Env)
	maps.Copy(env, p.Secrets)
	if len(p.Files) > 0 {
		secrets := filepath.Join(folder, "secrets")
		if err := os.MkdirAll(secrets, 0o700); err != nil {
			return nil, err
		}
		for name, value := range p.Files {
			if err := os.WriteFile(filepath.Join(secrets, name), []byte(value), 0o600); err != nil {
				return nil, fmt.Errorf("write the secret %s: %w", name, err)
			}
		}
		env["CAMUNDA_CONNECTOR_SECRETPROVIDER_FILES_DIRECTORY"] = secrets
	}
	return env, nil
}
