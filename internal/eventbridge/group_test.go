package eventbridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// meeting is a transport without sockets that keeps which entries came together, by their sources.
type meeting struct {
	takes  time.Duration
	slow   time.Duration                                           // beside it, of a shared request
	answer func(n int, sources []string) (status int, body string) // n counts the requests from 1; nil = all are accepted

	mu       sync.Mutex
	requests [][]string
	accepted map[string]int
	keys     []string // of the requests' signatures
}

func (m *meeting) RoundTrip(r *http.Request) (*http.Response, error) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	sources := sourcesOf(string(text))
	_, key, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	key, _, _ = strings.Cut(key, "/")
	m.mu.Lock()
	m.requests, m.keys = append(m.requests, sources), append(m.keys, key)
	n := len(m.requests)
	m.mu.Unlock()
	takes := m.takes
	if len(sources) > 1 {
		takes += m.slow
	}
	if takes > 0 {
		select {
		case <-time.After(takes):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	status, body := 200, echo(sources)
	if m.answer != nil {
		if s, b := m.answer(n, sources); s != 200 || b != "" {
			status, body = s, b
		}
	}
	if status == 0 {
		return nil, errors.New("read: connection reset by peer")
	}
	if status == 200 {
		m.mu.Lock()
		if m.accepted == nil {
			m.accepted = map[string]int{}
		}
		for _, s := range sources {
			m.accepted[s]++
		}
		m.mu.Unlock()
	}
	header := http.Header{"X-Amzn-Requestid": {fmt.Sprint("request-", n)}}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
}

// sizes returns how many entries each request had.
func (m *meeting) sizes() []int {
	m.mu.Lock()
	defer m.mu.Unlock()
	var n []int
	for _, sources := range m.requests {
		n = append(n, len(sources))
	}
	return n
}

// echo accepts all entries but those whose source begins with "reject". The ids are made of the sources.
func echo(sources []string) string {
	var entries []string
	failed := 0
	for _, s := range sources {
		if strings.HasPrefix(s, "reject") {
			failed++
			entries = append(entries, fmt.Sprintf(`{"ErrorCode":"NotAuthorizedForSourceException","ErrorMessage":%q}`, s))
		} else {
			entries = append(entries, fmt.Sprintf(`{"EventId":"id-%s"}`, s))
		}
	}
	return fmt.Sprintf(`{"FailedEntryCount":%d,"Entries":[%s]}`, failed, strings.Join(entries, ","))
}

// sender returns a sender on the bus. At the end of the test nothing may be left of its work.
func (m *meeting) sender(t *testing.T, o Options) *Sender {
	t.Helper()
	if o.Observer == nil {
		o.Observer = noObserver{}
	}
	s := New(o)
	s.shared = &exchanger{transport: m, timeout: s.options.RequestTimeout, observer: o.Observer}
	t.Cleanup(func() {
		s.Close()
		s.targets.mu.Lock()
		defer s.targets.mu.Unlock()
		for _, target := range s.targets.byKey {
			assert.Zero(t, target.calls, "calls")
			assert.Zero(t, target.inFlight, "attempts in flight")
			assert.Empty(t, target.queue)
			assert.Empty(t, target.groups)
			assert.Zero(t, target.troubled)
			assert.Zero(t, target.slowed)
		}
	})
	return s
}

// result is how a call ended.
type result struct {
	response *Response
	err      error
	took     time.Duration
	panicked any
}

// start makes all calls in the order given, at the same moment. What it returns waits until they have ended.
func start(ctx context.Context, s *Sender, requests ...*Request) func() []result {
	out := make([]result, len(requests))
	var all sync.WaitGroup
	for i, r := range requests {
		all.Go(func() {
			defer func() { out[i].panicked = recover() }()
			begin := time.Now()
			out[i].response, out[i].err = s.Send(ctx, r)
			out[i].took = time.Since(begin)
		})
		synctest.Wait()
	}
	return func() []result {
		all.Wait()
		return out
	}
}

// meet is start with the wait.
func meet(ctx context.Context, s *Sender, requests ...*Request) []result {
	return start(ctx, s, requests...)()
}

// named returns a request for each source.
func named(sources ...string) []*Request {
	var all []*Request
	for _, s := range sources {
		all = append(all, requestOf(s))
	}
	return all
}

func numbered(n int) []*Request {
	var all []*Request
	for i := range n {
		all = append(all, requestOf(fmt.Sprint("job-", i)))
	}
	return all
}

func TestACallThatComesAloneHasARequestOfItsOwnAtOnce(t *testing.T) {
	t.Parallel()
	m := &meeting{takes: 20 * time.Millisecond}
	synctest.Test(t, func(t *testing.T) {
		s := m.sender(t, Options{})
		for i := range 5 {
			r := meet(t.Context(), s, requestOf(strconv.Itoa(i)))[0]
			require.NoError(t, r.err)
			assert.Equal(t, m.takes, r.took)
			assert.Equal(t, 1, r.response.SentEntries())
		}
		assert.Equal(t, []int{1, 1, 1, 1, 1}, m.sizes())
	})
}

func TestCallsThatMeetShareARequest(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		options Options
		calls   int
		want    []int // entries of the requests
	}{
		"the first four leave at once, further ones when they are full": {Options{}, 30, []int{1, 1, 1, 1, 10, 10, 6}},
		"a small worker's are full sooner":                              {Options{MaxConns: 32}, 20, []int{1, 1, 1, 1, 4, 4, 4, 4}},
		"with eight jobs at a time nobody waits":                        {Options{MaxConns: 8}, 8, []int{1, 1, 1, 1, 1, 1, 1, 1}},
		"no more than carry all jobs":                                   {Options{MaxConns: 80}, 100, []int{1, 1, 1, 1, 10, 10, 10, 10, 10, 10, 10, 10, 10, 6}},
		"three entries in a request":                                    {Options{MaxEntries: 3}, 12, []int{1, 1, 1, 1, 3, 3, 2}},
		"one entry in a request":                                        {Options{MaxEntries: 1}, 12, []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &observed{}
			tt.options.Observer = o
			m := &meeting{takes: 20 * time.Millisecond}
			synctest.Test(t, func(t *testing.T) {
				s := m.sender(t, tt.options)
				results := meet(t.Context(), s, numbered(tt.calls)...)
				assert.Equal(t, tt.want, m.sizes())
				assert.ElementsMatch(t, tt.want, o.carried)
				assert.Len(t, o.sends, tt.calls)
				for i, r := range results {
					require.NoError(t, r.err)
					require.Len(t, r.response.Entries(), 1)
					assert.Equal(t, fmt.Sprint("id-job-", i), r.response.Entries()[0].EventID)
					assert.LessOrEqual(t, r.took, 4*m.takes)
				}
			})
		})
	}
}

