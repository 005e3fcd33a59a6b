package dev.purser.ledger;

import dev.purser.money.Money;
import dev.purser.storage.Writer.Session;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One transaction over operations that waited together. Whatever it decides by is read first and
 * locked, everywhere in the order process, entries, spaces, months, totals, and each by its key, so
 * that processes cannot lock each other out; then the operations are decided one after another in
 * memory, and what has moved is written once.
 */
final class Posting {
  private static final KeyedRead SPACES =
      new KeyedRead(
          """
          SELECT space_id, revision, latest_month FROM spaces
          WHERE space_id IN %s ORDER BY space_id\
          """,
          1);
  private static final String LATEST_MONTH =
      "UPDATE spaces SET latest_month = ? WHERE space_id = ?";

  /** What callers are told when the ledger could not admit them in time, and its HTTP status. */
  private static final String LEDGER_UNAVAILABLE = "ledger_unavailable";

  private static final int SERVICE_UNAVAILABLE = 503;

  /** What an entry says whose settlement the database does not take. */
  private static final String SETTLEMENT_UNWRITABLE = "settlement_unwritable";

  private final Session session;
  private final Lease lease;
  private final Folding folding;
  private final InstantSource clock;
  private final PriceKeeper prices;
  private final Entries entries;
  private final Map<String, Space> spaces = new HashMap<>();
  private final SortedMap<String, String> begunMonths = new TreeMap<>();
  private final Strikes strikes = new Strikes();
  private final Months months = new Months();
  private final Totals totals = new Totals();

  Posting(Session session, Lease lease, Folding folding, InstantSource clock, PriceKeeper prices) {
    this.session = session;
    this.lease = lease;
    this.folding = folding;
    this.clock = clock;
    this.prices = prices;
    this.entries = new Entries(session, lease.epoch());
  }

  /** A space's row. */
  private record Space(long revision, String latestMonth) {
    Space changed() {
      return new Space(revision + 1, latestMonth);
    }
  }

  void post(List<Operation<?>> operations) throws SQLException {
    load(operations);
    for (Operation<?> operation : operations) {
      switch (operation) {
        case Operation.Admit admit -> admit(admit).ifPresentOrElse(admit::note, admit::noteNothing);
        case Operation.Refuse refuse ->
            refuse.note(Optional.of(refuse(RefusedCall.of(refuse.refusal()))));
        case Operation.RefuseIfUsedUp early -> early.note(refuseIfUsedUp(early.call()));
        case Operation.Narrow narrow -> narrow.note(narrow(narrow));
        case Operation.Restore restore -> restore.note(restore(restore));
        case Operation.Settle settle -> settle.note(settle(settle));
        case Operation.Withdraw withdraw -> withdraw.note(withdraw(withdraw));
      }
    }
    entries.write();
    months.write(session);
    totals.write(session);
    strikes.write(session);
    writeBegunMonths();
  }

  private void writeBegunMonths() throws SQLException {
    for (Map.Entry<String, String> begun : begunMonths.entrySet()) {
      PreparedStatement update = session.statement(LATEST_MONTH);
      update.setString(1, begun.getValue());
      update.setString(2, begun.getKey());
      update.executeUpdate();
    }
  }

