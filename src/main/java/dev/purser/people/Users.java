package dev.purser.people;

import dev.purser.secret.Secret;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import dev.purser.storage.Rows;
import dev.purser.text.PlainText;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowViewMapper;
import org.jdbi.v3.core.result.RowView;
import org.jspecify.annotations.Nullable;

/** The people who sign in. */
public final class Users {
  private static final int MAX_EMAIL_LENGTH = 254;

  /** Something, an at sign, something: whether it exists, only a message to it could tell. */
  private static final Pattern EMAIL = Pattern.compile("[^\\s@\\p{Cntrl}]+@[^\\s@\\p{Cntrl}]+");

  private static final RowViewMapper<User> USER = Users::user;

  /** The one row that whoever makes the first user waits for, whatever process they are in. */
  private static final String ONE_AT_A_TIME =
      "SELECT installation_id FROM installation WHERE one = 1";

  private final Database database;
  private final Ids ids;
  private final InstantSource clock;
  private final Passwords passwords = new Passwords();

  public Users(Database database, Ids ids, InstantSource clock) {
    this.database = database;
    this.ids = ids;
    this.clock = clock;
  }

  /** Why this can be no e-mail address, in one sentence; empty if it can. */
  public static Optional<String> whyNotEmail(String email) {
    String normal = normal(email);
    return normal.length() <= MAX_EMAIL_LENGTH
            && EMAIL.matcher(normal).matches()
            && PlainText.is(normal)
        ? Optional.empty()
        : Optional.of(
            "An e-mail address has the form name@domain and at most "
                + MAX_EMAIL_LENGTH
                + " characters.");
  }

  /** Why a password will not do, in one sentence without it; empty if it will. */
  public static Optional<String> whyNotPassword(Secret password) {
    return Passwords.whyNot(password);
  }

  /** The one form in which e-mail addresses are stored and compared. */
  public static String normal(String email) {
    return email.strip().toLowerCase(Locale.ROOT);
  }

  /** Makes a user and a space for what is theirs. */
  public UserAdded add(String email, Secret password, boolean admin) {
    return whyNot(email, password)
        .orElseGet(() -> {
          String passwordHash = passwords.hash(password);
          return database.write(handle -> insert(handle, email, passwordHash, admin));
        });
  }

  /**
   * Makes the first user, who is an administrator. Of several who try at once, in whatever process,
   * one succeeds.
   *
   * @return empty, and nothing is made, if there is a user already
   */
  public Optional<UserAdded> addFirst(String email, Secret password) {
    Optional<UserAdded> whyNot = whyNot(email, password);
    if (whyNot.isPresent()) {
      return whyNot;
    }
    String passwordHash = passwords.hash(password);
    return database.transact(session -> {
      // Closed at once: a read left open outlives its transaction, and no later one can begin.
      session.locking(ONE_AT_A_TIME).executeQuery().close();
      Handle handle = session.handle();
      return none(handle)
          ? Optional.of(insert(handle, email, passwordHash, true))
          : Optional.empty();
    });
  }

  private static Optional<UserAdded> whyNot(String email, Secret password) {
    return whyNotEmail(email).or(() -> whyNotPassword(password)).map(UserAdded.Refused::new);
  }

  private UserAdded insert(Handle handle, String email, String passwordHash, boolean admin) {
    Instant now = Instant.ofEpochMilli(clock.millis());
    User user = new User(ids.next(), ids.next(), normal(email), admin, now);
    int inserted =
        handle
            .createUpdate(
                """
                INSERT INTO users (user_id, space_id, email, password_hash, admin, created_at)
                VALUES (:user, :space, :email, :passwordHash, :admin, :now)
                ON CONFLICT (email) DO NOTHING
                """)
            .bind("user", user.id())
            .bind("space", user.spaceId())
            .bind("email", user.email())
            .bind("passwordHash", passwordHash)
            .bind("admin", user.admin() ? 1L : 0L)
            .bind("now", now.toEpochMilli())
            .execute();
    if (inserted == 0) {
      return new UserAdded.EmailTaken(user.email());
    }
    Spaces.create(handle, user.spaceId(), now);
    return new UserAdded.Added(user);
  }

  /** Whether nobody was ever added: a program that has just been set up. */
  public boolean none() {
    return database.read(Users::none);
  }

  private static boolean none(Handle handle) {
    return handle
        .createQuery("SELECT user_id FROM users LIMIT 1")
        .mapTo(String.class)
        .list()
        .isEmpty();
  }

