package dev.purser.running;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Plain HTTP with one bearer credential, as a program would speak it. */
public final class Http {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String base;
  private final @Nullable String bearer;

  public Http(String base, @Nullable String bearer) {
    this.base = base;
    this.bearer = bearer;
  }

  /** An answer. */
  public record Answer(HttpResponse<byte[]> response) {
    public int status() {
      return response.statusCode();
    }

    public byte[] bytes() {
      return response.body();
    }

    public String text() {
      return new String(response.body(), StandardCharsets.UTF_8);
    }

    public JsonNode json() {
      return JSON.readTree(response.body());
    }

    public String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    /** The cookie that it sets whose name holds this one, with its attributes. */
    public String setCookie(String name) {
      return response.headers().allValues("set-cookie").stream()
          .filter(cookie -> cookie.split("=", 2)[0].contains(name))
          .findFirst()
          .orElse("");
    }

    /** The answer's JSON, which must have come with this status. */
    public JsonNode ok(int status) {
      if (status() != status) {
        throw new AssertionError("expected " + status + ", got " + status() + ": " + text());
      }
      return response.body().length == 0 ? JSON.nullNode() : json();
    }
  }

  public Answer get(String path, String... headers) {
    return send("GET", path, null, headers);
  }

  public Answer post(String path, String json, String... headers) {
    return send("POST", path, json.getBytes(StandardCharsets.UTF_8), headers);
  }

  public Answer put(String path, String json, String... headers) {
    return send("PUT", path, json.getBytes(StandardCharsets.UTF_8), headers);
  }

  public Answer patch(String path, String json, String... headers) {
    return send("PATCH", path, json.getBytes(StandardCharsets.UTF_8), headers);
  }

  public Answer delete(String path, String... headers) {
    return send("DELETE", path, null, headers);
  }

  public Answer send(String method, String path, byte @Nullable [] body, String... headers) {
    try {
      return new Answer(
          CLIENT.send(
              request(method, path, body, headers), HttpResponse.BodyHandlers.ofByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted");
    }
  }

  /** A request with this base and credential, for those who send it in a way of their own. */
  public HttpRequest request(
      String method, String path, byte @Nullable [] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(Duration.ofSeconds(60))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    if (bearer != null) {
      request.header("Authorization", "Bearer " + bearer);
    }
    if (path.startsWith("/v1/messages")) {
      request.header("anthropic-version", "2023-06-01");
    }
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    return request.build();
  }

  public static HttpClient client() {
    return CLIENT;
  }
}
