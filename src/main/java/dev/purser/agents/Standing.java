package dev.purser.agents;

import dev.purser.people.SpaceSettings;

/**
 * All that a call depends on but the provider keys, read at one moment. Whoever needs the provider
 * keys as well reads them after this: a change in between then shows as a newer revision.
 *
 * @param revision the space's, which an admission compares
 */
public record Standing(Caller caller, SpaceSettings settings, long revision) {}
