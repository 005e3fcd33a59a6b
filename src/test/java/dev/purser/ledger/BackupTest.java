package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.running.Await;
import dev.purser.storage.Database;
import dev.purser.storage.DatabaseConfiguration;
import dev.purser.storage.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What README says about copying the database, followed while calls come and end. */
class BackupTest {
  private static final Pattern LINE =
      Pattern.compile("\\n    sqlite3 data/purser\\.db \"(VACUUM INTO 'backup\\.db')\"\\n");
  private static final int AT_ONCE = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  /** The limit is only there so that a copy that never ends fails the test. */
  @Test
  @Timeout(120)
  void theCopyThatTheReadmeTellsEndsUnderLoadAndIsWhole() throws Exception {
    Path copy = folder.resolve("purser.db");
    AtomicBoolean goOn = new AtomicBoolean(true);
    AtomicLong settled = new AtomicLong();
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE);
        Ledger ledger =
            Ledger.start(
                test.database(),
                LedgerConfiguration.DEFAULT,
                InstantSource.system(),
                (provider, model) -> model)) {
      Calls calls = Calls.of(test.database(), "space-1");
      CompletableFuture<?>[] load = new CompletableFuture<?>[AT_ONCE];
      for (int i = 0; i < AT_ONCE; i++) {
        load[i] =
            CompletableFuture.runAsync(
                () -> {
                  while (goOn.get()) {
                    Admission call = calls.admission();
                    assertThat(ledger.admit(call).join()).isEqualTo(new Decision.Admitted());
                    assertThat(ledger.settle(Calls.reported(call)).join()).isTrue();
                    settled.incrementAndGet();
                  }
                },
                Thread::startVirtualThread);
      }
      try {
        Await.until("calls are through", PATIENCE, () -> settled.get() >= 500);
        long before = settled.get();
        copy(((DatabaseConfiguration.Sqlite) test.configuration()).file(), copy);
        Await.until("calls go on", PATIENCE, () -> settled.get() > before);
        try (Database restored = Database.open(new DatabaseConfiguration.Sqlite(copy))) {
          LedgerBooks.balance(restored);
          long entries =
              restored.read(handle ->
                  handle
                      .createQuery("SELECT COUNT(*) FROM entries WHERE state = 'settled'")
                      .mapTo(Long.class)
                      .one());
          assertThat(entries).isGreaterThanOrEqualTo(before);
        }
      } finally {
        goOn.set(false);
        CompletableFuture.allOf(load).join();
      }
      LedgerBooks.balance(test.database());
    }
  }

  private static void copy(Path file, Path copy) throws IOException, SQLException {
    Matcher line = LINE.matcher(Files.readString(Path.of("README.md")));
    assertThat(line.find()).as("the line in the README").isTrue();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute(line.group(1).replace("backup.db", copy.toString()));
    }
  }
}
