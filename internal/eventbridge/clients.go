package eventbridge

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// clientKey stands for what a client is made of. It is a salted hash, so that no secret lies in the keys of a map.
type clientKey [sha256.Size]byte

// clients keeps one SDK client per key, at most max, and drops those that were not used for a while.
type clients struct {
	idle time.Duration
	salt [32]byte

	mu      sync.Mutex
	entries *simplelru.LRU[clientKey, *clientEntry] // in the order in which they were used
	sweeper *time.Timer                             // runs while there are entries
	closed  bool
}

// client is an SDK client with what calls use of it beside its operation.
type client struct {
	sdk         *sdk.Client
	policy      aws.Retryer // what is tried again, after which pause, how often
	credentials aws.CredentialsProvider
	pattern     atomic.Pointer[pattern] // of its requests; nil = the SDK makes them
}

type clientEntry struct {
	once   sync.Once
	client *client
	err    error
	used   time.Time // guarded by clients.mu
}

func newClients(limit int, idle time.Duration) *clients {
	entries, _ := simplelru.NewLRU[clientKey, *clientEntry](max(limit, 1), nil) // the error is of a size below 1
	c := &clients{idle: idle, entries: entries}
	_, _ = rand.Read(c.salt[:]) // never fails
	return c
}

// get returns the client of r, made by build if there is none. Calls for the same key wait for one build; a failed
// build is not remembered.
func (c *clients) get(r *Request, build func() (*client, error)) (*client, error) {
	return c.getKey(c.key(r), build)
}

// getKey is get for a caller that knows the key of its request.
func (c *clients) getKey(key clientKey, build func() (*client, error)) (*client, error) {
	e := c.entry(key)
	e.once.Do(func() { e.client, e.err = build() })
	if e.err != nil {
		c.mu.Lock()
		if kept, _ := c.entries.Peek(key); kept == e {
			c.entries.Remove(key)
		}
		c.mu.Unlock()
	}
	return e.client, e.err
}

func (c *clients) entry(key clientKey) *clientEntry {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries.Get(key)
	if !ok {
		e = &clientEntry{}
		if !c.closed {
			c.entries.Add(key, e)
			if c.sweeper == nil {
				c.sweeper = time.AfterFunc(c.idle, c.sweep)
			}
		}
	}
	e.used = now
	return e
}

// sweep drops what was idle for long enough and comes back when the next one will have been.
func (c *clients) sweep() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sweeper = nil
	for {
		_, oldest, ok := c.entries.GetOldest()
		if !ok {
			return
		}
		if left := c.idle - time.Since(oldest.used); left > 0 {
			c.sweeper = time.AfterFunc(left, c.sweep)
			return
		}
		c.entries.RemoveOldest()
	}
}

func (c *clients) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.entries.Purge()
	if c.sweeper != nil {
		c.sweeper.Stop()
	}
}

func (c *clients) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entries.Len()
}

// key hashes the texts behind their lengths, so that no two lists of texts look alike.
func (c *clients) key(r *Request) clientKey {
	var room [512]byte
	b := append(room[:0], c.salt[:]...)
	cr := &r.Credentials
	if cr.DefaultChain {
		b = append(b, 1)
	} else {
		b = append(b, 0)
		for _, s := range [...]string{cr.AccessKey, cr.SecretKey, cr.SessionToken} {
			b = appendText(b, s)
		}
	}
	for _, s := range [...]string{cr.RoleARN, cr.ExternalID, cr.RoleSessionName, r.Region, r.Endpoint, r.EndpointID} {
		b = appendText(b, s)
	}
	return sha256.Sum256(b)
}

func appendText(b []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint64(b, uint64(len(s))), s...)
}
