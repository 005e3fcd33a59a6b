package dev.purser.ledger;

import dev.purser.storage.Database;
import dev.purser.storage.TestDatabase;
import java.sql.ResultSet;
import java.util.Random;

/**
 * A database that for a while does not take what a process would write.
 *
 * @param begin may be called while the process writes
 */
record StorageFailure(Runnable begin, Runnable end) {
  private static final String SET = "SELECT SET_CONFIG('default_transaction_read_only', ";

  /** One of those that there are of such a database, of the process that has it open. */
  static StorageFailure any(TestDatabase test, Database process, Random random) {
    if (!process.shared()) {
      return fullFile(process);
    }
    return switch (random.nextInt(3)) {
      case 0 -> readOnlySession(process);
      case 1 -> cutConnection(test, process);
      default -> readOnlyServer(test);
    };
  }

  private static StorageFailure fullFile(Database process) {
    return new StorageFailure(
        () -> ask(process, "PRAGMA max_page_count = 1"),
        () -> ask(process, "PRAGMA max_page_count = 1000000"));
  }

  /** Lasts until the writer opens another session. */
  private static StorageFailure readOnlySession(Database process) {
    return new StorageFailure(
        () -> ask(process, SET + "'on', false)"), () -> ask(process, SET + "'off', false)"));
  }

  /** Of the writer. */
  private static StorageFailure cutConnection(TestDatabase test, Database process) {
    String backend = ask(process, "SELECT pg_backend_pid()");
    return new StorageFailure(
        () ->
            test.database()
                .read(handle ->
                    handle
                        .createQuery("SELECT pg_terminate_backend(" + backend + ")")
                        .mapTo(Boolean.class)
                        .one()),
        () -> {});
  }

  /** Of all processes: all connections are cut, and new ones may only read. */
  private static StorageFailure readOnlyServer(TestDatabase test) {
    return new StorageFailure(() -> test.makeReadOnly(true), () -> test.makeReadOnly(false));
  }

  /** On the writer's connection, between two transactions of the ledger. */
  private static String ask(Database process, String query) {
    return process.transact(session -> {
      // Closed, or the connection would go on reading what was true at this moment.
      try (ResultSet row = session.statement(query).executeQuery()) {
        return row.next() ? row.getString(1) : "";
      }
    });
  }
}
