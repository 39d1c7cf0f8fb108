package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Client calls a control. Its address may change, as it does when the process is started again. The zero value has none yet. It
// is safe for concurrent use.
type Client struct {
	HTTP http.Client

	mu      sync.Mutex
	address string
}

// Aim sets the host:port of the control.
func (c *Client) Aim(address string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.address = address
}

// Call sends a request, whose body is JSON unless it is nil, and reads the answer into out unless that is nil. Any status but 200
// is an error.
func (c *Client) Call(ctx context.Context, method, path string, body, out any) error {
	c.mu.Lock()
	url := "http://" + c.address + path
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var data []byte
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	response, err := c.HTTP.Do(request)
	if err != nil {
		return err // it names the method and the URL
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: found status %d, expected 200: %s", method, path, response.StatusCode, bytes.TrimSpace(text))
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}