func TestEachCallSeesItsOwnEntries(t *testing.T) {
	t.Parallel()
	o := &observed{}
	m := &meeting{takes: 20 * time.Millisecond}
	synctest.Test(t, func(t *testing.T) {
		s := m.sender(t, Options{Observer: o})
		several := requestOf("reject-a")
		several.Entries = append(several.Entries, requestOf("b").Entries[0], requestOf("reject-c").Entries[0])
		results := meet(t.Context(), s, append(named("1", "2", "3", "4", "first", "reject-one"), several, requestOf("last"))...)
		require.Equal(t, []int{1, 1, 1, 1, 6}, m.sizes())
		for i, want := range map[int]string{
			4: `{"failedEntryCount":0,"entries":[{"eventId":"id-first","errorCode":null,"errorMessage":null}]}`,
			5: `{"failedEntryCount":1,"entries":[{"eventId":null,"errorCode":"NotAuthorizedForSourceException","errorMessage":"reject-one"}]}`,
			6: `{"failedEntryCount":2,"entries":[{"eventId":null,"errorCode":"NotAuthorizedForSourceException","errorMessage":"reject-a"},{"eventId":"id-b","errorCode":null,"errorMessage":null},{"eventId":null,"errorCode":"NotAuthorizedForSourceException","errorMessage":"reject-c"}]}`,
			7: `{"failedEntryCount":0,"entries":[{"eventId":"id-last","errorCode":null,"errorMessage":null}]}`,
		} {
			require.NoError(t, results[i].err)
			assert.Equal(t, "request-5", results[i].response.RequestID(), "of the shared request")
			assert.Equal(t, 6, results[i].response.SentEntries())
			assert.JSONEq(t, want, entriesIn(results[i].response))
		}
		assert.Len(t, o.rejected, 3)
		for _, name := range []string{"sdkResponseMetadata", "sdkHttpMetadata"} {
			one, _ := results[4].response.Value().Get(name)
			other, _ := results[7].response.Value().Get(name)
			assert.Same(t, one, other, "%s is made once for the calls that share it", name)
		}
	})
}

