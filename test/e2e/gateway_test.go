//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

// gateway is a running Zeebe with a client of our own.
type gateway struct {
	name    string
	address string // host:port of gRPC
	rest    string // the address of the REST API; the engine has none
	conn    *grpc.ClientConn
	client  pb.GatewayClient
	process *child
	env     []string // of the broker, to start it again
	ready   string   // answers 200 when it is ready
	records func(valueType string) ([]byte, error)
}

// startBroker starts the Zeebe broker with fresh state. With records it writes every record to its log, which is slow.
func startBroker(name string, withRecords bool) (*gateway, error) {
	p := freePorts(6)
	number := func(i int) string { return strconv.Itoa(p + i) }
	data := filepath.Join(folder, name+"-data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	g := &gateway{name: name, address: "127.0.0.1:" + number(0), rest: "http://127.0.0.1:" + number(4), ready: "http://127.0.0.1:" + number(5) + "/ready"}
	g.env = append(os.Environ(),
		"JAVA_HOME="+parts["JDK"],
		"JAVA_OPTS=-Xms512m -Xmx1g -XX:+UseSerialGC",
		"ZEEBE_BROKER_DATA_DIRECTORY="+data,
		"ZEEBE_BROKER_NETWORK_HOST=127.0.0.1",
		"ZEEBE_BROKER_GATEWAY_ENABLE=true",
		"ZEEBE_BROKER_GATEWAY_NETWORK_PORT="+number(0),
		"ZEEBE_BROKER_NETWORK_COMMANDAPI_PORT="+number(1),
		"ZEEBE_BROKER_NETWORK_INTERNALAPI_PORT="+number(2),
		"ZEEBE_BROKER_GATEWAY_CLUSTER_PORT="+number(3),
		"ZEEBE_BROKER_CLUSTER_INITIALCONTACTPOINTS=127.0.0.1:"+number(2),
		"SERVER_PORT="+number(4),
		"MANAGEMENT_SERVER_PORT="+number(5),
		"ZEEBE_BROKER_DATA_DISK_FREESPACE_PROCESSING=1GB",
		"ZEEBE_BROKER_DATA_DISK_FREESPACE_REPLICATION=512MB",
	)
	if withRecords {
		g.env = append(g.env,
			"ZEEBE_BROKER_EXPORTERS_LOG_CLASSNAME=io.camunda.zeebe.broker.exporter.debug.DebugLogExporter",
			"ZEEBE_BROKER_EXPORTERS_LOG_ARGS_LOGLEVEL=INFO",
			"ZEEBE_BROKER_EXPORTERS_LOG_ARGS_PRETTYPRINT=false",
		)
		g.records = func(string) ([]byte, error) { return g.process.output(), nil }
	}
	return g, g.start()
}

// start starts the broker, again with the state that it left.
func (g *gateway) start() error {
	var err error
	if g.process, err = start(g.name, g.env, parts["BROKER"]); err != nil {
		return err
	}
	if err := g.process.ready(4*time.Minute, g.ready); err != nil {
		return err
	}
	return g.connect()
}

// startEngine starts the engine in memory.
func startEngine(name string) (*gateway, error) {
	p := freePorts(2)
	url := fmt.Sprintf("http://127.0.0.1:%d/records", p+1)
	g := &gateway{name: name, address: fmt.Sprintf("127.0.0.1:%d", p), ready: url}
	g.records = func(valueType string) ([]byte, error) {
		code, body := get(url + "?" + valueType)
		if code != http.StatusOK {
			return nil, fmt.Errorf("records: %d %s", code, body)
		}
		return []byte(body), nil
	}
	var err error
	g.process, err = start(g.name, os.Environ(), filepath.Join(parts["JDK"], "bin/java"), "-Xmx1g", "-XX:+UseSerialGC",
		"-cp", parts["ENGINE_CLASSPATH"], "Engine", strconv.Itoa(p), strconv.Itoa(p+1))
	if err != nil {
		return nil, err
	}
	if err := g.process.ready(60*time.Second, g.ready); err != nil {
		return nil, err
	}
	return g, g.connect()
}

// connect makes a client of our own and waits until the gateway knows a healthy leader.
func (g *gateway) connect() error {
	if g.conn != nil {
		g.conn.Close()
	}
	var err error
	g.conn, err = grpc.NewClient(g.address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	g.client = pb.NewGatewayClient(g.conn)
	return within(30*time.Second, g.name+" has a topology", func() (bool, string) {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		topology, err := g.client.Topology(ctx, &pb.TopologyRequest{})
		if err != nil {
			return false, err.Error()
		}
		for _, b := range topology.GetBrokers() {
			for _, p := range b.GetPartitions() {
				if p.GetRole() == pb.Partition_LEADER && p.GetHealth() == pb.Partition_HEALTHY {
					return true, ""
				}
			}
		}
		return false, topology.String()
	})
}

// insist calls until the gateway answers anything but that it is too busy.
func insist(limit time.Duration, what string, call func() error) error {
	var failed error
	err := within(limit, what, func() (bool, string) {
		failed = call()
		return status.Code(failed) != codes.ResourceExhausted, fmt.Sprint(failed)
	})
	if err == nil && failed != nil {
		return fmt.Errorf("%s: %w", what, failed)
	}
	return err
}

// deploy deploys a model.
func (g *gateway) deploy(t *testing.T, name string, model []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, insist(30*time.Second, "deploy "+name, func() error {
		_, err := g.client.DeployResource(ctx, &pb.DeployResourceRequest{Resources: []*pb.Resource{{Name: name, Content: model}}})
		return err
	}))
}

// create starts an instance of the latest version and returns its key.
func (g *gateway) create(ctx context.Context, processID string, variables map[string]any) (int64, error) {
	data, err := json.Marshal(variables)
	if err != nil {
		return 0, err
	}
	var key int64
	return key, insist(60*time.Second, "create an instance of "+processID, func() error {
		response, err := g.client.CreateProcessInstance(ctx, &pb.CreateProcessInstanceRequest{BpmnProcessId: processID, Version: -1, Variables: string(data)})
		key = response.GetProcessInstanceKey()
		return err
	})
}

func (g *gateway) mustCreate(t *testing.T, processID string, variables map[string]any) int64 {
	t.Helper()
	key, err := g.create(t.Context(), processID, variables)
	require.NoError(t, err)
	return key
}

// result starts an instance and returns those of its variables at its end that are named.
func (g *gateway) result(t *testing.T, processID string, variables map[string]any, names ...string) map[string]any {
	t.Helper()
	data, err := json.Marshal(variables)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	response, err := g.client.CreateProcessInstanceWithResult(ctx, &pb.CreateProcessInstanceWithResultRequest{
		Request:        &pb.CreateProcessInstanceRequest{BpmnProcessId: processID, Version: -1, Variables: string(data)},
		RequestTimeout: (30 * time.Second).Milliseconds(), FetchVariables: names,
	})
	require.NoError(t, err)
	return object(t, response.GetVariables())
}

func object(t *testing.T, text string) map[string]any {
	t.Helper()
	var o map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &o), text)
	return o
}

