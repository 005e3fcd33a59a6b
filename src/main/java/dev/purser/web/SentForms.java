package dev.purser.web;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Forms that were sent: one that comes twice with the same content, by a double click or an
 * impatient reload, is done once, and both get the one answer. One that was answered with cookies
 * is done again once it is done, because they are not kept. Every form has an id that was made with
 * its page.
 */
final class SentForms {
  /** Of a form's id, in characters: what is longer, none of our pages made. */
  static final int MAX_ID_LENGTH = 100;

  private static final int MAX_FORMS = 10_000;
  private static final int ID_BYTES = 16;
  private static final Duration REMEMBERED = Duration.ofMinutes(10);

  private final SecureRandom random;

  /** As many as requests are answered at a time. */
  private final Map<String, CompletableFuture<Reply>> underWay = new ConcurrentHashMap<>();

  /** Apart from those under way, so that none of them gives way to what others have done. */
  private final Cache<String, Reply> done;

  SentForms(InstantSource clock, SecureRandom random) {
    this.random = random;
    this.done =
        Caffeine.newBuilder()
            .maximumSize(MAX_FORMS)
            .expireAfterWrite(REMEMBERED)
            .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
            .build();
  }

  String newId() {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * Does what a form says, or waits for the one that is doing it.
   *
   * @param id unique to the visitor, the form and what stands in it
   * @param spent the answer to one that comes when the first answer was given and is not kept,
   *     since it may have shown a secret
   */
  Reply once(String id, Supplier<Reply> work, Function<Reply.Page, Reply> spent) {
    CompletableFuture<Reply> mine = new CompletableFuture<>();
    CompletableFuture<Reply> first = underWay.putIfAbsent(id, mine);
    if (first != null) {
      return join(first);
    }
    try {
      // Looked at only now: what is no longer under way is done.
      Reply kept = done.getIfPresent(id);
      Reply reply = kept == null ? work.get() : kept;
      if (kept == null) {
        keep(id, reply, spent);
      }
      mine.complete(reply);
      return reply;
    } catch (RuntimeException | Error e) {
      // Whatever it was, nobody may be left waiting.
      mine.completeExceptionally(e);
      throw e;
    } finally {
      underWay.remove(id);
    }
  }

  private void keep(String id, Reply reply, Function<Reply.Page, Reply> spent) {
    switch (reply) {
      case Reply.Redirect redirect when redirect.cookies().isEmpty() -> done.put(id, redirect);
      // Cookies are secrets, which nothing keeps; and who has not got them needs others. So it is
      // done again, which signs in once more, or says that there is nothing left to do.
      case Reply.Redirect _, Reply.Done _ -> {}
      case Reply.Page page when page.status() < 300 -> done.put(id, spent.apply(page));
      // Shown again to be mended, or gone wrong: it may be sent again.
      case Reply.Page _, Reply.Download _, Reply.NoNews _ -> {}
    }
  }

  private static Reply join(CompletableFuture<Reply> first) {
    try {
      return first.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