// entriesIn is what a process sees of the entries.
func entriesIn(r *Response) string {
	count, _ := r.Value().Get("failedEntryCount")
	entries, _ := r.Value().Get("entries")
	return string(jsonvalue.Append(nil, jsonvalue.ObjectOf(jsonvalue.Member{Key: "failedEntryCount", Value: count}, jsonvalue.Member{Key: "entries", Value: entries})))
}

// TestASharedRefusalDoesNotQuoteAnEntryToOtherCalls: AWS's words may be about one of them, which may have a secret in it.
func TestASharedRefusalDoesNotQuoteAnEntryToOtherCalls(t *testing.T) {
	t.Parallel()
	for status, code := range map[int]string{500: "InternalException", 503: "ServiceUnavailable", 400: "ValidationException"} {
		m := &meeting{takes: 20 * time.Millisecond, answer: func(_ int, sources []string) (int, string) {
			if slices.Contains(sources, "secret") {
				return status, `{"__type":"` + code + `","message":"cannot take secret"}`
			}
			return 200, ""
		}}
		synctest.Test(t, func(t *testing.T) {
			s := m.sender(t, Options{MaxAttempts: 1})
			results := meet(t.Context(), s, append(numbered(8), requestOf("secret"))...)
			require.Equal(t, []int{1, 1, 1, 1, 5}, m.sizes()[:5])
			for i, r := range results[4:] {
				if status == 400 && i < 4 {
					require.NoError(t, r.err, "its own request was taken")
					continue
				}
				var e *Error
				require.ErrorAs(t, r.err, &e)
				assert.Equal(t, code, e.Code)
				assert.Equal(t, status, e.StatusCode)
				if status == 400 {
					assert.Contains(t, e.Message, "cannot take secret", "its own request was refused")
				} else {
					assert.Equal(t, fmt.Sprintf("%s (Service: EventBridge, Status Code: %d, Error Code: %[1]s, Request ID: request-5)", code, status), e.Message)
				}
			}
		})
	}
}

