package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Set by the linker, as .ci/build does: -X …/internal/cli.version=v1.2.3. The revision is empty where Go stamps its own.
var (
	version  = "dev"
	revision string
)

// build is what is known of the binary.
type build struct {
	version, revision, goVersion string
	time                         string // of the revision, RFC 3339; empty = unknown
}

// thisBuild returns the binary's version: the linker's, else the module's; and the revision that it was built from: the
// linker's, else Go's stamp.
func thisBuild() build {
	b := build{version: version, revision: revision, goVersion: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if b.version == "dev" && info.Main.Version != "" && info.Main.Version != "(devel)" {
		b.version = info.Main.Version
	}
	linked := b.revision != ""
	modified := false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			if !linked {
				b.revision = s.Value
			}
		case "vcs.time":
			b.time = s.Value
		case "vcs.modified":
			modified = s.Value == "true"
		}
	}
	if modified && !linked && b.revision != "" {
		b.revision += " with changes"
	}
	return b
}

func versionCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "print the version",
		Long:    description("Prints the version, the source revision, the Go version and the platform."),
		Example: exampleLines(Name + " version"),
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			b := thisBuild()
			revision := ""
			if b.revision != "" {
				revision = "revision " + b.revision + ", "
			}
			_, err := fmt.Fprintf(s.stdout, "%s %s (%s%s, %s/%s)\n", Name, b.version, revision, b.goVersion, runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
