package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.purser.gateway.Forwarding.Ending;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import dev.purser.providers.Answer;
import dev.purser.providers.AnswerReader;
import dev.purser.running.Await;
import dev.purser.secret.Secret;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpClientResponse;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An {@link Error} in a step of a call ends this call as an exception does, and no other. */
class ErrorEndsCallTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final TestGateway purser = new TestGateway();
  private final List<Ending> endings = new CopyOnWriteArrayList<>();
  private int port;

  @AfterEach
  void stop() {
    purser.close();
  }

  /** Whose every reading runs out of memory. */
  private static final class Failing implements AnswerReader {
    @Override
    public boolean mayWithhold() {
      return false;
    }

    @Override
    public byte[] read(byte[] chunk) {
      throw new OutOfMemoryError("made up");
    }

    @Override
    public @Nullable Usage atMost() {
      return null;
    }

    @Override
    public boolean nearlyOver() {
      return false;
    }

    @Override
    public void passedUnread() {}

    @Override
    public byte[] rest() {
      return new byte[0];
    }

    @Override
    public Answer end(boolean complete) {
      return new Answer(UsageSource.NONE, null, null);
    }
  }

  private void forwards(Function<HttpClientResponse, AnswerReader> answered) {
    purser
        .vertx
        .deployVerticle(
            new VerticleBase() {
              @Override
              public Future<?> start() {
                Context loop = context;
                Lane lane = new Lane(purser.gateway, loop, 4);
                return vertx
                    .createHttpServer()
                    .requestHandler(request -> {
                      Client client = new Client(lane, request, Provider.ANTHROPIC, () -> {});
                      Forwarding forwarding =
                          new Forwarding(
                              lane,
                              client,
                              lane.upstream(Provider.ANTHROPIC),
                              "what it presented",
                              null,
                              answered,
                              ending -> {
                                endings.add(ending);
                                client.cut();
                              });
                      request
                          .body()
                          .onSuccess(
                              body -> forwarding.start(body.getBytes(), Secret.of("made-up-key")));
                    })
                    .listen(0, "127.0.0.1")
                    .onSuccess(server -> port = server.actualPort());
              }
            })
        .await();
  }

  private void assertCut() {
    assertThatThrownBy(() ->
            purser.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/messages"))
                    .timeout(SOON)
                    .POST(HttpRequest.BodyPublishers.ofString("{}"))
                    .build()))
        .isInstanceOf(UncheckedIOException.class);
    Await.until("the call has ended", SOON, () -> !endings.isEmpty());
    Await.until("the provider's connection is cut", SOON, () -> purser.provider.closed() == 1);
  }

  @Test
  void inTheReadingOfAnAnswer() {
    purser.provider.answers(request -> {
      request.response().setChunked(true);
      request.response().write("the beginning of an answer");
    });
    forwards(answer -> new Failing());
    assertCut();
    assertThat(endings).containsExactly(new Ending.Answered(false, false));
  }

  @Test
  void atTheFirstBytesOfAnAnswer() {
    purser.provider.answersJson("{}");
    forwards(answer -> {
      throw new StackOverflowError("made up");
    });
    assertCut();
    assertThat(endings).containsExactly(new Ending.NoAnswer(false));
  }
}