// TestACountThatTheEntriesDoNotAccountForIsNotSplit: a rejected entry must not be taken for an accepted one.
func TestACountThatTheEntriesDoNotAccountForIsNotSplit(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{}`:                     `{"failedEntryCount":null,"entries":null}`,
		`{"FailedEntryCount":2}`: `{"failedEntryCount":2,"entries":null}`,
		`{"FailedEntryCount":1,"Entries":[{"EventId":"x"},null]}`:        `{"failedEntryCount":1,"entries":[null]}`,
		`{"FailedEntryCount":0,"Entries":[null,{"EventId":"x"}]}`:        `{"failedEntryCount":0,"entries":[{"eventId":"x","errorCode":null,"errorMessage":null}]}`,
		`{"Entries":[{"EventId":"w"},{"EventId":"x","ErrorCode":"No"}]}`: `{"failedEntryCount":null,"entries":[{"eventId":"x","errorCode":"No","errorMessage":null}]}`,
	} {
		r, err := parseResponse(200, nil, []byte(body), 2)
		require.NoError(t, err)
		require.True(t, r.splits())
		assert.JSONEq(t, want, entriesIn(r.part(1, 1)), body)
	}
}

// TestAnAnswerThatDoesNotTellEntriesApartIsAskedForAgain is about a bus that gives every request the same answer, as a stub of a
// test does. With a request of its own each job sees what it would see if no jobs shared requests.
func TestAnAnswerThatDoesNotTellEntriesApartIsAskedForAgain(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"FailedEntryCount":0,"Entries":[{"EventId":"x"}]}`:    `{"failedEntryCount":0,"entries":[{"eventId":"x","errorCode":null,"errorMessage":null}]}`,
		`{"FailedEntryCount":1,"Entries":[{"ErrorCode":"No"}]}`: `{"failedEntryCount":1,"entries":[{"eventId":null,"errorCode":"No","errorMessage":null}]}`,
		`{"FailedEntryCount":0,"Entries":[]}`:                   `{"failedEntryCount":0,"entries":[]}`,
	} {
		o := &observed{}
		m := &meeting{takes: 20 * time.Millisecond, answer: func(int, []string) (int, string) { return 200, body }}
		synctest.Test(t, func(t *testing.T) {
			s := m.sender(t, Options{MaxAttempts: 1, Observer: o})
			for _, r := range meet(t.Context(), s, numbered(8)...) {
				require.NoError(t, r.err)
				assert.JSONEq(t, want, entriesIn(r.response))
			}
			assert.Equal(t, []int{1, 1, 1, 1, 4, 1, 1, 1, 1}, m.sizes())
			assert.Equal(t, 4, o.lost, "AWS may have accepted what is sent again")
		})
	}
}

// TestASharedAttemptOfOneCallIsItsOwn: the others left before it was sent. What comes of it is what would come of a request alone.
func TestASharedAttemptOfOneCallIsItsOwn(t *testing.T) {
	t.Parallel()
	for status, body := range map[int]string{200: `{"FailedEntryCount":0,"Entries":[]}`, 400: `{"__type":"ValidationException","message":"bad"}`} {
		m := &meeting{takes: 20 * time.Millisecond, answer: func(_ int, sources []string) (int, string) {
			if slices.Equal(sources, []string{"job-4"}) {
				return status, body
			}
			return 200, ""
		}}
		synctest.Test(t, func(t *testing.T) {
			s := m.sender(t, Options{})
			give := withhold(t, s)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			stay := start(t.Context(), s, numbered(5)...)
			leave := start(ctx, s, requestOf("ended"))
			pass(30 * time.Millisecond)
			cancel()
			leave()
			close(give)
			last := stay()[4]
			if status == 200 {
				require.NoError(t, last.err)
				assert.JSONEq(t, `{"failedEntryCount":0,"entries":[]}`, entriesIn(last.response))
			} else {
				assert.Equal(t, "ValidationException", failure(t, last.err).Code)
			}
			var sent int
			for _, sources := range m.requests {
				if slices.Contains(sources, "job-4") {
					sent++
				}
			}
			assert.Equal(t, 1, sent)
		})
	}
}

