//go:build release

package main

import (
	"archive/zip"
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	testVersion = "1.2.3-test.1"
	testDate    = "2026-01-02T03:04:06Z"
)

var fromNothing = flag.Bool("from-nothing", false, "compile the second release with an empty cache: minutes")

// TestARelease makes one whole, and once more elsewhere for the native platform. It must be the same bytes, and what is in them must
// be right. Both are linked anew. Go compiles a package again if the flags or the variables that it knows differ, and else takes it from
// its cache: a folder or a date that gets into a compiled package all the same is seen with -from-nothing, as CI runs it.
func TestARelease(t *testing.T) {
	t.Parallel()
	first, revision := checkout(t, "one")
	again, other := checkout(t, "another-folder-with-a-longer-name")
	require.Equal(t, revision, other)

	native := target{runtime.GOOS, runtime.GOARCH}
	out, err := makeRelease(t, first, nil)
	require.NoError(t, err, out)
	env := []string{"TZ=Asia/Tokyo", "GOFLAGS=-p=4", "GOAMD64=v2"}
	if *fromNothing {
		env = append(env, "GOCACHE="+t.TempDir())
	}
	out, err = makeRelease(t, again, env, "-targets", native.String())
	require.NoError(t, err, out)

	sums, sumsAgain := readSums(t, first), readSums(t, again)
	assert.Len(t, sums, 2*len(platforms)+1)
	assert.Len(t, sumsAgain, 3)
	for file, sum := range sumsAgain {
		assert.Equal(t, sums[file], sum, "%s differs from one making to the other", file)
	}
	for _, target := range platforms {
		t.Run(target.String(), func(t *testing.T) {
			t.Parallel()
			checkPlatform(t, first, target, revision, target == native)
		})
	}
	t.Run("chart", func(t *testing.T) {
		t.Parallel()
		checkChart(t, filepath.Join(first, "dist", name+"-"+testVersion+".tgz"))
	})
}

func TestADirtyTreeIsRefused(t *testing.T) {
	t.Parallel()
	folder, _ := checkout(t, "dirty")
	require.NoError(t, os.WriteFile(filepath.Join(folder, "README.md"), []byte("changed"), 0o600))
	out, err := makeRelease(t, folder, nil)
	require.Error(t, err)
	assert.Contains(t, out, "changes that are not committed")
	assert.Contains(t, out, "README.md")
	assert.NoDirExists(t, filepath.Join(folder, "dist"))
}

func TestAFolderOfOtherFilesIsNotRemoved(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "thesis.txt"), nil, 0o600))
	assert.ErrorContains(t, replaceable(folder), "thesis.txt")
}

// checkout makes a repository of this tree's files, as they are, with one commit of a fixed author and date.
func checkout(t *testing.T, at string) (folder, revision string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), at)
	files := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	files.Dir = "../.."
	list, err := files.Output()
	require.NoError(t, err)
	for file := range strings.SplitSeq(strings.TrimRight(string(list), "\x00"), "\x00") {
		from, to := filepath.Join("../..", file), filepath.Join(folder, file)
		info, err := os.Stat(from)
		if os.IsNotExist(err) {
			continue // removed, but not yet committed
		}
		require.NoError(t, err)
		content, err := os.ReadFile(from)
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o755))
		require.NoError(t, os.WriteFile(to, content, info.Mode().Perm()))
	}
	git := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"}, args...)...)
		cmd.Dir = folder
		cmd.Env = append(os.Environ(), "GIT_AUTHOR_DATE="+testDate, "GIT_COMMITTER_DATE="+testDate)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		return strings.TrimSpace(string(out))
	}
	git("init", "--quiet")
	git("add", "--all")
	git("commit", "--quiet", "--message", "all")
	return folder, git("rev-parse", "HEAD")
}

func makeRelease(t *testing.T, folder string, env []string, flags ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "./.ci/release", append([]string{"v" + testVersion}, flags...)...)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), env...)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	t.Logf("%s: %.0f s\n%s", filepath.Base(folder), time.Since(began).Seconds(), out)
	return string(out), err
}

// readSums returns the checksums by file, each compared with what sha256sum says.
func readSums(t *testing.T, folder string) map[string]string {
	t.Helper()
	check := exec.CommandContext(t.Context(), "sha256sum", "--check", "--strict", checksumsFile)
	if runtime.GOOS == "darwin" {
		check = exec.CommandContext(t.Context(), "shasum", "-a", "256", "--check", checksumsFile)
	}
	check.Dir = filepath.Join(folder, "dist")
	out, err := check.CombinedOutput()
	require.NoError(t, err, string(out))
	text, err := os.ReadFile(filepath.Join(check.Dir, checksumsFile))
	require.NoError(t, err)
	sums := map[string]string{}
	for line := range strings.Lines(string(text)) {
		sum, file, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		sums[file] = sum
	}
	return sums
}

