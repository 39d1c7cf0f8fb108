//go:build image

package image

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

func TestTheImageIsSmallAndTellsWhatItIs(t *testing.T) {
	t.Parallel()
	i := inspect(t, imageName(t))
	t.Logf("size: %d bytes, %.1f MB, %s", i.Size, float64(i.Size)/1e6, i.Architecture)
	assert.LessOrEqual(t, i.Size, int64(maxBytes))
	assert.Equal(t, "65532:65532", i.User)
	assert.Equal(t, []string{"/eventbridge-connector"}, i.Config.Entrypoint)
	assert.Equal(t, []string{"run"}, i.Config.Cmd)
	assert.Equal(t, "SIGTERM", i.Config.StopSignal)
	assert.Contains(t, i.Config.ExposedPorts, "8080/tcp")
	assert.Equal(t, []string{"CMD", "/eventbridge-connector", "healthcheck"}, i.HealthCheck.Test)
	for _, label := range []string{"title", "description", "url", "source", "documentation", "licenses", "version", "revision", "created"} {
		assert.NotEmpty(t, i.Labels["org.opencontainers.image."+label], label)
	}
}

func TestTheImageHoldsTheBinaryCertificatesAndLicencesAlone(t *testing.T) {
	t.Parallel()
	name := "eventbridge-connector-files-" + strconv.Itoa(os.Getpid())
	mustPodman(t, "create", "--name", name, "--health-interval=disable", imageName(t))
	t.Cleanup(func() { podman(t, "rm", "-f", name) })
	path := filepath.Join(t.TempDir(), "files.tar")
	mustPodman(t, "export", "--output", path, name)
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	files := map[string]int64{}
	for r := tar.NewReader(file); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if h.Typeflag == tar.TypeReg && h.Size > 0 { // podman itself adds empty ones
			files[h.Name] = h.Size
		}
	}
	assert.Len(t, files, 4, "%v", files)
	for _, file := range []string{"eventbridge-connector", "licenses/LICENSE", "licenses/THIRD_PARTY_LICENSES"} {
		assert.Contains(t, files, file)
	}
	assert.Greater(t, files["etc/ssl/certs/ca-certificates.crt"], int64(100_000))
}

func TestTheImageKnowsTimeZones(t *testing.T) {
	t.Parallel()
	args := append([]string{"run", "--rm"}, runFlags...)
	out := mustPodman(t, append(args, imageName(t), "eval",
		"--expression", `string(date and time("2026-07-01T12:00:00@Europe/Berlin") - date and time("2026-07-01T12:00:00Z"))`)...)
	assert.Equal(t, `"-PT2H"`, out)
}

// TestAContainerServesAJobAndEndsInOrder starts the image, gives it a job, looks at its health, and stops it while the bus
// still thinks about the second job: that one is settled before the container ends with 0.
func TestAContainerServesAJobAndEndsInOrder(t *testing.T) {
	t.Parallel()
	gateway, err := embedded.StartGateway(embedded.GatewayOptions{})
	require.NoError(t, err)
	defer gateway.Close()
	sending := make(chan struct{}, 2)
	bus, err := embedded.StartBus(embedded.BusOptions{Latency: 500 * time.Millisecond, OnEvent: func(embedded.Event) { sending <- struct{}{} }})
	require.NoError(t, err)
	defer bus.Close()
	port := freePort(t)

	name := "eventbridge-connector-" + strconv.Itoa(os.Getpid())
	args := append([]string{"run", "--detach", "--name", name}, runFlags...)
	args = append(args,
		"--env", "CAMUNDA_CLIENT_GRPCADDRESS=http://"+gateway.Address(), "--env", "SERVER_PORT="+port,
		"--env", "SECRET_AWS_ACCESS_KEY=AKIAIMAGETEST0000000", "--env", "SECRET_AWS_SECRET_KEY=a-secret-that-opens-nothing", imageName(t))
	began := time.Now()
	mustPodman(t, args...)
	t.Cleanup(func() {
		if _, _, logs := podman(t, "logs", name); t.Failed() { // the worker logs to standard error
			t.Log(logs)
		}
		podman(t, "rm", "-f", "-t", "0", name)
	})
	require.Eventually(t, func() bool { return isUp("http://127.0.0.1:" + port + "/actuator/health/readiness") }, 20*time.Second, 5*time.Millisecond)
	t.Logf("start: ready %d ms after podman run was called", time.Since(began).Milliseconds())
	assert.Contains(t, []string{"[]", "null"}, mustPodman(t, "inspect", "--format", "{{json .EffectiveCaps}}", name), "capabilities")
	mustPodman(t, "healthcheck", "run", name)

	first := addJob(t, gateway, bus, "order-1")
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	ending, err := gateway.Wait(ctx, first)
	require.NoError(t, err)
	assert.Equal(t, embedded.Complete, ending.Command.Kind)
	assert.Contains(t, ending.Command.Variables, `"eventId"`)
	<-sending

	second := addJob(t, gateway, bus, "order-2")
	select {
	case <-sending:
	case <-ctx.Done():
		require.Fail(t, "the second job was not sent")
	}
	began = time.Now()
	mustPodman(t, "stop", "--time", "20", name)
	t.Logf("stop: %d ms after SIGTERM, with a job in flight", time.Since(began).Milliseconds())
	ending, err = gateway.Wait(ctx, second)
	require.NoError(t, err)
	assert.Equal(t, embedded.Complete, ending.Command.Kind)
	assert.Equal(t, 1, ending.Given, "how often the job was given out")
	assert.Equal(t, "0", mustPodman(t, "inspect", "--format", "{{.State.ExitCode}}", name))

	events := bus.Events()
	require.Len(t, events, 2)
	assert.JSONEq(t, `{"orderId":"order-1"}`, events[0].Detail)
	assert.Equal(t, "AKIAIMAGETEST0000000", events[0].AccessKey)
}

func addJob(t *testing.T, gateway *embedded.Gateway, bus *embedded.Bus, order string) (key int64) {
	t.Helper()
	keys, err := gateway.AddJobs(embedded.Job{
		Type: "io.camunda:aws-eventbridge:1",
		Variables: fmt.Sprintf(`{
			"authentication": {"type": "credentials", "accessKey": "{{secrets.AWS_ACCESS_KEY}}", "secretKey": "{{secrets.AWS_SECRET_KEY}}"},
			"configuration": {"region": "eu-central-1", "endpoint": %q},
			"input": {"eventBusName": "orders", "source": "shop", "detailType": "placed", "detail": {"orderId": %q}}}`, bus.URL(), order),
		CustomHeaders: `{"resultExpression": "={eventId: response.entries[1].eventId}"}`,
	})
	require.NoError(t, err)
	return keys[0]
}

func isUp(url string) bool {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, http.NoBody)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	return port
}
