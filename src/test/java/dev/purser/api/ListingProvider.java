package dev.purser.api;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * Both providers as far as API keys are asked about: what is answered depends on a word in the key.
 */
final class ListingProvider implements AutoCloseable {
  /** Made up, of the forms that the providers' keys have. */
  static final String GOOD_ANTHROPIC = "sk-ant-api03-test-good-0123456789abcdefghijklmnopQRST-AA";

  static final String GOOD_OPENAI = "sk-proj-test-good-0123456789abcdefghijklmnopqrstuvWXYZ";
  static final String BAD_OPENAI = "sk-proj-test-bad-0123456789abcdefghijklmnopqrstuvwXYZ0";
  static final String UNANSWERED_OPENAI = "sk-proj-test-down-0123456789abcdefghijklmnopqrstuvXY";

  private final HttpServer server;

  private ListingProvider(HttpServer server) {
    this.server = server;
  }

  static ListingProvider start() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext("/v1/models", ListingProvider::list);
      server.start();
      return new ListingProvider(server);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private static void list(HttpExchange exchange) throws IOException {
    String anthropicKey = exchange.getRequestHeaders().getFirst("x-api-key");
    String key =
        anthropicKey == null
            ? exchange.getRequestHeaders().getFirst("authorization")
            : anthropicKey;
    if (key.contains("-down-")) {
      answer(exchange, 500, "{}");
    } else if (key.contains("-bad-")) {
      answer(
          exchange,
          401,
          """
          {"error":{"message":"Incorrect API key provided.","type":"invalid_request_error",\
          "param":null,"code":"invalid_api_key"}}\
          """);
    } else if (anthropicKey != null) {
      answer(
          exchange,
          200,
          """
          {"data":[{"type":"model","id":"claude-fable-5-2","display_name":"Claude Fable 5.2",\
          "created_at":"2026-10-01T00:00:00Z"},{"type":"model","id":"claude-of-tomorrow",\
          "display_name":"Claude of Tomorrow","created_at":"2026-11-20T00:00:00Z"},\
          {"type":"model","id":"claude-odd","display_name":"Claude\\u0000\\u202eOdd"},\
          {"type":"model","id":"claude\\u200b-unseen","display_name":"Unseen"},\
          {"type":"model","id":"claude-half","display_name":"Half\\ud800"}],\
          "has_more":false,"first_id":"claude-fable-5-2","last_id":"claude-of-tomorrow"}\
          """);
    } else {
      answer(
          exchange,
          200,
          """
          {"object":"list","data":[{"id":"gpt-6.1-sol","object":"model","created":1790000000,\
          "owned_by":"system"}]}\
          """);
    }
  }

  private static void answer(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("content-type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
