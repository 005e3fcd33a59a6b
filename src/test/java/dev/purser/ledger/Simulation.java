package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.Provider;
import dev.purser.pricing.UsageSource;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import dev.purser.storage.StorageException;
import dev.purser.storage.TestDatabase;
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
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * A world of spaces, agents and calls that one seed drives: what happens next is drawn, done to
 * real ledgers on a real database, and compared with what may have become of it. Of PostgreSQL
 * there are two living nodes, of SQLite one, as many as may be. Time is the simulation's own. What
 * runs at once in a step is decided in an order of the ledgers' own; all else follows from the
 * seed.
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
  private static final int MAX_TAKEN_FOR_DEAD = 2;

  private final Random random;
  private final TestDatabase test;
  private final Ids ids;
  private final List<Space> spaces = new ArrayList<>();

  private final List<Node> living = new ArrayList<>();

  /** Whose calls others have ended, and which may come back; the latest first. */
  private final List<Node> takenForDead = new ArrayList<>();

  /** What each ended call counts at; of those that others ended, what it held. */
  private final Map<String, Long> counted = new HashMap<>();

  private volatile Instant now = Instant.parse("2026-01-30T09:00:00Z");
  private long steps;
  private int admitted;
  private int refused;
  private int shortened;
  private int late;
  private int failovers;

  /** A space as its people have set it up. */
  private static final class Space {
    private final String id;
    private long revision = 1;
    private ZoneId zone = ZONES.getFirst();
    private final Map<String, @Nullable Budget> budgets = new HashMap<>();
    private String latestMonth = "";

    /** By agent and month: the strict limit under which a call has cost more than its hold. */
    private final Map<String, Long> stopped = new HashMap<>();

    /** The step in which that happened last. */
    private long stoppedAt;

    private Space(String id) {
      this.id = id;
    }
  }

  /** A call that asks, or runs. */
  private record Call(
      Space space, Admission admission, CompletableFuture<Decision> decision, Node node) {}

  /** A ledger with the calls that it knows of. */
  private static final class Node {
    private final Database database;
    private final Ledger ledger;
    private final List<Call> asking = new ArrayList<>();
    private final List<Call> running = new ArrayList<>();
    private final List<CompletableFuture<Boolean>> settling = new ArrayList<>();

    /** Whether it may not have heard of a commit: then a settlement may find itself written. */
    private boolean cutOff;

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
    for (int i = 0; i < (test.database().shared() ? 2 : 1); i++) {
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
    List<Node> nodes = new ArrayList<>(living);
    nodes.addAll(takenForDead);
    return nodes;
  }

  /** Does so many steps, then ends all calls and looks at everything. */
  void run(long howMany) {
    for (long i = 0; i < howMany; i++) {
      step();
    }
    nodes().forEach(this::settleAll);
    now = now.plusSeconds(10);
    await(() -> {
      quiet();
      return living.stream().allMatch(node -> node.asking.isEmpty());
    });
    living.forEach(this::settleAll);
    quiet();
    check();
    assertThat(number("SELECT SUM(held_nanos) FROM months")).as("held at the end").isZero();
  }

  private void settleAll(Node node) {
    while (!node.running.isEmpty()) {
      settle(node, node.running.removeFirst(), UsageSource.REPORTED, false);
    }
    settled(node);
  }

  private void step() {
    steps++;
    try {
      switch (random.nextInt(24)) {
        case 0, 1, 2, 3, 4, 5, 6 -> admitSome();
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
          switch (random.nextInt(9)) {
            case 0, 1 -> crash();
            case 2 -> restart();
            case 3, 4 -> failStorage();
            case 5 -> failOver();
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

  // ---- what happens

  private void admitSome() {
    for (int i = random.nextInt(5); i >= 0; i--) {
      admit(anyLiving());
    }
  }

  private Call admit(Node node) {
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
            now.plusSeconds(20),
            null);
    Call call = new Call(space, admission, node.ledger.admit(admission), node);
    node.asking.add(call);
    return call;
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
            : random.nextInt(4) == 0
                ? Calls.cached(
                    admission, source, 1 + random.nextInt(9), random.nextLong(2_000), cost)
                : Calls.settlement(admission, source, Calls.MODEL, cost);
    long counts = source == UsageSource.NONE ? 0 : cost.nanos();
    if (counts > hold) {
      String month = monthOf(admission.entryId());
      call.space.stoppedAt = steps;
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

  private static void stop(Space space, String agent, String month, @Nullable Budget budget) {
    if (budget != null && isStrict(budget)) {
      space.stopped.merge(agent + month, budget.limit().nanos(), Math::max);
    }
  }

  private void narrow() {
    Node node = anyLiving();
    if (!node.running.isEmpty()) {
      Admission call = node.running.get(random.nextInt(node.running.size())).admission;
      long hold = hold(call.entryId());
      boolean narrowed =
          node.ledger
              .narrow(
                  call.spaceId(),
                  call.entryId(),
                  new Money(random.nextLong(2 * hold + 2)),
                  call.priceVersion())
              .join();
      assertThat(hold(call.entryId())).isLessThanOrEqualTo(hold);
      assertThat(narrowed).isEqualTo(hold(call.entryId()) < hold);
    }
  }

  private void giveUp() {
    admitSome();
    admit(anyLiving()).decision.cancel(false);
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
    Node crashes = anyLiving();
    nobodyWaits(crashes);
    test.database()
        .write(handle ->
            handle.execute(
                "UPDATE processes SET lease_until = 1 WHERE epoch = ?", crashes.ledger.epoch()));
    living.remove(crashes);
    takenForDead.addFirst(crashes);
    living.add(startNode());
    if (takenForDead.size() > MAX_TAKEN_FOR_DEAD) {
      forget(takenForDead.removeLast());
    }
  }

  /** What never comes back stays charged at its hold. */
  private void forget(Node node) {
    settled(node);
    node.ledger.close();
    node.database.close();
    for (Call call : node.running) {
      counted.put(call.admission.entryId(), hold(call.admission.entryId()));
    }
  }

  private void restart() {
    Node stops = anyLiving();
    nobodyWaits(stops);
    living.remove(stops);
    forget(stops);
    living.add(startNode());
  }

  private void nobodyWaits(Node node) {
    for (Call call : node.asking) {
      call.decision.cancel(false);
    }
    quiet();
  }

  /** One that was taken for dead settles all its calls. */
  private void comeBack() {
    if (!takenForDead.isEmpty()) {
      settleAll(takenForDead.getLast());
    }
  }

  /** For a while nothing can be written; calls come and end nonetheless. */
  private void failStorage() {
    Node fails = anyLiving();
    if (fails.database.shared()) {
      nodes().forEach(node -> node.cutOff = true);
    }
    StorageFailure failure = again(() -> StorageFailure.any(test, fails.database, random));
    goOn(fails, () -> again(failure.begin()));
    living.forEach(node -> goOn(node, () -> {}));
    again(failure.end());
    // The simulation's own connection may have been cut, too.
    again(() -> {
      var _ =
          test.database().write(handle -> handle.execute("UPDATE spaces SET revision = revision"));
    });
    for (Node node : living) {
      await(() -> node.ledger.health().ready());
    }
  }

  /**
   * A server takes over that has nothing of what one node has had committed in the last while. (Of
   * two, each would write its own calls again, but only when it has found out.)
   */
  private void failOver() {
    if (!test.database().shared()) {
      return;
    }
    nodes().forEach(node -> node.cutOff = true);
    test.leaveReplicaBehind();
    connectAgain();
    Node works = anyLiving();
    goOn(works, () -> {});
    quiet();
    works.cutOff = true;
    goOn(
        works,
        () -> {
          test.failOver();
          connectAgain();
        });
    failovers++;
  }

  /** Until each living node has written something on a new connection. */
  private void connectAgain() {
    again(() -> {
      var _ =
          test.database().write(handle -> handle.execute("UPDATE spaces SET revision = revision"));
    });
    for (Node node : living) {
      await(() -> node.ledger.refuse(refusal()).join().isPresent());
      await(() -> node.ledger.health().ready());
    }
  }

  private Refusal refusal() {
    return new Refusal(
        ids.next(),
        spaces.getFirst().id,
        "agent-0",
        "virtual-key-1",
        Provider.ANTHROPIC,
        "anthropic_messages",
        Calls.MODEL,
        null,
        now,
        spaces.getFirst().zone,
        404,
        "model_not_available",
        "refused",
        null,
        null);
  }

  /** Calls come and end, and something else happens in the midst of it. */
  private void goOn(Node node, Runnable meanwhile) {
    for (int i = 0; i < 4; i++) {
      if (i == 2) {
        meanwhile.run();
      }
      for (int calls = random.nextInt(4); calls > 0; calls--) {
        admit(node);
      }
      if (!node.running.isEmpty()) {
        Call call = node.running.remove(random.nextInt(node.running.size()));
        settle(node, call, UsageSource.REPORTED, false);
      }
    }
  }

  // ---- what must have become of it

  /** Waits until the ledgers have nothing to do, then looks at what they have decided. */
  private void quiet() {
    // Twice, so that what one of them committed before another did has been told, too.
    for (int i = 0; i < living.size(); i++) {
      nodes().forEach(Simulation::finished);
    }
    nodes().forEach(Simulation::settled);
    List<Call> decided = new ArrayList<>();
    for (Node node : living) {
      node.asking.removeIf(call -> {
        boolean done = call.decision.isDone();
        if (done && !call.decision.isCancelled()) {
          decided.add(call);
        }
        return done;
      });
    }
    Map<String, String> latestMonths = new HashMap<>();
    spaces.forEach(space -> latestMonths.put(space.id, space.latestMonth));
    for (Call call : decided) {
      decided(call, call.decision.join(), latestMonths.getOrDefault(call.space.id, ""));
    }
  }

  private static void finished(Node node) {
    do {
      CompletableFuture<Boolean> barrier = new CompletableFuture<>();
      node.database.writer().execute(() -> barrier.complete(true));
      barrier.join();
    } while (node.ledger.health().waiting() > 0);
  }

  private static void settled(Node node) {
    for (CompletableFuture<Boolean> settling : node.settling) {
      boolean first = settling.join();
      assertThat(first || node.cutOff).as("settled the first time").isTrue();
    }
    node.settling.clear();
    node.cutOff = false;
  }

  private void decided(Call call, Decision decision, String latestMonth) {
    Admission admission = call.admission;
    switch (decision) {
      case Decision.Admitted it -> {
        call.node.running.add(call);
        admitted++;
        shortened += it.outputTokens() == null ? 0 : 1;
        String month = monthOf(admission.entryId());
        assertThat(month).isGreaterThanOrEqualTo(latestMonth);
        if (month.compareTo(call.space.latestMonth) > 0) {
          call.space.latestMonth = month;
        }
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

  /** P3, right after an admission, unless a bound was wrong in the same step. */
  private void holds(Call call, String agent, String month, @Nullable Budget budget) {
    if (budget != null && isStrict(budget) && call.space.stoppedAt < steps) {
      assertThat(
              number(
                  """
                  SELECT spent_nanos + held_nanos + doubt_nanos FROM months
                  WHERE space_id = '%s' AND local_month = '%s' AND agent_id = '%s'\
                  """
                      .formatted(call.space.id, month, agent)))
          .as("set aside of a strict budget")
          .isLessThanOrEqualTo(budget.limit().nanos());
      assertThat(call.space.stopped.getOrDefault(agent + month, -1L))
          .as("the limit up to which it was stopped")
          .isLessThan(budget.limit().nanos());
    }
  }

  private void check() {
    LedgerBooks.balance(test.database());
    Map<String, Long> settled = counts("settled");
    Map<String, Long> interrupted = counts("interrupted");
    Map<String, Long> ended = new HashMap<>(settled);
    ended.putAll(interrupted);
    counted.forEach((entryId, nanos) ->
        assertThat(ended.remove(entryId)).as("what %s counts at", entryId).isEqualTo(nanos));
    for (Node node : takenForDead) {
      for (Call call : node.running) {
        String entryId = call.admission.entryId();
        assertThat(interrupted).as("ended by another node").containsKey(entryId);
        assertThat(ended.remove(entryId)).as("what %s counts at", entryId).isEqualTo(hold(entryId));
      }
    }
    for (Node node : living) {
      for (Call call : node.running) {
        assertThat(ended).as("running").doesNotContainKey(call.admission.entryId());
      }
    }
    // The others were withdrawn: nobody was told that they were admitted.
    assertThat(ended)
        .as("ended calls that nobody made")
        .allSatisfy((_, nanos) -> assertThat(nanos).isZero());
  }

  /** By entry. */
  private Map<String, Long> counts(String state) {
    Map<String, Long> counts = new HashMap<>();
    read(handle ->
            handle
                .createQuery("SELECT entry_id, counted_nanos FROM entries WHERE state = ?")
                .bind(0, state)
                .map((row, _) -> Map.entry(row.getString(1), row.getLong(2)))
                .list())
        .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
    return counts;
  }

  private static boolean isStrict(@Nullable Budget budget) {
    return budget != null && budget.mode() == Budget.Mode.STRICT;
  }

  private long hold(String entryId) {
    return number("SELECT hold_nanos FROM entries WHERE entry_id = '" + entryId + "'");
  }

  private String monthOf(String entryId) {
    return read(handle ->
        handle
            .createQuery("SELECT SUBSTR(local_day, 1, 7) FROM entries WHERE entry_id = ?")
            .bind(0, entryId)
            .mapTo(String.class)
            .one());
  }

  private long number(String sql) {
    return read(handle -> handle.createQuery(sql).mapTo(Long.class).findOne().orElse(0L));
  }

  private <T> T read(Function<Handle, T> work) {
    return again(() -> test.database().read(work));
  }

  private static void again(Runnable work) {
    again(() -> {
      work.run();
      return true;
    });
  }

  /** Until it succeeds: the simulation's own connections are cut with all others. */
  private static <T> T again(Supplier<T> work) {
    Instant until = Instant.now().plus(PATIENCE);
    while (true) {
      try {
        return work.get();
      } catch (StorageException e) {
        if (Instant.now().isAfter(until)) {
          throw e;
        }
      }
    }
  }

  private static void await(BooleanSupplier condition) {
    Instant until = Instant.now().plus(PATIENCE);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).as("patience").isBefore(until);
      LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
    }
  }

  /** What has happened, for whoever reads the test's output. */
  String story() {
    return "%d steps: %d admitted, %d of them shortened, %d refused, %d settled after another node had ended them, %d failovers"
        .formatted(steps, admitted, shortened, refused, late, failovers);
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
