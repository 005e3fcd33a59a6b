package dev.purser.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseTest {
  private static final String INSERT =
      """
      INSERT INTO spaces (space_id, revision, budget_mode, time_zone, settings_version, created_at)
      VALUES (?, 1, 'stop', 'UTC', 1, 0)\
      """;

  private static long spaces(Handle handle) {
    return handle.createQuery("SELECT COUNT(*) FROM spaces").mapTo(Long.class).one();
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void theDatabaseHasTablesAndAClock(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      long now =
          test.database()
              .read(handle ->
                  handle.createQuery("SELECT now_millis FROM clock").mapTo(Long.class).one());
      assertThat(Math.abs(now - System.currentTimeMillis())).isLessThan(60_000);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aDatabaseOfAnotherVersionIsRefusedInOneLineAndLeftAsItIs(TestDatabase.Kind kind) {
    String other = "UPDATE flyway_schema_history SET checksum = 1 WHERE version = '1'";
    String newer = "UPDATE flyway_schema_history SET version = '9' WHERE version = '1'";
    String further =
        """
        INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,
          checksum, installed_by, execution_time, success)
        SELECT 100, '9', 'later', type, 'V9__later.sql', 9, installed_by, execution_time, success
        FROM flyway_schema_history WHERE version = '1'
        """;
    for (String change : List.of(other, newer, further)) {
      try (TestDatabase test = TestDatabase.fresh(kind)) {
        test.database().write(handle -> handle.execute(INSERT, "kept"));
        test.database().write(handle -> handle.execute(change));
        assertThatThrownBy(test::openAnother)
            .as(change)
            .isInstanceOf(StorageException.class)
            .hasMessageContaining(" was made by an unreleased or a newer version of Purser")
            .hasMessageContaining(
                kind == TestDatabase.Kind.SQLITE ? "PURSER_DATA_DIR" : "PURSER_DATABASE_URL")
            .message()
            .doesNotContain("\n");
        assertThat(test.database().read(DatabaseTest::spaces)).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aDatabaseWithTablesOfAnotherProgramIsRefusedInOneLineAndLeftAsItIs(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      test.database().write(handle -> handle.execute("DROP TABLE flyway_schema_history"));
      test.database().write(handle -> handle.execute(INSERT, "kept"));
      assertThatThrownBy(test::openAnother)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(" has tables of another program: name another")
          .message()
          .doesNotContain("\n", "baseline");
      assertThat(test.database().read(DatabaseTest::spaces)).isEqualTo(1);
    }
  }

  @Test
  void howRowsAreSpreadIsToldAgainWhenItHasChanged() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE)) {
      String spread = "SELECT idx || stat FROM sqlite_stat1 ORDER BY idx";
      List<String> before = names(test, spread);
      test.database()
          .write(handle ->
              handle.execute(
                  "UPDATE flyway_schema_history SET checksum = 1 WHERE version IS NULL"));
      test.database().write(handle -> handle.execute("DELETE FROM sqlite_stat1"));
      try (Database again = test.openAnother()) {
        assertThat(again.logBytes()).isNotNegative();
      }
      assertThat(names(test, spread)).isEqualTo(before).isNotEmpty();
    }
  }

  /** One that it is not told of looks better to it than all others. */
  @Test
  void sqliteIsToldOfEveryIndexOnEntriesHowItsRowsAreSpread() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE)) {
      List<String> indexes = names(test, "SELECT name FROM pragma_index_list('entries')");
      assertThat(indexes).hasSizeGreaterThan(1);
      assertThat(names(test, "SELECT idx FROM sqlite_stat1 WHERE tbl = 'entries'"))
          .containsExactlyInAnyOrderElementsOf(
              indexes.stream()
                  .map(name -> name.startsWith("sqlite_autoindex") ? "entries" : name)
                  .toList());
    }
  }

  private static List<String> names(TestDatabase test, String sql) {
    return test.database().read(handle -> handle.createQuery(sql).mapTo(String.class).list());
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void readersCannotWrite(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      Database database = test.database();
      assertThatThrownBy(() -> database.read(handle -> handle.execute(INSERT, "one")))
          .isInstanceOf(StorageException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void whatThrowsIsRolledBackAndTheNextWriteWorks(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      Database database = test.database();
      assertThatThrownBy(() ->
              database.write(handle -> {
                handle.execute(INSERT, "one");
                throw new IllegalArgumentException("changed its mind");
              }))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> database.write(handle -> handle.execute("INSERT INTO nowhere")))
          .isInstanceOf(StorageException.class);
      database.write(handle -> handle.execute(INSERT, "two"));

      assertThat(database.<Long>read(DatabaseTest::spaces)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void anotherProcessCanWriteWhileThisOneIsOpen(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      Database server = test.database();
      server.write(handle -> handle.execute(INSERT, "one"));
      Database command = test.openAnother();
      command.write(handle -> handle.execute(INSERT, "two"));
      server.write(handle -> handle.execute(INSERT, "three"));

      assertThat(server.<Long>read(DatabaseTest::spaces)).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aReadLeftUnfinishedDoesNotKeepLaterWritesOut(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      Database server = test.database();
      server.write(handle -> handle.execute(INSERT, "one"));
      server.write(handle -> handle.execute(INSERT, "two"));
      assertThat(
              server.<Boolean>transact(
                  session -> session.statement("SELECT space_id FROM spaces").execute()))
          .isTrue();
      Database command = test.openAnother();
      command.write(handle -> handle.execute(INSERT, "three"));
      server.write(handle -> handle.execute(INSERT, "four"));

      assertThat(server.<Long>read(DatabaseTest::spaces)).isEqualTo(4);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void waitingForTheWriterOnItsOwnThreadIsRefused(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      Database database = test.database();
      CompletableFuture<Long> written = new CompletableFuture<>();
      database
          .writer()
          .execute(() -> {
            try {
              written.complete(database.write(DatabaseTest::spaces));
            } catch (IllegalStateException e) {
              written.completeExceptionally(e);
            }
          });
      assertThatThrownBy(written::join).hasCauseInstanceOf(IllegalStateException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void anErrorIsToldAndTheNextWriteWorks(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      Database database = test.database();
      assertThatThrownBy(() ->
              database.write(handle -> {
                handle.execute(INSERT, "one");
                throw new OutOfMemoryError("as if");
              }))
          .isInstanceOf(OutOfMemoryError.class);
      database
          .writer()
          .execute(() -> {
            throw new StackOverflowError("as if");
          });
      database.write(handle -> handle.execute(INSERT, "two"));

      assertThat(database.<Long>read(DatabaseTest::spaces)).isEqualTo(1);
    }
  }

  @Test
  void aConnectionThatIsGoneIsReplaced() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.POSTGRESQL)) {
      Database database = test.database();
      database.write(handle -> handle.execute(INSERT, "one"));
      test.cutConnections();
      assertThatThrownBy(() -> database.write(handle -> handle.execute(INSERT, "two")))
          .isInstanceOf(StorageException.class);

      database.write(handle -> handle.execute(INSERT, "three"));

      assertThat(database.<Long>read(DatabaseTest::spaces)).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @CsvSource({"off, on", "local, on", "remote_write, on", "on, on", "remote_apply, remote_apply"})
  void aCommitIsToldWhenItIsOnDiskWhateverTheServerIsSetTo(String set, String used) {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.POSTGRESQL)) {
      test.set("synchronous_commit", set);
      assertThat(test.database().<String>write(handle -> show(handle, "synchronous_commit")))
          .isEqualTo(used);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"read uncommitted", "repeatable read", "serializable"})
  void transactionsSeeWhatWasCommittedWhateverTheServerIsSetTo(String set) {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.POSTGRESQL)) {
      test.set("default_transaction_isolation", set);
      Database database = test.database();
      assertThat(database.<String>write(handle -> show(handle, "transaction_isolation")))
          .isEqualTo("read committed");
      assertThat(database.<String>read(handle -> show(handle, "transaction_isolation")))
          .isEqualTo("read committed");
    }
  }

  private static String show(Handle handle, String setting) {
    return handle
        .createQuery("SELECT current_setting(:name)")
        .bind("name", setting)
        .mapTo(String.class)
        .one();
  }

  @Test
  void aPostgresqlThatIsTooOldIsRefusedByItsNumber() {
    assertThat(Postgresql.whyTooOld(140_012))
        .hasValueSatisfying(
            reason -> assertThat(reason).contains("PostgreSQL 14 is too old", "15 or newer"));
    assertThat(Postgresql.whyTooOld(90_624)).isPresent();
    assertThat(Postgresql.whyTooOld(150_000)).isEmpty();
    assertThat(Postgresql.whyTooOld(180_006)).isEmpty();
  }

  @Test
  void theDatabaseFileIsForItsOwnerOnly() throws IOException {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE)) {
      test.database().write(handle -> handle.execute(INSERT, "one"));
      Path file = ((DatabaseConfiguration.Sqlite) test.configuration()).file();
      for (Path one : new Path[] {file, Path.of(file + "-wal"), Path.of(file + "-shm")}) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(one)))
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void onlyOneProcessServesFromADataDirectory(@TempDir Path directory) throws IOException {
    DataDirectory data = DataDirectory.open(directory.resolve("data"), /* allowOpen= */ false);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.path())))
        .isEqualTo("rwx------");
    try (DataDirectory.Lock lock = data.lock()) {
      assertThat(lock).isNotNull();
      assertThatThrownBy(data::lock)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("another process serves from");
    }
    data.lock().close();
  }
}
