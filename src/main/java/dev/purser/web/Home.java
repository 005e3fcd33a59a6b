package dev.purser.web;

import static java.util.stream.Collectors.joining;

import dev.purser.agents.ModelPolicy;
import dev.purser.money.Money;
import dev.purser.pricing.Provider;
import dev.purser.vault.ProviderKey;
import java.math.BigInteger;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the start page shows of a month.
 *
 * @param meter null without a budget
 * @param models dearest first
 */
public record Home(
    String email,
    YearMonth month,
    ZoneId zone,
    Instant asOf,
    Money spent,
    List<ProviderShare> byProvider,
    @Nullable Meter meter,
    long requestCount,
    long reportedCount,
    long estimatedCount,
    Money estimatedCost,
    long interruptedCount,
    long unpricedCount,
    List<ModelRow> models,
    List<AgentRow> agents,
    List<KeyRow> keys) {

  /** What was spent with one provider. */
  public record ProviderShare(Provider provider, Money cost) {}

  /** {@code Anthropic: $11.58 · OpenAI: $4.82}. */
  public String providersInWords() {
    return byProvider.stream()
        .map(share -> share.provider().displayName() + ": " + Figures.sum(share.cost()))
        .collect(joining(" · "));
  }

  public long virtualKeyCount() {
    return agents.stream().mapToLong(agent -> agent.maskedKeys().size()).sum();
  }

  /** All models together. */
  public ModelRow total() {
    return models.stream().reduce(new ModelRow("", 0, 0, 0, 0, 0, Money.ZERO, 0), ModelRow::plus);
  }

  /**
   * One model's use.
   *
   * @param input the whole prompt, {@code cacheRead} among it
   * @param output {@code reasoning} among it
   */
  public record ModelRow(
      String model,
      long requestCount,
      long input,
      long cacheRead,
      long output,
      long reasoning,
      Money cost,
      long unpricedCount) {

    /** Whether none of its calls has a price. */
    public boolean unpriced() {
      return unpricedCount > 0 && cost.equals(Money.ZERO);
    }

    /** Whether some of its calls have a price and others have none. */
    public boolean partlyUnpriced() {
      return unpricedCount > 0 && !unpriced();
    }

    public String cacheInWords() {
      return cacheRead == 0 ? "none from cache" : Figures.percent(cacheRead, input) + " from cache";
    }

    public String reasoningInWords() {
      return reasoning == 0 ? "no reasoning" : Figures.percent(reasoning, output) + " reasoning";
    }

    private ModelRow plus(ModelRow other) {
      return new ModelRow(
          model,
          requestCount + other.requestCount,
          input + other.input,
          cacheRead + other.cacheRead,
          output + other.output,
          reasoning + other.reasoning,
          cost.plus(other.cost),
          unpricedCount + other.unpricedCount);
    }
  }

  /**
   * One agent.
   *
   * @param maskedKeys of its virtual keys that are good
   * @param cost without the calls that are unpriced
   * @param budget null for none of its own
   */
  public record AgentRow(
      String name,
      boolean archived,
      @Nullable String preferredModel,
      ModelPolicy policy,
      List<String> maskedKeys,
      @Nullable Money budget,
      long requestCount,
      Money cost,
      long unpricedCount) {

    public String policyInWords() {
      return switch (policy) {
        case AUTO -> "when it asks for auto";
        case ALWAYS -> "always, whatever it asks for";
      };
    }
  }

  /** One provider's key. */
  public record KeyRow(
      Provider provider,
      String maskedKey,
      ProviderKey.Status status,
      @Nullable String detail,
      Instant verifiedAt) {

    public String stateInWords() {
      return switch (status) {
        case VALID -> "Valid";
        case RESTRICTED -> "Restricted";
        case REJECTED -> "Rejected";
        case UNREADABLE -> "Unreadable";
      };
    }

    /** Why it is not valid, if it is not. */
    public String detailInWords() {
      return detail == null ? "" : detail + " · ";
    }

    public String tone() {
      return switch (status) {
        case VALID -> "ok";
        case RESTRICTED -> "warn";
        case REJECTED, UNREADABLE -> "danger";
      };
    }

    public String icon() {
      return status == ProviderKey.Status.VALID ? "check" : "alert";
    }
  }

  /**
   * How much of a budget is used. Money that is held never colours the bar.
   *
   * @param spent what the budget counts: unpriced calls, too
   */
  public record Meter(Money limit, Money spent, Money held, Money doubt, long unpricedCount) {
    private static final int YELLOW_PERCENT = 75;
    private static final int RED_PERCENT = 90;

    /** Green under 75 %, yellow from there to 90 %, red above. */
    public String tone() {
      if (compareTo(YELLOW_PERCENT) < 0) {
        return "ok";
      }
      return compareTo(RED_PERCENT) <= 0 ? "warn" : "danger";
    }

    /** Of a hundred. */
    public long spentWidth() {
      return Math.min(100, Figures.percentCut(spent.nanos(), limit.nanos()));
    }

    /** Of a hundred; what is in doubt is held, too. */
    public long heldWidth() {
      long wanted =
          Figures.percentCut(spent.plus(held).plus(doubt).nanos(), limit.nanos()) - spentWidth();
      return Math.max(0, Math.min(100 - spentWidth(), wanted));
    }

    public String freeInWords() {
      Money free = limit.minus(spent).minus(held).minus(doubt);
      return free.nanos() >= 0
          ? Figures.sum(free) + " free"
          : Figures.sum(Money.ZERO.minus(free)) + " over";
    }

    public String inWords() {
      return Figures.percent(spent.nanos(), limit.nanos())
          + " used, "
          + Figures.sum(spent)
          + " of "
          + Figures.sum(limit);
    }

    /** What is spent, compared with so many percent of the limit, by exact integers. */
    private int compareTo(int percent) {
      BigInteger used = BigInteger.valueOf(spent.nanos()).multiply(BigInteger.valueOf(100));
      BigInteger mark = BigInteger.valueOf(limit.nanos()).multiply(BigInteger.valueOf(percent));
      return limit.nanos() == 0 && spent.nanos() == 0 ? -1 : used.compareTo(mark);
    }
  }
}