// TestOneBadEntryFailsItsJobAlone: AWS refuses the request as a whole, so that nothing of it was accepted.
func TestOneBadEntryFailsItsJobAlone(t *testing.T) {
	t.Parallel()
	for attempts := range 3 {
		o := &observed{}
		m := &meeting{takes: 20 * time.Millisecond, answer: func(_ int, sources []string) (int, string) {
			if strings.Contains(strings.Join(sources, " "), "bad") {
				return 400, `{"__type":"ValidationException","message":"bad"}`
			}
			return 200, ""
		}}
		synctest.Test(t, func(t *testing.T) {
			s := m.sender(t, Options{MaxAttempts: attempts, Observer: o})
			results := meet(t.Context(), s, named("1", "2", "3", "4", "5", "bad", "7", "8")...)
			require.Equal(t, []int{1, 1, 1, 1, 4, 1, 1, 1, 1}, m.sizes())
			for i, r := range results {
				if i == 5 {
					e := failure(t, r.err)
					assert.Equal(t, "ValidationException", e.Code)
					assert.False(t, e.AnswerLost)
					continue
				}
				require.NoError(t, r.err)
			}
			for source, n := range m.accepted {
				assert.Equal(t, 1, n, source)
			}
			assert.Zero(t, o.lost)
		})
	}
}

// TestAfterAnUncertainAnswerEachCallGoesOnByItsOwnRules: it has all the attempts that it had alone, and nobody else's entries
// beside its own in those.
func TestAfterAnUncertainAnswerEachCallGoesOnByItsOwnRules(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		body   string
		lost   bool
	}{
		"500":           {500, internal, false},
		"reset":         {0, "", true},
		"503 of AWS":    {503, `{"__type":"ServiceUnavailable"}`, false},
		"no JSON":       {200, "<html>", true},
		"502 of before": {502, "<html>", false},
	} {
		for _, attempts := range []int{1, 3} {
			t.Run(fmt.Sprint(name, attempts), func(t *testing.T) {
				t.Parallel()
				o := &observed{}
				m := &meeting{takes: 20 * time.Millisecond, answer: func(_ int, sources []string) (int, string) {
					if len(sources) > 1 {
						return tt.status, tt.body
					}
					return 200, ""
				}}
				synctest.Test(t, func(t *testing.T) {
					s := m.sender(t, Options{MaxAttempts: attempts, Observer: o, backoff: atOnce})
					results := meet(t.Context(), s, numbered(12)...)
					final := attempts == 1 || tt.status == 200 // what was most likely accepted is not sent again
					want := []int{1, 1, 1, 1, 8}
					if !final {
						want = append(want, 1, 1, 1, 1, 1, 1, 1, 1)
					}
					assert.Equal(t, want, m.sizes())
					for i, r := range results {
						if !final || i < 4 {
							assert.NoError(t, r.err)
							continue
						}
						e := failure(t, r.err)
						assert.True(t, e.Sent)
						assert.Equal(t, tt.lost, e.AnswerLost)
						assert.False(t, e.NotSent)
					}
					lost := 0
					if tt.lost {
						lost = 8
					}
					assert.Equal(t, lost, o.lost, "one for each job")
					assert.False(t, s.Targets().Down(), "one request is no outage")
				})
			})
		}
	}
}

func TestThrottledCallsShareRequestsAgain(t *testing.T) {
	t.Parallel()
	begin := time.Time{}
	m := &meeting{takes: 20 * time.Millisecond, answer: func(int, []string) (int, string) {
		if time.Since(begin) < 2*time.Second {
			return 400, throttling
		}
		return 200, ""
	}}
	synctest.Test(t, func(t *testing.T) {
		s := m.sender(t, Options{})
		begin = time.Now()
		for _, r := range meet(t.Context(), s, numbered(200)...) {
			require.NoError(t, r.err)
		}
		most := 0
		for _, n := range m.sizes()[4:] {
			most = max(most, n)
		}
		assert.Equal(t, 10, most)
		for source, n := range m.accepted {
			assert.Equal(t, 1, n, source)
		}
	})
}

