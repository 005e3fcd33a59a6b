package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.Provider;
import dev.purser.pricing.UsageSource;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import dev.purser.storage.TestDatabase;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A world of spaces, agents and calls that one seed drives: what happens next is drawn, done to a
 * real ledger on a real database, and compared with what may have become of it. Time is the
 * simulation's own. What runs at once in a step is decided in an order of the ledger's; all else
 * follows from the seed.
 */
final class Simulation implements AutoCloseable {
  private static final long TOKEN = 1_000_000;
  private static final int BALANCE_EVERY = 50;
  private static final List<ZoneId> ZONES =
      List.of(
          ZoneId.of("UTC"),
          ZoneId.of("Pacific/Auckland"),
          ZoneId.of("America/Los_Angeles"),
          ZoneId.of("Pacific/Kiritimati"),
          ZoneId.of("Asia/Kathmandu"));
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Random random;
  private final TestDatabase test;
  private final Ids ids;
  private final List<Space> spaces = new ArrayList<>();

  /** Those that admit calls: on PostgreSQL two, side by side. */
  private final List<Node> living = new ArrayList<>();

  /** Those that were taken for dead and may come back, the latest first. */
  private final List<Node> takenForDead = new ArrayList<>();

  /** What each ended call counts at; of those that others ended, what it held. */
  private final Map<String, Long> counted = new HashMap<>();

  private volatile Instant now = Instant.parse("2026-01-30T09:00:00Z");
  private long steps;
  private int admitted;
  private int refused;
  private int shortened;
  private int late;

  /** A space as its people have set it up. */
  private static final class Space {
    private final String id;
    private long revision = 1;
    private ZoneId zone = ZONES.getFirst();
    private final Map<String, @Nullable Budget> budgets = new HashMap<>();
    private String latestMonth = "";

    /** By agent and month: the strict limit under which a call has cost more than its hold. */
    private final Map<String, Stop> stopped = new HashMap<>();

    private Space(String id) {
      this.id = id;
    }
  }

  /** What has stopped a strict budget: up to which limit, and in which step. */
  private record Stop(long limit, long step) {}

  /** A call that asks, since a step, or runs. */
  private record Call(
      Space space,
      Admission admission,
      CompletableFuture<Decision> decision,
      Node node,
      long step) {}

  /** A ledger with the calls that it knows of. */
  private static final class Node {
    private final Database database;
    private final Ledger ledger;
    private final List<Call> asking = new ArrayList<>();
    private final List<Call> running = new ArrayList<>();
    private final List<CompletableFuture<Boolean>> settling = new ArrayList<>();

    private Node(Database database, Ledger ledger) {
      this.database = database;
      this.ledger = ledger;
    }
  }

  Simulation(TestDatabase.Kind kind, long seed) {
    random = new Random(seed);
    test = TestDatabase.fresh(kind);
    ids = new Ids(() -> now, random);
    for (int i = 0; i < 2; i++) {
      Calls.of(test.database(), "space-" + i);
      spaces.add(new Space("space-" + i));
    }
    living.add(startNode());
    if (kind == TestDatabase.Kind.POSTGRESQL) {
      living.add(startNode());
    }
  }

  private Node startNode() {
    Database database = test.openAnother();
    InstantSource clock = () -> now;
    return new Node(
        database,
        Ledger.start(
            database,
            LedgerConfiguration.DEFAULT.withLease(Duration.ofHours(1)),
            clock,
            (provider, model) -> model));
  }

  private Node anyLiving() {
    return living.get(random.nextInt(living.size()));
  }

  private List<Node> nodes() {
    return Stream.concat(living.stream(), takenForDead.stream()).toList();
  }

  /** Does so many steps, then ends all calls and looks at everything. */
  void run(long howMany) {
    for (long i = 0; i < howMany; i++) {
      step();
    }
    settleAll();
    now = now.plusSeconds(10);
    quiet();
    // Those that have been let in after all, or were told that they are not.
    settleAll();
    quiet();
    check();
    assertThat(number("SELECT SUM(held_nanos) FROM months")).as("held at the end").isZero();
  }

