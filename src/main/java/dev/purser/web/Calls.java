package dev.purser.web;

import dev.purser.reports.CallChoices;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the page of calls shows.
 *
 * @param olderPath where the next page is; null at the end
 * @param live whether calls that come are added
 * @param after the newest call that is shown, or what sorts like one made now
 */
public record Calls(
    CallQuery query,
    CallChoices choices,
    List<CallRow> rows,
    @Nullable String olderPath,
    boolean live,
    String after,
    ZoneId zone,
    Instant asOf) {

  /** The rows by day, the newest first. */
  public Map<LocalDate, List<CallRow>> days() {
    return days(rows);
  }

  static Map<LocalDate, List<CallRow>> days(List<CallRow> rows) {
    Map<LocalDate, List<CallRow>> days = new LinkedHashMap<>();
    rows.forEach(row -> days.computeIfAbsent(row.day(), day -> new ArrayList<>()).add(row));
    return days;
  }

  /** Whether there are older calls to lead to, or may be once newer ones have come. */
  public boolean leadsToOlder() {
    return !rows.isEmpty() && (olderPath != null || live);
  }

  /** The names of models to choose from, each once. */
  public List<String> models() {
    return choices.models().stream().map(CallChoices.OfModel::name).distinct().toList();
  }

  /** What people read for one of them. */
  public String words(String model) {
    return ModelRows.name(model);
  }

  /** Whether something is asked for that is not among what can be chosen. */
  public boolean offersNot(String name) {
    String value = query.value(name);
    return !value.isEmpty()
        && (name.equals("agent")
            ? choices.agents().stream().noneMatch(agent -> agent.id().equals(value))
            : !models().contains(value));
  }

  /** How many calls its file has at most. */
  public int mostInFile() {
    return CallsCsv.MAX;
  }
}
