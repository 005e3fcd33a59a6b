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
 */
public record Answer(UsageSource source, @Nullable Usage usage, @Nullable String errorCode) {}
