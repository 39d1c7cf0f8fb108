import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.camunda.client.CamundaClient;
import io.camunda.client.api.command.ClientStatusException;
import io.camunda.client.api.command.ProblemException;
import io.camunda.client.api.command.enums.TenantFilter;
import io.camunda.client.api.response.ActivatedJob;
import io.camunda.client.api.response.Topology;
import io.camunda.client.impl.basicauth.BasicAuthCredentialsProviderBuilder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Holds the gateway to its protocols by Camunda's Java client, over gRPC and over REST.
 *
 * <p>Arguments: the gateway's host:port, the URL of its REST API, the URL of its control. Ends with status 0 when all holds.
 */
final class Conformance {
  /** What must not be over before the client is done, however slow the machine. */
  private static final Duration LONG = Duration.ofMinutes(10);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static String grpc;
  private static String rest;
  private static String control;
  private static int checks;

  public static void main(String[] args) throws Exception {
    grpc = args[0];
    rest = args[1];
    control = args[2];
    for (boolean overREST : new boolean[] {false, true}) {
      try (CamundaClient client = client(overREST, "secret")) {
        drive(client, overREST, overREST ? "rest" : "grpc");
      }
      try (CamundaClient stranger = client(overREST, "wrong")) {
        refused("a wrong password", overREST, () -> stranger.newTopologyRequest().send().join(), "UNAUTHENTICATED", 401);
      }
    }
    System.out.println("camunda-client-java: " + checks + " checks");
    System.exit(0); // the HTTP client has threads of its own
  }

  private static CamundaClient client(boolean overREST, String password) {
    return CamundaClient.newClientBuilder()
        .applyEnvironmentVariableOverrides(false)
        .grpcAddress(URI.create("http://" + grpc))
        .restAddress(URI.create(rest))
        .preferRestOverGrpc(overREST)
        .credentialsProvider(
            new BasicAuthCredentialsProviderBuilder().applyEnvironmentOverrides(false).username("demo").password(password).build())
        .defaultRequestTimeout(LONG)
        .build();
  }

  private static void drive(CamundaClient c, boolean overREST, String type) throws Exception {
    Topology topology = c.newTopologyRequest().send().join();
    expect("partitions", topology.getPartitionsCount(), 2);
    expect("version", topology.getGatewayVersion(), "8.9.0");
    expect("role", topology.getBrokers().get(0).getPartitions().get(0).isLeader(), true);

    add(type, 7, ",\"variables\":{\"n\":\"{{n}}\",\"x\":1},\"headers\":{\"h\":\"v\"},\"tags\":[\"a\"],\"processId\":\"p\",\"elementId\":\"e\"");
    List<ActivatedJob> jobs = poll(c, type, 7, LONG);
    expect("jobs of a poll", jobs.size(), 7);
    var numbers = new TreeSet<String>();
    for (ActivatedJob job : jobs) {
      numbers.add((String) job.getVariable("n"));
    }
    expect("distinct variables", numbers.size(), 7);
    ActivatedJob first = jobs.get(0);
    expect("variables that were not asked for", first.getVariablesAsMap().containsKey("x"), false);
    expect("headers", first.getCustomHeaders(), Map.of("h", "v"));
    expect("retries", first.getRetries(), 3);
    expect("type", first.getType(), type);
    expect("process", first.getBpmnProcessId() + "/" + first.getElementId(), "p/e");
    expect("worker", first.getWorker(), "java");
    expect("tags", first.getTags().contains("a"), true);
    expect("tenant", first.getTenantId(), "<default>");
    expect("a deadline ahead", first.getDeadline() > System.currentTimeMillis(), true);
    expect("a poll when all are given out", poll(c, type, 7, Duration.ofMillis(200)).size(), 0);

    long key = first.getKey();
    c.newCompleteCommand(key).variables(Map.of("r", 1)).send().join();
    refused("complete twice", overREST, () -> c.newCompleteCommand(key).send().join(), "NOT_FOUND", 404);
    c.newThrowErrorCommand(jobs.get(1)).errorCode("CODE").errorMessage("why").variables(Map.of("v", 1)).send().join();
    ActivatedJob later = jobs.get(2);
    c.newFailCommand(later).retries(2).retryBackoff(LONG).errorMessage("much later").send().join();
    refused("fail in backoff", overREST, () -> c.newFailCommand(later).retries(1).send().join(), "FAILED_PRECONDITION", 409);
    c.newFailCommand(jobs.get(3)).retries(2).retryBackoff(Duration.ofMillis(50)).errorMessage("again").send().join();
    ActivatedJob again = poll(c, type, 1, LONG).get(0);
    expect("job after its backoff", again.getKey(), jobs.get(3).getKey());
    expect("retries after a failure", again.getRetries(), 2);
    ActivatedJob incident = jobs.get(4);
    c.newFailCommand(incident).retries(0).errorMessage("incident").send().join();
    refused("complete an incident", overREST, () -> c.newCompleteCommand(incident).send().join(), "FAILED_PRECONDITION", 409);
    c.newUpdateTimeoutCommand(jobs.get(5)).timeout(Duration.ofMillis(1)).send().join();
    expect("job handed back by its time-out", poll(c, type, 1, LONG).get(0).getKey(), jobs.get(5).getKey());

    if (!overREST) {
      stream(c);
    } else {
      post("/models", "{\"key\":77,\"xml\":\"<model/>\"}");
      expect("model", c.newProcessDefinitionGetXmlRequest(77).send().join(), "<model/>");
      refused("a model that is not there", true, () -> c.newProcessDefinitionGetXmlRequest(78).send().join(), "", 404);
    }
    work(c, type + "-worker");

    ActivatedJob left = jobs.get(6);
    post("/faults", "{\"faults\":[{\"calls\":[\"commands\"],\"code\":\"RESOURCE_EXHAUSTED\"}]}");
    refused("back-pressure", overREST, () -> c.newCompleteCommand(left).send().join(), "RESOURCE_EXHAUSTED", 503);
    post("/faults", "{}");

    post("/tenants", "{\"tenants\":[\"a\",\"b\"]}");
    String tenants = type + "-tenants";
    add(tenants, 1, ",\"tenant\":\"a\"");
    add(tenants, 1, ",\"tenant\":\"b\"");
    expect("jobs of tenant a", jobsOf(c, tenants, "a"), List.of("a"));
    expect(
        "jobs of the caller's tenants",
        c.newActivateJobsCommand().jobType(tenants).maxJobsToActivate(9).timeout(LONG).tenantFilter(TenantFilter.ASSIGNED).send().join().getJobs().size(),
        1);
    refused("a tenant of others", overREST, () -> jobsOf(c, tenants, "z"), "PERMISSION_DENIED", 403);
    post("/tenants", "{\"tenants\":null}");
    refused("a tenant where there are none", overREST, () -> jobsOf(c, tenants, "a"), "INVALID_ARGUMENT", 400);
  }

