package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/eventbridge-connector/eventbridge-connector/internal/actuator"
	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// probeTimeout is how long the process may take to answer for its health.
const probeTimeout = 3 * time.Second

func healthcheckCommand(s *session) *cobra.Command {
	probes := []string{"readiness", "liveness"}
	c := &cobra.Command{
		Use:   "healthcheck [readiness|liveness]",
		Short: "check the health of a connector on this host (for container probes)",
		Long: description("Calls the health endpoint of a connector that runs on this host with the same configuration. "+
			"It checks readiness (the worker can take jobs) unless you name liveness (the process runs).",
			exit{ExitOK, "up"}, exit{ExitFailure, "not up, or no answer"}),
		Example: exampleLines(Name+" healthcheck", Name+" healthcheck liveness --port 9090"),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return probes[min(len(args), 1)*len(probes):], cobra.ShellCompDirectiveNoFileComp // one at most
		},
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 && !slices.Contains(probes, args[0]) {
				return usage(&config.UnknownError{What: "probe", Name: args[0], Nearest: config.Nearest(args[0], probes)})
			}
			return onlySettings(c, args[min(len(args), 1):])
		},
	}
	load := addSettings(s, c)
	c.RunE = func(c *cobra.Command, args []string) error {
		settings, _, err := load()
		if err != nil {
			return err
		}
		path := actuator.PathReadiness
		if slices.Equal(args, []string{"liveness"}) {
			path = actuator.PathLiveness
		}
		return healthcheck(c.Context(), s, settings, path)
	}
	return c
}

// healthcheck asks the connector that listens as the configuration says.
func healthcheck(ctx context.Context, s *session, c *config.Config, path string) error {
	address, port, setting, flag := c.Server.Address, c.Server.Port, "server.port", "--port 8080"
	if m := c.Server.Management; m != nil {
		address, port, setting, flag = m.Address, m.Port, "management.server.port", "--management-port 9600"
	}
	if port == 0 {
		return usage(fmt.Errorf("%s is 0, any free port, so there is none to ask at: give the port, %s", setting, flag))
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	status, err := probe(ctx, "http://"+net.JoinHostPort(probeHost(address), strconv.Itoa(port))+path)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.stdout, status)
	return err
}

// probeHost is where a server that listens on the address can be reached from its own host.
func probeHost(address string) string {
	switch address {
	case "", "0.0.0.0":
		return "127.0.0.1"
	case "::", "[::]":
		return "::1"
	}
	return strings.Trim(address, "[]")
}

// probe asks for health and returns its status; the error says why it is not up.
func probe(ctx context.Context, url string) (status string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy: it is this host
	response, err := client.Do(request)
	if err != nil {
		return "", fmt.Errorf("no connector answers: %w", err)
	}
	defer response.Body.Close()
	var health struct {
		Status     string `json:"status"`
		Components map[string]struct {
			Details struct {
				Reason string `json:"reason"`
			} `json:"details"`
		} `json:"components"`
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&health); err != nil || health.Status == "" {
		return "", fmt.Errorf("%s answered %s, which is no health status: is it another server?", url, response.Status)
	}
	if response.StatusCode == http.StatusOK {
		return health.Status, nil
	}
	for _, c := range health.Components {
		if c.Details.Reason != "" {
			return "", fmt.Errorf("%s: %s", health.Status, c.Details.Reason)
		}
	}
	return "", errors.New(health.Status)
}
