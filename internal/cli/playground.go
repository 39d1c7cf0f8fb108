package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/eventbridge-connector/eventbridge-connector/internal/playground"
)

func playgroundCommand(s *session) *cobra.Command {
	var listen string
	c := &cobra.Command{
		Use:   "playground",
		Short: "serve a local page to try expressions and models",
		Long: description("Serves a page, only to this machine. It evaluates result and error expressions on PutEvents responses as you type, " +
			"and shows the events that the tasks of a pasted model would send, as whom and where to, and how each task ends if AWS accepts, rejects, throttles or denies. The page loads nothing from other hosts and keeps its state in its URL."),
		Example: exampleLines(Name+" playground", Name+" playground --listen localhost:0"),
		Args:    noArguments,
		RunE:    func(c *cobra.Command, _ []string) error { return servePlayground(c.Context(), s, listen) },
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8089", "The loopback address `HOST:PORT` to listen on. Port 0 uses a free port.")
	s.completeValues(c, "listen")
	return c
}

func servePlayground(ctx context.Context, s *session, listen string) error {
	if host, _, err := net.SplitHostPort(listen); err != nil {
		return usage(fmt.Errorf("--listen: expected HOST:PORT, found %q: %w", listen, err))
	} else if !playground.IsLoopback(host) {
		return usage(fmt.Errorf("--listen: the playground serves this machine only, expected localhost or a loopback address, found %q", host))
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", listen)
	if err != nil {
		return fmt.Errorf("--listen: %w; try another port, or 0 for a free one", err)
	}
	server := &http.Server{Handler: playground.Handler(), ReadHeaderTimeout: 5 * time.Second}
	fmt.Fprintf(s.stdout, "The playground is at http://%s/ (Ctrl-C ends it)\n", listener.Addr())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_ = server.Shutdown(stop) // what still runs is cut off
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
