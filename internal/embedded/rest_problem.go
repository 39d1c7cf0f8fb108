package embedded

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// problem is a refusal over REST as RFC 9457 writes it.
type problem struct {
	status        int
	title, detail string
}

func (p *problem) Error() string { return p.title + ": " + p.detail }

// badRequest refuses a request that cannot be read.
func badRequest(format string, args ...any) *problem {
	return &problem{http.StatusBadRequest, "Bad Request", fmt.Sprintf(format, args...)}
}

// invalidArgument refuses a request that can be read but has a value that cannot be.
func invalidArgument(format string, args ...any) *problem {
	return &problem{http.StatusBadRequest, "INVALID_ARGUMENT", fmt.Sprintf(format, args...)}
}

// titles are what REST makes of a refusal's code.
var titles = map[codes.Code]problem{
	codes.InvalidArgument:    {status: http.StatusBadRequest, title: "INVALID_ARGUMENT"},
	codes.NotFound:           {status: http.StatusNotFound, title: "NOT_FOUND"},
	codes.FailedPrecondition: {status: http.StatusConflict, title: "INVALID_STATE"},
	codes.AlreadyExists:      {status: http.StatusConflict, title: "ALREADY_EXISTS"},
	codes.Unauthenticated:    {status: http.StatusUnauthorized, title: "Unauthorized"},
	codes.PermissionDenied:   {status: http.StatusForbidden, title: "FORBIDDEN"},
	codes.ResourceExhausted:  {status: http.StatusServiceUnavailable, title: "RESOURCE_EXHAUSTED"},
	codes.Unavailable:        {status: http.StatusServiceUnavailable, title: "UNAVAILABLE"},
	codes.DeadlineExceeded:   {status: http.StatusGatewayTimeout, title: "DEADLINE_EXCEEDED"},
	codes.Unimplemented:      {status: http.StatusNotImplemented, title: "UNIMPLEMENTED"},
}

// recordTooLarge is the broker's rejection of a command that its log cannot hold. It has no code of gRPC.
const recordTooLarge = "EXCEEDED_BATCH_RECORD_SIZE"

// problemOf sorts a refusal of the broker's.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	s := status.Convert(err)
	p, ok := titles[s.Code()]
	switch {
	case ok:
	case strings.Contains(s.Message(), recordTooLarge):
		p = problem{status: http.StatusInternalServerError, title: recordTooLarge}
	default:
		p = problem{status: http.StatusInternalServerError, title: "INTERNAL"}
	}
	p.detail = s.Message()
	return &p
}

// refuseREST answers a call with what it failed for.
func refuseREST(w http.ResponseWriter, path string, err error) {
	if errors.Is(err, errAnswerLost) {
		panic(http.ErrAbortHandler) // the server closes the connection
	}
	if a, ok := errors.AsType[*strangersAnswer](err); ok {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(a.http)
		_, _ = fmt.Fprintf(w, "<html><body><h1>%d %s</h1></body></html>\n", a.http, http.StatusText(a.http)) // a client that is gone misses it
		return
	}
	p := problemOf(err)
	if p.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="embedded", charset="UTF-8"`)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.status)
	_ = json.NewEncoder(w).Encode(struct { // a client that is gone misses it
		Type     string `json:"type"`
		Title    string `json:"title"`
		Status   int    `json:"status"`
		Detail   string `json:"detail"`
		Instance string `json:"instance"`
	}{"about:blank", p.title, p.status, p.detail, path})
}
