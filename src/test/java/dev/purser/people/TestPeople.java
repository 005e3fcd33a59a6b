package dev.purser.people;

import dev.purser.secret.Secret;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** Users with spaces of their own, at a time that the test sets. */
public final class TestPeople {
  public static final Instant START = Instant.parse("2026-11-22T14:05:00Z");
  public static final Secret PASSWORD = Secret.of("a long enough password");

  private final AtomicReference<Instant> now = new AtomicReference<>(START);
  private final InstantSource clock = now::get;
  private final SecureRandom random = new SecureRandom();
  private final Ids ids = new Ids(clock, random);
  private final Database database;

  public TestPeople(Database database) {
    this.database = database;
  }

  public Database database() {
    return database;
  }

  public InstantSource clock() {
    return clock;
  }

  public Ids ids() {
    return ids;
  }

  public SecureRandom random() {
    return random;
  }

  /** From now on it is this time. */
  public void at(Instant instant) {
    now.set(instant);
  }

  public Users users() {
    return new Users(database, ids, clock);
  }

  public Spaces spaces() {
    return new Spaces(database);
  }

  public AccessTokens accessTokens() {
    return new AccessTokens(database, ids, clock, random);
  }

  /** A new user. */
  public User add(String email) {
    return switch (users().add(email, PASSWORD, false)) {
      case UserAdded.Added added -> added.user();
      case UserAdded.EmailTaken taken -> throw new AssertionError(taken);
      case UserAdded.Refused refused -> throw new AssertionError(refused);
    };
  }

  /** The space's revision, which every change that calls depend on moves. */
  public long revision(String spaceId) {
    return database.read(handle ->
        handle
            .createQuery("SELECT revision FROM spaces WHERE space_id = :space")
            .bind("space", spaceId)
            .mapTo(Long.class)
            .one());
  }
}
