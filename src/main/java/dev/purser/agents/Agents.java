package dev.purser.agents;

import dev.purser.money.Budget;
import dev.purser.people.Limits;
import dev.purser.people.Spaces;
import dev.purser.pricing.Provider;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import dev.purser.storage.Rows;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowViewMapper;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** The programs of a space. */
public final class Agents {
  /** Of one space, those that are not archived. */
  private static final int MAX_AGENTS = 500;

  /** Archived ones that are listed, the newest. */
  private static final int MAX_ARCHIVED_LISTED = 500;

  private static final RowViewMapper<Agent> AGENT = Agents::agent;

  private final Database database;
  private final Ids ids;
  private final InstantSource clock;

  public Agents(Database database, Ids ids, InstantSource clock) {
    this.database = database;
    this.ids = ids;
    this.clock = clock;
  }

  /** Makes an agent. It has no virtual key yet. */
  public AgentSaved create(String spaceId, AgentDraft draft) {
    return whyNot(draft).orElseGet(() -> database.write(handle -> insert(handle, spaceId, draft)));
  }

  /** Why no agent can be made of this, whatever others there are; empty if it can. */
  static Optional<AgentSaved> whyNot(AgentDraft draft) {
    return refused(asStored(draft));
  }

  /** Makes an agent of what is no reason {@link #whyNot}, in a transaction. */
  AgentSaved insert(Handle handle, String spaceId, AgentDraft draft) {
    AgentDraft stored = asStored(draft);
    String agentId = ids.next();
    Spaces.touch(handle, spaceId);
    if (nameTaken(handle, spaceId, stored.name(), agentId)) {
      return new AgentSaved.NameTaken(stored.name());
    }
    if (count(handle, spaceId) >= MAX_AGENTS) {
      return new AgentSaved.Refused(
          "name", "There are " + MAX_AGENTS + " agents already: archive one first.");
    }
    Update insert =
        handle
            .createUpdate(
                """
                INSERT INTO agents (space_id, agent_id, name, preferred_provider,
                  preferred_model, model_policy, monthly_budget_cents, budget_mode,
                  created_at, version)
                VALUES (:space, :agent, :name, :provider, :model, :policy, :budgetCents,
                  :budgetMode, :now, 1)
                """)
            .bind("now", clock.millis());
    bind(insert, spaceId, agentId, stored).execute();
    return new AgentSaved.Saved(read(handle, spaceId, agentId).orElseThrow());
  }

