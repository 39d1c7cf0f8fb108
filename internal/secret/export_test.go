package secret

import (
	"context"
	"net/http"
)

// ManagerEndpoint is where a manager asks.
func ManagerEndpoint(m *Manager) (string, error) { return m.api.endpoint(context.Background()) }

// ManagerHeld is how many answers a manager holds.
func ManagerHeld(m *Manager) int { return m.values.Len() + m.others.Len() }

// AnswerManager has a function in place of the network answer, which time that is not real needs.
func AnswerManager(m *Manager, answer func(*http.Request) (*http.Response, error)) {
	m.api.http.client = doer(answer)
}

type doer func(*http.Request) (*http.Response, error)

func (f doer) Do(r *http.Request) (*http.Response, error) { return f(r) }
