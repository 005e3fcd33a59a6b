package dev.purser.gateway;

import dev.purser.agents.Caller;
import dev.purser.agents.Standing;
import dev.purser.ledger.Admission;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Priced;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import dev.purser.providers.Answer;
import dev.purser.providers.Bound;
import dev.purser.providers.Dialect;
import dev.purser.secret.Secret;
import dev.purser.vault.ProviderKey;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that was decided before the ledger is asked.
 *
 * @param entryId of the call's entry, if it is admitted
 * @param known the caller and its space, as they stood at one revision
 * @param requestedModel as the caller named it; null if it named none
 * @param model that goes to the provider
 * @param secret the provider key, opened for this call
 * @param prices the list that the call is priced by, whenever it ends, as far as it has prices
 * @param reckoning what it can cost at most
 */
record Plan(
    String entryId,
    Instant createdAt,
    Dialect dialect,
    Standings.Known known,
    @Nullable String requestedModel,
    String model,
    ProviderKey providerKey,
    Secret secret,
    PriceList prices,
    Reckoning reckoning) {
  private static final Logger log = LoggerFactory.getLogger(Plan.class);

  Caller caller() {
    return known.standing().caller();
  }

  Bound bound() {
    return reckoning.bound();
  }

  /** The same with a shorter answer. */
  Plan cutTo(long outputTokens) {
    return new Plan(
        entryId,
        createdAt,
        dialect,
        known,
        requestedModel,
        model,
        providerKey,
        secret,
        prices,
        reckoning.cutTo(outputTokens));
  }

  /**
   * What the ledger is asked.
   *
   * @param fingerprint of the request's body
   */
  Admission admission(Instant deadline, long fingerprint) {
    Standing standing = known.standing();
    return new Admission(
        entryId,
        caller().spaceId(),
        standing.revision(),
        caller().agentId(),
        caller().virtualKeyId(),
        dialect.provider(),
        dialect.id(),
        requestedModel,
        model,
        bound().hold(),
        reckoning.bounded(),
        prices.version(),
        createdAt,
        standing.settings().timeZone(),
        standing.settings().budget(),
        caller().budget(),
        deadline,
        fingerprint);
  }

  /**
   * The lines of a usage.
   *
   * @param inForce the list in force now, by which that is priced for which the call's own has no
   *     price, or an added one that was replaced
   */
  Priced priced(Usage usage, PriceList inForce) {
    try {
      return inForce.price(dialect.provider(), usage, createdAt, prices);
    } catch (RuntimeException e) {
      log.error("call {} cannot be priced", entryId, e);
      return new Priced(List.of(), null, bound().hold(), prices.version());
    }
  }

  /** What the call counts as when what is known of it cannot be used. */
  Answer atMost(String errorCode) {
    ModelUsage most =
        ModelUsage.none(model)
            .with(Kind.INPUT, bound().inputTokens())
            .with(Kind.OUTPUT, bound().outputTokens());
    Usage usage = new Usage(List.of(most), null, /* fast= */ false, null);
    return new Answer(UsageSource.ESTIMATED, usage, errorCode);
  }
}
