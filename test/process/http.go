package process

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
)

// health is where a worker says in its log that it serves its health.
var health = regexp.MustCompile(`\bhealth"?[=:]"?(127\.0\.0\.1:\d+)`)

// HealthURL returns the URL of a worker's own HTTP server, as its log tells it; empty as long as it does not.
func HealthURL(log []byte) string {
	if found := health.FindSubmatch(log); found != nil {
		return "http://" + string(found[1])
	}
	return ""
}

// Exchange sends a request on a connection of its own and returns the status, and the header and the body of the answer as they
// came.
func Exchange(ctx context.Context, method, url, body string) (status int, answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	var all bytes.Buffer
	_ = response.Header.Write(&all) // a buffer takes everything
	_, err = io.Copy(&all, response.Body)
	return response.StatusCode, all.Bytes(), err
}

// Hear tells write the head of a request as it came, as "NAME head", and its body, as "NAME body". The body can be read again.
func Hear(write func(where string, data []byte), name string, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // a request that was cut off is heard as far as it came
	r.Body = io.NopCloser(bytes.NewReader(body))
	var head bytes.Buffer
	head.WriteString(r.Method + " " + r.RequestURI + "\nHost: " + r.Host + "\n")
	_ = r.Header.Write(&head) // a buffer takes everything
	write(name+" head", head.Bytes())
	write(name+" body", body)
}