  private void step() {
    steps++;
    try {
      switch (random.nextInt(24)) {
        case 0, 1, 2, 3, 4, 5, 6 -> admit();
        case 7, 8, 9, 10, 11 -> settleOne(UsageSource.REPORTED);
        case 12 -> settleOne(UsageSource.ESTIMATED);
        case 13 -> settleOne(UsageSource.NONE);
        case 14 -> narrow();
        case 15 -> giveUp();
        case 16, 17 -> changeBudget();
        case 18 -> changeZone();
        case 19 -> now = now.plus(Duration.ofMillis(random.nextLong(3_000_000)));
        case 20 -> now = now.plus(Duration.ofHours(random.nextInt(5 * 24)));
        case 21 -> release();
        case 22 -> {
          switch (random.nextInt(8)) {
            case 0, 1 -> crash();
            case 2 -> restart();
            case 3, 4 -> failStorage();
            default -> comeBack();
          }
        }
        default -> settleOne(UsageSource.ESTIMATED);
      }
      quiet();
      if (steps % BALANCE_EVERY == 0) {
        check();
      }
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("at step " + steps, e);
    }
  }

  private void settleAll() {
    for (Node node : nodes()) {
      while (!node.running.isEmpty()) {
        settle(node, node.running.removeFirst(), UsageSource.REPORTED, false);
      }
      settled(node);
    }
  }

  // ---- what happens

  private void admit() {
    admit(anyLiving());
  }

  private void admit(Node first) {
    Node node = first;
    for (int i = random.nextInt(5); i >= 0; i--) {
      Space space = spaces.get(random.nextInt(spaces.size()));
      String agent = "agent-" + random.nextInt(2);
      Budget ofSpace = space.budgets.get("");
      Budget ofAgent = space.budgets.get(agent);
      boolean strict = isStrict(ofSpace) || isStrict(ofAgent);
      long output = 1 + random.nextLong(400);
      Bounded bounded =
          new Bounded(
              Calls.worst(random.nextLong(50) * TOKEN, output, TOKEN),
              Math.min(output, 20),
              random.nextInt(10) == 0);
      boolean unbounded = !strict && random.nextInt(4) == 0;
      long revision = random.nextInt(20) == 0 && !strict ? space.revision - 1 : space.revision;
      Admission admission =
          new Admission(
              ids.next(),
              space.id,
              revision,
              agent,
              "virtual-key-1",
              Provider.ANTHROPIC,
              "anthropic_messages",
              Calls.MODEL,
              Calls.MODEL,
              bounded.worstCase().most(),
              unbounded ? null : bounded,
              "test-1",
              now,
              space.zone,
              ofSpace,
              ofAgent,
              now.plusSeconds(20));
      node.asking.add(new Call(space, admission, node.ledger.admit(admission), node, steps));
      node = anyLiving();
    }
  }

  private void settleOne(UsageSource source) {
    List<Node> nodes = nodes();
    Node node = nodes.get(random.nextInt(nodes.size()));
    if (!node.running.isEmpty()) {
      Call call = node.running.remove(random.nextInt(node.running.size()));
      settle(node, call, source, random.nextInt(40) == 0);
    }
  }

