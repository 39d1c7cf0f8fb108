package cli

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPlayground(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- Run(ctx, []string{"playground", "--listen", "127.0.0.1:0"}, nil, strings.NewReader(""), in, in)
		_ = in.Close()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	url := regexp.MustCompile(`http://\S+`).FindString(line)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	page, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	assert.Contains(t, string(page), "playground")
	cancel()
	assert.Equal(t, ExitOK, <-ended)
}

func TestPlayground_ServesThisMachineOnly(t *testing.T) {
	t.Parallel()
	for _, listen := range []string{"0.0.0.0:8089", ":8089", "example.com:80", "8089"} {
		var stderr strings.Builder
		assert.Equal(t, ExitUsage, Run(t.Context(), []string{"playground", "--listen", listen}, nil, strings.NewReader(""), io.Discard, &stderr), listen)
		assert.Contains(t, stderr.String(), "--listen")
	}
}
