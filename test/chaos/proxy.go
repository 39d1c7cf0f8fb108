package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// mode is what a proxy does with connections.
type mode int

const (
	pass      mode = iota
	refuse         // new connections are reset
	hold           // nothing is carried on until the mode changes
	swallow        // what comes is taken and dropped
	cutAnswer      // one in 20 packets of the gateway resets its connection instead
	front          // new connections are answered by an HTTP server in place of the gateway
)

// proxy stands between one worker and the gateway, and carries bytes as its mode says.
type proxy struct {
	listener net.Listener
	wait     sync.WaitGroup

	mu      sync.Mutex
	target  string
	mode    mode
	changed chan struct{} // closed when the mode changes
	latency time.Duration // each packet is carried on so much later
	front   func(net.Conn)
	links   map[*link]struct{}
	sent    []*recording // of every connection that was
}

// link is one connection of the worker.
type link struct {
	client, server net.Conn
	dead           bool // it swallows all until the worker closes it
	answers        bool // the gateway's side still reaches the worker
}

func newProxy(ctx context.Context) (*proxy, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: listener, changed: make(chan struct{}), links: map[*link]struct{}{}}
	p.wait.Go(p.accept)
	return p, nil
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) aim(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
}

// set changes the mode. Links that died silently stay dead.
func (p *proxy) set(m mode) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mode = m
	close(p.changed)
	p.changed = make(chan struct{})
	if m == swallow {
		for l := range p.links {
			l.dead = true
		}
	}
}

func (p *proxy) delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.latency = d
}

// die has every connection of now die silently: it stays open, and nothing gets through. New ones are carried on.
func (p *proxy) die() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.dead = true
	}
}

// cut resets every connection of now.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.reset()
	}
}

// halfClose ends the gateway's side of every connection. What the worker sends still reaches the gateway.
func (p *proxy) halfClose() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.answers = false
		if c, ok := l.client.(*net.TCPConn); ok {
			_ = c.CloseWrite() // it may be closed
		}
	}
}

// answerHTTP resets every connection, and has HTTP answer all new ones with the status until the mode changes. With old it
// speaks HTTP/1.1, which ends the connection; otherwise HTTP/2.
func (p *proxy) answerHTTP(status int, old bool) {
	p.mu.Lock()
	p.front = func(c net.Conn) { serveHTTP2(c, status) }
	if old {
		p.front = func(c net.Conn) { serveHTTP1(c, status) }
	}
	p.mu.Unlock()
	p.set(front)
	p.cut()
}

// endFront goes back to the gateway. The connections to the front are reset.
func (p *proxy) endFront() {
	p.set(pass)
	p.cut()
}

func serveHTTP1(c net.Conn, status int) {
	defer c.Close()
	buffer := make([]byte, 4096)
	_, _ = c.Read(buffer) // whatever was asked
	_, _ = fmt.Fprintf(c, "HTTP/1.1 %d %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", status, http.StatusText(status))
}

// serveHTTP2 answers every request of the connection with the status.
func serveHTTP2(c net.Conn, status int) {
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	listener := &oneConn{conn: make(chan net.Conn, 1), done: make(chan struct{}), address: c.LocalAddr()}
	listener.conn <- c
	server := &http.Server{
		Protocols: &protocols, ReadHeaderTimeout: time.Minute,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }),
		ConnState: func(_ net.Conn, s http.ConnState) {
			if s == http.StateClosed || s == http.StateHijacked {
				_ = listener.Close()
			}
		},
	}
	_ = server.Serve(listener)
	_ = server.Close()
}

// oneConn is a listener of one connection.
type oneConn struct {
	conn    chan net.Conn
	once    sync.Once
	done    chan struct{}
	address net.Addr
}

func (l *oneConn) Accept() (net.Conn, error) {
	select {
	case c := <-l.conn:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *oneConn) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *oneConn) Addr() net.Addr { return l.address }

// close ends the proxy and all connections.
func (p *proxy) close() {
	_ = p.listener.Close()
	p.set(refuse)
	p.cut()
	p.wait.Wait()
}

// recordings returns what the worker sent, one recording for each connection.
func (p *proxy) recordings() []*recording {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sent)
}

// idle tells whether no connection is left.
func (p *proxy) idle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.links) == 0
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		p.wait.Go(func() { p.serve(client) })
	}
}

// serve carries one connection until it ends.
func (p *proxy) serve(client net.Conn) {
	l := &link{client: client, answers: true}
	from := &recorded{client, &recording{}}
	p.mu.Lock()
	p.sent = append(p.sent, from.recording)
	m, target, answer := p.mode, p.target, p.front
	if m == refuse {
		p.mu.Unlock()
		l.reset()
		return
	}
	l.dead = m == swallow
	p.links[l] = struct{}{}
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.links, l)
		p.mu.Unlock()
		l.reset()
	}()
	if m == front {
		answer(from)
		return
	}
	server, err := new(net.Dialer).DialContext(context.Background(), "tcp", target)
	if err != nil {
		return // the worker's connection is reset
	}
	p.mu.Lock()
	l.server = server
	ended := p.mode == refuse
	p.mu.Unlock()
	if ended {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { p.carry(l, from, server, false) })
	both.Go(func() { p.carry(l, server, client, true) })
	both.Wait()
}

// reset closes both sides without a goodbye.
func (l *link) reset() {
	for _, c := range [...]net.Conn{l.client, l.server} {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
			_ = tcp.Close()
		}
	}
}

// carry moves bytes from one side to the other until one of them ends.
func (p *proxy) carry(l *link, from, to net.Conn, answers bool) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil && (!answers || !p.isDead(l)) {
			// An end that the worker must not see: its connection died silently.
			l.close(p)
			return
		}
		if err != nil {
			return
		}
		switch p.decide(l, answers) {
		case carryOn:
			if _, err := to.Write(buffer[:n]); err != nil {
				l.close(p)
				return
			}
		case drop:
		case end:
			l.close(p)
			return
		}
	}
}

func (p *proxy) isDead(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return l.dead
}

func (l *link) close(p *proxy) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l.reset()
}

type decision int

const (
	carryOn decision = iota
	drop
	end
)

// decide says what becomes of a packet. It waits while the link is held.
func (p *proxy) decide(l *link, answer bool) decision {
	p.mu.Lock()
	late := p.latency
	for p.mode == hold && !l.dead {
		changed := p.changed
		p.mu.Unlock()
		<-changed
		p.mu.Lock()
	}
	defer p.mu.Unlock()
	switch {
	case l.dead, answer && !l.answers:
		return drop
	case p.mode == refuse:
		return end
	case p.mode == cutAnswer && answer && rand.IntN(20) == 0: //nolint:gosec // faults need no secrecy
		return end
	}
	if late > 0 {
		p.mu.Unlock()
		timer := time.NewTimer(late)
		<-timer.C
		p.mu.Lock()
	}
	return carryOn
}
