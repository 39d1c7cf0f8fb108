package zeebe

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// BenchmarkReadJobs reads answers of 64 jobs of 1 KB.
func BenchmarkReadJobs(b *testing.B) {
	c, err := DialREST(Config{RESTAddress: "http://h"}, silent)
	require.NoError(b, err)
	one := strings.Replace(activatedREST, `"z":1.10`, `"z":1.10,"text":"`+strings.Repeat("abc ", 60)+`"`, 1)
	answer := `{"jobs":[` + strings.Repeat(one+",", 63) + one + `]}`
	b.SetBytes(int64(len(answer)))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		jobs := &restJobs{client: c, yield: func(*job.Job) { n++ }}
		require.NoError(b, jobs.read(strings.NewReader(answer)))
		require.Equal(b, 64, n)
	}
}
