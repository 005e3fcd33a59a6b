package dev.purser.api;

import dev.purser.money.Budget;
import dev.purser.secret.Secret;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/**
 * The JSON object of a request, read strictly: a field that is unknown, occurs twice or has another
 * type is refused by its name. Absent and null are told apart, because a PATCH leaves alone what is
 * absent and clears what is null.
 */
final class JsonBody {
  private static final int MAX_INSTANT_LENGTH = 40;

  /** The year 10000, of which not everybody can read the number. */
  private static final Instant LATEST = Instant.parse("+10000-01-01T00:00:00Z");

  /** Values are String, Long, Boolean, a {@link WrongNumber} or null. */
  private final Map<String, @Nullable Object> values;

  private JsonBody(Map<String, @Nullable Object> values) {
    this.values = values;
  }

  /** A number that is no whole number of 64 bits. */
  private record WrongNumber() {}

  static JsonBody read(byte[] bytes, Set<String> known) {
    try (JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw malformed("the body must be one JSON object");
      }
      Map<String, @Nullable Object> values = new HashMap<>();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String field = parser.currentName();
        if (!known.contains(field)) {
          throw unknown(field, known);
        }
        if (values.containsKey(field)) {
          throw invalid(field, "occurs twice");
        }
        values.put(field, scalar(field, parser.nextToken(), parser));
      }
      if (parser.nextToken() != null) {
        throw malformed("something follows the JSON object");
      }
      return new JsonBody(values);
    } catch (JacksonException e) {
      // The parser's own message may quote the body, and the body may hold a key.
      throw malformed(
          "the body is not valid JSON: line "
              + e.getLocation().getLineNr()
              + ", column "
              + e.getLocation().getColumnNr());
    }
  }

  private static @Nullable Object scalar(
      String field, @Nullable JsonToken token, JsonParser parser) {
    return switch (token) {
      case VALUE_STRING -> parser.getString();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NUMBER_INT ->
          parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? new WrongNumber()
              : parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> new WrongNumber();
      case VALUE_NULL -> null;
      case START_OBJECT, START_ARRAY ->
          throw invalid(field, "must be a single value, not an object or a list");
      case null, default -> throw malformed("the body ends too early");
    };
  }

  /** Whether the field is there, be it null. */
  boolean has(String field) {
    return values.containsKey(field);
  }

  /** A text that must be there. */
  String text(String field, int mostCharacters) {
    String text = textOrNull(field, mostCharacters);
    if (text == null) {
      throw invalid(field, "is needed: a text");
    }
    return text;
  }

  /** A text, or null if the field is null or absent. */
  @Nullable String textOrNull(String field, int mostCharacters) {
    return switch (values.get(field)) {
      case null -> null;
      case String text -> Texts.checked(field, text, mostCharacters);
      default -> throw invalid(field, "must be a text");
    };
  }

  /** A moment, to the millisecond; null if the field is null or absent. */
  @Nullable Instant instantOrNull(String field) {
    String text = textOrNull(field, MAX_INSTANT_LENGTH);
    if (text == null) {
      return null;
    }
    try {
      Instant moment = OffsetDateTime.parse(text).toInstant();
      if (moment.isBefore(LATEST)) {
        return Instant.ofEpochMilli(moment.toEpochMilli());
      }
    } catch (DateTimeException | ArithmeticException notAMoment) {
      // Told below.
    }
    throw invalid(field, "must be a time with its offset, such as 2027-01-31T12:00:00Z");
  }

  /** A secret that must be there: never checked further here, and in no message. */
  Secret secret(String field, int mostCharacters) {
    if (values.get(field) instanceof String text && text.length() <= mostCharacters) {
      return Secret.of(text);
    }
    throw invalid(field, "must be a text of at most " + mostCharacters + " characters");
  }

  /** Whole cents, or null if the field is null or absent. */
  @Nullable Long centsOrNull(String field) {
    return wholeNumberOrNull(field, "whole cents, such as 2000 for $20.00, or null");
  }

  /** The version that a change is based on, or null if it names none. */
  @Nullable Long version() {
    if (has("version") && values.get("version") == null) {
      throw invalid("version", "must be the number that was read, or left out");
    }
    return wholeNumberOrNull("version", "the whole number that was read");
  }

  private @Nullable Long wholeNumberOrNull(String field, String what) {
    return switch (values.get(field)) {
      case null -> null;
      case Long number -> number;
      default -> throw invalid(field, "must be " + what);
    };
  }

  /** One of a closed list of values; null if the field is absent. */
  <T> @Nullable T oneOf(String field, Collection<T> values, Function<T, String> id) {
    if (!has(field)) {
      return null;
    }
    String text = text(field, 100);
    for (T value : values) {
      if (id.apply(value).equals(text)) {
        return value;
      }
    }
    throw invalid(field, "must be one of " + String.join(", ", values.stream().map(id).toList()));
  }

  /** The budget mode that it names, else the current one. */
  Budget.Mode budgetMode(Budget.Mode current) {
    Budget.Mode mode = oneOf("budgetMode", List.of(Budget.Mode.values()), Budget.Mode::id);
    return mode == null ? current : mode;
  }

  private static Problem.RefusedException unknown(String field, Set<String> known) {
    String shown = Texts.shown(field);
    return new Problem(
            ProblemCode.UNKNOWN_FIELD,
            "there is no field \""
                + shown
                + "\" here; known are "
                + String.join(", ", new TreeSet<>(known)),
            shown)
        .refused();
  }

  private static Problem.RefusedException malformed(String detail) {
    return new Problem(ProblemCode.MALFORMED_BODY, detail).refused();
  }

  static Problem.RefusedException invalid(String field, String why) {
    return new Problem(ProblemCode.INVALID_VALUE, field + " " + why, field).refused();
  }
}
