package secret

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// notices warn of placeholders that stay as they are and so are sent. Process data chooses how many there are and how they
// are called, and must not choose how long the log is: of each task the first few fields are told at once, and after that
// one a minute. They are safe for concurrent use; nil says nothing.
type notices struct {
	log *slog.Logger

	mu     sync.Mutex
	fields *lru.Cache[noticedTask, []string] // of each task, those that were told at once
	tasks  *pace.Complaints[noticedTask]
}

// noticedTask is a task of a process definition.
type noticedTask struct {
	definition int64
	process    string
	element    string
}

// The bounds of what is warned about and remembered of that.
const (
	maxNoticedTasks  = 1000
	maxNoticedFields = 10  // of a task
	maxNoticedText   = 200 // bytes of a field's path and of a placeholder
)

func newNotices(log *slog.Logger) *notices {
	fields, _ := lru.New[noticedTask, []string](maxNoticedTasks) // the error is of a size below 1
	return &notices{log: log, fields: fields, tasks: pace.NewComplaints[noticedTask](maxNoticedTasks)}
}

// unresolved warns of a placeholder in a field of a job.
func (n *notices) unresolved(ctx context.Context, c Context, path, written, cause string) {
	if n == nil {
		return
	}
	path, written = shortened(path), shortened(written)
	task := noticedTask{c.ProcessDefinitionKey, c.ProcessID, c.ElementID}
	tell := func() {
		n.log.WarnContext(ctx, "a secret is not resolved, and its name is sent in its place", "field", path, "placeholder", written, "cause", shortened(cause),
			"process_id", c.ProcessID, "element_id", c.ElementID, "tenant", c.TenantID)
	}
	untold := n.isNew(task, path+" "+written)
	n.tasks.Do(task, func() {
		tell()
		untold = false
	})
	if untold {
		tell()
	}
}

// isNew says whether a field is one of the first of its task, and was not told yet.
func (n *notices) isNew(of noticedTask, field string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	fields, _ := n.fields.Get(of)
	if len(fields) >= maxNoticedFields || slices.Contains(fields, field) {
		return false
	}
	n.fields.Add(of, append(fields, strings.Clone(field)))
	return true
}

// shortened returns the beginning of a text that process data chose.
func shortened(text string) string {
	if len(text) <= maxNoticedText {
		return text
	}
	return strings.ToValidUTF8(text[:maxNoticedText], "") + "…"
}
