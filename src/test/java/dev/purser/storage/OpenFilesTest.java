package dev.purser.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenFilesTest {
  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @ValueSource(strings = {"rwxr-xr-x", "rwxr-x---", "rwx-----x", "rwx--x---", "rwx----w-"})
  void aDirectoryThatOthersCanUseIsOpenedOnlyIfThatIsAllowed(String permissions)
      throws IOException {
    Path data = Files.createDirectory(folder.resolve("it's data"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString(permissions));
    assertThatThrownBy(() -> DataDirectory.open(data, /* allowOpen= */ false))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("(" + permissions + ")")
        .hasMessageContaining("chmod go-rwx");
    assertThat(DataDirectory.open(data, /* allowOpen= */ true).path()).isEqualTo(data);
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    assertThat(DataDirectory.open(data, /* allowOpen= */ false).path()).isEqualTo(data);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r--r--", "rw-r-----", "rw-----w-", "r-----r--"})
  void aFileThatOthersCanUseIsTold(String permissions) throws IOException {
    Path file = Files.createFile(folder.resolve("master.key"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    assertThat(OpenFiles.whyNot(file)).get().asString().contains(permissions);
  }

  @Test
  void whatIsTheOwnersAloneIsFineAlsoBehindALink() throws IOException {
    Path data = DataDirectory.open(folder.resolve("made"), /* allowOpen= */ false).path();
    assertThat(OpenFiles.whyNot(data)).isEmpty();
    Path link = Files.createSymbolicLink(folder.resolve("link"), data);
    assertThat(DataDirectory.open(link, /* allowOpen= */ false).path()).isEqualTo(link);
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(OpenFiles.whyNot(link)).isPresent();
  }
}
