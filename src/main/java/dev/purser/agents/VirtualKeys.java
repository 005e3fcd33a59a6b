package dev.purser.agents;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.people.Credential;
import dev.purser.people.Limits;
import dev.purser.people.Spaces;
import dev.purser.pricing.Provider;
import dev.purser.secret.Secret;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import dev.purser.storage.Rows;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowViewMapper;
import org.jdbi.v3.core.result.RowView;
import org.jspecify.annotations.Nullable;

/** What agents present when they call. */
public final class VirtualKeys {
  /** Of one space, those that were not revoked. */
  private static final int MAX_KEYS = 1_000;

  /** Of one space: all that are good, and the newest revoked. */
  private static final int MAX_LISTED = 2_000;

  private static final RowViewMapper<VirtualKey> VIRTUAL_KEY =
      row ->
          new VirtualKey(
              row.getColumn("space_id", String.class),
              row.getColumn("virtual_key_id", String.class),
              row.getColumn("agent_id", String.class),
              row.getColumn("name", String.class),
              row.getColumn("masked", String.class),
              Rows.instant(row, "created_at"),
              Rows.instantOrNull(row, "expires_at"),
              Rows.instantOrNull(row, "last_used_at"),
              Rows.instantOrNull(row, "revoked_at"));

  private static final RowViewMapper<Standing> STANDING = VirtualKeys::standing;

  private final Database database;
  private final Ids ids;
  private final InstantSource clock;
  private final SecureRandom random;
  private final LastUses lastUses;

  public VirtualKeys(Database database, Ids ids, InstantSource clock, SecureRandom random) {
    this.database = database;
    this.ids = ids;
    this.clock = clock;
    this.random = random;
    this.lastUses = new LastUses(database);
  }

  /**
   * Makes a virtual key for an agent that is not archived.
   *
   * @param expiresAt null for never
   */
  public VirtualKeyCreated create(
      String spaceId, String agentId, String name, @Nullable Instant expiresAt) {
    return Limits.whyNotName(name.strip())
        .<VirtualKeyCreated>map(VirtualKeyCreated.Refused::new)
        .orElseGet(() ->
            database.write(handle -> insert(handle, spaceId, agentId, name.strip(), expiresAt)));
  }

  /**
   * Makes an agent and its first virtual key at once, so that a failure leaves neither. A space
   * that has as many virtual keys as it may gets the agent alone.
   */
  public AgentWithKey createWithAgent(
      Agents agents, String spaceId, AgentDraft draft, String keyName) {
    Optional<AgentSaved> refused = Agents.whyNot(draft);
    if (refused.isPresent()) {
      return new AgentWithKey(refused.get(), null);
    }
    return database.write(handle -> {
      AgentSaved agent = agents.insert(handle, spaceId, draft);
      return new AgentWithKey(
          agent,
          agent instanceof AgentSaved.Saved saved
              ? insert(handle, spaceId, saved.agent().id(), keyName, null)
              : null);
    });
  }

  private VirtualKeyCreated insert(
      Handle handle, String spaceId, String agentId, String name, @Nullable Instant expiresAt) {
    Spaces.touch(handle, spaceId);
    Optional<Agent> agent = Agents.read(handle, spaceId, agentId);
    if (agent.isEmpty() || agent.get().archivedAt() != null) {
      return new VirtualKeyCreated.NotFound();
    }
    long good =
        handle
            .createQuery(
                """
                SELECT count(*) FROM virtual_keys
                WHERE space_id = :space AND revoked_at IS NULL
                """)
            .bind("space", spaceId)
            .mapTo(Long.class)
            .one();
    if (good >= MAX_KEYS) {
      return new VirtualKeyCreated.Refused(
          "There are " + MAX_KEYS + " virtual keys already: revoke one first.");
    }
    Secret secret = Credential.make(Credential.Kind.VIRTUAL_KEY, random);
    VirtualKey key =
        new VirtualKey(
            spaceId,
            ids.next(),
            agentId,
            name,
            secret.masked(),
            Instant.ofEpochMilli(clock.millis()),
            expiresAt,
            null,
            null);
    handle
        .createUpdate(
            """
            INSERT INTO virtual_keys
              (space_id, virtual_key_id, agent_id, name, masked, created_at, expires_at)
            VALUES (:space, :id, :agent, :name, :masked, :createdAt, :expiresAt)
            """)
        .bind("space", spaceId)
        .bind("id", key.id())
        .bind("agent", agentId)
        .bind("name", key.name())
        .bind("masked", key.masked())
        .bind("createdAt", key.createdAt().toEpochMilli())
        .bind("expiresAt", expiresAt == null ? null : (Long) expiresAt.toEpochMilli())
        .execute();
    Credential.insert(handle, secret, Credential.Kind.VIRTUAL_KEY, spaceId, key.id());
    return new VirtualKeyCreated.Created(key, secret);
  }