func checkPlatform(t *testing.T, folder string, on target, revision string, native bool) {
	t.Helper()
	stem := (&release{version: testVersion}).stem(on)
	path := filepath.Join(folder, "dist", stem+".tar.gz")
	members := unzip
	binary := name
	if on.os == "windows" {
		path, binary = filepath.Join(folder, "dist", stem+".zip"), name+".exe"
	} else {
		members = untar
	}
	var names []string
	var program []byte
	for _, m := range members(t, path) {
		names = append(names, strings.TrimPrefix(m.name, stem+"/"))
		assert.Equal(t, m.name == stem+"/"+binary, m.program, "%s: mode", m.name)
		if m.program {
			program = m.content
			continue
		}
		want, err := os.ReadFile(filepath.Join(folder, strings.TrimPrefix(m.name, stem+"/")))
		require.NoError(t, err)
		assert.Equal(t, string(want), string(m.content), m.name)
	}
	assert.Subset(t, names, []string{binary, "README.md", "LICENSE", "THIRD_PARTY_LICENSES", "CHANGELOG.md", "docs/man/eventbridge-connector-run.1", "element-templates/aws-eventbridge.json", "element-templates/aws-eventbridge-hybrid.json"})
	assert.True(t, slices.IsSorted(names))

	info, err := buildinfo.Read(bytes.NewReader(program))
	require.NoError(t, err)
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	assert.Equal(t, on, target{settings["GOOS"], settings["GOARCH"]})
	assert.Equal(t, "true", settings["-trimpath"])
	assert.Equal(t, "grpcnotrace", settings["-tags"])
	assert.Equal(t, "0", settings["CGO_ENABLED"])
	assert.NotContains(t, string(program), folder, "the binary names the folder that it was built in")
	checkSBOM(t, filepath.Join(folder, "dist", stem+".cdx.json"), info)
	if !native {
		return
	}
	file := filepath.Join(t.TempDir(), binary)
	require.NoError(t, os.WriteFile(file, program, 0o755)) //nolint:gosec // it is run
	out, err := exec.CommandContext(t.Context(), file, "version").CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Contains(t, string(out), name+" v"+testVersion+" (revision "+revision+", ")
}

// checkSBOM holds the bill against what Go itself says is in the binary: every module, in its version.
func checkSBOM(t *testing.T, path string, info *buildinfo.BuildInfo) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var bill struct {
		BOMFormat string
		Metadata  struct {
			Timestamp string
			Component struct{ Name, Version string }
		}
		Components []struct {
			Name, Version string
			Licenses      []any
		}
	}
	require.NoError(t, json.Unmarshal(text, &bill))
	assert.Equal(t, "CycloneDX", bill.BOMFormat)
	assert.Equal(t, testDate, bill.Metadata.Timestamp)
	assert.Equal(t, "v"+testVersion, bill.Metadata.Component.Version)
	assert.Equal(t, info.Main.Path, bill.Metadata.Component.Name)
	listed := map[string]string{}
	for _, c := range bill.Components {
		listed[c.Name] = c.Version
		assert.True(t, len(c.Licenses) > 0 || c.Name == "std", "%s has no licence", c.Name)
	}
	assert.Greater(t, len(info.Deps), 10)
	for _, d := range info.Deps {
		assert.Equal(t, d.Version, listed[d.Path], d.Path)
	}
}

func checkChart(t *testing.T, path string) {
	t.Helper()
	files := map[string]string{}
	for _, m := range untar(t, path) {
		files[m.name] = string(m.content)
	}
	assert.Contains(t, files[name+"/Chart.yaml"], "version: "+testVersion+"\n")
	assert.Contains(t, files[name+"/Chart.yaml"], "appVersion: "+testVersion+"\n")
	assert.Contains(t, files, name+"/values.schema.json")
	assert.Contains(t, files, name+"/templates/deployment.yaml")
}

func untar(t *testing.T, path string) []member {
	t.Helper()
	packed, err := os.ReadFile(path)
	require.NoError(t, err)
	members, err := readTarGz(packed)
	require.NoError(t, err)
	return members
}

func unzip(t *testing.T, path string) []member {
	t.Helper()
	all, err := zip.OpenReader(path)
	require.NoError(t, err)
	defer all.Close()
	var members []member
	for _, f := range all.File {
		one, err := f.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(one)
		require.NoError(t, err)
		require.NoError(t, one.Close())
		members = append(members, member{name: f.Name, content: content, program: f.Mode().Perm() == 0o755})
	}
	return members
}
