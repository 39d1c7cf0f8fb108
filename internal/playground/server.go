package playground

import (
	"bytes"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"strings"
)

// maxBody bounds what a call may send, in bytes: a model may have 4 MiB, and its quotes are doubled in JSON.
const maxBody = 10 << 20

//go:embed page
var files embed.FS

// Handler serves the page. Requests for other hosts than loopback ones are refused, whatever address they come to: a name
// that an attacker controls may lead here as well.
func Handler() http.Handler {
	page, _ := fs.Sub(files, "page") // it is embedded
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(page))
	mux.HandleFunc("GET /{$}", index)
	mux.HandleFunc("GET /api/reference", func(w http.ResponseWriter, r *http.Request) { write(w, r, referenceData) })
	mux.HandleFunc("POST /api/evaluate", call(evaluate))
	mux.HandleFunc("POST /api/model", call(model))
	return guard(mux)
}

// policy is what the page may do. The editor writes its style sheet into the page, and may do so by a number used once.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'%s; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// index serves the page itself.
func index(w http.ResponseWriter, _ *http.Request) {
	text, err := files.ReadFile("page/index.html")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	nonce := rand.Text()
	w.Header().Set("Content-Security-Policy", fmt.Sprintf(policy, " 'nonce-"+nonce+"'"))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(bytes.Replace(text, []byte("{{nonce}}"), []byte(nonce), 1)) // the browser that went away needs no answer
}

func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", fmt.Sprintf(policy, ""))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if !IsLoopback(r.Host) {
			http.Error(w, "the playground answers to loopback names only, such as localhost", http.StatusForbidden)
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" && origin != "http://"+r.Host {
			http.Error(w, "the playground answers to its own page only", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// IsLoopback says whether a host, with or without a port, is this machine by a name that nobody else can give.
func IsLoopback(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.Trim(name, "[]")
	if name == "localhost" {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}

// call reads a request's JSON, answers it, and writes the answer's.
func call[In, Out any](answer func(*http.Request, In) (Out, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			http.Error(w, "expected application/json", http.StatusUnsupportedMediaType)
			return
		}
		var in In
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			http.Error(w, "the request is too large", http.StatusRequestEntityTooLarge)
			return
		}
		if err == nil {
			err = json.Unmarshal(body, &in)
		}
		if err != nil {
			http.Error(w, "the request is no JSON of this call: "+err.Error(), http.StatusBadRequest)
			return
		}
		write(w, r, func(r *http.Request) (Out, error) { return answer(r, in) })
	}
}

// write writes an answer as JSON.
func write[Out any](w http.ResponseWriter, r *http.Request, answer func(*http.Request) (Out, error)) {
	out, err := answer(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(out) // the browser that went away needs no answer
}
