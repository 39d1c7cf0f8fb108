import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.util.Arrays;
import java.util.Map;
import org.camunda.feel.api.FeelEngineApi;
import org.camunda.feel.api.FeelEngineBuilder;
import org.camunda.feel.api.ParseResult;

/** Prints the microseconds that feel-scala needs to evaluate each parsed expression: the median of seven batches. */
public class Peer {
  public static void main(String[] args) throws Exception {
    ObjectMapper json = new ObjectMapper();
    FeelEngineApi engine = FeelEngineBuilder.forJava().build();
    for (JsonNode c : json.readTree(new File(args[0]))) {
      Map<String, Object> context = json.convertValue(c.get("context"), Map.class);
      ParseResult parsed = engine.parseExpression(c.get("expression").asText());
      long until = System.nanoTime() + 3_000_000_000L;
      long sink = 0;
      while (System.nanoTime() < until) sink += engine.evaluate(parsed.parsedExpression(), context).hashCode();
      double[] batches = new double[7];
      for (int b = 0; b < batches.length; b++) {
        long began = System.nanoTime(), n = 0;
        while (System.nanoTime() - began < 300_000_000L) {
          sink += engine.evaluate(parsed.parsedExpression(), context).hashCode();
          n++;
        }
        batches[b] = (System.nanoTime() - began) / 1000.0 / n;
      }
      Arrays.sort(batches);
      System.out.printf("%s %.4f%n", c.get("name").asText(), batches[3]);
      if (sink == 42) System.err.println(sink);
    }
  }
}
