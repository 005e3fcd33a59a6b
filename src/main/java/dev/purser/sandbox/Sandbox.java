package dev.purser.sandbox;

import dev.purser.pricing.Provider;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Both providers, simulated over real HTTP on 127.0.0.1: what the demo calls instead of them, and
 * what tests do. Answers have the shapes of recorded real ones; tokens are counted by a rule (a
 * token is four bytes of prompt, or a word of answer) so that the same request always costs the
 * same. What goes wrong on request stands in {@link Incident} and {@link KeyStanding}.
 */
public final class Sandbox implements AutoCloseable {
  private static final long START_SECONDS = 10;

  private final Vertx vertx;
  private final boolean ownsVertx;
  private final Tally tally;
  private final ProviderServer anthropic;
  private final ProviderServer openai;

  private Sandbox(Vertx vertx, boolean ownsVertx, SandboxOptions options, Consumer<Seen> witness) {
    this.vertx = vertx;
    this.ownsVertx = ownsVertx;
    this.tally = new Tally(options.remembered());
    Identifiers identifiers = new Identifiers(options.seed());
    this.anthropic =
        new ProviderServer(
            vertx,
            Provider.ANTHROPIC,
            new AnthropicApi(options, identifiers),
            identifiers,
            options,
            tally,
            witness);
    this.openai =
        new ProviderServer(
            vertx,
            Provider.OPENAI,
            new OpenAiApi(options, identifiers),
            identifiers,
            options,
            tally,
            witness);
  }

  /** Starts on a Vert.x of its own, and returns when it listens. Not for event loops. */
  public static Sandbox start(SandboxOptions options) {
    return start(options, _ -> {});
  }

  /**
   * The same, with somebody who is told of each call before the first byte of its answer.
   *
   * @param witness on the event loop that received the call, so it must be quick
   */
  public static Sandbox start(SandboxOptions options, Consumer<Seen> witness) {
    return new Sandbox(Vertx.vertx(), true, options, witness).listen(options);
  }

  /** Starts on this Vert.x, and returns when it listens. Not for event loops. */
  public static Sandbox start(Vertx vertx, SandboxOptions options) {
    return new Sandbox(vertx, false, options, _ -> {}).listen(options);
  }

  /** A provider's base URL, without {@code /v1}. */
  public URI url(Provider provider) {
    int port =
        switch (provider) {
          case ANTHROPIC -> anthropic.port();
          case OPENAI -> openai.port();
        };
    return URI.create("http://127.0.0.1:" + port);
  }

  /** The calls that the providers saw, oldest first, as far back as the options say. */
  public List<Seen> seen() {
    return tally.all();
  }

  @Override
  public void close() {
    await(Future.all(anthropic.close(), openai.close()));
    if (ownsVertx) {
      await(vertx.close());
    }
  }

  private Sandbox listen(SandboxOptions options) {
    await(
        Future.all(anthropic.listen(options.anthropicPort()), openai.listen(options.openaiPort())));
    return this;
  }

  private static <T> void await(Future<T> future) {
    try {
      future.await(START_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException("the sandbox did not start or stop in time", e);
    }
  }
}
