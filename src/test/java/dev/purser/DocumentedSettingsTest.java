package dev.purser;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every setting stands in README.md, and nothing stands there that is no setting. */
class DocumentedSettingsTest {
  @Test
  void theTablesOfTheReadmeNameEverySettingAndNoOther() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    Set<String> tables =
        Pattern.compile("^\\| `PURSER_.*", Pattern.MULTILINE)
            .matcher(readme)
            .results()
            .flatMap(row -> Pattern.compile("PURSER_[A-Z_]+").matcher(row.group()).results())
            .map(MatchResult::group)
            .collect(toCollection(TreeSet::new));
    assertThat(tables).containsExactlyInAnyOrderElementsOf(AppConfiguration.NAMES);
  }
}
