package dev.purser.promises;

import dev.purser.running.Await;
import dev.purser.running.Http;
import dev.purser.running.RawConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Someone who calls all the while, one call after another, while somebody else attacks. */
final class SecondUser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Function<String, String> call;
  private final List<Long> nanos = Collections.synchronizedList(new ArrayList<>());
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile boolean enough;

  private SecondUser(Function<String, String> call) {
    this.call = call;
    this.thread = Thread.ofVirtual().unstarted(this::call);
  }

  /** Begins to call as programs do, over connections that are kept. */
  static SecondUser calling(Http caller) {
    return calling(body -> {
      Http.Answer answer = caller.post("/v1/messages", body);
      return answer.status() == 200 ? "" : answer.status() + " " + answer.text();
    });
  }

  /** The same, over a new connection each time. */
  static SecondUser connectingEachTime(String url, String virtualKey) {
    return calling(body -> {
      try (RawConnection connection = new RawConnection(url)) {
        String answer =
            connection
                .send(
                    """
                    POST /v1/messages HTTP/1.1\r
                    host: 127.0.0.1\r
                    connection: close\r
                    x-api-key: %s\r
                    anthropic-version: 2023-06-01\r
                    content-type: application/json\r
                    content-length: %d\r
                    \r
                    %s\
                    """
                        .formatted(virtualKey, body.length(), body))
                .head();
        return answer.startsWith("HTTP/1.1 200 ") ? "" : "\"" + answer + "\"";
      }
    });
  }

  /**
   * Begins to call, and returns once the first call was answered.
   *
   * @param call gives what went wrong with a call that has this body; empty if nothing did
   */
  private static SecondUser calling(Function<String, String> call) {
    SecondUser user = new SecondUser(call);
    user.thread.start();
    user.callsOn(1);
    return user;
  }

  private void call() {
    String small = Prompts.messages("hello", false);
    String larger = Prompts.messages("hello ".repeat(50_000), false);
    for (int i = 0; !enough; i++) {
      long begun = System.nanoTime();
      try {
        String failure = call.apply(i % 4 == 3 ? larger : small);
        if (!failure.isEmpty()) {
          failures.add(failure);
        }
      } catch (RuntimeException e) {
        failures.add(e.toString());
      }
      nanos.add(System.nanoTime() - begun);
    }
  }

  /** Waits until so many more of its calls have ended. */
  void callsOn(int more) {
    int until = nanos.size() + more;
    Await.until(more + " more calls of another user", PATIENCE, () -> nanos.size() >= until);
  }

  /** Ends the calls; says how long they took, and gives those that failed. */
  List<String> failures(String during) {
    close();
    List<Long> sorted = nanos.stream().sorted().toList();
    System.out.printf(
        "%s: %d calls of another user, %d failed; half of them took at most %.1f ms, all at most %.1f ms%n",
        during,
        sorted.size(),
        failures.size(),
        sorted.get(sorted.size() / 2) / 1e6,
        sorted.getLast() / 1e6);
    return failures;
  }

  @Override
  public void close() {
    enough = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
