package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.Cookie;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What is kept of forms that were sent, at a time that the test sets. */
class SentFormsTest {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-22T14:05:00Z"));
  private final SentForms forms = new SentForms(now::get, new SecureRandom());
  private final AtomicInteger done = new AtomicInteger();

  private Reply send(String id, Reply reply) {
    return forms.once(
        id,
        () -> {
          done.incrementAndGet();
          return reply;
        },
        _ -> new Reply.NoNews());
  }

  @Test
  void theSameFormIsDoneOnceForTenMinutes() {
    Reply made = Reply.redirect("/agents/1");
    assertThat(send("a", made)).isEqualTo(made);
    assertThat(send("a", Reply.redirect("/agents/2"))).isEqualTo(made);
    assertThat(done).hasValue(1);
    now.updateAndGet(then -> then.plus(Duration.ofMinutes(10)));
    send("a", made);
    assertThat(done).hasValue(2);
  }

  @Test
  void anAnswerWithCookiesIsNotKept() {
    send("a", new Reply.Redirect("/", List.of(Cookie.cookie("session", "secret"))));
    send("a", new Reply.Redirect("/", List.of(Cookie.cookie("session", "secret"))));
    assertThat(done).hasValue(2);
  }

  @Test
  void aFormUnderWayIsDoneOnceHoweverManyOthersAreDoneMeanwhile() {
    CompletableFuture<Reply> answer = new CompletableFuture<>();
    CompletableFuture<Void> begun = new CompletableFuture<>();
    CompletableFuture<Reply> first =
        CompletableFuture.supplyAsync(() ->
            forms.once(
                "slow",
                () -> {
                  begun.complete(null);
                  return answer.join();
                },
                _ -> new Reply.NoNews()));
    begun.join();
    for (int i = 0; i < 25_000; i++) {
      send("other" + i, Reply.redirect("/"));
    }
    CompletableFuture<Reply> second =
        CompletableFuture.supplyAsync(() -> send("slow", Reply.redirect("/twice")));
    answer.complete(Reply.redirect("/once"));

    assertThat(first.join()).isEqualTo(Reply.redirect("/once"));
    assertThat(second.join()).isEqualTo(Reply.redirect("/once"));
  }
}