  private void load(List<Operation<?>> operations) throws SQLException {
    SortedSet<Entries.Key> entryKeys = new TreeSet<>();
    SortedSet<String> spaceIds = new TreeSet<>();
    SortedSet<Months.Key> monthKeys = new TreeSet<>();
    boolean unsure = false;
    for (Operation<?> operation : operations) {
      switch (operation) {
        case Operation.Admit admit -> {
          spaceIds.add(admit.admission().spaceId());
          if (admit.tried()) {
            entryKeys.add(admit.key());
          }
        }
        case Operation.Refuse _ -> {}
        case Operation.RefuseIfUsedUp early -> spaceIds.add(early.call().spaceId());
        case Operation.Narrow narrow -> entryKeys.add(narrow.key());
        case Operation.Restore restore -> {
          entryKeys.add(restore.key());
          unsure = true;
        }
        case Operation.Settle settle -> entryKeys.add(settle.key());
        case Operation.Withdraw withdraw -> {
          entryKeys.add(withdraw.key());
          unsure = true;
        }
      }
    }
    // Every admission holds the lease's row until its transaction ends. So an admission whose
    // connection broke, and which is to be withdrawn, has either happened or not, once we have it.
    if (!spaceIds.isEmpty() || unsure) {
      lease.hold(session);
    }
    if (!entryKeys.isEmpty()) {
      entries.load(entryKeys);
      for (Entries.Key key : entryKeys) {
        EntryRow entry = entries.get(key);
        if (entry != null) {
          Months.addKeys(monthKeys, entry);
          if (!entry.wideningNames().isEmpty()) {
            spaceIds.add(entry.spaceId()); // It may move the space's revision.
          }
        }
      }
      for (Operation<?> operation : operations) {
        EntryRow lost = lost(operation);
        if (lost != null) {
          spaceIds.add(lost.spaceId());
          Months.addKeys(monthKeys, lost);
        }
      }
    }
    if (!spaceIds.isEmpty()) {
      SPACES.each(
          session,
          List.copyOf(spaceIds),
          (spaceId, column) -> spaceId,
          row -> spaces.put(row.getString(1), new Space(row.getLong(2), row.getString(3))));
    }
    for (Operation<?> operation : operations) {
      EntryRow lost = lost(operation);
      if (lost != null) {
        begin(lost.spaceId(), lost.days().localMonth());
      }
      if (operation instanceof Operation.Admit admit) {
        place(admit);
        Admission admission = admit.admission();
        Months.addKeys(
            monthKeys, admission.spaceId(), admit.days().localMonth(), admission.agentId());
      } else if (operation instanceof Operation.RefuseIfUsedUp early) {
        UnreadCall call = early.call();
        Months.addKeys(monthKeys, call.spaceId(), days(call).localMonth(), call.agentId());
      }
    }
    if (!monthKeys.isEmpty()) {
      months.load(session, monthKeys);
    }
  }

  /** Decides in which month a call counts: never in one before the latest of its space. */
  private void place(Operation.Admit admit) {
    String spaceId = admit.admission().spaceId();
    Space space = spaces.get(spaceId);
    if (space != null && space.revision == admit.admission().revision()) {
      admit.notBefore(begunMonths.getOrDefault(spaceId, space.latestMonth));
      begin(spaceId, admit.days().localMonth());
    }
  }

  /** Says that a space is in this month, if it is not in a later one. */
  private void begin(String spaceId, String month) {
    Space space = spaces.get(spaceId);
    if (space != null
        && begunMonths.getOrDefault(spaceId, space.latestMonth).compareTo(month) < 0) {
      begunMonths.put(spaceId, month);
    }
  }

  /**
   * The entry that an operation needs, was committed once, and is missing; null if there is none.
   */
  private @Nullable EntryRow lost(Operation<?> operation) {
    Recent.Admitted admitted =
        switch (operation) {
          case Operation.Restore restore -> restore.admitted();
          case Operation.Settle settle -> settle.admitted();
          case Operation.Admit _,
              Operation.Refuse _,
              Operation.RefuseIfUsedUp _,
              Operation.Narrow _,
              Operation.Withdraw _ ->
              null;
        };
    return admitted == null || entries.get(admitted.entry().key()) != null
        ? null
        : admitted.entry();
  }

  /** Whether it had to be written again. */
  private boolean restore(Operation.Restore restore) throws SQLException {
    if (entries.get(restore.key()) != null) {
      return false;
    }
    writeAgain(restore.admitted());
    return true;
  }

  /** Its call was forwarded: it counts whatever budgets say now. */
  private EntryRow writeAgain(Recent.Admitted lost) throws SQLException {
    EntryRow entry = lost.entry();
    entries.open(lost.admission(), entry);
    months.move(entry, 0, entry.holdNanos(), 0);
    Adjustments.add(
        session,
        entry,
        Adjustments.Reason.RESTORED,
        clock.instant(),
        new Adjustments.Change(0L, 0, 0, 0),
        /* detail= */ null);
    return entry;
  }

