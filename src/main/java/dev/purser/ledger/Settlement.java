package dev.purser.ledger;

import dev.purser.pricing.Priced;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How an open entry ends.
 *
 * @param usage null exactly if {@code usageSource} is {@code NONE}
 * @param priced the usage's lines; null exactly if {@code usage} is
 * @param httpStatus that the caller got; null if it had gone before there was one
 * @param errorCode what went wrong, null if nothing did
 * @param firstByteMillis from the call's arrival to the provider's first byte; null if none came
 * @param ceiling whether an estimate is the most that the call can have used, so that nothing of
 *     its hold is in doubt
 */
public record Settlement(
    String spaceId,
    String entryId,
    UsageSource usageSource,
    @Nullable Usage usage,
    @Nullable Priced priced,
    Instant settledAt,
    @Nullable Integer httpStatus,
    @Nullable String errorCode,
    long durationMillis,
    @Nullable Long firstByteMillis,
    boolean ceiling) {

  public Settlement {
    errorCode = Texts.kept(errorCode);
  }

  /** One whose estimate, if it is one, may be too low. */
  public Settlement(
      String spaceId,
      String entryId,
      UsageSource usageSource,
      @Nullable Usage usage,
      @Nullable Priced priced,
      Instant settledAt,
      @Nullable Integer httpStatus,
      @Nullable String errorCode,
      long durationMillis,
      @Nullable Long firstByteMillis) {
    this(
        spaceId,
        entryId,
        usageSource,
        usage,
        priced,
        settledAt,
        httpStatus,
        errorCode,
        durationMillis,
        firstByteMillis,
        /* ceiling= */ false);
  }
}
