//go:build chartserver

package chart

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// server is a real kube-apiserver on a real etcd. Nothing else of Kubernetes runs: what is admitted is stored, and no pod starts.
type server struct {
	url, kubeconfig string
	client          *http.Client
}

const token = "chart-test"

func TestMain(m *testing.M) {
	if err := fetch(context.Background(), "server"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// startServer starts both and waits until they serve. They end with the test.
func startServer(t *testing.T) *server {
	t.Helper()
	folder := t.TempDir()
	client, peer, port := freePort(t), freePort(t), freePort(t)
	etcd := fmt.Sprintf("http://127.0.0.1:%d", client)
	spawn(t, folder, tools["ETCD"],
		"--data-dir", filepath.Join(folder, "etcd"), "--unsafe-no-fsync", "--listen-client-urls", etcd, "--advertise-client-urls", etcd,
		"--listen-peer-urls", fmt.Sprintf("http://127.0.0.1:%d", peer))

	key := filepath.Join(folder, "accounts.pem")
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)}
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(block), 0o600))
	tokens := filepath.Join(folder, "tokens.csv")
	require.NoError(t, os.WriteFile(tokens, []byte(token+`,admin,admin,"system:masters"`+"\n"), 0o600))
	spawn(t, folder, tools["KUBE_APISERVER"],
		"--etcd-servers", etcd, "--bind-address", "127.0.0.1", "--secure-port", strconv.Itoa(port), "--cert-dir", filepath.Join(folder, "certificates"),
		"--service-account-key-file", key, "--service-account-signing-key-file", key, "--service-account-issuer", "https://kubernetes.default.svc",
		"--service-cluster-ip-range", "10.0.0.0/24", "--token-auth-file", tokens, "--authorization-mode", "RBAC")

	s := &server{
		url: fmt.Sprintf("https://127.0.0.1:%d", port), kubeconfig: filepath.Join(folder, "kubeconfig"),
		// The certificate is the one that the server made for itself a moment ago.
		client: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}},
	}
	require.NoError(t, os.WriteFile(s.kubeconfig, fmt.Appendf(nil, `{"apiVersion": "v1", "kind": "Config", "current-context": "c",
"clusters": [{"name": "c", "cluster": {"server": %q, "insecure-skip-tls-verify": true}}],
"users": [{"name": "c", "user": {"token": %q}}], "contexts": [{"name": "c", "context": {"cluster": "c", "user": "c"}}]}`, s.url, token), 0o600))
	require.Eventually(t, func() bool {
		status, _, err := s.call(t, http.MethodGet, "/readyz", nil)
		return err == nil && status == http.StatusOK
	}, time.Minute, 200*time.Millisecond, "the API server does not get ready")
	return s
}

// freePort returns a port that was free a moment ago.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	return l.Addr().(*net.TCPAddr).Port
}

// spawn runs a program until the test ends. What it writes is shown if the test failed.
func spawn(t *testing.T, folder, program string, args ...string) {
	t.Helper()
	log, err := os.Create(filepath.Join(folder, filepath.Base(program)+".log"))
	require.NoError(t, err)
	cmd := exec.Command(program, args...) //nolint:noctx // it is to outlive the test's context, for the calls of its cleanups
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		late := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // it was told to end
		late.Stop()
		if text, err := os.ReadFile(log.Name()); t.Failed() && err == nil {
			t.Logf("%s, at its end:\n%s", filepath.Base(program), text[max(0, len(text)-3000):])
		}
		_ = log.Close()
	})
}

// call speaks to the API; body is sent as JSON.
func (s *server) call(t *testing.T, method, path string, body any) (status int, answer object, err error) {
	t.Helper()
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		require.NoError(t, err)
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, content)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, err
	}
	if json.Unmarshal(text, &answer) != nil {
		answer = object{"message": string(text)}
	}
	return response.StatusCode, answer, nil
}

