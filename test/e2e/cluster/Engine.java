import com.sun.net.httpserver.HttpServer;
import io.camunda.zeebe.process.test.api.ZeebeTestEngine;
import io.camunda.zeebe.process.test.engine.EngineFactory;
import io.camunda.zeebe.protocol.record.Record;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/**
 * The real Zeebe engine in memory, behind its real gRPC gateway.
 *
 * <p>usage: Engine GRPC_PORT. Once the engine is up, a line on standard output tells a URL: {@code GET URL?VALUE_TYPE} gives
 * the records of one type so far, a line of JSON each.
 */
public final class Engine {
  public static void main(final String[] args) throws Exception {
    final ZeebeTestEngine engine = EngineFactory.create(Integer.parseInt(args[0]));
    engine.start();
    final HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.setExecutor(Executors.newFixedThreadPool(2));
    server.createContext(
        "/records",
        exchange -> {
          final String type = exchange.getRequestURI().getQuery();
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            for (final Record<?> record : engine.getRecordStreamSource().getRecords()) {
              if (record.getValueType().name().equals(type)) {
                out.write((record.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
              }
            }
          }
        });
    server.start();
    System.out.println("records at http://127.0.0.1:" + server.getAddress().getPort() + "/records");
  }
}
