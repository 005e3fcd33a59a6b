package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.storage.TestDatabase;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * A body that takes long to read delays no stream: it is read on no event loop. Which threads read
 * is seen in samples of all stacks, so that it does not matter how long reading takes.
 */
class LargeBodiesTest {
  private static final String MODEL = "claude-sonnet-5-5";
  private static final long ENOUGH_SAMPLES = 20;
  private static final int MAX_CALLS = 100;

  /** 32 MB that are slow to read: every other byte is a number. */
  private static final byte[] LARGE_BODY =
      """
      {"model":"%s","max_tokens":400,"metadata":{"numbers":[%s1]},\
      "messages":[{"role":"user","content":"hello"}]}\
      """
          .formatted(MODEL, "1,".repeat(16 * 1024 * 1024 - 100))
          .getBytes(StandardCharsets.UTF_8);

  private final AtomicLong onEventLoops = new AtomicLong();
  private final AtomicLong elsewhere = new AtomicLong();

  @Test
  void aLargeBodyIsReadOnNoEventLoop() throws InterruptedException {
    Vertx vertx = Vertx.vertx();
    AtomicBoolean over = new AtomicBoolean();
    Thread sampler =
        Thread.ofPlatform()
            .start(() -> {
              while (!over.get()) {
                Thread.getAllStackTraces().forEach(this::sample);
              }
            });
    try (PlainProvider provider =
            new PlainProvider(vertx, request -> PlainProvider.answer(request, MODEL, 9));
        RunningPurser purser =
            RunningPurser.start(
                TestDatabase.Kind.SQLITE, Map.of("PURSER_ANTHROPIC_URL", provider.url()))) {
      Person person = purser.newPerson();
      person.saveKey("anthropic", Person.ANTHROPIC_KEY);
      Http caller = person.caller("large");
      for (int call = 0; call < MAX_CALLS && elsewhere.get() < ENOUGH_SAMPLES; call++) {
        assertThat(caller.send("POST", "/v1/messages", LARGE_BODY).status()).isEqualTo(200);
        assertThat(onEventLoops).hasValue(0);
      }
      assertThat(elsewhere).hasValueGreaterThanOrEqualTo(ENOUGH_SAMPLES);
    } finally {
      over.set(true);
      sampler.join();
      vertx.close().await();
    }
  }

  private void sample(Thread thread, StackTraceElement[] stack) {
    if (Arrays.stream(stack).anyMatch(frame -> frame.getClassName().contains(".RequestScan"))) {
      (thread.getName().contains("eventloop") ? onEventLoops : elsewhere).incrementAndGet();
    }
  }
}
