package dev.purser.providers;

import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Terms;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import dev.purser.providers.UsageReading.Partial;
import dev.purser.providers.UsageReading.Unreadable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The reader of one answer, of any dialect, streamed or not. */
final class MeteredAnswer implements AnswerReader {
  private static final byte[] NOTHING = {};
  private static final String UNREADABLE = "answer_unreadable";

  /** What models write around the text of an answer that no one sees: the beginning and the end. */
  private static final long UNSEEN_OUTPUT_TOKENS = 32;

  private final AnswerTerms terms;
  private final UsageReading reading;
  private final JsonPick pick;
  private final @Nullable EventStream events;
  private final @Nullable WithheldEvent withheld;
  private long bytes;
  private boolean passedUnread;

  MeteredAnswer(AnswerTerms terms, UsageReading reading) {
    this.terms = terms;
    this.reading = reading;
    this.pick =
        new JsonPick(terms.streamed() ? reading.eventPaths() : reading.bodyPaths(), reading);
    if (terms.streamed()) {
      WithheldEvent gate = terms.hideUsageChunk() ? new WithheldEvent(this::isUsageChunk) : null;
      this.withheld = gate;
      this.events =
          new EventStream(
              new EventStream.Listener() {
                @Override
                public void data(byte[] data, int from, int to) {
                  pick.read(data, from, to);
                }

                @Override
                public void ended(int offset) {
                  if (gate != null) {
                    gate.ended(offset);
                  }
                  pick.next();
                }
              });
    } else {
      this.withheld = null;
      this.events = null;
    }
  }

  /** The chunk that OpenAI adds for {@code include_usage}: a usage, and no choice. */
  private boolean isUsageChunk() {
    return pick.present(ChatUsage.USAGE) && !pick.present(ChatUsage.CHOICE);
  }

  @Override
  public boolean mayWithhold() {
    return withheld != null;
  }

  @Override
  public byte[] read(byte[] chunk) {
    bytes += chunk.length;
    if (events == null) {
      pick.read(chunk, 0, chunk.length);
      return chunk;
    }
    if (withheld == null) {
      events.read(chunk);
      return chunk;
    }
    withheld.begin(chunk);
    events.read(chunk);
    return withheld.release();
  }

  @Override
  public @Nullable Usage atMost() {
    if (terms.loops() || passedUnread) {
      return null;
    }
    Partial partial = reading.partial();
    ModelUsage start = partial.start();
    // What does not say where it is computed may be billed as the dearest place.
    if (start == null || (partial.geography() == null && terms.named().geography() == null)) {
      return null;
    }
    long most = Math.max(start.output(), terms.bound().outputTokens());
    return usage(partial, withOutput(start, partial.model(), most, start.webSearches()));
  }

  @Override
  public boolean nearlyOver() {
    try {
      return events != null && reading.reported() != null;
    } catch (Unreadable unreadable) {
      return false;
    }
  }

  @Override
  public void passedUnread() {
    passedUnread = true;
  }

  @Override
  public byte[] rest() {
    return withheld == null ? NOTHING : withheld.rest();
  }

  @Override
  public Answer end(boolean complete) {
    String errorCode = reading.errorCode();
    boolean failed = terms.status() < 200 || terms.status() > 299;
    if (passedUnread && !failed) {
      return estimated(UNREADABLE, complete);
    }
    try {
      Usage reported = reading.reported();
      if (reported != null) {
        return new Answer(UsageSource.REPORTED, reported, errorCode);
      }
    } catch (Unreadable unreadable) {
      return estimated(UNREADABLE, complete);
    }
    if (failed) {
      return new Answer(
          UsageSource.NONE, null, errorCode == null ? "http_" + terms.status() : errorCode);
    }
    if (errorCode != null) {
      boolean nothingGenerated = pick.textBytes() == 0 && reading.partial().start() == null;
      return nothingGenerated
          ? new Answer(UsageSource.NONE, null, errorCode)
          : estimated(errorCode, complete);
    }
    if (!complete) {
      return estimated("stream_cut", complete);
    }
    return estimated(pick.broken() ? UNREADABLE : "usage_missing", complete);
  }

  /**
   * An upper bound of what was seen: reported input where it is the whole input, else the bound's;
   * a token of output is at least a byte. Of an answer that was not read, all that it can be.
   */
  private Answer estimated(String errorCode, boolean complete) {
    Partial partial = reading.partial();
    ModelUsage start = partial.start();
    long placeholder = start == null ? 0 : start.output();
    long output = Math.max(placeholder, Math.min(seen(complete), terms.bound().outputTokens()));
    long webSearches = Math.max(partial.webSearches(), start == null ? 0 : start.webSearches());
    ModelUsage part;
    if (start != null && !terms.loops()) {
      part = withOutput(start, partial.model(), output, webSearches);
    } else {
      long prompt = start == null ? 0 : Math.min(start.prompt(), ModelUsage.MOST);
      long input = Math.max(prompt, terms.bound().inputTokens());
      part = new ModelUsage(partial.model(), input, 0, 0, 0, 0, 0, output, 0, webSearches);
    }
    return new Answer(UsageSource.ESTIMATED, usage(partial, part), errorCode);
  }

  private static ModelUsage withOutput(
      ModelUsage start, String model, long output, long webSearches) {
    return new ModelUsage(
        model,
        start.input(),
        start.cacheRead(),
        start.cacheWrite5m(),
        start.cacheWrite1h(),
        start.cacheWrite30m(),
        start.cacheWrite12h(),
        output,
        0,
        webSearches);
  }

  private Usage usage(Partial partial, ModelUsage part) {
    Terms named = terms.named();
    String tier = partial.tier() == null ? named.tier() : partial.tier();
    String geography = partial.geography() == null ? named.geography() : partial.geography();
    return new Usage(List.of(part), tier, partial.fast() || named.fast(), geography);
  }

  private long seen(boolean complete) {
    if (passedUnread) {
      return Long.MAX_VALUE;
    }
    if (terms.streamed()) {
      return pick.textBytes() + UNSEEN_OUTPUT_TOKENS;
    }
    return complete ? bytes : Long.MAX_VALUE;
  }
}
