package dev.purser.reports;

import dev.purser.pricing.Provider;
import java.time.LocalDate;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * What a list of calls can be narrowed down to.
 *
 * @param agents by name, archived ones too
 * @param models that were used lately, as totals name them
 */
public record CallChoices(List<OfAgent> agents, List<OfModel> models) {
  /** Of each kind. */
  private static final int MAX = 500;

  private static final String READ =
      """
      SELECT * FROM (
        SELECT 'agent' AS what, agent_id AS id, name FROM agents WHERE space_id = :space
        ORDER BY name LIMIT :most) AS known_agents
      UNION ALL
      SELECT * FROM (
        SELECT DISTINCT 'model' AS what, provider AS id, model AS name FROM totals
        WHERE space_id = :space AND local_day >= :since
        ORDER BY provider, model LIMIT :most) AS used_models
      """;

  public CallChoices {
    agents = List.copyOf(agents);
    models = List.copyOf(models);
  }

  /** An agent. */
  public record OfAgent(String id, String name) {}

  /** A model. */
  public record OfModel(Provider provider, String name) {}

  private record Row(String what, String id, String name) {}

  static CallChoices read(Handle handle, String spaceId, LocalDate since) {
    List<Row> rows =
        handle
            .createQuery(READ)
            .bind("space", spaceId)
            .bind("since", since.toString())
            .bind("most", MAX)
            .map(row ->
                new Row(
                    row.getColumn("what", String.class),
                    row.getColumn("id", String.class),
                    row.getColumn("name", String.class)))
            .list();
    return new CallChoices(
        rows.stream()
            .filter(row -> row.what().equals("agent"))
            .map(row -> new OfAgent(row.id(), row.name()))
            .toList(),
        rows.stream()
            .filter(row -> row.what().equals("model"))
            .map(row -> new OfModel(Provider.ofId(row.id()).orElseThrow(), row.name()))
            .toList());
  }
}
