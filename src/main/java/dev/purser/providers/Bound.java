package dev.purser.providers;

import dev.purser.money.Money;
import org.jspecify.annotations.Nullable;

/**
 * The most that a call can cost.
 *
 * @param hold rounded up
 * @param inputTokens the most it can be billed as input
 * @param outputTokens the most it can be billed as output
 * @param unboundedField the field of the request because of which {@code hold} is an estimate and
 *     no bound; null if it is one
 */
public record Bound(
    Money hold, long inputTokens, long outputTokens, @Nullable String unboundedField) {}
