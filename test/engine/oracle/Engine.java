import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.module.scala.DefaultScalaModule$;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.camunda.feel.api.EvaluationResult;
import org.camunda.feel.api.FeelEngineApi;
import org.camunda.feel.api.FeelEngineBuilder;
import org.camunda.feel.context.JavaFunction;
import org.camunda.feel.context.JavaFunctionProvider;
import org.camunda.feel.impl.DefaultValueMapper;
import org.camunda.feel.impl.JavaValueMapper;
import org.camunda.feel.syntaxtree.*;
import org.camunda.feel.valuemapper.ValueMapper;

/**
 * Answers JSON lines (expression, context) with JSON lines (result or error), as the connector runtime would: variables are
 * plain Java values, results are written by Jackson with dates as text, and the connector functions are there.
 */
public class Engine {
  static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(DefaultScalaModule$.MODULE$)
          .addModule(new JavaTimeModule())
          .addModule(new Jdk8Module())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .build();

  public static void main(String[] args) throws Exception {
    FeelEngineApi engine =
        FeelEngineBuilder.forJava().withFunctionProvider(new ConnectorFunctions()).build();
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Watch watch = new Watch(out);
    for (String line; (line = in.readLine()) != null; ) {
      watch.began = System.nanoTime();
      String answer = answer(engine, JSON.readTree(line));
      synchronized (out) {
        watch.began = 0;
        out.println(answer);
      }
    }
    out.flush();
    System.exit(0);
  }

  /** Ends the program, with the answer that there is none, when an evaluation takes too long. */
  static class Watch extends Thread {
    final PrintStream out;
    volatile long began;

    Watch(PrintStream out) {
      this.out = out;
      setDaemon(true);
      start();
    }

    @Override
    public void run() {
      while (true) {
        try {
          sleep(100);
        } catch (InterruptedException e) {
          return;
        }
        synchronized (out) {
          long since = began;
          if (since != 0 && System.nanoTime() - since > 10_000_000_000L) {
            out.println("{\"timeout\":true}");
            out.flush();
            Runtime.getRuntime().halt(3);
          }
        }
      }
    }
  }

  static String answer(FeelEngineApi engine, JsonNode question) throws Exception {
    ObjectNode answer = JSON.createObjectNode();
    try {
      @SuppressWarnings("unchecked")
      Map<String, Object> context =
          question.hasNonNull("context")
              ? JSON.convertValue(question.get("context"), Map.class)
              : Map.of();
      String expression = question.get("expression").asText().trim();
      if (expression.startsWith("=")) expression = expression.substring(1).trim();
      EvaluationResult result = engine.evaluateExpression(expression, context);
      if (result.isFailure()) {
        answer.put("error", result.failure().message());
      } else {
        return "{\"result\":" + JSON.writeValueAsString(result.result()) + "}";
      }
    } catch (OutOfMemoryError e) {
      answer = JSON.createObjectNode().put("timeout", true);
    } catch (Throwable e) {
      answer = JSON.createObjectNode().put("error", String.valueOf(e));
    }
    return JSON.writeValueAsString(answer);
  }

  /** The functions that the connector runtime adds. */
  static class ConnectorFunctions extends JavaFunctionProvider {
    static JavaFunction function(List<String> params, Function<List<Val>, Map<String, Object>> body) {
      return new JavaFunction(params, a -> context(body.apply(a)));
    }

    static Val context(Map<String, Object> entries) {
      scala.collection.mutable.LinkedHashMap<String, Object> all = new scala.collection.mutable.LinkedHashMap<>();
      entries.forEach(all::put);
      return new ValContext(
          new org.camunda.feel.context.Context.StaticContext(
              scala.collection.immutable.Map$.MODULE$.from(all),
              scala.collection.immutable.Map$.MODULE$.<String, scala.collection.immutable.List<ValFunction>>empty()));
    }

    static String string(Val v) {
      return ((ValString) v).value();
    }

    static Map<String, Object> bpmnError(List<Val> a) {
      Map<String, Object> m = new LinkedHashMap<>();
      m.put("errorType", new ValString("bpmnError"));
      m.put("errorCode", (ValString) a.get(0));
      if (a.size() > 1) m.put("errorMessage", (ValString) a.get(1));
      if (a.size() > 2) m.put("variables", (ValContext) a.get(2));
      if (a.contains(null)) throw new IllegalArgumentException();
      return m;
    }