// activate takes jobs that wait now, without waiting for any: a poll that is cancelled can lose jobs.
func (g *gateway) activate(ctx context.Context, jobType string, most int32, lease time.Duration) ([]*pb.ActivatedJob, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	stream, err := g.client.ActivateJobs(ctx, &pb.ActivateJobsRequest{
		Type: jobType, Worker: "e2e", MaxJobsToActivate: most, Timeout: lease.Milliseconds(), RequestTimeout: -1,
	})
	if err != nil {
		return nil, err
	}
	var jobs []*pb.ActivatedJob
	for {
		response, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return jobs, nil
		}
		if err != nil {
			return jobs, err
		}
		jobs = append(jobs, response.GetJobs()...)
	}
}

// take takes the job of this type, which must be of this instance, completes it, and returns its variables.
func (g *gateway) take(t *testing.T, jobType string, instance int64) map[string]any {
	t.Helper()
	var job *pb.ActivatedJob
	eventually(t, 40*time.Second, "a job of type "+jobType, func() (bool, string) {
		jobs, err := g.activate(t.Context(), jobType, 1, time.Minute)
		if len(jobs) == 0 {
			return false, fmt.Sprintf("none, %v", err)
		}
		job = jobs[0]
		return true, ""
	})
	require.Equal(t, instance, job.GetProcessInstanceKey())
	_, err := g.client.CompleteJob(t.Context(), &pb.CompleteJobRequest{JobKey: job.GetKey()})
	require.NoError(t, err)
	return object(t, job.GetVariables())
}

// record is what the tests read of a record of Zeebe's log.
type record struct {
	ValueType  string `json:"valueType"`
	RecordType string `json:"recordType"`
	Intent     string `json:"intent"`
	Timestamp  int64  `json:"timestamp"` // milliseconds
	Value      struct {
		ProcessInstanceKey int64  `json:"processInstanceKey"`
		ErrorMessage       string `json:"errorMessage"`
		ErrorType          string `json:"errorType"`
		Retries            int    `json:"retries"`
		RetryBackoff       int64  `json:"retryBackoff"`
	} `json:"value"`
}

// events returns the events of one type and intent of an instance so far.
func (g *gateway) events(t *testing.T, valueType, intent string, instance int64) []record {
	t.Helper()
	data, err := g.records(valueType)
	require.NoError(t, err)
	var found []record
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		line := lines.Bytes()
		at := bytes.IndexByte(line, '{')
		if at < 0 || !bytes.Contains(line, []byte(`"valueType":"`+valueType+`"`)) {
			continue
		}
		var r record
		if err := json.Unmarshal(line[at:], &r); err != nil {
			continue // the last line may be half written
		}
		if r.RecordType == "EVENT" && r.Intent == intent && r.Value.ProcessInstanceKey == instance {
			found = append(found, r)
		}
	}
	require.NoError(t, lines.Err())
	return found
}

// incident waits for the incident of an instance.
func (g *gateway) incident(t *testing.T, instance int64) record {
	t.Helper()
	var found []record
	eventually(t, 40*time.Second, "an incident", func() (bool, string) {
		found = g.events(t, "INCIDENT", "CREATED", instance)
		return len(found) > 0, "none"
	})
	require.Len(t, found, 1)
	return found[0]
}

// failures waits until the log shows so many failed tries of an instance, and checks that there are no more.
func (g *gateway) failures(t *testing.T, instance int64, n int) []record {
	t.Helper()
	var found []record
	eventually(t, 20*time.Second, fmt.Sprintf("%d failed tries", n), func() (bool, string) {
		found = g.events(t, "JOB", "FAILED", instance)
		return len(found) >= n, strconv.Itoa(len(found))
	})
	require.Len(t, found, n)
	return found
}
