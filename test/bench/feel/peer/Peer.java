import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.camunda.feel.api.FeelEngineApi;
import org.camunda.feel.api.FeelEngineBuilder;
import org.camunda.feel.api.ParseResult;
import org.camunda.feel.context.Context;
import org.camunda.feel.context.JavaFunction;
import org.camunda.feel.context.JavaFunctionProvider;
import org.camunda.feel.syntaxtree.Val;
import org.camunda.feel.syntaxtree.ValContext;
import org.camunda.feel.syntaxtree.ValString;
import scala.jdk.javaapi.CollectionConverters;

/** Prints the microseconds of processor time that feel-scala needs to evaluate each parsed expression: the median of seven batches. */
public class Peer {
  /** The two functions of the connector runtime that the expressions call. */
  static class Functions extends JavaFunctionProvider {
    private final Map<String, JavaFunction> all =
        Map.of(
            "bpmnError", function("bpmnError", "errorCode", "errorMessage"),
            "jobError", function("jobError", "errorMessage", "variables", "retries", "retryBackoff"));

    private static JavaFunction function(String type, String... names) {
      return new JavaFunction(
          List.of(names),
          args -> {
            Map<String, Object> entries = new LinkedHashMap<>();
            entries.put("errorType", new ValString(type));
            for (int i = 0; i < names.length; i++) entries.put(names[i], args.get(i));
            Val v = new ValContext(new Context.StaticContext(scala.collection.immutable.Map$.MODULE$.from(CollectionConverters.asScala(entries)), scala.collection.immutable.Map$.MODULE$.empty()));
            return v;
          });
    }

    @Override
    public Optional<JavaFunction> resolveFunction(String name) {
      return Optional.ofNullable(all.get(name));
    }

    @Override
    public Collection<String> getFunctionNames() {
      return all.keySet();
    }
  }

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  public static void main(String[] args) throws Exception {
    ObjectMapper json = new ObjectMapper();
    FeelEngineApi engine = FeelEngineBuilder.create().withFunctionProvider(new Functions()).build();
    for (JsonNode c : json.readTree(new File(args[0]))) {
      Map<String, Object> context = json.convertValue(c.get("context"), Map.class);
      ParseResult parsed = engine.parseExpression(c.get("expression").asText());
      long sink = 0;
      long until = THREADS.getCurrentThreadCpuTime() + 3_000_000_000L;
      while (THREADS.getCurrentThreadCpuTime() < until) sink += evaluate(engine, parsed, context, 50);
      double[] batches = new double[7];
      for (int b = 0; b < batches.length; b++) {
        long began = THREADS.getCurrentThreadCpuTime(), n = 0;
        while (THREADS.getCurrentThreadCpuTime() - began < 300_000_000L) {
          sink += evaluate(engine, parsed, context, 50);
          n += 50;
        }
        batches[b] = (THREADS.getCurrentThreadCpuTime() - began) / 1000.0 / n;
      }
      Arrays.sort(batches);
      System.out.printf("%s %.4f%n", c.get("name").asText(), batches[3]);
      if (sink == 42) System.err.println(sink);
    }
  }

  private static long evaluate(FeelEngineApi engine, ParseResult parsed, Map<String, Object> context, int times) {
    long sink = 0;
    for (int i = 0; i < times; i++) sink += engine.evaluate(parsed.parsedExpression(), context).hashCode();
    return sink;
  }
}
