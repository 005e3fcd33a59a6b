package dev.purser.providers;

import dev.purser.pricing.Terms;

/**
 * What the request and the head of the answer say about how to read it.
 *
 * @param streamed whether it is a stream of events
 * @param hideUsageChunk whether the client did not ask for the chunk with the usage
 * @param loops whether the provider may run the model several times, so that a stream's first
 *     report of its input is not the last
 * @param named by the request: what an estimate is priced on where the answer names nothing
 */
record AnswerTerms(
    int status,
    boolean streamed,
    boolean hideUsageChunk,
    boolean loops,
    Terms named,
    Bound bound) {}
