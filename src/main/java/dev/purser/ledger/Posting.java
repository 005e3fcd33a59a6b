package dev.purser.ledger;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.Provider;
import dev.purser.storage.Writer.Session;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One transaction over operations that waited together. Whatever it decides by is read first and
 * locked, everywhere in the order process, entries, spaces, months, totals, and each by its key, so
 * that processes cannot lock each other out; then the operations are decided one after another in
 * memory, and what has moved is written once.
 */
final class Posting {
  private static final KeyedRead REVISIONS =
      new KeyedRead(
          "SELECT space_id, revision FROM spaces WHERE space_id IN %s ORDER BY space_id", 1);

  /** What callers are told when the ledger could not admit them in time, and its HTTP status. */
  private static final String LEDGER_UNAVAILABLE = "ledger_unavailable";

  private static final int SERVICE_UNAVAILABLE = 503;

  /** What an entry says whose settlement the database does not take. */
  private static final String SETTLEMENT_UNWRITABLE = "settlement_unwritable";

  private final Session session;
  private final Lease lease;
  private final Folding folding;
  private final InstantSource clock;
  private final BiFunction<Provider, String, String> totalsModel;
  private final Entries entries;
  private final Map<String, Long> revisions = new HashMap<>();
  private final Months months = new Months();
  private final Totals totals = new Totals();
  private boolean leased;

  Posting(
      Session session,
      Lease lease,
      Folding folding,
      InstantSource clock,
      BiFunction<Provider, String, String> totalsModel) {
    this.session = session;
    this.lease = lease;
    this.folding = folding;
    this.clock = clock;
    this.totalsModel = totalsModel;
    this.entries = new Entries(session, lease.epoch());
  }

  void post(List<Operation<?>> operations) throws SQLException {
    load(operations);
    for (Operation<?> operation : operations) {
      switch (operation) {
        case Operation.Admit admit -> admit.note(admit(admit));
        case Operation.Refuse refuse ->
            refuse.note(Optional.of(refuse(RefusedCall.of(refuse.refusal()))));
        case Operation.Settle settle -> settle.note(settle(settle));
        case Operation.Withdraw withdraw -> withdraw.note(withdraw(withdraw));
      }
    }
    entries.write();
    months.write(session);
    totals.write(session);
  }

  private void load(List<Operation<?>> operations) throws SQLException {
    SortedSet<Entries.Key> entryKeys = new TreeSet<>();
    SortedSet<String> spaceIds = new TreeSet<>();
    SortedSet<Months.Key> monthKeys = new TreeSet<>();
    for (Operation<?> operation : operations) {
      switch (operation) {
        case Operation.Admit admit -> {
          Admission admission = admit.admission();
          spaceIds.add(admission.spaceId());
          Months.addKeys(
              monthKeys, admission.spaceId(), admit.days().localMonth(), admission.agentId());
          if (admit.tried()) {
            entryKeys.add(admit.key());
          }
        }
        case Operation.Refuse _ -> {}
        case Operation.End end -> entryKeys.add(end.key());
      }
    }
    leased = !spaceIds.isEmpty() && lease.valid(session);
    if (!entryKeys.isEmpty()) {
      entries.load(entryKeys);
      for (Entries.Key key : entryKeys) {
        EntryRow entry = entries.get(key);
        if (entry != null) {
          Months.addKeys(monthKeys, entry);
        }
      }
    }
    if (!spaceIds.isEmpty()) {
      REVISIONS.each(
          session,
          List.copyOf(spaceIds),
          (spaceId, column) -> spaceId,
          row -> revisions.put(row.getString(1), row.getLong(2)));
    }
    if (!monthKeys.isEmpty()) {
      months.load(session, monthKeys);
    }
  }

  private Decision admit(Operation.Admit admit) throws SQLException {
    Admission admission = admit.admission();
    EntryRow known = admit.tried() ? entries.get(admit.key()) : null;
    if (known != null) {
      return again(admit, known);
    }
    if (!leased) {
      return new Decision.Unavailable();
    }
    Long revision = revisions.get(admission.spaceId());
    if (revision == null || revision != admission.revision()) {
      return new Decision.Stale();
    }
    Optional<Decision.OverBudget> refused =
        overBudget(admit, admission.spaceBudget(), Decision.BudgetOf.SPACE, Months.WHOLE_SPACE)
            .or(() ->
                overBudget(
                    admit, admission.agentBudget(), Decision.BudgetOf.AGENT, admission.agentId()));
    if (refused.isPresent()) {
      return refuse(admission, refused.get());
    }
    EntryRow entry =
        entries.open(
            admission,
            admit.days(),
            totalsModel.apply(admission.provider(), admission.sentModel()));
    months.move(entry, 0, admission.hold().nanos(), 0);
    return new Decision.Admitted();
  }