// must is call of what has to succeed.
func (s *server) must(t *testing.T, method, path string, body any) object {
	t.Helper()
	status, answer, err := s.call(t, method, path, body)
	require.NoError(t, err)
	require.Less(t, status, 300, "%s %s: %v", method, path, answer["message"])
	return answer
}

// resources are the paths of the kinds that the chart can make.
var resources = map[string]string{
	"Pod":       "/api/v1/namespaces/%s/pods",
	"ConfigMap": "/api/v1/namespaces/%s/configmaps", "Service": "/api/v1/namespaces/%s/services", "ServiceAccount": "/api/v1/namespaces/%s/serviceaccounts",
	"Deployment":              "/apis/apps/v1/namespaces/%s/deployments",
	"HorizontalPodAutoscaler": "/apis/autoscaling/v2/namespaces/%s/horizontalpodautoscalers",
	"PodDisruptionBudget":     "/apis/policy/v1/namespaces/%s/poddisruptionbudgets",
	"NetworkPolicy":           "/apis/networking.k8s.io/v1/namespaces/%s/networkpolicies",
	"PriorityClass":           "/apis/scheduling.k8s.io/v1/priorityclasses",
	"ServiceMonitor":          "/apis/monitoring.coreos.com/v1/namespaces/%s/servicemonitors",
	"PodMonitor":              "/apis/monitoring.coreos.com/v1/namespaces/%s/podmonitors",
	"PrometheusRule":          "/apis/monitoring.coreos.com/v1/namespaces/%s/prometheusrules",
	"ScaledObject":            "/apis/keda.sh/v1alpha1/namespaces/%s/scaledobjects",
}

// collection is where the resources of an object's kind are. As Helm does, it takes the release's namespace for an object that
// names none.
func collection(t *testing.T, o object) string {
	t.Helper()
	pattern, known := resources[o["kind"].(string)]
	require.True(t, known, "kind %v", o["kind"])
	if !strings.Contains(pattern, "%s") {
		return pattern
	}
	place, ok := at(o, "metadata/namespace").(string)
	if !ok {
		place = namespace
	}
	return fmt.Sprintf(pattern, place)
}

// prepare makes the namespaces, one that enforces the restricted standard, and the kinds of the operators, without their
// schemas.
func (s *server) prepare(t *testing.T) {
	t.Helper()
	for name, labels := range map[string]object{namespace: {"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/warn": "restricted"}, "monitoring": {}} {
		s.must(t, http.MethodPost, "/api/v1/namespaces", object{"metadata": object{"name": name, "labels": labels}})
	}
	for plural, kind := range map[string]string{
		"servicemonitors.monitoring.coreos.com/v1": "ServiceMonitor", "podmonitors.monitoring.coreos.com/v1": "PodMonitor",
		"prometheusrules.monitoring.coreos.com/v1": "PrometheusRule", "scaledobjects.keda.sh/v1alpha1": "ScaledObject",
	} {
		full, version := filepath.Split(plural)
		full = full[:len(full)-1]
		short, group, _ := bytes.Cut([]byte(full), []byte("."))
		s.must(t, http.MethodPost, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", object{
			"metadata": object{"name": full},
			"spec": object{
				"group": string(group), "scope": "Namespaced", "names": object{"plural": string(short), "kind": kind},
				"versions": []any{object{"name": version, "served": true, "storage": true, "schema": object{
					"openAPIV3Schema": object{"type": "object", "x-kubernetes-preserve-unknown-fields": true},
				}}},
			},
		})
	}
	for p := range map[string]bool{"ServiceMonitor": true, "PodMonitor": true, "PrometheusRule": true, "ScaledObject": true} {
		require.Eventually(t, func() bool {
			status, _, err := s.call(t, http.MethodGet, fmt.Sprintf(resources[p], namespace), nil)
			return err == nil && status == http.StatusOK
		}, 30*time.Second, 100*time.Millisecond, "%s is not served", p)
	}
}
