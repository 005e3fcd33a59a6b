package dev.purser.providers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is allowed under a strict budget is what the page about it says. */
class ListedTest {
  @Test
  void thePageAndTheCodeListTheSameForTheSameReasons() throws IOException {
    Map<String, Map<String, String>> tables = tables();
    assertThat(tables).hasSameSizeAs(Listed.values());
    for (Listed listed : Listed.values()) {
      assertThat(tables.get(listed.name())).as(listed.name()).isEqualTo(listed.reasons());
      assertThat(listed.reasons().values()).as(listed.name()).noneMatch(String::isBlank);
    }
  }

  private static Map<String, Map<String, String>> tables() throws IOException {
    Map<String, Map<String, String>> tables = new LinkedHashMap<>();
    Map<String, String> table = new LinkedHashMap<>();
    for (String line : Files.readAllLines(Path.of("docs/bound.md"))) {
      if (line.startsWith("<!-- ")) {
        table = new LinkedHashMap<>();
        tables.put(line.substring(5, line.length() - 4), table);
      } else if (line.startsWith("| `") && !tables.isEmpty()) {
        String[] cells = line.split("\\|", -1);
        table.put(cells[1].strip().replace("`", ""), cells[2].strip());
      }
    }
    return tables;
  }
}
