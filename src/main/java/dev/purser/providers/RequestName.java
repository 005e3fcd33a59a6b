package dev.purser.providers;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A name that a request has: of a field at the top of its body, or of a beta in its headers. A
 * strict budget asks of each whether it can add to the cost.
 */
public record RequestName(Dialect dialect, Kind kind, String name) {
  /** What a message to a person may repeat of a name that somebody else chose. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  /** What has the name. */
  public enum Kind {
    BETA,
    FIELD;

    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Kind> ofId(String id) {
      return Arrays.stream(values()).filter(kind -> kind.id().equals(id)).findFirst();
    }
  }

  /**
   * Makes one.
   *
   * @throws IllegalArgumentException if the name has other characters than names have, is too long,
   *     or the dialect has no such names
   */
  public RequestName {
    if (!isPlain(name)) {
      throw new IllegalArgumentException(
          "a name has 1 to 64 letters, digits, dots, hyphens and underscores");
    }
    if (kind == Kind.BETA && dialect != Dialect.ANTHROPIC_MESSAGES) {
      throw new IllegalArgumentException("only anthropic_messages has betas");
    }
  }

  static boolean isPlain(String name) {
    return PLAIN.matcher(name).matches();
  }

  /** One that was written by {@link #id}. */
  public static Optional<RequestName> ofId(String id) {
    String[] words = id.split(" ", -1);
    return words.length == 3 ? of(words[0], words[1], words[2]) : Optional.empty();
  }

  private static Optional<RequestName> of(String dialect, String kind, String name) {
    return Dialect.ofId(dialect)
        .flatMap(of -> Kind.ofId(kind).map(it -> new RequestName(of, it, name)));
  }

  /** Why a strict budget refuses it whatever is listed; null if it does not. */
  public @Nullable String whyRefusedAlways() {
    return kind == Kind.FIELD && !Listed.fieldsOf(dialect).has(name)
        ? Listed.REFUSED_FIELDS.reasons().get(name)
        : null;
  }

  /** As the database and the commands write it: {@code anthropic_messages beta NAME}. */
  public String id() {
    return dialect.id() + " " + kind.id() + " " + name;
  }

  /** As a message to a person names several. */
  public static String shown(List<RequestName> names) {
    return names.stream().map(RequestName::shown).collect(Collectors.joining(", "));
  }

  /** As a message to a person names it. */
  String shown() {
    return switch (kind) {
      case BETA -> "anthropic-beta " + name;
      case FIELD -> name;
    };
  }
}