func TestOnlyTheSameClientAndBusShareARequest(t *testing.T) {
	t.Parallel()
	m := &meeting{takes: 20 * time.Millisecond}
	synctest.Test(t, func(t *testing.T) {
		s := m.sender(t, Options{})
		var all []*Request
		for i := range 40 {
			r := requestOf(fmt.Sprint(i%5, "-", i))
			switch i % 5 {
			case 1:
				r.Credentials.AccessKey = "ANOTHER"
			case 2:
				r.Credentials.SecretKey = "rotated"
			case 3:
				r.Region = "eu-west-1"
			case 4:
				r.Entries[0].EventBusName = "another"
			}
			all = append(all, r)
		}
		for i, r := range meet(t.Context(), s, all...) {
			require.NoError(t, r.err)
			assert.Equal(t, "id-"+all[i].Entries[0].Source, r.response.Entries()[0].EventID)
		}
		for i, sources := range m.requests {
			for _, source := range sources {
				assert.Equal(t, sources[0][0], source[0], "%v", sources)
			}
			assert.Equal(t, sources[0][0] == '1', m.keys[i] == "ANOTHER")
		}
		assert.Len(t, m.requests, 5*5)
	})
	mixed := requestOf("a")
	mixed.Entries = append(mixed.Entries, Entry{EventBusName: "another"})
	target := &target{set: newTargets(1, 256, 10, nil)}
	c := &call{request: mixed, entries: 2}
	target.join(c)
	assert.Nil(t, c.group, "entries for several buses share no request with others")
}

func TestSharedRequestsKeepTheLimitToTheByte(t *testing.T) {
	t.Parallel()
	for over, want := range map[int][]int{0: {1, 1, 1, 1, 2}, 1: {1, 1, 1, 1, 1, 1}} {
		m := &meeting{takes: 20 * time.Millisecond}
		synctest.Test(t, func(t *testing.T) {
			s := m.sender(t, Options{})
			large := named("a", "b")
			for i, size := range []int{400_000, MaxRequestSize - 400_000 + over} {
				e := &large[i].Entries[0]
				e.Detail = `{"x":"` + strings.Repeat("x", size-e.Size()-len(`{"x":""}`)+len(e.Detail)) + `"}`
				require.Equal(t, size, e.Size())
			}
			for _, r := range meet(t.Context(), s, append(numbered(4), large...)...) {
				require.NoError(t, r.err)
			}
			assert.Equal(t, want, m.sizes())
		})
	}
}

// TestTheEndOfACallEndsThatCallAlone: one that waits is not sent, one whose entries are on their way may have been.
func TestTheEndOfACallEndsThatCallAlone(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		end     time.Duration // of the sixth of ten calls, since they came
		cancel  bool
		waiting bool
	}{
		"cancelled while it waits":     {10 * time.Millisecond, true, true},
		"cancelled on its way":         {30 * time.Millisecond, true, false},
		"its time ends on its way":     {2 * time.Second, false, false},
		"its time ends while it waits": {1010 * time.Millisecond, false, true}, // it would leave with less than minAttempt
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &observed{}
			m := &meeting{takes: 20 * time.Millisecond}
			switch {
			case tt.cancel:
			case tt.waiting:
				m.takes = 240 * time.Millisecond
			default:
				m.slow = 3 * time.Second
			}
			synctest.Test(t, func(t *testing.T) {
				s := m.sender(t, Options{Observer: o})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.cancel {
					time.AfterFunc(tt.end, cancel)
				} else {
					ctx, cancel = context.WithTimeout(t.Context(), tt.end)
					defer cancel()
				}
				before := start(t.Context(), s, append(numbered(4), requestOf("before"))...)
				in := start(ctx, s, requestOf("ended"))
				behind := start(t.Context(), s, requestOf("behind"))
				for _, r := range append(before(), behind()...) {
					require.NoError(t, r.err)
				}
				ended := in()[0]
				if !tt.cancel && tt.waiting {
					require.NoError(t, ended.err, "with little time left it has a request of its own rather than waiting")
					assert.Equal(t, []int{1, 1, 1, 1, 1, 2}, m.sizes())
					return
				}
				e := failure(t, ended.err)
				assert.Equal(t, tt.end, ended.took)
				assert.Equal(t, tt.waiting, e.NotSent)
				assert.Equal(t, !tt.waiting, e.Sent)
				assert.Equal(t, !tt.waiting, e.AnswerLost)
				assert.Equal(t, tt.cancel, e.Kind == KindCanceled)
				assert.Equal(t, !tt.cancel, e.Kind == KindTimeout)
				assert.Equal(t, !tt.waiting, o.lost == 1)
				if tt.waiting {
					assert.Equal(t, []int{1, 1, 1, 1, 2}, m.sizes())
				} else {
					assert.Equal(t, []int{1, 1, 1, 1, 3}, m.sizes())
				}
			})
		})
	}
}

