package secret_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

func lookup(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"SECRET_KEY": "prefixed", "KEY": "plain", "SECRET_SECRET_TWICE": "twice", "SECRET_EMPTY": "",
		"MY_DOTTED": "dotted", "DASH-ED": "dashed", "my_key": "lower", "MY_KEY": "upper", "A_B_C": "both", "EB_BUS": "bus",
		"SECRET_tenant-a_KEY": "a", "SECRET_<default>_KEY": "default", "SECRET_tenant-a_order-process_KEY": "both scopes",
		"SECRET_order-process_KEY": "process", "TENANT_B_KEY": "another tenant's", "tenant_b_KEY": "another tenant's",
	}
	tests := []struct {
		name, prefix    string
		tenant, process bool
		tenantID        string
		secret          string
		want            string
		missing         bool
	}{
		{name: "behind the prefix", prefix: "SECRET_", secret: "KEY", want: "prefixed"},
		{name: "a name that begins like the prefix", prefix: "SECRET_", secret: "SECRET_TWICE", want: "twice"},
		{name: "an empty value is a value", prefix: "SECRET_", secret: "EMPTY", want: ""},
		{name: "an unprefixed variable is not read", prefix: "SECRET_", secret: "EB_BUS", missing: true},
		{name: "an empty prefix", secret: "KEY", want: "plain"},
		{name: "exact", secret: "DASH-ED", want: "dashed"},
		{name: "the exact name before its forms", secret: "my_key", want: "lower"},
		{name: "dots as underscores before capitals", secret: "my.key", want: "lower"},
		{name: "dots as underscores in capitals", secret: "my.dotted", want: "dotted"},
		{name: "dots and dashes", secret: "a.b-c", want: "both"},
		{name: "capitals", secret: "eb_bus", want: "bus"},
		{name: "a slash stays", secret: "a/b", missing: true},
		{name: "by tenant", prefix: "SECRET_", tenant: true, tenantID: "tenant-a", secret: "KEY", want: "a"},
		{name: "by the default tenant", prefix: "SECRET_", tenant: true, tenantID: "<default>", secret: "KEY", want: "default"},
		{name: "another tenant's", prefix: "SECRET_", tenant: true, tenantID: "tenant-b", secret: "KEY", missing: true},
		{name: "by process", prefix: "SECRET_", process: true, secret: "KEY", want: "process"},
		{name: "by tenant and process", prefix: "SECRET_", tenant: true, process: true, tenantID: "tenant-a", secret: "KEY", want: "both scopes"},
		{name: "the scope has no other forms", tenant: true, tenantID: "tenant-b", secret: "KEY", missing: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := secret.NewEnvironment(lookup(env), secret.EnvironmentOptions{Prefix: tt.prefix, TenantAware: tt.tenant, ProcessAware: tt.process})
			got, ok, err := p.Secret(t.Context(), secret.Context{TenantID: tt.tenantID, ProcessID: "order-process"}, tt.secret)
			require.NoError(t, err)
			assert.Equal(t, !tt.missing, ok)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestEnvironmentWarns(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, nil))

	p := secret.NewEnvironment(lookup(map[string]string{"MY_KEY": "v4lue"}), secret.EnvironmentOptions{Prefix: "SECRET_", Log: logger})
	assert.Empty(t, log.String())
	for range 2 {
		_, ok, err := p.Secret(t.Context(), secret.Context{}, "my.key")
		require.NoError(t, err)
		assert.False(t, ok)
	}
	assert.Equal(t, 1, strings.Count(log.String(), "rename_to=SECRET_my.key"), "an unprefixed variable is warned about once: %s", log.String())
	assert.Contains(t, log.String(), "MY_KEY")
	assert.NotContains(t, log.String(), "v4lue")

	log.Reset()
	secret.NewEnvironment(lookup(nil), secret.EnvironmentOptions{Log: logger})
	assert.Contains(t, log.String(), "every environment variable of this process can be read", "an empty prefix is possible and warned about")
}

func write(t *testing.T, path, content string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
}

func directory(t *testing.T) (*secret.Directory, string) {
	t.Helper()
	base := filepath.Join(t.TempDir(), "secrets")
	require.NoError(t, os.Mkdir(base, 0o700))
	write(t, filepath.Join(filepath.Dir(base), "outside"), "not yours")
	d, err := secret.NewDirectory(base)
	require.NoError(t, err)
	return d, base
}

func ask(t *testing.T, d *secret.Directory, name string) (string, bool) {
	t.Helper()
	v, ok, err := d.Secret(t.Context(), secret.Context{}, name)
	require.NoError(t, err)
	return v, ok
}

