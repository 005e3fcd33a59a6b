package dev.purser.reports;

import java.time.YearMonth;
import java.util.Map;

/**
 * What the agents of a space used in the month in which their next call would count.
 *
 * @param byAgent by the agent's identifier; those that did nothing are not in it
 */
public record AgentsUsage(YearMonth month, Map<String, AgentUsage> byAgent) {
  /** What one agent used. */
  public AgentUsage of(String agentId) {
    return byAgent.getOrDefault(agentId, AgentUsage.none(agentId));
  }
}