// TestARequestThatNobodyWaitsForEnds at a shutdown, say: nothing runs on behind the worker.
func TestARequestThatNobodyWaitsForEnds(t *testing.T) {
	t.Parallel()
	m := &meeting{takes: 5 * time.Second}
	synctest.Test(t, func(t *testing.T) {
		s := m.sender(t, Options{})
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		for _, r := range meet(ctx, s, numbered(14)...) {
			assert.Equal(t, CodeTimeout, failure(t, r.err).Code)
			assert.Equal(t, 3*time.Second, r.took)
		}
		s.Close()
		assert.Equal(t, []int{1, 1, 1, 1, 10}, m.sizes())
		assert.Equal(t, 3*time.Second, time.Since(begin))
		require.NoError(t, meet(t.Context(), s, numbered(1)...)[0].err, "after Close calls share no request")
	})
}

func TestAPanicOfASharedRequestIsThatOfEachOfItsCalls(t *testing.T) {
	t.Parallel()
	m := &meeting{takes: 20 * time.Millisecond, answer: func(_ int, sources []string) (int, string) {
		if len(sources) > 1 {
			panic("a fault of ours")
		}
		return 200, ""
	}}
	synctest.Test(t, func(t *testing.T) {
		s := m.sender(t, Options{})
		for i, r := range meet(t.Context(), s, numbered(8)...) {
			if i < 4 {
				require.NoError(t, r.err)
				continue
			}
			text := fmt.Sprint(r.panicked)
			assert.Contains(t, text, "a fault of ours, in a shared request")
			assert.Contains(t, text, "RoundTrip", "where it was")
		}
		require.NoError(t, meet(t.Context(), s, numbered(1)...)[0].err)
	})
}

func TestACallOutlivesItsClientInTheCache(t *testing.T) {
	t.Parallel()
	m := &meeting{takes: 20 * time.Millisecond}
	synctest.Test(t, func(t *testing.T) {
		s := m.sender(t, Options{MaxClients: 1})
		all := numbered(8)
		other := requestOf("other")
		other.Region = "eu-west-1" // its client takes the only place
		for _, r := range meet(t.Context(), s, append(append(all, other), named("late-1", "late-2")...)...) {
			require.NoError(t, r.err)
		}
		assert.Equal(t, []int{1, 1, 1, 1, 1, 6}, m.sizes(), "calls share a target, whichever client they have")
	})
}

// withheld gives no credentials until it is told to.
type withheld struct {
	give chan error
}

func (w withheld) Retrieve(ctx context.Context) (aws.Credentials, error) {
	select {
	case err := <-w.give:
		if err != nil {
			return aws.Credentials{}, &credentialsFault{err}
		}
		return aws.Credentials{AccessKeyID: "AKIDLITERAL", SecretAccessKey: "x"}, nil
	case <-ctx.Done():
		return aws.Credentials{}, &credentialsFault{ctx.Err()}
	}
}

// withhold makes a first call, and then lets the sender's shared requests wait for credentials until the channel is closed, or gives them an
// error.
func withhold(t *testing.T, s *Sender) (give chan error) {
	t.Helper()
	require.NoError(t, meet(t.Context(), s, numbered(1)...)[0].err, "it makes the client")
	give = make(chan error)
	made, err := s.clients.get(requestOf("x"), nil)
	require.NoError(t, err)
	made.credentials = withheld{give} // of shared requests
	made.pattern.Store(nil)           // the SDK makes the others
	return give
}

