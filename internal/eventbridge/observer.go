package eventbridge

import (
	"context"
	"time"
)

// Observer is told what the sender does, for metrics. Its methods are called from many goroutines and must not block.
type Observer interface {
	// Attempted is called after each HTTP exchange: how long it took, how many entries the request had, and its error code, empty
	// for a success. The context has the values of that of a call of [Sender.Send], of the first one where calls share a request.
	Attempted(ctx context.Context, took time.Duration, entries int, code string)
	// Sent is called once per call of [Sender.Send] with the number of its entries, how many attempts it took, and its
	// error code, empty for a success.
	Sent(entries, attempts int, code string)
	// AnswerLost is called for each attempt after which AWS may have accepted the events although no readable answer
	// came, once for each call that shared it.
	AnswerLost()
	// EntryRejected is called for each entry that AWS did not take although it took its request, with the entry's error
	// code, empty for what is no code.
	EntryRejected(code string)
}

type noObserver struct{}

func (noObserver) Attempted(context.Context, time.Duration, int, string) {}
func (noObserver) Sent(int, int, string)                                 {}
func (noObserver) AnswerLost()                                           {}
func (noObserver) EntryRejected(string)                                  {}
