package dev.purser.people;

import dev.purser.secret.Secret;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import dev.purser.storage.Rows;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jdbi.v3.core.mapper.RowViewMapper;
import org.jdbi.v3.core.result.RowView;

/** The people who sign in. */
public final class Users {
  private static final int LONGEST_EMAIL = 254;

  /** Something, an at sign, something: whether it exists, only a message to it could tell. */
  private static final Pattern EMAIL = Pattern.compile("[^\\s@\\p{Cntrl}]+@[^\\s@\\p{Cntrl}]+");

  private static final RowViewMapper<User> USER = Users::user;

  private final Database database;
  private final Ids ids;
  private final InstantSource clock;
  private final Passwords passwords = new Passwords();

  public Users(Database database, Ids ids, InstantSource clock) {
    this.database = database;
    this.ids = ids;
    this.clock = clock;
  }

  /** Makes a user and a space for what is theirs. */
  public UserAdded add(String email, Secret password, boolean admin) {
    String normal = normal(email);
    if (normal.length() > LONGEST_EMAIL || !EMAIL.matcher(normal).matches()) {
      return new UserAdded.Refused(
          "An e-mail address has the form name@domain and at most "
              + LONGEST_EMAIL
              + " characters.");
    }
    Optional<String> whyNot = Passwords.whyNot(password);
    if (whyNot.isPresent()) {
      return new UserAdded.Refused(whyNot.get());
    }
    String passwordHash = passwords.hash(password);
    Instant now = Instant.ofEpochMilli(clock.millis());
    User user = new User(ids.next(), ids.next(), normal, admin, now);
    return database.write(handle -> {
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
    });
  }

  /** Whether nobody was ever added: a program that has just been set up. */
  public boolean none() {
    return database.read(
        handle -> handle.createQuery("SELECT count(*) FROM users").mapTo(Long.class).one() == 0);
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
   * The user with this e-mail and password. Takes as long for an unknown e-mail as for a wrong
   * password, some tens of milliseconds of one core.
   */
  public Optional<User> signIn(String email, Secret password) {
    Optional<String> hash =
        database.read(handle ->
            handle
                .createQuery("SELECT password_hash FROM users WHERE email = :email")
                .bind("email", normal(email))
                .mapTo(String.class)
                .findOne());
    return passwords.matches(password, hash) ? findByEmail(email) : Optional.empty();
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

  private static String normal(String email) {
    return email.strip().toLowerCase(Locale.ROOT);
  }
}
