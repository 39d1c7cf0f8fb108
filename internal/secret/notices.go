package secret

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// notices warn of placeholders that stay as they are and so are sent. Process data chooses how many there are and how they
// are called, and must not choose how long the log is: of each task the first few fields are told at once, and after that
// one a minute. They are safe for concurrent use; nil says nothing.
type notices struct {
	log *slog.Logger

	mu    sync.Mutex
	tasks map[noticedTask]*noticed
}

// noticedTask is a task of a process definition.
type noticedTask struct {
	definition int64
	process    string
	element    string
}

type noticed struct {
	fields []string
	last   time.Time // when it was warned of the task
}

// The bounds of what is warned about and remembered of that.
const (
	maxNoticedTasks  = 1000
	maxNoticedFields = 10  // of a task
	maxNoticedText   = 200 // bytes of a field's path and of a placeholder
	noticeInterval   = time.Minute
)

func newNotices(log *slog.Logger) *notices {
	return &notices{log: log, tasks: map[noticedTask]*noticed{}}
}

// unresolved warns of a placeholder in a field of a job.
func (n *notices) unresolved(ctx context.Context, c Context, path, written, cause string) {
	if n == nil {
		return
	}
	path, written = shortened(path), shortened(written)
	if !n.isDue(noticedTask{c.ProcessDefinitionKey, c.ProcessID, c.ElementID}, path+" "+written, time.Now()) {
		return
	}
	n.log.WarnContext(ctx, "a secret is not resolved, and its name is sent in its place", "field", path, "placeholder", written, "cause", shortened(cause),
		"process_id", c.ProcessID, "element_id", c.ElementID, "tenant", c.TenantID)
}

// isDue says whether to warn of a field, and notes that it is done.
func (n *notices) isDue(of noticedTask, field string, now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	task := n.tasks[of]
	if task == nil {
		if len(n.tasks) >= maxNoticedTasks {
			clear(n.tasks)
		}
		task = &noticed{}
		n.tasks[of] = task
	}
	isNew := len(task.fields) < maxNoticedFields && !slices.Contains(task.fields, field)
	if !isNew && now.Sub(task.last) < noticeInterval {
		return false
	}
	if isNew {
		task.fields = append(task.fields, strings.Clone(field))
	}
	task.last = now
	return true
}

// shortened returns the beginning of a text that process data chose.
func shortened(text string) string {
	if len(text) <= maxNoticedText {
		return text
	}
	return strings.ToValidUTF8(text[:maxNoticedText], "") + "…"
}
