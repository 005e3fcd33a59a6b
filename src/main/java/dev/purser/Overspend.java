package dev.purser;

import dev.purser.agents.Agent;
import dev.purser.agents.AgentDraft;
import dev.purser.agents.AgentSaved;
import dev.purser.agents.ModelPolicy;
import dev.purser.agents.VirtualKeyCreated;
import dev.purser.money.Budget;
import dev.purser.reports.AgentStandingStore;
import dev.purser.web.Overspending;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The demo's "Try to overspend". Each try is an agent of its own with a strict budget of its own,
 * so that it begins at nothing and leaves the sample month's other agents alone; the one before is
 * archived.
 */
final class Overspend implements AutoCloseable {
  private static final String NAME = "Overspend ";
  private static final long BUDGET_CENTS = 500;
  private static final int LISTED_EACH = 5;

  private final Rooms rooms;
  private final URI purser;
  private final Setup setup;
  private final String spaceId;
  private final AgentStandingStore books;
  private @Nullable Agent agent;
  private @Nullable OverspendRun run;

  /**
   * What the demo has to say.
   *
   * @param email whose space is to be overspent
   * @param notes what the providers saw
   * @param spread over which the calls begin that do not begin at once
   */
  record Setup(String email, ProviderNotes notes, Duration spread) {}

  private Overspend(Rooms rooms, URI purser, Setup setup, String spaceId) {
    this.rooms = rooms;
    this.purser = purser;
    this.setup = setup;
    this.spaceId = spaceId;
    this.books = new AgentStandingStore(rooms.database());
    for (Agent each : rooms.agents().list(spaceId, false)) {
      agent = each.name().startsWith(NAME) ? each : agent;
    }
  }

  /** What an earlier process left of its last try is there again. */
  static Overspend of(Rooms rooms, URI purser, Setup setup) {
    String spaceId = rooms.users().findByEmail(setup.email).orElseThrow().spaceId();
    return new Overspend(rooms, purser, setup, spaceId);
  }

  Overspending forPage() {
    return new Overspending(
        spaceId,
        OverspendRun.CALLS,
        OverspendRun.AT_ONCE,
        BUDGET_CENTS,
        ProcessHandle.current().pid(),
        this::begin,
        this::latest);
  }

  @Override
  public void close() {
    OverspendRun last = run();
    if (last != null) {
      last.close();
    }
  }

  /** Unless a try is under way. */
  private synchronized void begin() {
    if (run != null && run.running()) {
      return;
    }
    int number = 1;
    for (Agent each : rooms.agents().list(spaceId, true)) {
      if (each.name().startsWith(NAME)) {
        number++;
        if (each.archivedAt() == null) {
          rooms.agents().archive(spaceId, each.id());
        }
      }
    }
    AgentDraft draft =
        new AgentDraft(
            NAME + number, null, null, ModelPolicy.AUTO, BUDGET_CENTS, Budget.Mode.STRICT);
    if (!(rooms.agents().create(spaceId, draft) instanceof AgentSaved.Saved(Agent made))) {
      throw new IllegalStateException("the agent of a try was not made");
    }
    if (!(rooms.virtualKeys().create(spaceId, made.id(), "callers", null)
        instanceof VirtualKeyCreated.Created created)) {
      throw new IllegalStateException("the virtual key of a try was not made");
    }
    OverspendCalls calls = new OverspendCalls(purser, created.secret(), made.id());
    agent = made;
    run = new OverspendRun(calls, setup.spread, books, spaceId, made.id()).start();
  }

  private Optional<Overspending.Attempt> latest() {
    Agent last;
    OverspendRun now;
    synchronized (this) {
      last = agent;
      now = run;
    }
    if (last == null) {
      return Optional.empty();
    }
    // Asked in this order, so that what is said to be over has its last figures.
    boolean running = now != null && now.running();
    long reached = setup.notes.with(last.id());
    return Optional.of(
        new Overspending.Attempt(
            last.id(),
            last.name(),
            running,
            now == null ? null : now.sending(),
            reached,
            books.read(spaceId, last.id()),
            rooms.calls().some(spaceId, books.sample(spaceId, last.id(), LISTED_EACH))));
  }

  private synchronized @Nullable OverspendRun run() {
    return run;
  }
}