  /** Settles, once or twice; the second time must not count. */
  private void settle(Node node, Call call, UsageSource source, boolean aboveHold) {
    Admission admission = call.admission;
    long hold = hold(admission.entryId());
    long most = aboveHold ? hold + TOKEN : hold;
    Money cost = new Money(aboveHold ? most : random.nextLong(most + 1));
    Settlement settlement =
        source == UsageSource.NONE
            ? Calls.nothing(admission)
            : Calls.settlement(admission, source, Calls.MODEL, cost);
    long counts = source == UsageSource.NONE ? 0 : cost.nanos();
    if (counts > hold) {
      String month = monthOf(admission.entryId());
      stop(call.space, "", month, admission.spaceBudget());
      stop(call.space, admission.agentId(), month, admission.agentBudget());
    }
    late +=
        number(
                    "SELECT COUNT(*) FROM entries WHERE state = 'interrupted' AND entry_id = '"
                        + admission.entryId()
                        + "'")
                > 0
            ? 1
            : 0;
    counted.put(admission.entryId(), counts);
    node.settling.add(node.ledger.settle(settlement));
    if (random.nextInt(5) == 0) {
      node.settling.add(
          node.ledger
              .settle(settlement)
              .thenApply(again -> {
                assertThat(again).as("settled a second time").isFalse();
                return true;
              }));
    }
  }

  private void stop(Space space, String agent, String month, @Nullable Budget budget) {
    if (budget != null && isStrict(budget)) {
      space.stopped.merge(
          agent + month,
          new Stop(budget.limit().nanos(), steps),
          (one, other) -> one.limit >= other.limit ? one : other);
    }
  }

  private void narrow() {
    Node node = anyLiving();
    if (!node.running.isEmpty()) {
      Admission call = node.running.get(random.nextInt(node.running.size())).admission;
      long hold = hold(call.entryId());
      boolean narrowed =
          node.ledger
              .narrow(call.spaceId(), call.entryId(), new Money(random.nextLong(2 * hold + 2)))
              .join();
      assertThat(hold(call.entryId())).isLessThanOrEqualTo(hold);
      assertThat(narrowed).isEqualTo(hold(call.entryId()) < hold);
    }
  }

  private void giveUp() {
    Node node = anyLiving();
    admit(node);
    node.asking.getLast().decision.cancel(false);
  }

  private void changeBudget() {
    Space space = spaces.get(random.nextInt(spaces.size()));
    String whose = random.nextBoolean() ? "" : "agent-" + random.nextInt(2);
    Budget budget =
        random.nextInt(5) == 0
            ? null
            : new Budget(
                Money.ofCents(random.nextInt(400)),
                random.nextInt(3) > 0
                    ? Budget.Mode.STRICT
                    : random.nextBoolean() ? Budget.Mode.WARN : Budget.Mode.STOP);
    space.budgets.put(whose, budget);
    revise(space);
  }

  private void changeZone() {
    Space space = spaces.get(random.nextInt(spaces.size()));
    space.zone = ZONES.get(random.nextInt(ZONES.size()));
    revise(space);
    test.database()
        .write(handle ->
            handle.execute(
                "UPDATE spaces SET time_zone = ? WHERE space_id = ?",
                space.zone.getId(),
                space.id));
  }

  private void revise(Space space) {
    space.revision++;
    test.database()
        .write(handle ->
            handle.execute(
                "UPDATE spaces SET revision = revision + 1 WHERE space_id = ?", space.id));
  }

  private void release() {
    Space space = spaces.get(random.nextInt(spaces.size()));
    Releases releases = new Releases(test.database(), () -> now);
    String month = BudgetMonth.current(now, space.zone, space.latestMonth).toString();
    if (random.nextBoolean()) {
      releases.releaseDoubt(space.id);
      assertThat(
              number(
                  "SELECT COALESCE(SUM(doubt_nanos), 0) FROM months WHERE space_id = '"
                      + space.id
                      + "' AND local_month = '"
                      + month
                      + "'"))
          .isZero();
    } else {
      releases.resume(space.id);
      space.stopped.keySet().removeIf(key -> key.endsWith(month));
    }
  }

