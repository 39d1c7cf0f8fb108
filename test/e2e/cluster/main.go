// Command cluster runs the real Zeebe engine in memory as a cluster of one node: its own gRPC gateway, and beside it the
// few calls of the Orchestration Cluster REST API that the end-to-end tests make. Nothing is kept when it ends.
//
//	usage: cluster [-grpc HOST:PORT] [-rest HOST:PORT] [-fetch FILE]
//
// FILE is test/e2e/fetch, which fetches the engine. A line on standard output says when both addresses answer.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

func main() {
	grpcAddress := flag.String("grpc", "127.0.0.1:26500", "the `address` of the gRPC gateway; the engine itself chooses the interface")
	restAddress := flag.String("rest", "127.0.0.1:8080", "the `address` of the REST API")
	fetch := flag.String("fetch", "test/e2e/fetch", "the script that fetches the engine")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *grpcAddress, *restAddress, *fetch, os.Stdout)
	told := ctx.Err() != nil
	stop()
	if err != nil && !told {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

// run runs the engine and the REST API until ctx ends or one of them does. What they have to say goes to out.
func run(ctx context.Context, grpcAddress, restAddress, fetch string, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	parts, err := fetchEngine(ctx, fetch)
	if err != nil {
		return err
	}
	_, port, err := net.SplitHostPort(grpcAddress)
	if err != nil {
		return fmt.Errorf("-grpc: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", restAddress)
	if err != nil {
		return fmt.Errorf("-rest: %w", err)
	}
	defer listener.Close()
	engine, records, err := startEngine(ctx, parts, port, out)
	if err != nil {
		return err
	}
	connection, err := grpc.NewClient("127.0.0.1:"+port, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	server := &http.Server{Handler: newREST(pb.NewGatewayClient(connection), records), ReadHeaderTimeout: time.Minute}
	ended := make(chan error, 2)
	go func() { ended <- server.Serve(listener) }()
	go func() { ended <- engine.Wait() }()
	fmt.Fprintf(out, "gRPC %s, REST http://%s\n", grpcAddress, listener.Addr())
	select {
	case err = <-ended:
	case <-ctx.Done():
	}
	cancel()
	return errors.Join(err, server.Close())
}

// fetchEngine runs the script and returns what it prints.
func fetchEngine(ctx context.Context, script string) (map[string]string, error) {
	path, err := filepath.Abs(script)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, path, "engine")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s engine: %w", script, err)
	}
	parts := make(map[string]string)
	for line := range bytes.Lines(out) {
		if name, value, ok := strings.Cut(strings.TrimSpace(string(line)), "="); ok {
			parts[name] = value
		}
	}
	return parts, nil
}

// startEngine starts the Java program and waits until it says where its records are. The process ends with ctx.
func startEngine(ctx context.Context, parts map[string]string, port string, log io.Writer) (*exec.Cmd, recordsOf, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(parts["JDK"], "bin", "java"), "-Xmx1g", "-XX:+UseSerialGC", "-cp", parts["ENGINE_CLASSPATH"], "Engine", port)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("start the engine: %w", err)
	}
	url, err := readUntil(out, "records at ", log)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("the engine did not start: %w", err), cmd.Wait())
	}
	go func() { _, _ = io.Copy(log, out) }()
	return cmd, func(ctx context.Context, valueType string) ([]byte, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"?"+valueType, nil)
		if err != nil {
			return nil, err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		return io.ReadAll(response.Body)
	}, nil
}

// readUntil copies lines to log up to the one that begins with prefix, and returns the rest of that line. It reads no further.
func readUntil(in io.Reader, prefix string, log io.Writer) (string, error) {
	var line []byte
	for one := make([]byte, 1); ; {
		if _, err := io.ReadFull(in, one); err != nil {
			return "", err
		}
		if one[0] != '\n' {
			line = append(line, one[0])
			continue
		}
		if rest, ok := strings.CutPrefix(string(line), prefix); ok {
			return rest, nil
		}
		fmt.Fprintln(log, string(line))
		line = line[:0]
	}
}