  /** When a call counts that begins no month: it is never admitted. */
  private Days days(UnreadCall call) {
    Space space = spaces.get(call.spaceId());
    Days days = Days.of(call.createdAt(), call.zone());
    return space == null ? days : days.notBefore(space.latestMonth);
  }

  /** Empty if its body is to be read. */
  private Optional<Decision.OverBudget> refuseIfUsedUp(UnreadCall call) throws SQLException {
    Space space = spaces.get(call.spaceId());
    if (space == null || space.revision != call.revision()) {
      return Optional.empty();
    }
    Days days = days(call);
    String month = days.localMonth();
    Budgets.Denied denied =
        Budgets.usedUp(
            call.spaceBudget(),
            months.get(new Months.Key(call.spaceId(), month, Months.WHOLE_SPACE)),
            call.agentBudget(),
            months.get(new Months.Key(call.spaceId(), month, call.agentId())));
    if (denied == null) {
      return Optional.empty();
    }
    Decision.OverBudget overBudget =
        overBudget(call.entryId(), denied, null, days.nextMonth(call.zone()));
    return Optional.of(overBudget.under(refuse(RefusedCall.of(call, days, overBudget))));
  }

  /** Empty if it waits. */
  private Optional<Decision> admit(Operation.Admit admit) throws SQLException {
    Admission admission = admit.admission();
    EntryRow known = admit.tried() ? entries.get(admit.key()) : null;
    if (known != null) {
      return Optional.of(again(admit, known));
    }
    Space space = spaces.get(admission.spaceId());
    if (space == null || space.revision != admission.revision()) {
      return Optional.of(new Decision.Stale());
    }
    return switch (Budgets.decide(
        admission, month(admit, Months.WHOLE_SPACE), month(admit, admission.agentId()))) {
      case Budgets.Granted granted -> Optional.of(open(admit, granted));
      case Budgets.Tight _ -> Optional.of(new Decision.Tight());
      case Budgets.Denied denied ->
          denied.onlyForHolds() && admit.mayWait()
              ? Optional.empty()
              : Optional.of(refuse(admit, denied));
    };
  }

  private Months.Month month(Operation.Admit admit, String agentId) {
    return months.get(
        new Months.Key(admit.admission().spaceId(), admit.days().localMonth(), agentId));
  }

  private Decision open(Operation.Admit admit, Budgets.Granted granted) throws SQLException {
    Admission admission = admit.admission();
    EntryRow entry =
        entries.open(
            admission,
            admit.days(),
            prices.totalsModel(admission.provider(), admission.sentModel()),
            granted);
    months.move(entry, 0, entry.holdNanos(), 0);
    admit.noteEntry(entry);
    return new Decision.Admitted(granted.outputTokens());
  }

  /** The answer to an admission that an earlier, broken transaction had written after all. */
  private Decision again(Operation.Admit admit, EntryRow known) throws SQLException {
    return switch (known.state()) {
      case OPEN -> {
        admit.noteEntry(known);
        yield new Decision.Admitted(known.grantedOutputTokens());
      }
      case REFUSED -> {
        Decision.OverBudget refused = entries.refusedFor(admit.key());
        yield refused == null ? new Decision.Unavailable() : refused;
      }
      case INTERRUPTED -> {
        // The commit took longer than the lease to be told: another process has ended the entry,
        // and
        // charged it at its hold. Nothing was sent.
        withdraw(known);
        yield new Decision.Unavailable();
      }
      case SETTLED -> new Decision.Unavailable();
    };
  }

  private Decision refuse(Operation.Admit admit, Budgets.Denied denied) throws SQLException {
    Admission admission = admit.admission();
    Decision.OverBudget overBudget =
        overBudget(
            admission.entryId(),
            denied,
            admission.hold(),
            admit.days().nextMonth(admission.zone()));
    return overBudget.under(refuse(RefusedCall.of(admission, admit.days(), overBudget)));
  }