  /** A node is gone for good, or taken for dead: the next one ends its calls. */
  private void crash() {
    Node gone = anyLiving();
    for (Call call : gone.asking) {
      call.decision.cancel(false);
    }
    quiet();
    test.database()
        .write(handle ->
            handle.execute(
                "UPDATE processes SET lease_until = 1 WHERE epoch = ?", gone.ledger.epoch()));
    living.remove(gone);
    takenForDead.addFirst(gone);
    living.add(startNode());
    if (takenForDead.size() > 2) {
      forget(takenForDead.removeLast());
    }
  }

  /** What never comes back stays charged at its hold. */
  private void forget(Node node) {
    settled(node);
    node.ledger.close();
    node.database.close();
    for (Call call : node.asking) {
      // Some have been let in at the last moment.
      if (!call.decision.isCancelled() && call.decision.getNow(null) instanceof Decision.Admitted) {
        node.running.add(call);
      }
    }
    for (Call call : node.running) {
      counted.put(call.admission.entryId(), hold(call.admission.entryId()));
    }
  }

  private void restart() {
    Node stops = anyLiving();
    living.remove(stops);
    forget(stops);
    living.add(startNode());
  }

  /** One that was taken for dead settles all its calls. */
  private void comeBack() {
    if (!takenForDead.isEmpty()) {
      Node back = takenForDead.getLast();
      while (!back.running.isEmpty()) {
        settle(back, back.running.removeFirst(), UsageSource.REPORTED, false);
      }
      settled(back);
    }
  }

  /**
   * For a while nothing can be written, or the connection breaks; calls come and end nonetheless.
   */
  private void failStorage() {
    Node node = anyLiving();
    if (!node.database.shared()) {
      onWriter(node.database, "PRAGMA max_page_count = 1");
      muchHappens(node);
      onWriter(node.database, "PRAGMA max_page_count = 1000000");
    } else if (random.nextBoolean()) {
      onWriter(node.database, "SET default_transaction_read_only = on");
      muchHappens(node);
      onWriter(node.database, "SET default_transaction_read_only = off");
    } else {
      long backend = onWriter(node.database, "SELECT pg_backend_pid()");
      muchHappens(node);
      number("SELECT CASE WHEN pg_terminate_backend(" + backend + ") THEN 1 ELSE 0 END");
      muchHappens(node);
    }
    await(() -> node.ledger.health().ready());
  }

  private void muchHappens(Node node) {
    for (int i = 0; i < 3; i++) {
      admit(node);
      settleOne(UsageSource.REPORTED);
    }
  }

  /** The number that it answers, if it answers. */
  private static long onWriter(Database database, String command) {
    return database.transact(session -> {
      PreparedStatement statement = session.statement(command);
      if (!statement.execute()) {
        return 0L;
      }
      // Closed, or SQLite would go on reading what was true at this moment.
      try (ResultSet answer = statement.getResultSet()) {
        return answer.next() ? answer.getLong(1) : 0L;
      }
    });
  }

  // ---- what must have become of it

  /** Waits until the ledgers have nothing to do, then looks at what they have decided. */
  private void quiet() {
    // What ends on one node may let somebody in who waits on another.
    for (Node node : nodes()) {
      do {
        CompletableFuture<Boolean> barrier = new CompletableFuture<>();
        node.database.writer().execute(() -> barrier.complete(true));
        barrier.join();
      } while (node.ledger.health().waiting() > 0);
      settled(node);
    }
    for (Node node : living) {
      for (Call call : List.copyOf(node.asking)) {
        if (call.decision.isDone()) {
          node.asking.remove(call);
          if (!call.decision.isCancelled()) {
            decided(call, call.decision.join());
          }
        }
      }
    }
  }

  private static void settled(Node node) {
    node.settling.forEach(settling -> assertThat(settling.join()).isTrue());
    node.settling.clear();
  }

