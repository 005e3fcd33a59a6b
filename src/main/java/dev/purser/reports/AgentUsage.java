package dev.purser.reports;

import dev.purser.money.Money;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an agent used in a month.
 *
 * @param counted what its own budget counts as spent
 * @param held set aside for its calls that are running
 * @param doubt what estimates may lack of what its calls really cost
 * @param lastCallAt when its newest call came, this month; null if none did
 * @param marks what keeps its own budget from holding what it promises
 */
public record AgentUsage(
    String agentId,
    Figures figures,
    Money counted,
    Money held,
    Money doubt,
    StrictMarks marks,
    @Nullable Instant lastCallAt) {

  /** The same with another part of its figures. */
  AgentUsage plus(AgentUsage part) {
    return new AgentUsage(
        agentId, figures.plus(part.figures), counted, held, doubt, marks, lastCallAt);
  }

  /** Of an agent that did nothing. */
  public static AgentUsage none(String agentId) {
    return new AgentUsage(
        agentId, Figures.NONE, Money.ZERO, Money.ZERO, Money.ZERO, StrictMarks.NONE, null);
  }
}
