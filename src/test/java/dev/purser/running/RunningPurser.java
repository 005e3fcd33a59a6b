package dev.purser.running;

import dev.purser.App;
import dev.purser.people.AccessToken;
import dev.purser.people.Sessions;
import dev.purser.people.TokenCreated;
import dev.purser.people.User;
import dev.purser.people.UserAdded;
import dev.purser.secret.Secret;
import dev.purser.storage.DatabaseConfiguration;
import dev.purser.storage.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * All of Purser in this process, as {@code serve} starts it, on a free port and a database of its
 * own.
 */
public final class RunningPurser implements AutoCloseable {
  private static final AtomicInteger PEOPLE = new AtomicInteger();

  private final TestDatabase database;
  private final Path directory;
  private final App app;

  private RunningPurser(TestDatabase database, Path directory, App app) {
    this.database = database;
    this.directory = directory;
    this.app = app;
  }

  /** Starts on an empty database. */
  public static RunningPurser start(TestDatabase.Kind kind, Map<String, String> settings) {
    return start(kind, settings, InstantSource.system());
  }

  /** Starts on an empty database, with a clock of the test's. */
  public static RunningPurser start(
      TestDatabase.Kind kind, Map<String, String> settings, InstantSource clock) {
    TestDatabase database = TestDatabase.fresh(kind);
    try {
      Path directory = Files.createTempDirectory("purser-data-");
      Map<String, String> all = new HashMap<>(settings(database, directory));
      all.putAll(settings);
      return new RunningPurser(database, directory, App.start(App.settings(all, directory), clock));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The settings that point a Purser at this database and directory. */
  public static Map<String, String> settings(TestDatabase database, Path directory) {
    return switch (database.configuration()) {
      case DatabaseConfiguration.Sqlite sqlite ->
          Map.of("PURSER_PORT", "0", "PURSER_DATA_DIR", String.valueOf(sqlite.file().getParent()));
      case DatabaseConfiguration.Postgresql postgresql ->
          Map.of(
              "PURSER_PORT", "0",
              "PURSER_DATA_DIR", directory.toString(),
              "PURSER_DATABASE_URL", postgresql.jdbcUrl());
    };
  }

  public String url() {
    return "http://127.0.0.1:" + app.port();
  }

  public App app() {
    return app;
  }

  /** Where its master key is, if its database is not there, too. */
  public Path directory() {
    return directory;
  }

  public TestDatabase database() {
    return database;
  }

  /** A new user with a space of its own, and a token that manages it. */
  public Person newPerson() {
    String email = "person" + PEOPLE.incrementAndGet() + "@example.com";
    if (!(app.users().add(email, Secret.of(Person.PASSWORD), false)
        instanceof UserAdded.Added(User user))) {
      throw new AssertionError("the user was not added");
    }
    if (!(app.accessTokens().create(user, "test", AccessToken.Scope.MANAGE)
        instanceof TokenCreated.Created(AccessToken ignored, Secret secret))) {
      throw new AssertionError("the access token was not made");
    }
    return Person.of(url(), secret.reveal());
  }

  /** Signs somebody in by a link: the session's cookie, {@code name=value}. */
  public String sessionCookie(Person person) {
    return sessionCookie(app, person.userId());
  }

  /** A cookie by which a user of any Purser is signed in. */
  public static String sessionCookie(App app, String userId) {
    URI link = app.signInLink(userId);
    return new Http("http://127.0.0.1:" + app.port(), null)
        .get(link.getRawPath() + "?" + link.getRawQuery())
        .setCookie(Sessions.COOKIE)
        .split(";", 2)[0];
  }

  @Override
  public void close() {
    app.close();
    database.close();
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