func TestDirectoryContents(t *testing.T) {
	t.Parallel()
	d, base := directory(t)
	for name, content := range map[string]string{
		"plain": "v", "newline": "v\n", "crlf": "v\r\n", "two": "v\n\n", "inner": "a\nb\n", "empty": "", "blank": " v ", "cr": "v\r", "sub/dir": "deep",
	} {
		write(t, filepath.Join(base, name), content)
	}
	for name, want := range map[string]string{
		"plain": "v", "newline": "v", "crlf": "v", "two": "v\n", "inner": "a\nb", "empty": "", "blank": " v ", "cr": "v\r", "sub/dir": "deep",
	} {
		got, ok := ask(t, d, name)
		assert.True(t, ok, name)
		assert.Equal(t, want, got, name)
	}
}

func TestDirectoryIsNotLeft(t *testing.T) {
	t.Parallel()
	d, base := directory(t)
	write(t, filepath.Join(base, "sub", "file"), "v")
	for _, name := range []string{
		"../outside", "..", ".", "", "/etc/passwd", "sub/../../outside", "sub/../sub/file", "sub", "sub/", "sub//file", "sub/file/x", "nope",
		"nope/x", strings.Repeat("x", 300), "a\x00b", "A:SUB", "ключ",
	} {
		_, ok := ask(t, d, name)
		assert.False(t, ok, "%q", name)
	}
	require.NoError(t, os.Symlink("../outside", filepath.Join(base, "link")))
	v, ok, err := d.Secret(t.Context(), secret.Context{}, "link")
	assert.False(t, ok)
	assert.Empty(t, v)
	assert.Error(t, err, "a link that leads out is refused")
}

func TestDirectoryReadsAgainWhatChanged(t *testing.T) {
	t.Parallel()
	d, base := directory(t)
	path := filepath.Join(base, "key")
	write(t, path, "one")
	old := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(path, old, old))
	for range 2 {
		got, _ := ask(t, d, "key")
		assert.Equal(t, "one", got)
	}
	write(t, path, "two")
	got, _ := ask(t, d, "key")
	assert.Equal(t, "two", got)
	write(t, path, "six") // at once, and of the same length
	got, _ = ask(t, d, "key")
	assert.Equal(t, "six", got)
	require.NoError(t, os.Remove(path))
	_, ok := ask(t, d, "key")
	assert.False(t, ok)
}

// TestDirectoryReadsAFreshFileEachTime: its next change may have the same time stamp.
func TestDirectoryReadsAFreshFileEachTime(t *testing.T) {
	t.Parallel()
	d, base := directory(t)
	path := filepath.Join(base, "key")
	fresh := time.Now().Add(time.Hour) // however long this test takes
	for _, content := range []string{"one", "two", "six"} {
		write(t, path, content)
		require.NoError(t, os.Chtimes(path, fresh, fresh))
		got, _ := ask(t, d, "key")
		assert.Equal(t, content, got)
	}
}

func TestDirectoryFollowsAKubernetesMount(t *testing.T) {
	t.Parallel()
	d, base := directory(t)
	past := time.Now().Add(-time.Hour)
	for _, version := range []string{"..2026_01", "..2026_02"} {
		file := filepath.Join(base, version, "key")
		write(t, file, "in "+version)
		require.NoError(t, os.Chtimes(file, past, past), "both versions carry one time")
	}
	require.NoError(t, os.Symlink("..2026_01", filepath.Join(base, "..data")))
	require.NoError(t, os.Symlink("..data/key", filepath.Join(base, "key")))
	got, _ := ask(t, d, "key")
	assert.Equal(t, "in ..2026_01", got)

	require.NoError(t, os.Symlink("..2026_02", filepath.Join(base, "..data_tmp")))
	require.NoError(t, os.Rename(filepath.Join(base, "..data_tmp"), filepath.Join(base, "..data")))
	got, _ = ask(t, d, "key")
	assert.Equal(t, "in ..2026_02", got)
}

func TestDirectoryErrors(t *testing.T) {
	t.Parallel()
	d, base := directory(t)
	write(t, filepath.Join(base, "binary"), "\xff\xfe")
	write(t, filepath.Join(base, "huge"), strings.Repeat("x", 1<<20+1))
	for name, want := range map[string]string{"binary": "not UTF-8", "huge": "1048577 bytes"} {
		_, ok, err := d.Secret(t.Context(), secret.Context{}, name)
		assert.False(t, ok)
		assert.ErrorContains(t, err, want)
	}
	_, err := secret.NewDirectory(filepath.Join(base, "nope"))
	require.ErrorContains(t, err, "open the directory of secrets")
	_, err = secret.NewDirectory(filepath.Join(base, "binary"))
	require.ErrorContains(t, err, "is not a directory")
}
