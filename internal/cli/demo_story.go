package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// scene is one job of the demo's story: an order, how the bus takes its event, and what that shows.
type scene struct {
	order   string
	retries int32
	answers []embedded.Answer // to the first requests for this order; after them the bus accepts
	bus     string            // what the bus does, in words
	refusal string            // its last answer where it accepts nothing
	shows   string            // what the job's way shows, in a line
}

func scenes() []scene {
	denied := embedded.AWSError(400, "AccessDeniedException", "User: arn:aws:iam::123456789012:user/demo is not authorized to perform: events:PutEvents")
	return []scene{
		{
			order: "A-1001", retries: 3, bus: "accepts the event",
			shows: "The result expression made two process variables from the response. Nothing else goes to the process.",
		},
		{
			order: "A-1002", retries: 3, answers: []embedded.Answer{embedded.Throttled(), embedded.Throttled()}, bus: "throttles twice, then accepts",
			shows: "AWS throttled two requests. The worker sent the event again within the job's lease. The job used no retry.",
		},
		{
			order: "A-1003", retries: 3, answers: []embedded.Answer{{Status: 200, Body: `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"The bus could not store the event."}]}`}},
			bus: "rejects the entry", refusal: "200, failedEntryCount 1",
			shows: "AWS rejected the entry. The error expression threw EVENT_REJECTED, and the task's boundary event caught it.",
		},
		{
			order: "A-1004", retries: 1, answers: []embedded.Answer{denied}, bus: "denies access", refusal: "400 AccessDeniedException",
			shows: "AWS denied access on the job's last retry. The job became an incident with AWS's error message.",
		},
	}
}

// oneOrderARequest keeps the orders of the story from sharing requests, as jobs do when they come close together: the bus answers
// each order's requests in its own way.
const oneOrderARequest = "CONNECTOR_AWSEVENTBRIDGE_MAXENTRIESPERREQUEST=1"

// demoStory runs the four jobs of the story and shows what became of them.
func demoStory(ctx context.Context, s *session, overREST bool) (err error) {
	st, err := newStage(ctx, 0, overREST, demoMetrics(), oneOrderARequest)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	story := scenes()
	st.bus.Respond(answering(story))
	began := time.Now()
	keys := make([]int64, len(story))
	for i, sc := range story {
		j, err := st.job(ctx, sc.order, sc.retries)
		if err != nil {
			return err
		}
		added, err := st.gateway.AddJobs(j)
		if err != nil {
			return err
		}
		keys[i] = added[0]
	}
	t := storyTable(s.width())
	for i, sc := range story {
		ending, err := st.gateway.Wait(ctx, keys[i])
		if err != nil {
			return err
		}
		t.AppendRow(table.Row{sc.order, sc.bus + "\n→ " + st.answered(sc), st.howEnded(ending), variablesShown(ending.Command)})
	}
	took := time.Since(began).Round(time.Millisecond)

	w := s.stdout
	protocol := "Zeebe's gRPC protocol"
	if overREST {
		protocol = "Camunda's REST API"
	}
	fmt.Fprintf(w, "A gateway that speaks %s and a bus that speaks PutEvents run in this process; between\nthem the real worker took %d jobs of the task %q (examples/order-placed.bpmn):\n\n", protocol, len(story), st.task.Name)
	fmt.Fprintln(w, t.Render())
	fmt.Fprintln(w)
	for _, sc := range story {
		indent := strings.Repeat(" ", len(sc.order)+2)
		lines := wrapped(sc.shows, s.width()-len(indent))
		fmt.Fprintf(w, "%s  %s\n", sc.order, strings.ReplaceAll(lines, "\n", "\n"+indent))
	}
	if events := st.bus.Events(); len(events) > 0 {
		e := events[0]
		fmt.Fprintf(w, "\nThe first event as the bus %q got it, signed with the secret {{secrets.AWS_ACCESS_KEY}} of the model:\n\n", e.EventBusName)
		fmt.Fprintf(w, "  source       %s\n  detail-type  %s\n  detail       %s\n  event id     %s\n", e.Source, e.DetailType, e.Detail, e.ID)
	}
	fmt.Fprintf(w, "\n%d jobs in %s. Next: `%s demo --jobs 20000` is a load run, `%s run` works for your own gateway.\n", len(story), took, Name, Name)
	return nil
}

// answering gives each order's requests the answers of its scene, one after the other.
func answering(story []scene) func(*embedded.BusRequest) *embedded.Answer {
	var mu sync.Mutex
	next := map[string]int{}
	return func(r *embedded.BusRequest) *embedded.Answer {
		mu.Lock()
		defer mu.Unlock()
		for i := range story {
			sc := &story[i]
			if len(r.Entries) == 0 || !strings.Contains(r.Entries[0].Detail, sc.order) {
				continue
			}
			if n := next[sc.order]; n < len(sc.answers) {
				next[sc.order]++
				return &sc.answers[n]
			}
		}
		return nil
	}
}

// answered is what the bus answered in the end to an order's event.
func (st *stage) answered(sc scene) string {
	for _, e := range st.bus.Events() {
		if strings.Contains(e.Detail, sc.order) {
			return "200, eventId " + e.ID[:min(8, len(e.ID))] + "…"
		}
	}
	return sc.refusal
}

// howEnded says in words how a job ended.
func (st *stage) howEnded(e embedded.Ending) string {
	switch c := e.Command; c.Kind {
	case embedded.Complete:
		return "completed"
	case embedded.Throw:
		text := "threw BPMN error " + c.Code
		if catch, ok := st.task.Catch(c.Code); ok {
			text += fmt.Sprintf(", caught by %q", catch.Name)
		}
		return text
	case embedded.Fail:
		return "incident: " + c.Message
	case embedded.UpdateTimeout:
	}
	return string(e.Command.Kind)
}

// variablesShown writes the variables of a command; of a failure only what tells its sort.
func variablesShown(c embedded.Command) string {
	v, err := jsonvalue.ParseString(c.Variables)
	o, ok := v.(*jsonvalue.Object)
	if err != nil || !ok || o.Len() == 0 {
		return "nothing"
	}
	if e, ok := o.Get("error"); ok && c.Kind == embedded.Fail {
		if eo, ok := e.(*jsonvalue.Object); ok {
			code, _ := eo.Get("code")
			return "error.code = " + string(jsonvalue.Append(nil, code))
		}
	}
	lines := make([]string, 0, o.Len())
	for k, v := range o.All() {
		lines = append(lines, k+" = "+string(jsonvalue.Append(nil, v)))
	}
	return strings.Join(lines, "\n")
}
