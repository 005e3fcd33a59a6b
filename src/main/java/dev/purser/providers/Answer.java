package dev.purser.providers;

import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import org.jspecify.annotations.Nullable;

/**
 * What an answer says of its call, once it ended or was cut.
 *
 * @param usage null exactly if {@code source} is {@code NONE}
 * @param errorCode the provider's error ({@code insufficient_quota}, {@code overloaded_error}),
 *     from an error answer or from the middle of a stream; or {@code stream_cut}, {@code
 *     usage_missing}, {@code answer_unreadable}; null if all went well
 * @param ceiling whether an estimate is the most that the call can have used
 */
public record Answer(
    UsageSource source, @Nullable Usage usage, @Nullable String errorCode, boolean ceiling) {
  public Answer(UsageSource source, @Nullable Usage usage, @Nullable String errorCode) {
    this(source, usage, errorCode, /* ceiling= */ false);
  }

  /** Of a call whose whole usage was reported, but for something that its price depends on. */
  static Answer ceiling(Usage most, @Nullable String errorCode) {
    return new Answer(UsageSource.ESTIMATED, most, errorCode, /* ceiling= */ true);
  }

  /** The same for a reason that the provider does not know. */
  public Answer because(String reason) {
    return new Answer(source, usage, reason, ceiling);
  }
}
