package dev.purser.gateway;

import dev.purser.providers.TokenCount;
import dev.purser.secret.Secret;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the provider's free counter what a request's input comes to, once and not for long: who gets
 * no answer goes on without one. Lives on one event loop.
 */
final class Counter {
  private static final Logger log = LoggerFactory.getLogger(Counter.class);

  private static final long PATIENCE_MILLIS = 5_000;

  /** An answer is a small object. */
  private static final int MAX_BYTES = 64 * 1024;

  private final TokenCount question;
  private final Promise<OptionalLong> answered = Promise.promise();
  private final Buffer answer = Buffer.buffer();
  private @Nullable HttpClientRequest request;

  /**
   * What the counter said.
   *
   * @param inputTokens null if nothing that can be used
   */
  record Count(String model, @Nullable Long inputTokens) {}

  private Counter(TokenCount question) {
    this.question = question;
  }

  /**
   * Asks, as the client of the call would.
   *
   * @param credential what the client presented, which must not go on
   * @param told what to do then; on this event loop
   */
  static void ask(
      Lane lane,
      Client client,
      Upstream upstream,
      String credential,
      Secret providerKey,
      String model,
      TokenCount question,
      Consumer<Count> told) {
    Counter counter = new Counter(question);
    long timer = lane.vertx().setTimer(PATIENCE_MILLIS, _ -> counter.giveUp("no answer in time"));
    upstream
        .connect(question.path())
        .onFailure(e -> counter.giveUp(String.valueOf(e.getMessage())))
        .onSuccess(connected ->
            counter.guarded(
                () -> counter.send(connected, client, upstream, credential, providerKey)));
    Future<OptionalLong> counted = counter.answered.future();
    counted.onComplete(result -> {
      lane.vertx().cancelTimer(timer);
      OptionalLong tokens = result.succeeded() ? result.result() : OptionalLong.empty();
      told.accept(new Count(model, tokens.isPresent() ? tokens.getAsLong() : null));
    });
  }

  private void send(
      HttpClientRequest connected,
      Client client,
      Upstream upstream,
      String credential,
      Secret providerKey) {
    if (answered.future().isComplete()) {
      connected.reset();
      return;
    }
    request = connected;
    AnswerGuard.serve(connected);
    HeaderRules.copyToProvider(client.request().headers(), connected.headers(), credential);
    connected.putHeader("accept-encoding", "identity");
    upstream.authorize(connected, providerKey);
    connected
        .send(Buffer.buffer(question.body()))
        .onFailure(e -> giveUp(String.valueOf(e.getMessage())))
        .onSuccess(response -> guarded(() -> read(response)));
  }

  private void read(HttpClientResponse response) {
    if (response.statusCode() != 200) {
      giveUp("status " + response.statusCode());
      return;
    }
    response.exceptionHandler(e -> giveUp(String.valueOf(e.getMessage())));
    response.handler(chunk -> {
      if (answer.length() + chunk.length() > MAX_BYTES) {
        giveUp("too long an answer");
      } else {
        answer.appendBuffer(chunk);
      }
    });
    response.endHandler(_ -> guarded(this::ended));
  }

  private void ended() {
    OptionalLong tokens = question.read(answer.getBytes());
    if (tokens.isEmpty()) {
      giveUp("an answer without a number");
    } else {
      answered.tryComplete(tokens);
    }
  }

  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      log.error("a counter could not be asked", e);
      giveUp("an error of Purser's own");
    }
  }

  private void giveUp(String reason) {
    if (answered.tryComplete(OptionalLong.empty())) {
      log.debug("the input of a call could not be counted: {}", reason);
      if (request != null) {
        AnswerGuard.reset(request);
      }
    }
  }
}
