package config_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// loadFile loads a configuration of the file with this text alone.
func loadFile(text string) error {
	_, _, err := config.Load([]string{"--config", "app.yaml"}, nil, func(path string) ([]byte, error) {
		if path != "app.yaml" {
			return nil, fs.ErrNotExist
		}
		return []byte(text), nil
	})
	return err
}

// billion is a file of a few lines whose aliases stand for 4^18 values.
func billion() string {
	var b strings.Builder
	b.WriteString("a0: &a0 x\n")
	for i := 1; i <= 18; i++ {
		fmt.Fprintf(&b, "a%d: &a%d {a: *a%d, b: *a%d, c: *a%d, d: *a%d}\n", i, i, i-1, i-1, i-1, i-1)
	}
	return b.String()
}

func TestFileBeyondTheLimitsIsRefused(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	long := strings.Repeat("x", size/2)
	for _, tt := range []struct{ name, text, want string }{
		{"too many bytes", "a: " + strings.Repeat("x", size), "found more than 1048576 bytes, expected at most that many"},
		{"too many lines", strings.Repeat("#\n", size/2), "found 524288 lines, expected at most 20000"},
		{"a million keys", strings.Repeat("a:\n", size/3), "found 349525 lines, expected at most 20000"},
		{"many keys on one line", "server: {" + strings.Repeat("a: 1,", size/6) + "}", "expected at most 20000 keys and values"},
		{"a long list", "a: [" + strings.Repeat("b,", size/3) + "]", "expected at most 20000 keys and values"},
		{"aliases of aliases", billion(), "expected at most 20000 keys and values"},
		{"a long text, often", "a: &a " + long + "\nb: [" + strings.Repeat("*a ,", 1000) + "]", "of 2097152 bytes in all"},
		{"long keys, nested", "? " + long + "\n: {" + strings.Repeat("b: {c: 1},", 1000) + "}", "of 2097152 bytes in all"},
		{"an anchor in itself", "a: &a {b: *a}", "nested too deeply, expected at most 20 levels"},
		{"a list in itself", "a: &a [*a]", "expected a plain value"},
		{"flows within flows", strings.Repeat("[", size), "exceeded max depth"},
		{"maps within maps", strings.Repeat("{a: ", 30) + strings.Repeat("}", 30), "nested too deeply"},
		{"NUL", "a: b\nc: \x00\n", "line 2: found bytes that are no text"},
		{"binary", "\x7fELF\x02\x01\x01\x00\xff\xd8", "line 1: found bytes that are no text"},
		{"Latin-1", "a: caf\xe9\n", "line 1: found bytes that are no text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := loadFile(tt.text)
			require.ErrorContains(t, err, tt.want)
			assert.Contains(t, err.Error(), "configuration file app.yaml (flag --config)")
			assert.Less(t, len(err.Error()), 1000, "a message for people")
		})
	}
}

func TestFileWithinTheLimitsIsRead(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"an anchor":           "server: {port: &port 9090}\ncamunda.client.cloud.port: *port\n",
		"UTF-16":              "\xff\xfes\x00e\x00r\x00v\x00e\x00r\x00.\x00p\x00o\x00r\x00t\x00:\x00 \x009\x000\x009\x000\x00\n\x00",
		"a byte order mark":   "\ufeffserver.port: 9090\n",
		"a long introduction": strings.Repeat("# a long introduction\n", 19_000) + "server.port: 9090\n",
		"no line break":       "server.port: 9090",
		"nothing":             "",
	} {
		assert.NoError(t, loadFile(text), name)
	}
}

func TestManyWrongKeysAreCountedNotListed(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "serv%d: 1\n", i)
	}
	err := loadFile(b.String())
	require.ErrorContains(t, err, "app.yaml: 4980 more keys were not looked at, since so many are wrong already")
	assert.Equal(t, 20, strings.Count(err.Error(), "\n"))
}

func TestKeysAreShownOnOneLine(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, loadFile(`"a\e[31m\nb": 1`), `unknown key "a\x1b[31m\nb" (app.yaml:1)`)
	err := loadFile("? " + strings.Repeat("k", 5000) + "\n: 1")
	require.ErrorContains(t, err, "kkk…")
	assert.Less(t, len(err.Error()), 200, err.Error())
}

func TestReadFileReadsFilesLinksAndThePipeItWasStartedWith(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, link := filepath.Join(dir, "app.yaml"), filepath.Join(dir, "link.yaml")
	require.NoError(t, os.WriteFile(path, []byte("server.port: 1\n"), 0o600))
	require.NoError(t, os.Symlink(path, link))
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	_, err = w.WriteString("server.port: 1\n")
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for _, name := range []string{path, link, fmt.Sprintf("/dev/fd/%d", r.Fd())} {
		data, err := config.ReadFile(name)
		require.NoError(t, err)
		assert.Equal(t, "server.port: 1\n", string(data))
	}
	huge, err := os.Create(filepath.Join(dir, "huge.yaml"))
	require.NoError(t, err)
	require.NoError(t, huge.Truncate(50<<30))
	require.NoError(t, huge.Close())
	data, err := config.ReadFile(huge.Name())
	require.NoError(t, err)
	assert.Len(t, data, 1<<20+1, "no more than is needed to refuse it")
}

func TestAMessageShowsTheBeginningOfALongValue(t *testing.T) {
	t.Parallel()
	_, _, err := load(nil, nil, "server.port: \""+strings.Repeat("x", 900_000)+"\"")
	require.ErrorContains(t, err, "xxx…\"")
	assert.Less(t, len(err.Error()), 1000)
}
