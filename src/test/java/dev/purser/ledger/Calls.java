package dev.purser.ledger;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.Line;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Priced;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import dev.purser.pricing.WorstCase;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A space with an agent whose calls the tests make: each holds $1 and, settled, costs one cent.
 *
 * @param revision of the space
 * @param createdAt when its calls arrive
 */
record Calls(
    Database database,
    String spaceId,
    String agentId,
    long revision,
    ZoneId zone,
    Instant createdAt,
    @Nullable Budget spaceBudget,
    @Nullable Budget agentBudget,
    Ids ids) {
  static final Money HOLD = Money.ofCents(100);
  static final Money COST = Money.ofCents(1);
  static final String MODEL = "model-one";
  private static final long INPUT = 1_000;
  private static final long OUTPUT = 100;

  /** Makes a space. */
  static Calls of(Database database, String spaceId) {
    database.write(handle ->
        handle.execute(
            """
            INSERT INTO spaces (
              space_id, revision, budget_mode, time_zone, settings_version, created_at)
            VALUES (?, 1, 'stop', 'UTC', 1, 0)\
            """,
            spaceId));
    return new Calls(
        database,
        spaceId,
        "agent-1",
        1,
        ZoneOffset.UTC,
        Instant.now(),
        null,
        null,
        new Ids(InstantSource.system(), new SecureRandom()));
  }

  Calls by(String otherAgent) {
    return new Calls(
        database, spaceId, otherAgent, revision, zone, createdAt, spaceBudget, agentBudget, ids);
  }

  Calls at(Instant instant, ZoneId otherZone) {
    return new Calls(
        database, spaceId, agentId, revision, otherZone, instant, spaceBudget, agentBudget, ids);
  }

  Calls under(@Nullable Budget ofSpace, @Nullable Budget ofAgent) {
    return new Calls(database, spaceId, agentId, revision, zone, createdAt, ofSpace, ofAgent, ids);
  }

  Calls readAt(long otherRevision) {
    return new Calls(
        database, spaceId, agentId, otherRevision, zone, createdAt, spaceBudget, agentBudget, ids);
  }

  /** A call that will wait for ten seconds. */
  Admission admission() {
    return admission(Instant.now().plusSeconds(10));
  }

  /** A call of the usual hold, whose answer cannot be cut shorter. */
  Admission admission(Instant deadline) {
    return admission(deadline, new Bounded(worst(0, 10_000, 100_000), 10_000, false));
  }

  Admission admission(Instant deadline, Bounded bounded) {
    return admission(deadline, bounded.worstCase().most(), bounded);
  }

  /** A call that costs so much for its input, and so much for every token of its answer. */
  static WorstCase worst(long inputNanos, long outputTokens, long tokenNanos) {
    return new WorstCase(
        List.of(new WorstCase.Way(new Money(inputNanos), tokenNanos * 1_000)), outputTokens);
  }

  /** A call of which its caller has found this bound. */
  Admission admission(Bounded bounded) {
    return admission(Instant.now().plusSeconds(10), bounded.worstCase().most(), bounded);
  }

  /** A call whose hold is only an estimate. */
  Admission unbounded() {
    return admission(Instant.now().plusSeconds(10), HOLD, null);
  }

  private Admission admission(Instant deadline, Money hold, @Nullable Bounded bounded) {
    return new Admission(
        ids.next(),
        spaceId,
        revision,
        agentId,
        "virtual-key-1",
        Provider.ANTHROPIC,
        "anthropic_messages",
        MODEL,
        MODEL,
        hold,
        bounded,
        "test-1",
        createdAt,
        zone,
        spaceBudget,
        agentBudget,
        deadline,
        null);
  }

  Refusal refusal(String errorCode) {
    return new Refusal(
        ids.next(),
        spaceId,
        agentId,
        "virtual-key-1",
        Provider.ANTHROPIC,
        "anthropic_messages",
        MODEL,
        null,
        createdAt,
        zone,
        404,
        errorCode,
        "refused",
        null,
        null);
  }

  /** The same, asked with a body that has this fingerprint. */
  Refusal refusal(String errorCode, String dialect, @Nullable String field, long fingerprint) {
    return new Refusal(
        ids.next(),
        spaceId,
        agentId,
        "virtual-key-1",
        Provider.ANTHROPIC,
        dialect,
        MODEL,
        null,
        createdAt,
        zone,
        402,
        errorCode,
        "refused",
        field,
        fingerprint);
  }

  /** The same call, asked with a body that has this fingerprint. */
  static Admission withBody(Admission call, long fingerprint) {
    return new Admission(
        call.entryId(),
        call.spaceId(),
        call.revision(),
        call.agentId(),
        call.virtualKeyId(),
        call.provider(),
        call.dialect(),
        call.requestedModel(),
        call.sentModel(),
        call.hold(),
        call.bounded(),
        call.priceVersion(),
        call.createdAt(),
        call.zone(),
        call.spaceBudget(),
        call.agentBudget(),
        call.deadline(),
        fingerprint);
  }

  static Settlement reported(Admission call) {
    return settlement(call, UsageSource.REPORTED, MODEL, COST);
  }

  static Settlement estimated(Admission call) {
    return settlement(call, UsageSource.ESTIMATED, MODEL, COST);
  }

  /** With the cost halved between input and output; null for unpriced. */
  static Settlement settlement(
      Admission call, UsageSource source, String model, @Nullable Money cost) {
    ModelUsage part =
        ModelUsage.none(model)
            .with(Kind.INPUT, INPUT)
            .with(Kind.OUTPUT, OUTPUT)
            .withReasoning(OUTPUT / 2);
    Money inputCost = cost == null ? null : new Money(cost.nanos() / 2);
    Money outputCost = cost == null ? null : cost.minus(new Money(cost.nanos() / 2));
    List<Line> lines =
        List.of(
            new Line(model, Kind.INPUT, INPUT, cost == null ? null : 5_000L, null, inputCost),
            new Line(model, Kind.OUTPUT, OUTPUT, cost == null ? null : 50_000L, null, outputCost));
    return settlement(
        call,
        source,
        new Usage(List.of(part), "standard", false, null),
        new Priced(lines, cost, cost == null ? Money.ofCents(7) : cost, call.priceVersion()));
  }

  /**
   * With so many tokens read from a cache, at so many pico-dollars where uncached ones are 1,000.
   */
  static Settlement cached(
      Admission call, UsageSource source, long cacheRead, long unitPicos, Money cost) {
    ModelUsage part = ModelUsage.none(MODEL).with(Kind.CACHE_READ, cacheRead);
    Line line = new Line(MODEL, Kind.CACHE_READ, cacheRead, unitPicos, 1_000L, cost);
    return settlement(
        call,
        source,
        new Usage(List.of(part), "standard", false, null),
        new Priced(List.of(line), cost, cost, call.priceVersion()));
  }

  static Settlement settlement(Admission call, UsageSource source, Usage usage, Priced priced) {
    return new Settlement(
        call.spaceId(),
        call.entryId(),
        source,
        usage,
        priced,
        Instant.now(),
        200,
        null,
        1_200,
        300L);
  }

  static Settlement nothing(Admission call) {
    return new Settlement(
        call.spaceId(),
        call.entryId(),
        UsageSource.NONE,
        null,
        null,
        Instant.now(),
        429,
        "provider_error",
        1_200,
        null);
  }

  String state(String entryId) {
    return database.read(handle ->
        handle
            .createQuery("SELECT state FROM entries WHERE space_id = ? AND entry_id = ?")
            .bind(0, spaceId)
            .bind(1, entryId)
            .mapTo(String.class)
            .findOne()
            .orElse("missing"));
  }

  /** A column of numbers of the month's rows of space ('') or agent, added up. */
  Money spent(String ofAgent) {
    return new Money(
        database.read(handle ->
            handle
                .createQuery(
                    """
                    SELECT COALESCE(SUM(spent_nanos), 0) FROM months
                    WHERE space_id = ? AND agent_id = ?\
                    """)
                .bind(0, spaceId)
                .bind(1, ofAgent)
                .mapTo(Long.class)
                .one()));
  }

  Money held() {
    return new Money(number("SELECT COALESCE(SUM(held_nanos), 0) FROM months WHERE agent_id = ''"));
  }

  long number(String sql) {
    return database.read(handle -> handle.createQuery(sql).mapTo(Long.class).one());
  }
}