  public Optional<User> find(String userId) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT user_id, space_id, email, admin, created_at
                FROM users WHERE user_id = :user
                """)
            .bind("user", userId)
            .map(USER)
            .findOne());
  }

  public Optional<User> findByEmail(String email) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT user_id, space_id, email, admin, created_at
                FROM users WHERE email = :email
                """)
            .bind("email", normal(email))
            .map(USER)
            .findOne());
  }

  /**
   * Proof of the user with this e-mail and password. Takes as long for an unknown e-mail as for a
   * wrong password, some tens of milliseconds of one core.
   */
  public Optional<PasswordProof> signIn(String email, Secret password) {
    Optional<PasswordProof> stored =
        database.read(handle ->
            handle
                .createQuery("SELECT user_id, password_hash FROM users WHERE email = :email")
                .bind("email", normal(email))
                .map(row ->
                    new PasswordProof(
                        row.getColumn("user_id", String.class),
                        Secret.of(row.getColumn("password_hash", String.class))))
                .findOne());
    return passwords.matches(password, stored.map(proof -> proof.passwordHash().reveal()))
        ? stored
        : Optional.empty();
  }

  /**
   * Changes a password for whoever knows the present one, and ends all of the user's sessions and
   * sign-in links.
   *
   * @param revokeTokens whether all of the user's access tokens are revoked, too
   */
  public PasswordChanged changePassword(
      String userId, Secret present, Secret next, boolean revokeTokens) {
    Optional<String> whyNot = whyNotPassword(next);
    if (whyNot.isPresent()) {
      return new PasswordChanged.Refused(whyNot.get());
    }
    Optional<String> hash =
        database.read(handle ->
            handle
                .createQuery("SELECT password_hash FROM users WHERE user_id = :user")
                .bind("user", userId)
                .mapTo(String.class)
                .findOne());
    if (hash.isEmpty() || !passwords.matches(present, hash)) {
      return new PasswordChanged.WrongPassword();
    }
    String nextHash = passwords.hash(next);
    return database.write(handle -> {
      int changed =
          handle
              .createUpdate(
                  """
                  UPDATE users SET password_hash = :next
                  WHERE user_id = :user AND password_hash = :present
                  """)
              .bind("next", nextHash)
              .bind("user", userId)
              .bind("present", hash.get())
              .execute();
      if (changed == 0) {
        // Somebody changed it in between: what was the present password is no longer.
        return new PasswordChanged.WrongPassword();
      }
      Sessions.closeAll(handle, userId);
      OneTimeLinks.endAll(handle, userId);
      if (revokeTokens) {
        AccessTokens.revokeAll(handle, userId, clock.instant());
      }
      return new PasswordChanged.Changed(new PasswordProof(userId, Secret.of(nextHash)));
    });
  }

  /**
   * Disables a user: their sessions end, and while they are disabled nobody signs in as them and
   * their access tokens are refused. Their space and its agents stay as they are.
   *
   * @return empty if there is no such user
   */
  public Optional<User> disable(String email) {
    return change(email, clock.millis());
  }

  /** Lets a user in again; empty if there is no such user. */
  public Optional<User> enable(String email) {
    return change(email, null);
  }

  private Optional<User> change(String email, @Nullable Long disabledAt) {
    Optional<User> user = findByEmail(email);
    user.ifPresent(known ->
        database.write(handle -> {
          int changed =
              handle
                  .createUpdate("UPDATE users SET disabled_at = :at WHERE user_id = :user")
                  .bind("at", disabledAt)
                  .bind("user", known.id())
                  .execute();
          if (disabledAt != null) {
            Sessions.closeAll(handle, known.id());
            OneTimeLinks.endAll(handle, known.id());
          }
          return changed;
        }));
    return user;
  }

  /** Whether a user is not let in. */
  public boolean disabled(String userId) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT user_id FROM users WHERE user_id = :user AND disabled_at IS NOT NULL")
            .bind("user", userId)
            .mapTo(String.class)
            .findOne()
            .isPresent());
  }

  /** Reads a user out of a row that has the columns of {@code users}. */
  static User user(RowView row) {
    return new User(
        row.getColumn("user_id", String.class),
        row.getColumn("space_id", String.class),
        row.getColumn("email", String.class),
        Rows.flag(row, "admin"),
        Rows.instant(row, "created_at"));
  }
}
