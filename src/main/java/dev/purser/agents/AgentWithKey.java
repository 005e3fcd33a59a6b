package dev.purser.agents;

import org.jspecify.annotations.Nullable;

/**
 * What came of making an agent with its first virtual key.
 *
 * @param key null if no agent was made
 */
public record AgentWithKey(AgentSaved agent, @Nullable VirtualKeyCreated key) {}
