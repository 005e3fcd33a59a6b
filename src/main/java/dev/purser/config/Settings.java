package dev.purser.config;

import dev.purser.secret.Secret;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;

/**
 * The values that people configure Purser with, by name ({@code PURSER_PORT}): from the
 * environment, else from {@code purser.properties} in the working directory, else the default of
 * the room that asks. A secret may also lie in a file that {@code NAME_FILE} names. A name that no
 * room knows, or a value of the wrong form, is an {@link InvalidSetting}: the program does not
 * start with a setting it would silently ignore.
 */
public final class Settings {
  private static final String PREFIX = "PURSER_";
  private static final String FILE_SUFFIX = "_FILE";

  private final Map<String, String> values;

  private Settings(Map<String, String> values) {
    this.values = values;
  }

  /**
   * Reads what is set, and refuses what nobody knows.
   *
   * @param known every name that some room reads
   * @param secrets those of them that have a {@code _FILE} twin
   */
  public static Settings read(
      Map<String, String> environment,
      Path propertiesFile,
      Set<String> known,
      Set<String> secrets) {
    TreeMap<String, String> values = new TreeMap<>();
    if (Files.exists(propertiesFile)) {
      Properties properties = new Properties();
      try (Reader reader = Files.newBufferedReader(propertiesFile)) {
        properties.load(reader);
      } catch (IOException | IllegalArgumentException e) {
        throw new InvalidSetting("cannot read " + propertiesFile + ": " + e.getMessage());
      }
      for (String name : properties.stringPropertyNames()) {
        if (!name.startsWith(PREFIX)) {
          throw new InvalidSetting(
              propertiesFile + " has the name " + name + ", which is not a setting of Purser");
        }
        values.put(name, properties.getProperty(name));
      }
    }
    environment.forEach((name, value) -> {
      if (name.startsWith(PREFIX)) {
        values.put(name, value);
      }
    });
    for (String name : values.keySet()) {
      boolean secretFile =
          name.endsWith(FILE_SUFFIX)
              && secrets.contains(name.substring(0, name.length() - FILE_SUFFIX.length()));
      if (!known.contains(name) && !secretFile) {
        throw new InvalidSetting("unknown setting " + name + nearest(name, known));
      }
    }
    return new Settings(values);
  }

  public Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  public String text(String name, String byDefault) {
    return text(name).orElse(byDefault);
  }

  /**
   * A setting that is true or false; false if it is not set.
   *
   * @throws InvalidSetting if it is anything else
   */
  public boolean flag(String name) {
    return switch (text(name, "false")) {
      case "true" -> true;
      case "false" -> false;
      case String other ->
          throw new InvalidSetting(name + " must be true or false, not \"" + other + "\"");
    };
  }

  /** A whole number from {@code least} to {@code most}. */
  public long number(String name, long byDefault, long least, long most) {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return byDefault;
    }
    try {
      long value = Long.parseLong(text.get());
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      // said below
    }
    throw new InvalidSetting(
        name
            + " must be a whole number from "
            + least
            + " to "
            + most
            + ", not \""
            + text.get()
            + "\"");
  }

  public Optional<Secret> secret(String name) {
    Optional<String> file = text(name + FILE_SUFFIX);
    if (file.isEmpty()) {
      return text(name).map(Secret::of);
    }
    if (text(name).isPresent()) {
      throw new InvalidSetting(name + " and " + name + FILE_SUFFIX + " are both set: keep one");
    }
    try {
      return Optional.of(Secret.of(Files.readString(Path.of(file.get())).strip()));
    } catch (IOException e) {
      throw new InvalidSetting(
          name + FILE_SUFFIX + " names a file that cannot be read: " + file.get());
    }
  }

  private static String nearest(String name, Set<String> known) {
    List<String> near =
        known.stream()
            .filter(candidate -> distance(name, candidate) <= 3)
            .sorted(
                Comparator.<String>comparingInt(candidate -> distance(name, candidate))
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    return near.isEmpty()
        ? "; see the list in README.md"
        : "; did you mean " + String.join(" or ", near) + "?";
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int cost = a.charAt(i - 1) == b.charAt(j - 1) ? diagonal : diagonal + 1;
        diagonal = row[j];
        row[j] = Math.min(cost, Math.min(row[j] + 1, row[j - 1] + 1));
      }
    }
    return row[b.length()];
  }

  /** A setting that stops the start; the message is the one line that the user sees. */
  public static final class InvalidSetting extends RuntimeException {
    public InvalidSetting(String message) {
      super(message);
    }
  }
}
