package dev.purser.api;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;

/** The server itself: is it alive, is it ready, what does it count, what does its API look like. */
record ServerResource(
    Supplier<Optional<String>> notReadyBecause, PrometheusMeterRegistry metrics, String openApi) {

  /** That all is well. */
  record HealthBody(String status) {}

  static ServerResource of(
      Supplier<Optional<String>> notReadyBecause, PrometheusMeterRegistry metrics) {
    try (InputStream in = ServerResource.class.getResourceAsStream("openapi.yaml")) {
      if (in == null) {
        throw new IllegalStateException("openapi.yaml is missing");
      }
      String openApi = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new ServerResource(notReadyBecause, metrics, openApi);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ApiAnswer live(ApiRequest request) {
    return ApiAnswer.ok(new HealthBody("live"));
  }

  ApiAnswer ready(ApiRequest request) {
    return notReadyBecause
        .get()
        .map(reason -> ApiAnswer.refused(ProblemCode.NOT_READY, reason))
        .orElseGet(() -> ApiAnswer.ok(new HealthBody("ready")));
  }

  ApiAnswer metrics(ApiRequest request) {
    return new ApiAnswer.Text("text/plain; version=0.0.4; charset=utf-8", metrics.scrape());
  }

  ApiAnswer openApi(ApiRequest request) {
    return new ApiAnswer.Text("application/yaml; charset=utf-8", openApi);
  }
}
