package dev.purser.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * One recorded exchange with a real provider. The recordings lie beside a checkout of this project,
 * not in it: where they are absent, the tests over them do not run and {@code ./test} says so.
 */
@SuppressWarnings("ArrayRecordComponent") // its bytes are read, never compared
public record Recording(
    String name,
    String method,
    String path,
    String query,
    int status,
    Map<String, List<String>> responseHeaders,
    byte[] request,
    byte[] response,
    Expected expected) {
  private static final Path FOLDER = Path.of("..", "shared", "fixtures");
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * The one recorded call of Chat Completions that may have searched the web: its answer does not
   * say so, and the independent reading has only what the answer says. So one search is added to
   * that here, at the price of the low search context that the request asks for.
   */
  private static final String MAY_HAVE_SEARCHED =
      "openai/030-chat-json-200-web_search-gpt-4o-search-preview-2025-03-11";

  private static final long SEARCH_NANOS = 30_000_000;

  /**
   * What an independent reading of the recording says; absent for an exchange that cannot be
   * metered.
   */
  public sealed interface Expected {
    /** Refused, or forwarded without an entry. */
    record NotMetered() implements Expected {}

    /** The provider reported no usage: an error, or a stream without it. */
    record NoUsage() implements Expected {}

    /**
     * What it used and cost.
     *
     * @param exact whether the answer says all that its cost depends on
     */
    record Metered(
        String model,
        long input,
        long cacheRead,
        long cacheWrite5m,
        long cacheWrite1h,
        long output,
        long reasoning,
        long webSearches,
        String tier,
        long costNanos,
        boolean exact)
        implements Expected {

      Metered withUnsaidSearch() {
        return new Metered(
            model,
            input,
            cacheRead,
            cacheWrite5m,
            cacheWrite1h,
            output,
            reasoning,
            webSearches + 1,
            tier,
            costNanos + SEARCH_NANOS,
            /* exact= */ false);
      }
    }
  }

  /** For {@code @EnabledIf}: whether the recordings are there. */
  public static boolean present() {
    return Files.isDirectory(FOLDER);
  }

  public boolean stream() {
    return responseHeaders
        .getOrDefault("content-type", List.of(""))
        .getFirst()
        .startsWith("text/event-stream");
  }

  @Override
  public String toString() {
    return name;
  }

  public static List<Recording> all() {
    Map<String, Expected> expected = expectations();
    try (Stream<Path> files = Files.walk(FOLDER)) {
      List<Recording> recordings = new ArrayList<>();
      for (Path meta :
          files.filter(file -> file.toString().endsWith(".meta.json")).sorted().toList()) {
        String base = meta.toString().replace(".meta.json", "");
        String name = FOLDER.relativize(Path.of(base)).toString();
        recordings.add(read(name, base, JSON.readTree(Files.readAllBytes(meta)), expected));
      }
      return recordings;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Recording read(
      String name, String base, JsonNode meta, Map<String, Expected> expected) throws IOException {
    Map<String, List<String>> headers = new HashMap<>();
    meta.path("headers")
        .properties()
        .forEach(header -> {
          List<String> values = new ArrayList<>();
          header.getValue().forEach(value -> values.add(value.asString()));
          headers.put(header.getKey(), values);
        });
    Path sse = Path.of(base + ".response.sse");
    Path request = Path.of(base + ".request.json");
    return new Recording(
        name,
        meta.path("method").asString("POST").toUpperCase(java.util.Locale.ROOT),
        meta.path("path").asString(),
        meta.path("query").asString(""),
        meta.path("status").asInt(200),
        headers,
        Files.exists(request) ? Files.readAllBytes(request) : new byte[0],
        Files.readAllBytes(Files.exists(sse) ? sse : Path.of(base + ".response.json")),
        expected.getOrDefault(name, new Expected.NotMetered()));
  }

  private static Map<String, Expected> expectations() {
    Map<String, Expected> byName = new HashMap<>();
    try {
      List<String> rows = Files.readAllLines(FOLDER.resolve("EXPECTED.tsv"));
      for (String row : rows.subList(1, rows.size())) {
        String[] cells = row.split("\t", -1);
        byName.put(
            cells[0],
            cells[4].isEmpty()
                ? new Expected.NoUsage()
                : new Expected.Metered(
                    cells[4],
                    Long.parseLong(cells[5]),
                    Long.parseLong(cells[6]),
                    Long.parseLong(cells[7]),
                    Long.parseLong(cells[8]),
                    Long.parseLong(cells[9]),
                    Long.parseLong(cells[10]),
                    Long.parseLong(cells[11]),
                    cells[12],
                    Long.parseLong(cells[13]),
                    /* exact= */ true));
      }
      byName.computeIfPresent(
          MAY_HAVE_SEARCHED, (name, expected) -> ((Expected.Metered) expected).withUnsaidSearch());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return byName;
  }
}
