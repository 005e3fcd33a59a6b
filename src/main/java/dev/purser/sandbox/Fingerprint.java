package dev.purser.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/** 64-bit hashes: enough to recognise a prompt, and to draw the same answer for it again. */
final class Fingerprint {
  private static final long PRIME = 0x9E3779B97F4A7C15L;

  private Fingerprint() {}

  static long of(String text) {
    long hash = 0x243F6A8885A308D3L;
    for (byte next : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ next) * 0x100000001B3L;
    }
    return mix(hash);
  }

  /** The fingerprint of a whole whose next part has this fingerprint. */
  static long with(long whole, long part) {
    return mix(whole * PRIME + part);
  }

  static SplittableRandom random(long seed, String text) {
    return new SplittableRandom(with(seed, of(text)));
  }

  private static long mix(long bits) {
    long mixed = (bits ^ (bits >>> 33)) * PRIME;
    return mixed ^ (mixed >>> 29);
  }
}
