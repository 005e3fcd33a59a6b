package dev.purser.api;

import io.vertx.core.MultiMap;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** The query parameters of a request: each known, and each at most once. */
final class Query {
  private static final int VALUE_CHARACTERS = 500;

  private final MultiMap parameters;

  private Query(MultiMap parameters) {
    this.parameters = parameters;
  }

  static Query read(MultiMap parameters, Set<String> known) {
    for (Map.Entry<String, String> parameter : parameters) {
      String name = parameter.getKey();
      if (!known.contains(name)) {
        throw unknown(Texts.shown(name), known);
      }
      if (parameters.getAll(name).size() > 1) {
        throw JsonBody.invalid(name, "occurs twice");
      }
      Texts.checked(name, parameter.getValue(), VALUE_CHARACTERS);
    }
    return new Query(parameters);
  }

  /** The value; empty if the parameter is absent or has none. */
  Optional<String> text(String name) {
    return Optional.ofNullable(parameters.get(name)).filter(value -> !value.isEmpty());
  }

  int wholeNumber(String name, int byDefault, int least, int most) {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return byDefault;
    }
    try {
      int number = Integer.parseInt(text.get());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // said below
    }
    throw JsonBody.invalid(name, "must be a whole number from " + least + " to " + most);
  }

  /** One of a closed list of values. */
  <T> Optional<T> oneOf(String name, Collection<T> values, Function<T, String> id) {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    for (T value : values) {
      if (id.apply(value).equals(text.get())) {
        return Optional.of(value);
      }
    }
    throw JsonBody.invalid(
        name, "must be one of " + String.join(", ", values.stream().map(id).toList()));
  }

  Optional<LocalDate> day(String name) {
    return parsed(name, LocalDate::parse, "a day, such as 2026-11-22")
        .map(day -> inRange(name, day, day.getYear()));
  }

  Optional<YearMonth> month(String name) {
    return parsed(name, YearMonth::parse, "a month, such as 2026-11")
        .map(month -> inRange(name, month, month.getYear()));
  }

  private static <T> T inRange(String name, T value, int year) {
    if (year < 2000 || year > 2999) {
      throw JsonBody.invalid(name, "must lie in this millennium");
    }
    return value;
  }

  private <T> Optional<T> parsed(String name, Function<String, T> parse, String what) {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(parse.apply(text.get()));
    } catch (DateTimeException e) {
      throw JsonBody.invalid(name, "must be " + what);
    }
  }

  private static Problem.RefusedException unknown(String name, Set<String> known) {
    String listed =
        known.isEmpty()
            ? "this call takes none"
            : "known are " + String.join(", ", new TreeSet<>(known));
    return new Problem(
            ProblemCode.UNKNOWN_PARAMETER,
            "there is no query parameter \"" + name + "\" here; " + listed,
            name)
        .refused();
  }
}
