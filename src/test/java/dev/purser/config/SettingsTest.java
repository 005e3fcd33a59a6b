package dev.purser.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.purser.config.Settings.InvalidSetting;
import dev.purser.secret.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  private static final Set<String> KNOWN = Set.of("PURSER_PORT", "PURSER_MASTER_KEY");
  private static final Set<String> SECRETS = Set.of("PURSER_MASTER_KEY");

  @TempDir private Path directory = Path.of("");

  private Settings read(Map<String, String> environment) {
    return Settings.read(environment, directory.resolve("purser.properties"), KNOWN, SECRETS);
  }

  private void properties(String text) throws IOException {
    Files.writeString(directory.resolve("purser.properties"), text);
  }

  @Test
  void theEnvironmentComesBeforeTheFileAndTheFileBeforeTheDefault() throws IOException {
    properties("PURSER_PORT = 9000\n");
    assertThat(
            read(Map.of("PURSER_PORT", "9001", "PATH", "/bin")).number("PURSER_PORT", 1, 0, 9999))
        .isEqualTo(9001);
    assertThat(read(Map.of()).number("PURSER_PORT", 1, 0, 9999)).isEqualTo(9000);
    properties("");
    assertThat(read(Map.of("PURSER_PORT", " ")).number("PURSER_PORT", 1, 0, 9999)).isEqualTo(1);
  }

  @Test
  void aNameThatNobodyReadsStopsTheStartAndTheNearestIsNamed() throws IOException {
    assertThatThrownBy(() -> read(Map.of("PURSER_PROT", "1")))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("PURSER_PROT")
        .hasMessageContaining("PURSER_PORT");
    assertThatThrownBy(() -> read(Map.of("PURSER_PORT_FILE", "1")))
        .isInstanceOf(InvalidSetting.class);
    properties("port = 1\n");
    assertThatThrownBy(() -> read(Map.of()))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("port");
  }

  @Test
  void aNumberOutOfItsBoundsIsRefusedByName() {
    for (String wrong : new String[] {"x", "-1", "10000", "1.5", "99999999999999999999"}) {
      assertThatThrownBy(() -> read(Map.of("PURSER_PORT", wrong)).number("PURSER_PORT", 1, 0, 9999))
          .isInstanceOf(InvalidSetting.class)
          .hasMessageContaining("PURSER_PORT must be a whole number from 0 to 9999");
    }
  }

  @Test
  void aSecretMayLieInAFileButNotInBothPlaces() throws IOException {
    Path file = Files.writeString(directory.resolve("key"), "made-up-secret\n");
    Map<String, String> inFile = Map.of("PURSER_MASTER_KEY_FILE", file.toString());
    assertThat(read(inFile).secret("PURSER_MASTER_KEY")).contains(Secret.of("made-up-secret"));

    Map<String, String> emptyAndFile =
        Map.of("PURSER_MASTER_KEY", "", "PURSER_MASTER_KEY_FILE", file.toString());
    assertThat(read(emptyAndFile).secret("PURSER_MASTER_KEY"))
        .contains(Secret.of("made-up-secret"));

    Map<String, String> both =
        Map.of("PURSER_MASTER_KEY", "another-secret", "PURSER_MASTER_KEY_FILE", file.toString());
    assertThatThrownBy(() -> read(both).secret("PURSER_MASTER_KEY"))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageNotContainingAny("made-up-secret", "another-secret");

    Map<String, String> nowhere = Map.of("PURSER_MASTER_KEY_FILE", directory.toString());
    assertThatThrownBy(() -> read(nowhere).secret("PURSER_MASTER_KEY"))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("PURSER_MASTER_KEY_FILE");
  }
}
