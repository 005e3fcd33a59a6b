package dev.purser;

import dev.purser.agents.Standing;
import dev.purser.ledger.Admission;
import dev.purser.ledger.Decision;
import dev.purser.ledger.Ledger;
import dev.purser.ledger.Refusal;
import dev.purser.ledger.Settlement;
import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Priced;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import dev.purser.providers.ErrorCode;
import dev.purser.sandbox.SampleCall;
import dev.purser.storage.Ids;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Writes calls of the past into the ledger, by the admissions and settlements that real ones have,
 * so that totals and budgets come out as if they had been made.
 */
final class SampleBooks {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What a call sets aside that the provider then refuses. */
  private static final Money SMALL_HOLD = Money.ofCents(5);

  /** Budgets of the past were whole multiples of this. */
  private static final Money BUDGET_STEP = Money.ofCents(500);

  private final Ledger ledger;
  private final PriceList prices;
  private final Map<String, Standing> standings;
  private final InstantSource clock;
  private final Ids ids;
  private final Map<String, Money> spent = new HashMap<>();
  private Instant past = Instant.EPOCH;

  /**
   * Of one space.
   *
   * @param standings of each agent's virtual key, by the agent's name
   */
  SampleBooks(
      Ledger ledger,
      PriceList prices,
      Map<String, Standing> standings,
      InstantSource clock,
      RandomGenerator random) {
    this.ledger = ledger;
    this.prices = prices;
    this.standings = Map.copyOf(standings);
    this.clock = clock;
    this.ids = new Ids(() -> past, random);
  }

  /** What the calls of one month cost: what is estimated or unpriced, as budgets count it. */
  static Money counted(List<SampleCall> calls, PriceList prices, YearMonth month) {
    Money sum = Money.ZERO;
    for (SampleCall call : calls) {
      Usage usage = usage(call);
      if (usage != null && month.equals(month(call))) {
        sum = sum.plus(price(prices, call, usage).counted());
      }
    }
    return sum;
  }

  /** Writes them, oldest first. One that was interrupted stays open. */
  void write(List<SampleCall> calls) {
    for (SampleCall call : calls) {
      past = call.createdAt();
      switch (call.outcome()) {
        case SampleCall.Answered answered ->
            settled(
                call,
                UsageSource.REPORTED,
                answered.usage(),
                200,
                null,
                answered.durationMillis(),
                answered.firstByteMillis());
        case SampleCall.LeftEarly left ->
            settled(
                call,
                UsageSource.ESTIMATED,
                left.usage(),
                null,
                "client_gone",
                left.durationMillis(),
                left.firstByteMillis());
        case SampleCall.Failed failed ->
            settled(
                call,
                UsageSource.NONE,
                null,
                failed.httpStatus(),
                failed.errorCode(),
                failed.durationMillis(),
                failed.durationMillis());
        case SampleCall.Interrupted interrupted ->
            admitted(call, price(prices, call, interrupted.most()).counted());
        case SampleCall.WrongModel() -> refused(call);
        case SampleCall.OverBudget() -> overBudget(call);
      }
    }
  }

  private void settled(
      SampleCall call,
      UsageSource source,
      @Nullable Usage usage,
      @Nullable Integer httpStatus,
      @Nullable String errorCode,
      long durationMillis,
      long firstByteMillis) {
    Priced priced = usage == null ? null : price(prices, call, usage);
    Money cost = priced == null ? Money.ZERO : priced.counted();
    String entryId = admitted(call, priced == null ? SMALL_HOLD : cost.plus(cost));
    await(
        ledger.settle(
            new Settlement(
                standing(call).caller().spaceId(),
                entryId,
                source,
                usage,
                priced,
                call.createdAt().plusMillis(durationMillis),
                httpStatus,
                errorCode,
                durationMillis,
                firstByteMillis)));
    spent.merge(spender(call), cost, Money::plus);
  }

  private String admitted(SampleCall call, Money hold) {
    Admission admission = admission(call, hold, null);
    Decision decision = await(ledger.admit(admission));
    if (!(decision instanceof Decision.Admitted)) {
      throw new IllegalStateException("a call of the sample month was not admitted: " + decision);
    }
    return admission.entryId();
  }

  /** The agent's budget of that day was what it had spent by then. */
  private void overBudget(SampleCall call) {
    long steps = spent.getOrDefault(spender(call), Money.ZERO).nanos() / BUDGET_STEP.nanos();
    if (steps > 0) {
      Budget budget = new Budget(new Money(steps * BUDGET_STEP.nanos()), Budget.Mode.STOP);
      await(ledger.admit(admission(call, SMALL_HOLD, budget)));
    }
  }

  private void refused(SampleCall call) {
    Standing standing = standing(call);
    await(
        ledger.refuse(
            new Refusal(
                ids.next(),
                standing.caller().spaceId(),
                standing.caller().agentId(),
                standing.caller().virtualKeyId(),
                call.dialect().provider(),
                call.dialect().id(),
                call.model(),
                /* sentModel= */ null,
                call.createdAt(),
                standing.settings().timeZone(),
                ErrorCode.MODEL_NOT_AVAILABLE.status(),
                ErrorCode.MODEL_NOT_AVAILABLE.id(),
                call.model() + " is not available this way.",
                /* unboundedField= */ null,
                /* fingerprint= */ null)));
  }

  private Admission admission(SampleCall call, Money hold, @Nullable Budget agentBudget) {
    Standing standing = standing(call);
    return new Admission(
        ids.next(),
        standing.caller().spaceId(),
        standing.revision(),
        standing.caller().agentId(),
        standing.caller().virtualKeyId(),
        call.dialect().provider(),
        call.dialect().id(),
        call.model(),
        call.model(),
        hold,
        /* bounded= */ null,
        prices.version(),
        call.createdAt(),
        standing.settings().timeZone(),
        null,
        agentBudget,
        clock.instant().plus(PATIENCE),
        /* fingerprint= */ null);
  }

  private Standing standing(SampleCall call) {
    Standing standing = standings.get(call.agent());
    if (standing == null) {
      throw new IllegalArgumentException("no agent " + call.agent());
    }
    return standing;
  }

  private String spender(SampleCall call) {
    return month(call) + " " + call.agent();
  }

  private static YearMonth month(SampleCall call) {
    return YearMonth.from(call.createdAt().atZone(ZoneOffset.UTC));
  }

  private static Priced price(PriceList prices, SampleCall call, Usage usage) {
    return prices.price(call.dialect().provider(), usage, call.createdAt());
  }

  private static @Nullable Usage usage(SampleCall call) {
    return switch (call.outcome()) {
      case SampleCall.Answered answered -> answered.usage();
      case SampleCall.LeftEarly left -> left.usage();
      case SampleCall.Interrupted interrupted -> interrupted.most();
      case SampleCall.Failed _, SampleCall.WrongModel _, SampleCall.OverBudget _ -> null;
    };
  }

  private static <T> T await(CompletableFuture<T> answer) {
    return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }
}