    static Map<String, Object> jobError(List<Val> a) {
      Map<String, Object> m = new LinkedHashMap<>();
      m.put("errorMessage", (ValString) a.get(0));
      m.put("retries", a.size() > 2 ? (ValNumber) a.get(2) : new ValNumber(scala.math.BigDecimal.valueOf(0)));
      m.put("retryBackoff", a.size() > 3 ? (ValDayTimeDuration) a.get(3) : new ValDayTimeDuration(java.time.Duration.ZERO));
      m.put("variables", a.size() > 1 ? (ValContext) a.get(1) : context(Map.of()));
      m.put("errorType", new ValString("jobError"));
      return m;
    }

    static Map<String, Object> ignoreError(List<Val> a) {
      Map<String, Object> m = new LinkedHashMap<>();
      m.put("errorType", new ValString("ignoreError"));
      if (!a.isEmpty()) m.put("variables", (ValContext) a.get(0));
      return m;
    }

    static Val backoff(List<Val> a) {
      int attempt = ((ValNumber) a.get(0)).value().intValue();
      long least = a.size() > 1 ? millis(a.get(1)) : 50;
      double factor = a.size() > 2 ? number(a.get(2)) : 1.6;
      long most = a.size() > 3 ? millis(a.get(3)) : 5000;
      double share = a.size() > 4 ? number(a.get(4)) : 0.1;
      if (attempt < 1 || factor <= 0 || least > most || share < 0) throw new IllegalArgumentException("backoff");
      double delay = Math.max(least, Math.min(most, least * Math.pow(factor, attempt - 1)));
      if (share > 0) delay += ThreadLocalRandom.current().nextDouble(-share * delay, share * delay);
      return new ValDayTimeDuration(Duration.ofMillis(Math.max(0, Math.round(delay))));
    }

    static long millis(Val v) {
      return ((ValDayTimeDuration) v).value().toMillis();
    }

    static double number(Val v) {
      return ((ValNumber) v).value().toDouble();
    }

    /** The runtime stores a document for such a context in a result; the engine itself sees a context of two fields. */
    static Map<String, Object> createDocument(List<Val> a) {
      Map<String, Object> m = new LinkedHashMap<>();
      m.put("connectorResultFunction", new ValString("createDocument:" + UUID.randomUUID()));
      m.put("value", a.get(0));
      return m;
    }

    static Val fromBase64(List<Val> a) {
      if (!(a.get(0) instanceof ValString text)) return ValNull$.MODULE$;
      try {
        return new ValString(new String(Base64.getDecoder().decode(text.value()), StandardCharsets.UTF_8));
      } catch (IllegalArgumentException e) {
        return ValNull$.MODULE$;
      }
    }

    static final List<String> DELAY = List.of("attempt", "minDelay", "factor", "maxDelay", "jitterFactor");

    static final List<String> BPMN = List.of("errorCode", "errorMessage", "variables");
    static final List<String> JOB = List.of("errorMessage", "variables", "retries", "retryBackoff");

    @Override
    public List<JavaFunction> resolveFunctions(String name) {
      return switch (name) {
        case "bpmnError" ->
            List.of(
                function(BPMN.subList(0, 1), ConnectorFunctions::bpmnError),
                function(BPMN.subList(0, 2), ConnectorFunctions::bpmnError),
                function(BPMN, ConnectorFunctions::bpmnError));
        case "jobError" ->
            List.of(
                function(JOB.subList(0, 1), ConnectorFunctions::jobError),
                function(JOB.subList(0, 2), ConnectorFunctions::jobError),
                function(JOB.subList(0, 3), ConnectorFunctions::jobError),
                function(JOB, ConnectorFunctions::jobError));
        case "ignoreError" ->
            List.of(
                function(List.of(), ConnectorFunctions::ignoreError),
                function(List.of("variables"), ConnectorFunctions::ignoreError));
        case "backoff" ->
            IntStream.rangeClosed(1, DELAY.size())
                .mapToObj(n -> new JavaFunction(DELAY.subList(0, n), ConnectorFunctions::backoff))
                .toList();
        case "createDocument" -> List.of(function(List.of("value"), ConnectorFunctions::createDocument));
        case "from base64" -> List.of(new JavaFunction(List.of("value"), ConnectorFunctions::fromBase64));
        default -> List.of();
      };
    }

    @Override
    public Optional<JavaFunction> resolveFunction(String name) {
      return resolveFunctions(name).stream().findFirst();
    }

    @Override
    public Collection<String> getFunctionNames() {
      return List.of("bpmnError", "jobError", "ignoreError", "backoff", "createDocument", "from base64");
    }
  }
}
