package dev.purser.providers;

import dev.purser.text.PlainText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** The few fields of a request that Purser reads, with where they stand in its body, in order. */
final class RequestFields {
  /** A longer name is refused: nothing has such a name. */
  static final int MAX_NAME_LENGTH = 200;

  /** What a request's price depends on, wherever it stands in the body. */
  enum Cue {
    /** A request that the beginning be cached. */
    CACHE,
    /** A request that it be cached for an hour. */
    CACHE_FOR_HOUR,
    /** One that names no hour, and so lasts five minutes. */
    CACHE_FOR_MINUTES
  }

  /**
   * A value.
   *
   * @param path as it was asked for
   * @param text of a string
   * @param number of a whole number that fits
   * @param start of its first byte
   * @param end after its last byte; of an object or an array, after its opening bracket
   * @param close after its last byte, always
   */
  record Field(
      String path,
      JsonToken type,
      @Nullable String text,
      @Nullable Long number,
      int start,
      int end,
      int close) {

    boolean isNull() {
      return type == JsonToken.VALUE_NULL;
    }

    Field closedAt(int place) {
      return new Field(path, type, text, number, start, end, place);
    }
  }

  /**
   * A member of the body's object, whether Purser reads it or not.
   *
   * @param start of its name
   */
  record Member(String name, int start) {}

  /**
   * An element of an array.
   *
   * @param fields what was read in it, by their path inside it
   */
  record Element(Field self, Map<String, List<Field>> fields) {
    /** The first text there; null if there is none. */
    @Nullable String text(String path) {
      return has(path) ? fields(path).getFirst().text() : null;
    }

    /** Whether something other than null stands there. */
    boolean has(String path) {
      return fields(path).stream().anyMatch(field -> !field.isNull());
    }

    /** The whole number there; null if there is none. */
    @Nullable Long number(String path) throws BadRequest {
      return has(path) ? RequestFields.number(fields(path).getFirst()) : null;
    }

    List<Field> fields(String path) {
      return fields.getOrDefault(path, List.of());
    }
  }

  private final byte[] body;
  private final int start;
  private final int end;
  private final List<Member> members;
  private final List<Field> all;
  private final Set<Cue> cues;

  /**
   * @param start where the first member of the body's object stands or would stand
   * @param end where that object's closing brace stands
   */
  RequestFields(
      byte[] body, int start, int end, List<Member> members, List<Field> all, Set<Cue> cues) {
    this.body = body;
    this.start = start;
    this.end = end;
    this.members = List.copyOf(members);
    this.all = List.copyOf(all);
    this.cues = Set.copyOf(cues);
  }

  byte[] body() {
    return body;
  }

  int start() {
    return start;
  }

  /** Every member of the body's object, in order. */
  List<Member> members() {
    return members;
  }

  /** The bytes of a member, its name and its value, as they are written. */
  String written(int member) {
    int to = member + 1 < members.size() ? members.get(member + 1).start() : end;
    int from = members.get(member).start();
    String text = new String(body, from, to - from, StandardCharsets.UTF_8).strip();
    return text.endsWith(",") ? text.substring(0, text.length() - 1).strip() : text;
  }

  boolean has(Cue cue) {
    return cues.contains(cue);
  }

  /** The field at a path outside arrays, even if it is null (the literal). */
  @Nullable Field find(String path) {
    for (Field field : all) {
      if (field.path().equals(path)) {
        return field;
      }
    }
    return null;
  }

  private @Nullable Field some(String path) {
    Field field = find(path);
    return field == null || field.isNull() ? null : field;
  }

  /** Whether there is such a field that is not null. */
  boolean has(String path) {
    return some(path) != null;
  }

  /** Whether Purser reads this field, and it is null (the literal). */
  boolean isNull(String path) {
    Field field = find(path);
    return field != null && field.isNull();
  }

  @Nullable String name(String path) throws BadRequest {
    Field field = some(path);
    if (field == null) {
      return null;
    }
    String text = field.text();
    if (text == null) {
      throw BadRequest.malformed("The field " + path + " must be a string.");
    }
    if (text.length() > MAX_NAME_LENGTH) {
      throw BadRequest.malformed(
          "The field " + path + " is longer than " + MAX_NAME_LENGTH + " characters.");
    }
    String hidden = PlainText.hiddenIn(text).orElse(null);
    if (hidden != null) {
      throw BadRequest.malformed(
          "The field " + path + " has a character that cannot be seen: " + hidden + ".");
    }
    return text;
  }

  boolean flag(String path) throws BadRequest {
    Field field = some(path);
    if (field == null || field.type() == JsonToken.VALUE_FALSE) {
      return false;
    }
    if (field.type() != JsonToken.VALUE_TRUE) {
      throw BadRequest.malformed("The field " + path + " must be true or false.");
    }
    return true;
  }

  @Nullable Long number(String path) throws BadRequest {
    Field field = some(path);
    return field == null ? null : number(field);
  }

  /** A limit of tokens; null if it is none, as zero is none, which the provider will refuse. */
  @Nullable Long limit(String path) throws BadRequest {
    Long limit = number(path);
    return limit == null || limit < 1 ? null : limit;
  }

  private static Long number(Field field) throws BadRequest {
    Long number = field.number();
    if (number == null) {
      throw BadRequest.malformed("The field " + field.path() + " must be a whole number.");
    }
    return number;
  }

  /** Refuses another type than this at a path, unless it is null or absent. */
  void expect(String path, JsonToken type) throws BadRequest {
    Field field = some(path);
    if (field != null && field.type() != type) {
      throw BadRequest.malformed(
          "The field "
              + path
              + (type == JsonToken.START_ARRAY ? " must be an array." : " must be an object."));
    }
  }

  /** What stands at a path through an array, in order. */
  List<Field> all(String path) {
    return all.stream().filter(field -> field.path().equals(path)).toList();
  }

  /** The texts at a path through an array; what is no text there is passed over. */
  List<String> texts(String path) {
    List<String> texts = new ArrayList<>();
    for (Field field : all) {
      if (field.path().equals(path) && field.text() != null) {
        texts.add(field.text());
      }
    }
    return texts;
  }

  /**
   * The elements of an array.
   *
   * @param path of the elements themselves: {@code tools[]}
   */
  List<Element> elements(String path) {
    List<Element> elements = new ArrayList<>();
    for (Field field : all) {
      if (field.path().equals(path)) {
        elements.add(new Element(field, new HashMap<>()));
      } else if (!elements.isEmpty() && field.path().startsWith(path)) {
        String inside = field.path().substring(path.length());
        elements
            .getLast()
            .fields()
            .computeIfAbsent(
                inside.startsWith(".") ? inside.substring(1) : inside, _ -> new ArrayList<>())
            .add(field);
      }
    }
    return elements;
  }

  /** Whether some value at a path through an array is not null. */
  boolean hasAny(String path) {
    return has(path) || all.stream().anyMatch(f -> f.path().equals(path) && !f.isNull());
  }

  /** Whether no member follows a place right after an opening brace. */
  boolean emptyAfter(int brace) {
    int at = brace;
    while (body[at] == ' ' || body[at] == '\n' || body[at] == '\r' || body[at] == '\t') {
      at++;
    }
    return body[at] == '}';
  }
}
