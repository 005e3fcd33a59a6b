package dev.purser.gateway;

import java.util.concurrent.atomic.AtomicLong;

/** The bytes of all request bodies in flight, which together may not exceed a limit. */
final class Bodies {
  private final long limitBytes;
  private final AtomicLong bytes = new AtomicLong();

  Bodies(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** Whether there was room; then the bytes are counted until they are released. */
  boolean reserve(long more) {
    if (bytes.addAndGet(more) <= limitBytes) {
      return true;
    }
    bytes.addAndGet(-more);
    return false;
  }

  void release(long less) {
    bytes.addAndGet(-less);
  }
}
