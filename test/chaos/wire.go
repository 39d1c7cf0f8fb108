package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"path"
	"sync"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// recording is what the worker sent on one connection to the gateway, whatever the proxy did with it.
type recording struct {
	mu   sync.Mutex
	sent bytes.Buffer
}

func (r *recording) add(data []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent.Write(data)
}

func (r *recording) bytes() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return bytes.Clone(r.sent.Bytes())
}

// recorded is a connection whose input is recorded.
type recorded struct {
	net.Conn
	recording *recording
}

// Read implements [net.Conn].
func (c *recorded) Read(buffer []byte) (int, error) {
	n, err := c.Conn.Read(buffer)
	c.recording.add(buffer[:n])
	return n, err
}

// readWire reads the calls that the worker made on one connection, and tells write every byte of them: header fields as
// "gRPC metadata", what a call carries under the name of its method. The credentials in the field authorization are left out:
// by them the worker proves who it is. A connection may be cut anywhere; what is left of it then is told as "gRPC rest".
func readWire(sent []byte, write func(where string, data []byte)) error {
	if len(sent) < len(http2.ClientPreface) {
		write("gRPC rest", sent)
		return nil
	}
	if !bytes.HasPrefix(sent, []byte(http2.ClientPreface)) {
		return fmt.Errorf("a connection to the gateway: found %q at its beginning, expected that of HTTP/2", sent[:len(http2.ClientPreface)])
	}
	rest := bytes.NewReader(sent[len(http2.ClientPreface):])
	framer := http2.NewFramer(io.Discard, rest)
	framer.SetMaxReadFrameSize(1<<24 - 1)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	framer.MaxHeaderListSize = 1 << 24
	methods, payloads := map[uint32]string{}, map[uint32]*bytes.Buffer{}
	defer func() {
		for id, payload := range payloads {
			write("gRPC "+methods[id], payload.Bytes())
		}
	}()
	for {
		at := len(sent) - rest.Len()
		frame, err := framer.ReadFrame()
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			write("gRPC rest", sent[at:])
			return nil
		case err != nil:
			return fmt.Errorf("a connection to the gateway, byte %d: %w", at, err)
		}
		switch f := frame.(type) {
		case *http2.MetaHeadersFrame:
			if methods[f.StreamID] == "" {
				methods[f.StreamID] = path.Base(f.PseudoValue("path"))
			}
			for _, field := range f.Fields {
				if field.Name == "grpc-encoding" && field.Value != "identity" {
					return fmt.Errorf("a call to the gateway: found messages packed by %s, expected them as they are", field.Value)
				}
				if field.Name == "authorization" {
					field.Value = ""
				}
				write("gRPC metadata", []byte(field.Name+": "+field.Value))
			}
		case *http2.DataFrame:
			if payloads[f.StreamID] == nil {
				payloads[f.StreamID] = &bytes.Buffer{}
			}
			payloads[f.StreamID].Write(f.Data())
		case *http2.GoAwayFrame:
			write("gRPC rest", f.DebugData())
		case *http2.UnknownFrame:
			write("gRPC rest", f.Payload())
		}
	}
}