  /** The answer to an admission that an earlier, broken transaction had written after all. */
  private Decision again(Operation.Admit admit, EntryRow known) throws SQLException {
    return switch (known.state()) {
      case OPEN -> new Decision.Admitted();
      case REFUSED -> {
        Decision.OverBudget refused =
            entries.refusedFor(
                admit.key(),
                Days.nextMonth(admit.admission().createdAt(), admit.admission().zone()));
        yield refused == null ? new Decision.Unavailable() : refused;
      }
      case SETTLED, INTERRUPTED -> new Decision.Unavailable();
    };
  }

  private Optional<Decision.OverBudget> overBudget(
      Operation.Admit admit, @Nullable Budget budget, Decision.BudgetOf budgetOf, String agentId) {
    Admission admission = admit.admission();
    Months.Month month =
        months.get(new Months.Key(admission.spaceId(), admit.days().localMonth(), agentId));
    if (budget == null || Budgets.allows(budget, month, admission.hold())) {
      return Optional.empty();
    }
    return Optional.of(
        new Decision.OverBudget(
            admission.entryId(),
            budgetOf,
            budget.limit(),
            new Money(month.spent()),
            new Money(month.held()),
            new Money(month.doubt()),
            admission.hold(),
            Days.nextMonth(admission.createdAt(), admission.zone())));
  }

  private Decision refuse(Admission admission, Decision.OverBudget overBudget) throws SQLException {
    String entryId = refuse(RefusedCall.of(admission, overBudget));
    return new Decision.OverBudget(
        entryId,
        overBudget.budgetOf(),
        overBudget.budget(),
        overBudget.spent(),
        overBudget.held(),
        overBudget.doubt(),
        overBudget.needed(),
        overBudget.resetsAt());
  }

  private String refuse(RefusedCall call) throws SQLException {
    String entryId = folding.entryFor(call);
    if (entryId.equals(call.entryId())) {
      entries.refused(call);
    } else {
      entries.refusedAgain(call.spaceId(), entryId);
    }
    return entryId;
  }

  /** Whether it ended the entry: false if that had ended before. */
  private boolean settle(Operation.Settle settle) throws SQLException {
    Settlement settlement = settle.settlement();
    EntryRow entry = entries.get(settle.key());
    if (entry == null) {
      throw new IllegalStateException("a settlement of no entry: " + settlement.entryId());
    }
    return switch (entry.state()) {
      case OPEN -> {
        if (settle.unwritable()) {
          Ending ending = Ending.unanswered(clock.instant(), null, SETTLEMENT_UNWRITABLE);
          end(entry, Charge.atHold(entry), ending);
        } else {
          end(entry, charge(entry, settlement), Ending.of(settlement));
        }
        yield true;
      }
      case INTERRUPTED -> {
        if (settle.unwritable()) {
          yield false;
        }
        correct(entry, charge(entry, settlement), Ending.of(settlement));
        yield true;
      }
      case SETTLED -> false;
      case REFUSED ->
          throw new IllegalStateException(
              "a settlement of a refused call: " + settlement.entryId());
    };
  }

  private Charge charge(EntryRow entry, Settlement settlement) {
    return Charge.of(entry, settlement, model -> totalsModel.apply(entry.provider(), model));
  }

  private boolean withdraw(Operation.Withdraw withdraw) throws SQLException {
    EntryRow entry = entries.get(withdraw.key());
    if (entry == null || entry.state() != EntryState.OPEN) {
      return false;
    }
    end(
        entry,
        Charge.nothing(entry),
        Ending.unanswered(clock.instant(), SERVICE_UNAVAILABLE, LEDGER_UNAVAILABLE));
    return true;
  }

  private void end(EntryRow entry, Charge charge, Ending ending) throws SQLException {
    entries.end(entry, charge, ending);
    months.move(entry, charge.countedNanos(), -entry.holdNanos(), charge.doubtNanos());
    totals.add(entry, charge);
  }

  /** Replaces what an interrupted entry was charged by what its call really was. */
  private void correct(EntryRow entry, Charge charge, Ending ending) throws SQLException {
    Charge before = Charge.atHold(entry);
    entries.end(entry, charge, ending);
    Adjustments.add(
        session, entry, Adjustments.Reason.SETTLED_LATE, ending.settledAt(), before, charge, null);
    months.move(entry, charge.countedNanos() - before.countedNanos(), 0, charge.doubtNanos());
    totals.remove(entry, before);
    totals.add(entry, charge);
  }
}
