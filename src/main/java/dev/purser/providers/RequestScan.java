package dev.purser.providers;

import dev.purser.providers.RequestFields.Cue;
import dev.purser.providers.RequestFields.Field;
import dev.purser.providers.RequestFields.Member;
import dev.purser.wire.PathTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;

/**
 * Reads the fields at some paths out of bodies of one kind, in one pass. A field that it reads must
 * not occur twice in its object; all else only has to be JSON.
 */
final class RequestScan {
  /** More than any request has, all tools and pieces of content together. */
  private static final int MAX_FIELDS = 100_000;

  /** More than any dialect has, at the top of the body. */
  private static final int MAX_MEMBERS = 1_000;

  private static final String CACHE_CONTROL = "cache_control";

  private final String[] paths;
  private final PathTree tree;

  /**
   * @param paths a path with a {@code ?} before it is read without its text
   */
  RequestScan(String... paths) {
    this.tree = PathTree.of(paths);
    this.paths = paths.clone();
    Arrays.setAll(this.paths, i -> paths[i].startsWith("?") ? paths[i].substring(1) : paths[i]);
  }

  RequestFields read(byte[] body) throws BadRequest {
    if (!startsAsUtf8(body)) {
      throw BadRequest.malformed("The body must be a JSON object in UTF-8.");
    }
    try (JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), body)) {
      return new Pass(parser, body).read();
    }
  }

  /** JSON in UTF-16 or UTF-32 has a zero, or the mark of its byte order, in its first two bytes. */
  private static boolean startsAsUtf8(byte[] body) {
    return body.length >= 2 && body[0] != 0 && body[1] != 0 && (body[0] & 0xFF) < 0xFE;
  }

  private final class Pass {
    private final JsonParser parser;
    private final byte[] body;
    private final List<Field> fields = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private final Set<Cue> cues = EnumSet.noneOf(Cue.class);
    private long cacheControls;
    private long hourControls;

    Pass(JsonParser parser, byte[] body) {
      this.parser = parser;
      this.body = body;
    }

    RequestFields read() throws BadRequest {
      try {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
          throw BadRequest.malformed("The body must be a JSON object.");
        }
        int start = offset(parser.currentLocation());
        object(tree, /* root= */ true);
        int end = offset(parser.currentTokenLocation());
        if (parser.nextToken() != null) {
          throw BadRequest.malformed("Something follows the body's JSON object.");
        }
        note(Cue.CACHE_FOR_MINUTES, cacheControls > hourControls);
        return new RequestFields(body, start, end, members, fields, cues);
      } catch (StreamConstraintsException beyond) {
        throw BadRequest.malformed(limit() + near());
      } catch (JacksonException malformed) {
        // Not the parser's own words: they may quote the body.
        throw BadRequest.malformed("The body is not well-formed JSON" + near());
      }
    }

    /** Which of the limits of {@link Json} the body has just gone beyond. */
    private String limit() {
      TokenStreamContext context = parser.streamReadContext();
      if (context.getNestingDepth() > Json.MAX_DEPTH) {
        return "The body is nested deeper than " + Json.MAX_DEPTH + " levels";
      }
      return context.inObject() && parser.currentToken() != JsonToken.PROPERTY_NAME
          ? "The body has a name of more than " + Json.MAX_NAME_LENGTH + " characters"
          : "The body has a number of more than " + Json.MAX_DIGITS + " digits";
    }

    private String near() {
      TokenStreamLocation place = parser.currentLocation();
      return ", near line %d, column %d.".formatted(place.getLineNr(), place.getColumnNr());
    }

    private void object(PathTree node, boolean root) throws BadRequest {
      long seen = 0;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        if (root) {
          add(new Member(name, offset(parser.currentTokenLocation())));
        }
        JsonToken token = parser.nextToken();
        watch(name, token);
        int position = node.memberPosition(name);
        if (position < 0) {
          pass(token);
          continue;
        }
        if ((seen & (1L << position)) != 0) {
          throw BadRequest.malformed("The field " + name + " occurs twice.");
        }
        seen |= 1L << position;
        value(node.member(position), token);
      }
    }

    private void value(PathTree node, JsonToken token) throws BadRequest {
      int recorded = fields.size();
      boolean wanted = node.index() >= 0;
      if (wanted) {
        record(paths[node.index()], token, node.want() == PathTree.Want.VALUE);
      }
      inside(node, token);
      if (wanted && token.isStructStart()) {
        fields.set(recorded, fields.get(recorded).closedAt(offset(parser.currentLocation())));
      }
    }

    private void inside(PathTree node, JsonToken token) throws BadRequest {
      PathTree element = node.element();
      if (token == JsonToken.START_OBJECT && node.leadsOn()) {
        object(node, /* root= */ false);
      } else if (token == JsonToken.START_ARRAY && element != null) {
        for (JsonToken next = parser.nextToken();
            next != JsonToken.END_ARRAY;
            next = parser.nextToken()) {
          value(element, next);
        }
      } else {
        pass(token);
      }
    }

    private void add(Member member) throws BadRequest {
      if (members.size() == MAX_MEMBERS) {
        throw BadRequest.malformed("The body has more than " + MAX_MEMBERS + " fields.");
      }
      members.add(member);
    }

    private void record(String path, JsonToken token, boolean whole) throws BadRequest {
      if (fields.size() == MAX_FIELDS) {
        throw BadRequest.malformed("The body has too many fields " + path + ".");
      }
      String text = whole && token == JsonToken.VALUE_STRING ? parser.getString() : null;
      Long number = token == JsonToken.VALUE_NUMBER_INT ? numberOf(parser) : null;
      int end = offset(parser.currentLocation());
      fields.add(
          new Field(path, token, text, number, offset(parser.currentTokenLocation()), end, end));
    }

    private void pass(JsonToken token) {
      if (!token.isStructStart()) {
        return;
      }
      String name = "";
      for (int depth = 1; depth > 0; ) {
        JsonToken next = parser.nextToken();
        if (next == JsonToken.PROPERTY_NAME) {
          name = parser.currentName();
        } else if (next.isStructStart()) {
          watch(name, next);
          depth++;
        } else if (next.isStructEnd()) {
          depth--;
        } else {
          watch(name, next);
        }
      }
    }

    private void watch(String name, JsonToken token) {
      switch (name) {
        case CACHE_CONTROL -> {
          boolean control = token == JsonToken.START_OBJECT;
          note(Cue.CACHE, control);
          cacheControls += control ? 1 : 0;
        }
        case "ttl" -> {
          boolean hour = token == JsonToken.VALUE_STRING && parser.getString().equals("1h");
          note(Cue.CACHE_FOR_HOUR, hour);
          hourControls += hour && insideCacheControl() ? 1 : 0;
        }
        default -> {}
      }
    }

    private boolean insideCacheControl() {
      TokenStreamContext outside = parser.streamReadContext().getParent();
      return outside != null && CACHE_CONTROL.equals(outside.currentName());
    }

    private void note(Cue cue, boolean holds) {
      if (holds) {
        cues.add(cue);
      }
    }
  }

  private static @Nullable Long numberOf(JsonParser parser) {
    return switch (parser.getNumberType()) {
      case INT, LONG -> parser.getLongValue();
      case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> null;
    };
  }

  private static int offset(TokenStreamLocation location) {
    return Math.toIntExact(location.getByteOffset());
  }
}