  private static Decision.OverBudget overBudget(
      String entryId, Budgets.Denied denied, @Nullable Money needed, Instant resetsAt) {
    return new Decision.OverBudget(
        entryId,
        denied.budgetOf(),
        denied.budget().limit(),
        new Money(denied.month().spent()),
        new Money(denied.month().held()),
        new Money(denied.month().doubt()),
        needed,
        denied.largestOutputTokens(),
        denied.stopped(),
        resetsAt);
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

  /** Whether it lowered the hold: never raises it, and leaves an ended entry alone. */
  private boolean narrow(Operation.Narrow narrow) throws SQLException {
    EntryRow entry = entries.get(narrow.key());
    long hold = narrow.hold().nanos();
    if (entry == null || entry.state() != EntryState.OPEN || hold >= entry.holdNanos()) {
      return false;
    }
    months.move(entry, 0, hold - entry.holdNanos(), 0);
    entries.narrow(entry, hold, narrow.priceVersion());
    return true;
  }

  /** Whether it ended the entry: false if that had ended before. */
  private boolean settle(Operation.Settle settle) throws SQLException {
    Settlement settlement = settle.settlement();
    EntryRow entry = entries.get(settle.key());
    Recent.Admitted admitted = settle.admitted();
    if (entry == null && admitted != null) {
      entry = writeAgain(admitted);
    }
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
    return Charge.of(entry, settlement, model -> prices.totalsModel(entry.provider(), model));
  }

  private boolean withdraw(Operation.Withdraw withdraw) throws SQLException {
    EntryRow entry = entries.get(withdraw.key());
    return entry != null && withdraw(entry);
  }

  private boolean withdraw(EntryRow entry) throws SQLException {
    Charge nothing = Charge.nothing(entry);
    Ending ending = Ending.unanswered(clock.instant(), SERVICE_UNAVAILABLE, LEDGER_UNAVAILABLE);
    return switch (entry.state()) {
      case OPEN -> {
        end(entry, nothing, ending);
        yield true;
      }
      case INTERRUPTED -> {
        // This process was taken for dead meanwhile, and a call that never was has its hold to pay.
        correct(entry, nothing, ending);
        yield true;
      }
      case SETTLED, REFUSED -> false;
    };
  }

  private void end(EntryRow entry, Charge charge, Ending ending) throws SQLException {
    entries.end(entry, charge, ending);
    months.move(entry, charge.countedNanos(), -entry.holdNanos(), charge.doubtNanos());
    stopIfAboveHold(entry, charge, ending);
    totals.add(entry, charge);
  }

  /**
   * A strict budget whose bound was wrong once admits nothing more before somebody looks. What was
   * priced by other prices than the hold says nothing about the bound.
   */
  private void stopIfAboveHold(EntryRow entry, Charge charge, Ending ending) {
    if (charge.countedNanos() > entry.holdNanos()
        && entry.holdPriceVersion().equals(ending.priceVersion())) {
      months.stop(entry);
      if (strikes.add(entry, clock.instant())) {
        // Who waits in this transaction has not heard of it.
        spaces.computeIfPresent(entry.spaceId(), (_, space) -> space.changed());
      }
    }
  }

  /** Replaces what an interrupted entry was charged by what its call really was. */
  private void correct(EntryRow entry, Charge charge, Ending ending) throws SQLException {
    Charge before = Charge.atHold(entry);
    entries.end(entry, charge, ending);
    Adjustments.add(
        session,
        entry,
        Adjustments.Reason.SETTLED_LATE,
        ending.settledAt(),
        Adjustments.Change.of(before, charge),
        /* detail= */ null);
    months.move(entry, charge.countedNanos() - before.countedNanos(), 0, charge.doubtNanos());
    stopIfAboveHold(entry, charge, ending);
    totals.remove(entry, before);
    totals.add(entry, charge);
  }
}