  private void decided(Call call, Decision decision) {
    Admission admission = call.admission;
    switch (decision) {
      case Decision.Admitted it -> {
        call.node.running.add(call);
        admitted++;
        shortened += it.outputTokens() == null ? 0 : 1;
        String month = monthOf(admission.entryId());
        assertThat(month).isGreaterThanOrEqualTo(call.space.latestMonth);
        call.space.latestMonth = month;
        holds(call, "", month, admission.spaceBudget());
        holds(call, admission.agentId(), month, admission.agentBudget());
      }
      case Decision.OverBudget it -> {
        refused++;
        assertThat(admission.spaceBudget() != null || admission.agentBudget() != null).isTrue();
      }
      case Decision.Stale _ -> assertThat(admission.revision()).isNotEqualTo(call.space.revision);
      case Decision.Tight _, Decision.Unavailable _, Decision.Overloaded _ -> {}
    }
  }

  /** P3, right after an admission. */
  private void holds(Call call, String agent, String month, @Nullable Budget budget) {
    if (budget != null && isStrict(budget)) {
      assertThat(
              number(
                  """
                  SELECT spent_nanos + held_nanos + doubt_nanos FROM months
                  WHERE space_id = '%s' AND local_month = '%s' AND agent_id = '%s'\
                  """
                      .formatted(call.space.id, month, agent)))
          .as("set aside of a strict budget")
          .isLessThanOrEqualTo(budget.limit().nanos());
      Stop stop = call.space.stopped.get(agent + month);
      // What happens in one step happens at once: it may have been let in just before.
      if (stop != null && stop.step < call.step) {
        assertThat(stop.limit)
            .as("the limit up to which it was stopped")
            .isLessThan(budget.limit().nanos());
      }
    }
  }

  private void check() {
    LedgerBooks.balance(test.database());
    Map<String, Long> ended = new HashMap<>();
    test.database()
        .read(handle ->
            handle
                .createQuery(
                    """
                    SELECT entry_id, counted_nanos FROM entries
                    WHERE state IN ('settled', 'interrupted')\
                    """)
                .map((row, _) -> Map.entry(row.getString(1), row.getLong(2)))
                .list())
        .forEach(entry -> ended.put(entry.getKey(), entry.getValue()));
    counted.forEach((entryId, nanos) ->
        assertThat(ended.remove(entryId)).as("what %s counts at", entryId).isEqualTo(nanos));
    for (Node node : takenForDead) {
      for (Call call : node.running) {
        String entryId = call.admission.entryId();
        assertThat(ended.remove(entryId)).as("what %s counts at", entryId).isEqualTo(hold(entryId));
      }
    }
    assertThat(ended)
        .as("calls whose callers were never let in")
        .allSatisfy((_, nanos) -> assertThat(nanos).isZero());
  }

  private static boolean isStrict(@Nullable Budget budget) {
    return budget != null && budget.mode() == Budget.Mode.STRICT;
  }

  private long hold(String entryId) {
    return number("SELECT hold_nanos FROM entries WHERE entry_id = '" + entryId + "'");
  }

  private String monthOf(String entryId) {
    return test.database()
        .read(handle ->
            handle
                .createQuery("SELECT SUBSTR(local_day, 1, 7) FROM entries WHERE entry_id = ?")
                .bind(0, entryId)
                .mapTo(String.class)
                .one());
  }

  private long number(String sql) {
    return test.database()
        .read(handle -> handle.createQuery(sql).mapTo(Long.class).findOne().orElse(0L));
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    Instant until = Instant.now().plus(PATIENCE);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).as("patience").isBefore(until);
      LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
    }
  }

  /** What has happened, for whoever reads the test's output. */
  String story() {
    return "%d steps: %d admitted, %d of them shortened, %d refused, %d settled after another node had ended them"
        .formatted(steps, admitted, shortened, refused, late);
  }

  int admitted() {
    return admitted;
  }

  int refused() {
    return refused;
  }

  int shortened() {
    return shortened;
  }

  int late() {
    return late;
  }

  @Override
  public void close() {
    nodes().forEach(node -> node.ledger.close());
    test.close();
  }
}