  /** False if the space has no such virtual key; true also if it was revoked before. */
  public boolean revoke(String spaceId, String virtualKeyId) {
    return database.write(handle -> {
      Spaces.touch(handle, spaceId);
      return handle
              .createUpdate(
                  """
                  UPDATE virtual_keys SET revoked_at = COALESCE(revoked_at, :now)
                  WHERE space_id = :space AND virtual_key_id = :id
                  """)
              .bind("now", clock.millis())
              .bind("space", spaceId)
              .bind("id", virtualKeyId)
              .execute()
          == 1;
    });
  }

  /** Those of all agents of a space: the good ones, then the revoked; newest first. */
  public List<VirtualKey> list(String spaceId) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM virtual_keys WHERE space_id = :space
                ORDER BY CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END, virtual_key_id DESC
                LIMIT :most
                """)
            .bind("space", spaceId)
            .bind("most", MAX_LISTED)
            .map(VIRTUAL_KEY)
            .map(key -> lastUses.with(key, spaceId))
            .list());
  }

  /**
   * Who presents the virtual key with this hash, and all that the call depends on; revoked and
   * expired keys, too. Empty if there never was such a key. One statement, so all of one moment;
   * blocks.
   */
  public Optional<Standing> find(String hash) {
    return database.readForCall(handle ->
        handle
            .createQuery(
                """
                SELECT k.virtual_key_id, k.agent_id, k.expires_at, k.revoked_at, a.archived_at,
                  a.name AS agent_name, a.preferred_provider, a.preferred_model,
                  a.model_policy, a.monthly_budget_cents AS agent_budget_cents,
                  a.budget_mode AS agent_budget_mode,
                  s.space_id, s.default_provider, s.default_model, s.monthly_budget_cents,
                  s.budget_mode, s.time_zone, s.settings_version, s.revision
                FROM credentials c
                JOIN virtual_keys k ON k.space_id = c.space_id AND k.virtual_key_id = c.id
                JOIN agents a ON a.space_id = k.space_id AND a.agent_id = k.agent_id
                JOIN spaces s ON s.space_id = k.space_id
                WHERE c.hash = :hash AND c.kind = :kind
                """)
            .bind("hash", hash)
            .bind("kind", Credential.Kind.VIRTUAL_KEY.id())
            .map(STANDING)
            .findOne());
  }

  /** Notes that a key was used; never blocks, and writes nothing yet. */
  public void used(String spaceId, String virtualKeyId, Instant at) {
    lastUses.note(spaceId, virtualKeyId, at);
  }

  /** Writes which keys were used since the last time; blocks. For once a minute, and the end. */
  public void writeLastUses() {
    lastUses.write();
  }

  private static Standing standing(RowView row) {
    Long budgetCents = row.getColumn("agent_budget_cents", Long.class);
    Budget.Mode budgetMode =
        Budget.Mode.ofId(row.getColumn("agent_budget_mode", String.class)).orElseThrow();
    String preferredProvider = row.getColumn("preferred_provider", String.class);
    Caller caller =
        new Caller(
            row.getColumn("space_id", String.class),
            row.getColumn("agent_id", String.class),
            row.getColumn("agent_name", String.class),
            row.getColumn("virtual_key_id", String.class),
            Rows.instantOrNull(row, "expires_at"),
            Rows.instantOrNull(row, "revoked_at") != null
                || Rows.instantOrNull(row, "archived_at") != null,
            preferredProvider == null ? null : Provider.ofId(preferredProvider).orElseThrow(),
            row.getColumn("preferred_model", String.class),
            ModelPolicy.ofId(row.getColumn("model_policy", String.class)).orElseThrow(),
            budgetCents == null ? null : new Budget(Money.ofCents(budgetCents), budgetMode));
    return new Standing(caller, Spaces.settings(row), row.getColumn("revision", Long.class));
  }
}
