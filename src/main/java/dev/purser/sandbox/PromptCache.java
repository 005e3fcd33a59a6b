package dev.purser.sandbox;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a provider remembers of prompts: the beginnings that were marked, per key and model, each
 * for its life since it was last read. Thread-safe.
 */
final class PromptCache {
  /** Beginnings shorter than this are not remembered. */
  static final long MIN_TOKENS = 1024;

  /** How long a beginning is remembered. */
  enum Life {
    MINUTES_5(Duration.ofMinutes(5)),
    HOUR_1(Duration.ofHours(1)),
    MINUTES_30(Duration.ofMinutes(30)),
    HOURS_12(Duration.ofHours(12));

    private final Duration duration;

    Life(Duration duration) {
      this.duration = duration;
    }
  }

  /**
   * One block of a prompt.
   *
   * @param mark how long the beginning up to here is to be remembered; null for not at all
   */
  record Block(long fingerprint, long tokens, @Nullable Life mark) {}

  /** A prompt's tokens, each in one part. */
  record Counts(long uncached, long read, Map<Life, Long> written) {
    Counts {
      written = Map.copyOf(written);
    }

    long written(Life life) {
      return written.getOrDefault(life, 0L);
    }

    long total() {
      return uncached + read + written.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  private record Beginning(String owner, String model, long fingerprint) {}

  private record Memory(Life life, Instant until) {}

  private final Map<Beginning, Memory> beginnings;

  PromptCache(int most) {
    beginnings =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Beginning, Memory> eldest) {
            return size() > most;
          }
        };
  }

  /** Counts a prompt against what is remembered, and remembers its marked beginnings. */
  synchronized Counts count(String owner, String model, List<Block> prompt, Instant now) {
    long total = prompt.stream().mapToLong(Block::tokens).sum();
    int lastMarked = -1;
    for (int i = 0; i < prompt.size(); i++) {
      if (prompt.get(i).mark() != null) {
        lastMarked = i;
      }
    }
    long read = 0;
    long tokens = 0;
    long fingerprint = 0;
    for (int i = 0; i <= lastMarked; i++) {
      tokens += prompt.get(i).tokens();
      fingerprint = Fingerprint.with(fingerprint, prompt.get(i).fingerprint());
      Beginning beginning = new Beginning(owner, model, fingerprint);
      Memory memory = beginnings.get(beginning);
      if (memory != null && memory.until().isAfter(now)) {
        read = tokens;
        beginnings.put(beginning, new Memory(memory.life(), now.plus(memory.life().duration)));
      }
    }
    Map<Life, Long> written = new EnumMap<>(Life.class);
    long counted = read;
    tokens = 0;
    fingerprint = 0;
    for (int i = 0; i <= lastMarked; i++) {
      Block block = prompt.get(i);
      tokens += block.tokens();
      fingerprint = Fingerprint.with(fingerprint, block.fingerprint());
      if (block.mark() != null && tokens >= MIN_TOKENS && tokens > counted) {
        written.merge(block.mark(), tokens - counted, Long::sum);
        counted = tokens;
        beginnings.put(
            new Beginning(owner, model, fingerprint),
            new Memory(block.mark(), now.plus(block.mark().duration)));
      }
    }
    return new Counts(total - counted, read, written);
  }
}
