package dev.purser.providers;

import dev.purser.pricing.SearchContext;
import org.jspecify.annotations.Nullable;

/**
 * What a call's price depends on that its answer may not say.
 *
 * @param shortWrites whether the request asks Anthropic for something to be cached for five minutes
 * @param longWrites whether the request asks for something to be cached for longer than is usual
 * @param geography where it is sent; null if that is nowhere in particular
 * @param searchContext null if it is no Chat Completions call that may search the web
 */
record CallTerms(
    boolean shortWrites,
    boolean longWrites,
    @Nullable String geography,
    @Nullable SearchContext searchContext) {}
