package dev.purser.ledger;

import dev.purser.pricing.Provider;

/** What the ledger must know of an entry to end it. */
record EntryRow(
    String spaceId,
    String entryId,
    EntryState state,
    String agentId,
    Provider provider,
    String model,
    String totalsModel,
    Days days,
    long holdNanos) {}
