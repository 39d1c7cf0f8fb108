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
		Short: "serve a local page to try expressions and models on",
		Long: description("Serves one page, to this machine only, on which result and error expressions are tried on responses of PutEvents as you type, " +
			"and the tasks of a pasted model show the events that they would send. The page loads nothing from elsewhere and keeps its state in its address."),
		Example: exampleLines(Name+" playground", Name+" playground --listen localhost:0"),
		Args:    noArguments,
		RunE:    func(c *cobra.Command, _ []string) error { return servePlayground(c.Context(), s, listen) },
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8089", "The loopback address `HOST:PORT` to listen on; port 0 takes a free one.")
	completeValues(c, "listen")
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
		return fmt.Errorf("--listen: %w; another port, or 0 for a free one, may do", err)
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