  /** Those that are not archived, by name; then, if asked for, the archived, newest first. */
  public List<Agent> list(String spaceId, boolean withArchived) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM agents
                WHERE space_id = :space AND (archived_at IS NULL OR :withArchived = 1)
                ORDER BY COALESCE(archived_at, 0) > 0, archived_at DESC, name, agent_id
                LIMIT :most
                """)
            .bind("space", spaceId)
            .bind("withArchived", withArchived ? 1L : 0L)
            .bind("most", MAX_AGENTS + MAX_ARCHIVED_LISTED)
            .map(AGENT)
            .list());
  }

  /** An agent of the space, archived or not. */
  public Optional<Agent> find(String spaceId, String agentId) {
    return database.read(handle -> read(handle, spaceId, agentId));
  }

  /**
   * Changes an agent that is not archived.
   *
   * @param version the one that the editor read
   */
  public AgentSaved change(String spaceId, String agentId, AgentDraft draft, long version) {
    AgentDraft stored = asStored(draft);
    Optional<AgentSaved> refused = refused(stored);
    if (refused.isPresent()) {
      return refused.get();
    }
    return database.write(handle -> {
      Spaces.touch(handle, spaceId);
      Optional<Agent> current = read(handle, spaceId, agentId);
      if (current.isEmpty() || current.get().archivedAt() != null) {
        return new AgentSaved.NotFound();
      }
      if (current.get().version() != version) {
        return new AgentSaved.ChangedElsewhere(current.get());
      }
      if (nameTaken(handle, spaceId, stored.name(), agentId)) {
        return new AgentSaved.NameTaken(stored.name());
      }
      Update update =
          handle.createUpdate(
              """
              UPDATE agents
              SET name = :name, preferred_provider = :provider, preferred_model = :model,
                model_policy = :policy, monthly_budget_cents = :budgetCents,
                budget_mode = :budgetMode, version = version + 1
              WHERE space_id = :space AND agent_id = :agent
              """);
      bind(update, spaceId, agentId, stored).execute();
      return new AgentSaved.Saved(read(handle, spaceId, agentId).orElseThrow());
    });
  }

  /**
   * Archives an agent and revokes its virtual keys; its calls stay. False if the space has no such
   * agent; true also if it was archived before.
   */
  public boolean archive(String spaceId, String agentId) {
    long now = clock.millis();
    return database.write(handle -> {
      Spaces.touch(handle, spaceId);
      int known =
          handle
              .createUpdate(
                  """
                  UPDATE agents
                  SET archived_at = COALESCE(archived_at, :now), version = version + 1
                  WHERE space_id = :space AND agent_id = :agent
                  """)
              .bind("now", now)
              .bind("space", spaceId)
              .bind("agent", agentId)
              .execute();
      handle
          .createUpdate(
              """
              UPDATE virtual_keys SET revoked_at = :now
              WHERE space_id = :space AND agent_id = :agent AND revoked_at IS NULL
              """)
          .bind("now", now)
          .bind("space", spaceId)
          .bind("agent", agentId)
          .execute();
      return known == 1;
    });
  }

  /** Reads an agent in a transaction; archived ones, too. */
  static Optional<Agent> read(Handle handle, String spaceId, String agentId) {
    return handle
        .createQuery("SELECT * FROM agents WHERE space_id = :space AND agent_id = :agent")
        .bind("space", spaceId)
        .bind("agent", agentId)
        .map(AGENT)
        .findOne();
  }

  /** Reads an agent out of a row that has the columns of {@code agents}. */
  private static Agent agent(RowView row) {
    return new Agent(
        row.getColumn("space_id", String.class),
        row.getColumn("agent_id", String.class),
        row.getColumn("name", String.class),
        preferredProvider(row),
        row.getColumn("preferred_model", String.class),
        ModelPolicy.ofId(row.getColumn("model_policy", String.class)).orElseThrow(),
        row.getColumn("monthly_budget_cents", Long.class),
        Budget.Mode.ofId(row.getColumn("budget_mode", String.class)).orElseThrow(),
        Rows.instant(row, "created_at"),
        Rows.instantOrNull(row, "archived_at"),
        row.getColumn("version", Long.class));
  }

  private static @Nullable Provider preferredProvider(RowView row) {
    String id = row.getColumn("preferred_provider", String.class);
    return id == null ? null : Provider.ofId(id).orElseThrow();
  }

  private static Update bind(Update statement, String spaceId, String agentId, AgentDraft draft) {
    Provider provider = draft.preferredProvider();
    return statement
        .bind("space", spaceId)
        .bind("agent", agentId)
        .bind("name", draft.name())
        .bind("provider", provider == null ? null : provider.id())
        .bind("model", draft.preferredModel())
        .bind("policy", draft.modelPolicy().id())
        .bind("budgetCents", draft.monthlyBudgetCents())
        .bind("budgetMode", draft.budgetMode().id());
  }

  private static boolean nameTaken(
      Handle handle, String spaceId, String name, String exceptAgentId) {
    return handle
        .createQuery(
            """
            SELECT agent_id FROM agents
            WHERE space_id = :space AND name = :name AND agent_id <> :agent
              AND archived_at IS NULL
            """)
        .bind("space", spaceId)
        .bind("name", name)
        .bind("agent", exceptAgentId)
        .mapTo(String.class)
        .findFirst()
        .isPresent();
  }

  private static long count(Handle handle, String spaceId) {
    return handle
        .createQuery("SELECT count(*) FROM agents WHERE space_id = :space AND archived_at IS NULL")
        .bind("space", spaceId)
        .mapTo(Long.class)
        .one();
  }

  private static AgentDraft asStored(AgentDraft draft) {
    return new AgentDraft(
        draft.name().strip(),
        draft.preferredProvider(),
        draft.preferredModel(),
        draft.modelPolicy(),
        draft.monthlyBudgetCents(),
        draft.budgetMode());
  }

  private static Optional<AgentSaved> refused(AgentDraft draft) {
    return Limits.whyNotName(draft.name())
        .map(reason -> refusal("name", reason))
        .or(() ->
            Limits.whyNotModel(draft.preferredProvider(), draft.preferredModel())
                .map(reason -> refusal("preferredModel", reason)))
        .or(() ->
            Limits.whyNotBudget(draft.monthlyBudgetCents())
                .map(reason -> refusal("monthlyBudgetCents", reason)));
  }

  private static AgentSaved refusal(String field, String reason) {
    return new AgentSaved.Refused(field, reason);
  }
}
