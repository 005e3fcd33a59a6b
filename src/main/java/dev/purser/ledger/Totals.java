package dev.purser.ledger;

import dev.purser.pricing.Provider;
import dev.purser.pricing.UsageSource;
import dev.purser.storage.Writer.Session;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/** By how much one transaction moves totals: added up here, then written once for each row. */
final class Totals {
  /** The kind of the row that has what is counted once a call. */
  private static final String PER_CALL = "";

  private static final String MOVE =
      """
      INSERT INTO totals (
        space_id, local_day, utc_day, agent_id, provider, model, kind,
        request_count, reported_count, estimated_count, interrupted_count, unpriced_count,
        reasoning_tokens, quantity, cost_nanos, estimated_cost_nanos, cache_saved_nanos)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (space_id, local_day, utc_day, agent_id, provider, model, kind) DO UPDATE SET
        request_count = totals.request_count + excluded.request_count,
        reported_count = totals.reported_count + excluded.reported_count,
        estimated_count = totals.estimated_count + excluded.estimated_count,
        interrupted_count = totals.interrupted_count + excluded.interrupted_count,
        unpriced_count = totals.unpriced_count + excluded.unpriced_count,
        reasoning_tokens = totals.reasoning_tokens + excluded.reasoning_tokens,
        quantity = totals.quantity + excluded.quantity,
        cost_nanos = totals.cost_nanos + excluded.cost_nanos,
        estimated_cost_nanos = totals.estimated_cost_nanos + excluded.estimated_cost_nanos,
        cache_saved_nanos = totals.cache_saved_nanos + excluded.cache_saved_nanos\
      """;

  /** By how much one row moves. */
  private static final class Row {
    private long requests;
    private long reported;
    private long estimated;
    private long interrupted;
    private long unpriced;
    private long reasoning;
    private long quantity;
    private long costNanos;
    private long estimatedCostNanos;
    private long cacheSavedNanos;

    private void addCost(long nanos, boolean isEstimated) {
      costNanos = Math.addExact(costNanos, nanos);
      if (isEstimated) {
        estimatedCostNanos = Math.addExact(estimatedCostNanos, nanos);
      }
    }
  }

  private record Key(
      String spaceId,
      Days days,
      String agentId,
      Provider provider,
      String totalsModel,
      String kind) {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::spaceId)
            .thenComparing(key -> key.days.local())
            .thenComparing(key -> key.days.utc())
            .thenComparing(Key::agentId)
            .thenComparing(Key::provider)
            .thenComparing(Key::totalsModel)
            .thenComparing(Key::kind);
  }

  private final Map<Key, Row> rows = new TreeMap<>(Key.ORDER);

  /** Counts an ended entry. */
  void add(EntryRow entry, Charge charge) {
    move(entry, charge, 1);
  }

  /** Takes back what an entry was counted with, for it to be counted again. */
  void remove(EntryRow entry, Charge charge) {
    move(entry, charge, -1);
  }

  private void move(EntryRow entry, Charge charge, int sign) {
    boolean estimated = charge.source() == UsageSource.ESTIMATED;
    Row answering = row(entry, entry.provider(), charge.totalsModel(), PER_CALL);
    answering.requests += sign;
    switch (charge.source()) {
      case REPORTED -> answering.reported += sign;
      case ESTIMATED -> answering.estimated += sign;
      case NONE -> {}
    }
    if (charge.state() == EntryState.INTERRUPTED) {
      answering.interrupted += sign;
    }
    if (charge.costNanos() == null) {
      answering.unpriced += sign;
    }
    answering.reasoning += sign * charge.reasoningTokens();
    long costOfNoLine = charge.summedCostNanos();
    for (BookedLine line : charge.lines()) {
      Row row = row(entry, line.provider(), line.totalsModel(), line.kind().id());
      row.quantity += sign * line.quantity();
      Long lineCost = charge.costNanos() == null ? null : line.costNanos();
      if (lineCost != null) {
        row.addCost(sign * lineCost, estimated);
        row.cacheSavedNanos = Math.addExact(row.cacheSavedNanos, sign * line.cacheSavedNanos());
        costOfNoLine -= lineCost;
      }
    }
    answering.addCost(sign * costOfNoLine, estimated);
  }

  private Row row(EntryRow entry, Provider provider, String totalsModel, String kind) {
    return rows.computeIfAbsent(
        new Key(entry.spaceId(), entry.days(), entry.agentId(), provider, totalsModel, kind),
        key -> new Row());
  }

  void write(Session session) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    PreparedStatement move = session.statement(MOVE);
    for (Map.Entry<Key, Row> moved : rows.entrySet()) {
      Key key = moved.getKey();
      Row row = moved.getValue();
      move.setString(1, key.spaceId);
      move.setString(2, key.days.local());
      move.setString(3, key.days.utc());
      move.setString(4, key.agentId);
      move.setString(5, key.provider.id());
      move.setString(6, key.totalsModel);
      move.setString(7, key.kind);
      move.setLong(8, row.requests);
      move.setLong(9, row.reported);
      move.setLong(10, row.estimated);
      move.setLong(11, row.interrupted);
      move.setLong(12, row.unpriced);
      move.setLong(13, row.reasoning);
      move.setLong(14, row.quantity);
      move.setLong(15, row.costNanos);
      move.setLong(16, row.estimatedCostNanos);
      move.setLong(17, row.cacheSavedNanos);
      move.addBatch();
    }
    move.executeBatch();
  }
}
