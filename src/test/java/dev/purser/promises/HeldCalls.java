package dev.purser.promises;

import dev.purser.running.Await;
import dev.purser.running.Http;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Calls to a provider that answers each of them only when the test says so. */
final class HeldCalls implements AutoCloseable {
  static final String MODEL = "claude-haiku-4-5";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Vertx vertx = Vertx.vertx();
  private final PlainProvider provider;
  private final Queue<HttpServerRequest> held = new ConcurrentLinkedQueue<>();
  private final AtomicInteger seen = new AtomicInteger();

  HeldCalls() {
    provider =
        new PlainProvider(
            vertx,
            request -> {
              if ("/v1/messages".equals(request.path())) {
                held.add(request);
                seen.incrementAndGet();
              } else {
                // The counter of tokens, which costs nothing.
                request
                    .response()
                    .putHeader("content-type", "application/json")
                    .end("{\"input_tokens\":7}");
              }
            });
  }

  String providerUrl() {
    return provider.url();
  }

  /** How many calls have reached the provider. */
  int seen() {
    return seen.get();
  }

  /** Makes a call and returns when it has reached the provider. */
  CompletableFuture<Http.Answer> begin(Http caller, int maxTokens) {
    int before = seen();
    CompletableFuture<Http.Answer> answer =
        CompletableFuture.supplyAsync(
            () -> caller.post("/v1/messages", body(maxTokens)), Thread::startVirtualThread);
    Await.until("a call is under way", PATIENCE, () -> seen() > before);
    return answer;
  }

  static String body(int maxTokens) {
    return """
    {"model":"%s","max_tokens":%d,"messages":[{"role":"user","content":"hello"}]}\
    """
        .formatted(MODEL, maxTokens);
  }

  /** Answers the call that has been held for the longest time. */
  void answerFirst(long outputTokens) {
    HttpServerRequest request = held.remove();
    PlainProvider.answer(request, MODEL, outputTokens);
  }

  /** A call from its beginning to its end. */
  Http.Answer one(Http caller, int maxTokens, long outputTokens) throws Exception {
    CompletableFuture<Http.Answer> answer = begin(caller, maxTokens);
    answerFirst(outputTokens);
    return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    provider.close();
    vertx.close().await();
  }
}
