package dev.purser.sandbox;

import java.time.Clock;
import java.time.InstantSource;

/**
 * How the simulated providers behave.
 *
 * @param anthropicPort 0 for any free one
 * @param openaiPort 0 for any free one
 * @param seed what identifiers and answers are drawn from
 * @param clock for created-at fields and the life of cached prompts
 * @param remembered how many calls {@link Sandbox#seen} keeps
 */
public record SandboxOptions(
    int anthropicPort,
    int openaiPort,
    long seed,
    InstantSource clock,
    Pace pace,
    Chunks chunks,
    Compression compression,
    int remembered) {

  /** How fast an answer comes. */
  public enum Pace {
    /** As fast as the connection takes it. */
    INSTANT(0, Long.MAX_VALUE),
    /** As a person sees it. */
    REALISTIC(300, 80);

    private final long firstMillis;
    private final long tokensPerSecond;

    Pace(long firstMillis, long tokensPerSecond) {
      this.firstMillis = firstMillis;
      this.tokensPerSecond = tokensPerSecond;
    }

    /** When something is due that comes after so many tokens, counted from the request. */
    long dueMillis(long tokens) {
      return firstMillis + tokens * 1000 / tokensPerSecond;
    }
  }

  /** Where the boundaries between writes are. */
  public enum Chunks {
    /** One event per write. */
    EVENTS,
    /** The whole answer in one write. */
    COALESCED,
    /** One byte per write. */
    BYTES,
    /** Pieces of random length, without regard to events, lines or characters. */
    RANDOM
  }

  /** When answers are compressed. */
  public enum Compression {
    NEVER,
    /** With the best that the request's {@code Accept-Encoding} allows. */
    ALLOWED,
    /** With gzip, whatever the request says. */
    FORCED_GZIP,
    /** With brotli, whatever the request says. */
    FORCED_BROTLI,
    /** With zstd, whatever the request says. */
    FORCED_ZSTD
  }

  /** For tests: any ports, answers at once. */
  public static SandboxOptions instant() {
    return new SandboxOptions(
        0, 0, 1, Clock.systemUTC(), Pace.INSTANT, Chunks.EVENTS, Compression.ALLOWED, 100_000);
  }

  /** For the demo: any ports, answers at the pace of a real provider. */
  public static SandboxOptions realistic() {
    return instant().withPace(Pace.REALISTIC);
  }

  public SandboxOptions withPorts(int anthropic, int openai) {
    return new SandboxOptions(
        anthropic, openai, seed, clock, pace, chunks, compression, remembered);
  }

  public SandboxOptions withSeed(long otherSeed) {
    return new SandboxOptions(
        anthropicPort, openaiPort, otherSeed, clock, pace, chunks, compression, remembered);
  }

  public SandboxOptions withClock(InstantSource otherClock) {
    return new SandboxOptions(
        anthropicPort, openaiPort, seed, otherClock, pace, chunks, compression, remembered);
  }

  public SandboxOptions withPace(Pace otherPace) {
    return new SandboxOptions(
        anthropicPort, openaiPort, seed, clock, otherPace, chunks, compression, remembered);
  }

  public SandboxOptions withChunks(Chunks otherChunks) {
    return new SandboxOptions(
        anthropicPort, openaiPort, seed, clock, pace, otherChunks, compression, remembered);
  }

  public SandboxOptions withCompression(Compression otherCompression) {
    return new SandboxOptions(
        anthropicPort, openaiPort, seed, clock, pace, chunks, otherCompression, remembered);
  }
}
