package dev.purser.sandbox;

import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Incident}s that one prompt asks for.
 *
 * @param status the HTTP error asked for, null for none
 * @param numbers the number said with each; -1 where none was
 */
record Wishes(@Nullable Integer status, Map<Incident, Long> numbers) {
  static final Wishes NONE = new Wishes(null, Map.of());

  private static final Pattern WORD =
      Pattern.compile("sandbox:(?:(\\d{3})\\b|([a-z][a-z-]*)(?:=(\\d{1,9}))?)");

  /** Prompts are read for wishes up to this many characters. */
  private static final int READ_CHARACTERS = 10_000;

  Wishes {
    numbers = Map.copyOf(numbers);
  }

  static Wishes in(String prompt) {
    if (!prompt.contains("sandbox:")) {
      return NONE;
    }
    Integer status = null;
    Map<Incident, Long> numbers = new EnumMap<>(Incident.class);
    Matcher words = WORD.matcher(prompt).region(0, Math.min(prompt.length(), READ_CHARACTERS));
    while (words.find()) {
      if (words.group(1) != null) {
        status = Integer.valueOf(words.group(1));
      } else {
        for (Incident incident : Incident.values()) {
          if (incident.word().equals(words.group(2))) {
            numbers.put(incident, words.group(3) == null ? -1L : Long.parseLong(words.group(3)));
          }
        }
      }
    }
    return new Wishes(status, numbers);
  }

  boolean has(Incident incident) {
    return numbers.containsKey(incident);
  }

  long number(Incident incident, long unlessSaid) {
    long number = numbers.getOrDefault(incident, -1L);
    return number < 0 ? unlessSaid : number;
  }
}
