package main

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"path"
)

// readREST reads the requests that the worker made on one connection, and tells write every byte of them: heads as "REST head",
// what a request carries under the last part of its path. The credentials in the header Authorization are left out: by them the
// worker proves who it is. A connection may be cut anywhere; what is left of it then is told as "REST rest".
func readREST(sent []byte, write func(where string, data []byte)) {
	rest := bytes.NewReader(sent)
	reader := bufio.NewReader(rest)
	for {
		at := len(sent) - rest.Len() - reader.Buffered()
		request, err := http.ReadRequest(reader)
		if err != nil {
			write("REST rest", withoutCredentials("REST API head", sent[at:]))
			return
		}
		var head bytes.Buffer
		head.WriteString(request.Method + " " + request.RequestURI + "\nHost: " + request.Host + "\n")
		request.Header.Del("Authorization")
		_ = request.Header.Write(&head) // a buffer takes everything
		write("REST head", head.Bytes())
		body, err := io.ReadAll(request.Body)
		write("REST "+path.Base(request.URL.Path), body)
		if err != nil {
			return // it was cut off, and all of it was told
		}
	}
}
