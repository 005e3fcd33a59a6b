package dev.purser.providers;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Terms;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import dev.purser.providers.UsageReading.EventData;
import dev.purser.providers.UsageReading.Partial;
import dev.purser.providers.UsageReading.Reported;
import dev.purser.providers.UsageReading.Unreadable;
import dev.purser.wire.DoneMark;
import dev.purser.wire.EventStream;
import dev.purser.wire.JsonPick;
import dev.purser.wire.WithheldEvent;
import java.util.ArrayList;
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
  private final DoneMark done = new DoneMark();
  private long bytes;
  private boolean passedUnread;

  /** Whether the provider has said that a stream has ended. */
  private boolean ended;

  private int reports;

  /** How much text there was when a usage was reported last. */
  private long textBytesReported;

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
                  done.data(data, from, to);
                }

                @Override
                public void ended(int offset) {
                  if (gate != null) {
                    gate.ended(offset);
                  }
                  eventRead();
                  pick.next();
                  done.next();
                }
              });
    } else {
      this.withheld = null;
      this.events = null;
    }
  }

  private void eventRead() {
    EventData data = done.found() ? EventData.DONE : pick.done() ? EventData.JSON : EventData.NONE;
    ended |= data != EventData.NONE && reading.isLast(data);
    if (reading.reports() != reports) {
      reports = reading.reports();
      textBytesReported = pick.textBytes();
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
    // What does not say where it is computed may be billed as the dearest place.
    boolean placed = partial.geography() != null || terms.named().geography() != null;
    if (!partial.hasBegun() || !partial.hasInput() || !placed) {
      return null;
    }
    ModelUsage known = partial.seen().getFirst();
    long most = Math.max(known.count(Kind.OUTPUT), terms.bound().outputTokens());
    return usage(
        partial, List.of(with(known, known.count(Kind.INPUT), most, known.count(Kind.WEB_SEARCH))));
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
    if (events != null) {
      eventRead(); // The empty line after the last event may be missing.
    }
    String errorCode = reading.errorCode();
    boolean failed = terms.status() < 200 || terms.status() > 299;
    if (passedUnread && !failed) {
      return estimated(UNREADABLE, complete);
    }
    if (isWhole(complete)) {
      try {
        Reported reported = reading.reported();
        if (reported != null) {
          return reported.exact()
              ? new Answer(UsageSource.REPORTED, reported.usage(), errorCode)
              : Answer.ceiling(reported.usage(), errorCode);
        }
      } catch (Unreadable unreadable) {
        return estimated(UNREADABLE, complete);
      }
    }
    if (failed) {
      return new Answer(
          UsageSource.NONE, null, errorCode == null ? "http_" + terms.status() : errorCode);
    }
    if (errorCode != null) {
      boolean nothingGenerated = pick.textBytes() == 0 && reading.partial().seen().isEmpty();
      return nothingGenerated
          ? new Answer(UsageSource.NONE, null, errorCode)
          : estimated(errorCode, complete);
    }
    if (!complete || (terms.streamed() && !ended && reports > 0)) {
      return estimated("stream_cut", complete);
    }
    return estimated(pick.broken() ? UNREADABLE : "usage_missing", complete);
  }

  /**
   * Whether the answer came to its own end, so that the usage that it reported last is that of the
   * whole call. A stream ends by its last event, not by a usage, nor when the connection does; and
   * what came after a usage is not in it.
   */
  private boolean isWhole(boolean complete) {
    return terms.streamed()
        ? ended && pick.textBytes() == textBytesReported
        : complete && pick.done();
  }

  /**
   * An upper bound of what was seen: reported input where it is the whole input, else the bound's;
   * a token of output is at least a byte. Of an answer that was not read, all that it can be.
   */
  private Answer estimated(String errorCode, boolean complete) {
    Partial partial = reading.partial();
    List<ModelUsage> parts = new ArrayList<>(partial.seen());
    ModelUsage seen = parts.isEmpty() ? ModelUsage.none(partial.model()) : parts.removeFirst();
    boolean inputIsWhole = partial.hasInput() && !terms.loops();
    long missing = inputIsWhole ? 0 : Math.max(0, terms.bound().inputTokens() - seen.prompt());
    parts.addFirst(
        with(
            seen,
            Math.min(seen.count(Kind.INPUT) + missing, ModelUsage.MAX),
            Math.max(
                seen.count(Kind.OUTPUT),
                Math.min(output(seen, complete), terms.bound().outputTokens())),
            Math.max(partial.webSearches(), seen.count(Kind.WEB_SEARCH))));
    return new Answer(UsageSource.ESTIMATED, usage(partial, parts), errorCode);
  }

  /** The most that the text that was seen can be, or has been reported as, in tokens. */
  private long output(ModelUsage seen, boolean complete) {
    if (passedUnread) {
      return Long.MAX_VALUE;
    }
    if (terms.streamed()) {
      long sinceReport = pick.textBytes() - textBytesReported;
      return Math.max(
          seen.count(Kind.OUTPUT) + sinceReport, pick.textBytes() + UNSEEN_OUTPUT_TOKENS);
    }
    return complete ? bytes : Long.MAX_VALUE;
  }

  private static ModelUsage with(ModelUsage seen, long input, long output, long webSearches) {
    return ModelUsage.of(seen.model(), seen.counts())
        .with(Kind.INPUT, input)
        .with(Kind.OUTPUT, output)
        .with(Kind.WEB_SEARCH, webSearches);
  }

  private Usage usage(Partial partial, List<ModelUsage> parts) {
    Terms named = terms.named();
    String tier = partial.tier() == null ? named.tier() : partial.tier();
    String geography = partial.geography() == null ? named.geography() : partial.geography();
    return new Usage(
        parts, tier, partial.fast() || named.fast(), geography, partial.searchContext());
  }
}
