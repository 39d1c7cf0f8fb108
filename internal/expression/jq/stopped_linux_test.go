package jq

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestAChildThatTheSystemDoesNotRunIsReplaced(t *testing.T) {
	t.Parallel()
	e, children := newRecorded(t, Self)
	p, err := e.Compile(t.Context(), `"answer"`)
	require.NoError(t, err)
	stop(t, children.all()[0])
	v, err := p.Eval(t.Context(), nil)
	require.NoError(t, err, "the expression is not the cause")
	assert.Equal(t, "answer", v)
	assert.Len(t, children.all(), 2)
	assert.True(t, children.all()[0].ended(), "nothing is left stopped")
}

// stop returns when all threads of the child stand still. A signal is sent before it has an effect: until then the
// child can answer.
func stop(t *testing.T, c *child) {
	t.Helper()
	require.NoError(t, c.process.Signal(syscall.SIGSTOP))
	for {
		err := unix.Waitid(unix.P_PID, c.process.Pid, nil, unix.WSTOPPED, nil)
		if err != unix.EINTR {
			require.NoError(t, err)
			return
		}
	}
}
