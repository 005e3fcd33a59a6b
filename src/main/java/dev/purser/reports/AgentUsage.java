package dev.purser.reports;

import dev.purser.money.Money;

/**
 * What an agent used in a month.
 *
 * @param counted what its own budget counts as spent
 * @param held set aside for its calls that are running
 * @param doubt what estimates may lack of what its calls really cost
 * @param marks what keeps its own budget from holding what it promises
 */
public record AgentUsage(
    String agentId, Figures figures, Money counted, Money held, Money doubt, StrictMarks marks) {

  /** Of an agent that did nothing. */
  public static AgentUsage none(String agentId) {
    return new AgentUsage(
        agentId, Figures.NONE, Money.ZERO, Money.ZERO, Money.ZERO, StrictMarks.NONE);
  }
}
