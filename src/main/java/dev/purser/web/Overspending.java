package dev.purser.web;

import dev.purser.money.Money;
import dev.purser.reports.AgentStanding;
import dev.purser.reports.Call;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The demo's "Try to overspend", as far as its page needs it.
 *
 * @param spaceId whose budget it is; nobody else sees the page
 * @param calls how many a try sends
 * @param atOnce how many of them at the same moment, before the others
 * @param budgetCents of a try, strict
 * @param processId what {@code kill -9} takes
 * @param begin begins a try, unless one is under way
 * @param latest the try that is under way, else the last one; empty before the first
 */
public record Overspending(
    String spaceId,
    int calls,
    int atOnce,
    long budgetCents,
    long processId,
    Runnable begin,
    Supplier<Optional<Attempt>> latest) {

  /**
   * A try, all of it as the books have it but for {@code sending} and {@code reached}.
   *
   * @param running whether its callers are still at it
   * @param sending what its callers did; null for a try of an earlier process
   * @param reached calls that the providers received, by their own notes
   * @param newest some of its newest calls: refused, shortened and others
   */
  public record Attempt(
      String agentId,
      String name,
      boolean running,
      @Nullable Sending sending,
      long reached,
      AgentStanding standing,
      List<Call> newest) {}

  /**
   * What the callers of a try did so far.
   *
   * @param calls that it sends in all
   * @param sent those that were sent
   * @param ended those of them that have their answer
   * @param mostAtOnce the most that were without theirs at one moment
   * @param highest that spent, held and in doubt together ever were at a look at the books
   * @param looks at the committed books
   */
  public record Sending(
      long calls,
      long sent,
      long ended,
      long mostAtOnce,
      Money highest,
      long looks,
      Duration took) {}
}