  /** Jobs come by a stream as they are created. */
  private static void stream(CamundaClient c) throws Exception {
    BlockingQueue<ActivatedJob> pushed = new LinkedBlockingQueue<>();
    var open = c.newStreamJobsCommand().jobType("stream").consumer(pushed::add).timeout(LONG).workerName("java").send();
    while (get("/report?jobs=none").at("/calls/streamsOpen").asInt() != 1) {
      Thread.sleep(10);
    }
    long key = add("stream", 1, "").at("/keys/0").asLong();
    expect("job of a stream", pushed.take().getKey(), key);
    c.newCompleteCommand(key).send().join();
    open.cancel(true);
  }

  /** The client's own worker takes jobs and completes them. */
  private static void work(CamundaClient c, String type) throws Exception {
    BlockingQueue<Long> done = new LinkedBlockingQueue<>();
    try (var worker =
        c.newWorker()
            .jobType(type)
            .handler((client, job) -> {
              client.newCompleteCommand(job).send().join();
              done.add(job.getKey());
            })
            .timeout(LONG)
            .pollInterval(Duration.ofMillis(20))
            .streamEnabled(true)
            .open()) {
      var wanted = new TreeSet<Long>();
      for (JsonNode key : add(type, 20, "").at("/keys")) {
        wanted.add(key.asLong());
      }
      var got = new TreeSet<Long>();
      while (got.size() < wanted.size()) {
        got.add(done.take());
      }
      expect("jobs of the worker", got, wanted);
    }
  }

  private static List<ActivatedJob> poll(CamundaClient c, String type, int n, Duration wait) {
    return c.newActivateJobsCommand().jobType(type).maxJobsToActivate(n).timeout(LONG).workerName("java").fetchVariables("n")
        .requestTimeout(wait).send().join().getJobs();
  }

  private static List<String> jobsOf(CamundaClient c, String type, String tenant) {
    var of = new ArrayList<String>();
    for (ActivatedJob job : c.newActivateJobsCommand().jobType(type).maxJobsToActivate(9).timeout(LONG).tenantId(tenant).send().join().getJobs()) {
      of.add(job.getTenantId());
    }
    return of;
  }

  private static JsonNode add(String type, int count, String more) throws Exception {
    return post("/jobs", "{\"type\":\"" + type + "\",\"count\":" + count + more + "}");
  }

  private static JsonNode post(String path, String body) throws Exception {
    return call(HttpRequest.newBuilder(URI.create(control + path)).POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  private static JsonNode get(String path) throws Exception {
    return call(HttpRequest.newBuilder(URI.create(control + path)).build());
  }

  private static JsonNode call(HttpRequest request) throws Exception {
    var answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    expect("answer of the control, " + answer.body(), answer.statusCode(), 200);
    return JSON.readTree(answer.body());
  }

  private static void expect(String what, Object got, Object want) {
    checks++;
    if (!Objects.equals(got, want)) {
      throw new AssertionError(what + ": got " + got + ", want " + want);
    }
  }

  /** Expects that a call is refused: with a code over gRPC, with a status and problem details over REST. */
  private static void refused(String what, boolean overREST, Runnable call, String code, int status) {
    try {
      call.run();
    } catch (ClientStatusException e) {
      expect(what, overREST ? e : e.getStatusCode().name(), code);
      return;
    } catch (ProblemException e) {
      expect(what, overREST ? e.code() : e, status);
      expect(what + ": status of the problem", e.details().getStatus(), status);
      return;
    }
    throw new AssertionError(what + ": taken, want " + code + " or " + status);
  }
}
