package dev.purser.web;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The time zones that somebody chooses among, by region, UTC before all others.
 *
 * @param chosen the name of the one that is selected
 * @param other the chosen one, if it is none of the others; null if it is
 * @param problem why the chosen one will not do; null if it will
 */
public record ZoneChoices(String chosen, @Nullable String other, @Nullable String problem) {
  static final String UTC = "UTC";

  private static final Set<String> NAMED_FOR_PLACES =
      Set.of(
          "Africa",
          "America",
          "Antarctica",
          "Arctic",
          "Asia",
          "Atlantic",
          "Australia",
          "Europe",
          "Indian",
          "Pacific");

  private static final List<Region> REGIONS = allRegions();

  /** The zones of a continent or an ocean. */
  public record Region(String name, List<Zone> zones) {
    public Region {
      zones = List.copyOf(zones);
    }
  }

  /**
   * A zone.
   *
   * @param place what people look for: {@code Berlin}
   */
  public record Zone(String id, String place) {}

  static ZoneChoices of(ZoneId chosen) {
    return of(chosen.getId(), null);
  }

  /** What a form says; it may be wrong. */
  static ZoneChoices read(Form form) {
    String id = form.text("zone");
    return zone(id).isPresent()
        ? of(id, null)
        : of(UTC, "This is no time zone. Choose one of the list.");
  }

  /** Of what has no problem. */
  ZoneId zone() {
    return zone(chosen).orElseThrow();
  }

  /** The regions, in the order of their names. */
  public List<Region> regions() {
    return REGIONS;
  }

  private static Optional<ZoneId> zone(String id) {
    return ZoneId.getAvailableZoneIds().contains(id)
        ? Optional.of(ZoneId.of(id))
        : Optional.empty();
  }

  private static ZoneChoices of(String id, @Nullable String problem) {
    boolean listed =
        id.equals(UTC)
            || REGIONS.stream()
                .flatMap(region -> region.zones().stream())
                .anyMatch(zone -> zone.id().equals(id));
    return new ZoneChoices(id, listed ? null : id, problem);
  }

  private static List<Region> allRegions() {
    TreeMap<String, List<Zone>> regions = new TreeMap<>();
    ZoneId.getAvailableZoneIds().stream()
        .sorted()
        .forEach(id -> {
          String[] parts = id.split("/", 2);
          if (parts.length == 2 && NAMED_FOR_PLACES.contains(parts[0])) {
            regions.computeIfAbsent(parts[0], ignored -> new ArrayList<>()).add(zone(id, parts[1]));
          }
        });
    List<Region> all = new ArrayList<>();
    regions.forEach((name, zones) -> all.add(new Region(name, zones)));
    return List.copyOf(all);
  }

  /** The country comes first in a zone's name, but last where places are looked for. */
  private static Zone zone(String id, String path) {
    int slash = path.lastIndexOf('/');
    String place = path.substring(slash + 1).replace('_', ' ');
    return new Zone(
        id, slash < 0 ? place : place + ", " + path.substring(0, slash).replace('_', ' '));
  }
}