// TestACallThatEndsBeforeThereAreCredentialsIsNotSent, nor are the others if there are none.
func TestACallThatEndsBeforeThereAreCredentialsIsNotSent(t *testing.T) {
	t.Parallel()
	for _, fault := range []error{nil, errors.New("no role")} {
		m := &meeting{takes: 20 * time.Millisecond}
		synctest.Test(t, func(t *testing.T) {
			s := m.sender(t, Options{})
			give := withhold(t, s)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			in := start(t.Context(), s, numbered(6)...)
			out := start(ctx, s, requestOf("ended"))
			pass(30 * time.Millisecond)
			cancel()
			e := failure(t, out()[0].err)
			if give <- fault; fault == nil {
				close(give)
			}
			others := in()
			assert.True(t, e.NotSent)
			assert.False(t, e.Sent)
			assert.Zero(t, m.accepted["ended"])
			for _, r := range others[4:] {
				if fault == nil {
					require.NoError(t, r.err)
					continue
				}
				assert.Equal(t, CodeCredentials, failure(t, r.err).Code)
			}
		})
	}
}

// TestNobodyWaitsForSlowRequestsForLong: four requests hang, and the others have requests of their own.
func TestNobodyWaitsForSlowRequestsForLong(t *testing.T) {
	t.Parallel()
	m := &meeting{takes: 20 * time.Millisecond}
	hung := roundTrip(func(r *http.Request) (*http.Response, error) {
		text, _ := io.ReadAll(r.Body)
		if strings.Contains(string(text), "hang") {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		r.Body = io.NopCloser(strings.NewReader(string(text)))
		return m.RoundTrip(r)
	})
	synctest.Test(t, func(t *testing.T) {
		s := m.sender(t, Options{MaxAttempts: 1})
		s.shared.transport = hung
		hanging := start(t.Context(), s, named("hang-1", "hang-2", "hang-3", "hang-4")...)
		for range 3 {
			r := meet(t.Context(), s, requestOf("job"))[0]
			require.NoError(t, r.err)
			assert.Equal(t, companyWait+m.takes, r.took)
		}
		hanging()
	})
}

// TestWhoHasWaitedForLongIsAskedAgain: what the caller said of the attempt may not hold any more.
func TestWhoHasWaitedForLongIsAskedAgain(t *testing.T) {
	t.Parallel()
	begin := time.Time{}
	m := &meeting{takes: 20 * time.Millisecond, answer: func(int, []string) (int, string) {
		if time.Since(begin) < 5*time.Second {
			return 500, internal
		}
		return 200, ""
	}}
	synctest.Test(t, func(t *testing.T) {
		s := m.sender(t, Options{MaxAttempts: 1, backoff: atOnce})
		begin = time.Now()
		meet(t.Context(), s, numbered(4)...)
		require.True(t, s.Targets().Down())
		late := errors.New("too late")
		asked := make([]int, 30)
		all := numbered(30)
		for i, r := range all {
			r.BeforeAttempt = func(context.Context) error {
				if asked[i]++; asked[i] > 1 && i%3 == 0 {
					return late
				}
				return nil
			}
		}
		sent := 0
		for i, r := range meet(t.Context(), s, all...) {
			if i%3 == 0 {
				e := failure(t, r.err)
				require.ErrorIs(t, e, late)
				assert.True(t, e.NotSent || e.Sent)
				continue
			}
			assert.GreaterOrEqual(t, asked[i], 2)
			if r.err == nil {
				sent++
			}
		}
		assert.Greater(t, sent, 10)
		for source, n := range m.accepted {
			assert.Equal(t, 1, n, source)
		}
	})
}
