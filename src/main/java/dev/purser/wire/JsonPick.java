package dev.purser.wire;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Picks a few values out of a JSON text that comes in pieces, and skips the rest. Holds no more
 * than {@link #MAX_VALUE_BYTES} whatever the text is, does work in proportion to each piece, and
 * never throws: it tells where values begin and end, and leaves it to the reader of a picked value
 * whether that is well-formed.
 */
public final class JsonPick {
  /** Told of each picked value. */
  public interface Listener {
    /**
     * A value of the path with that index. A value that repeats the last one of its path is told
     * again only if {@link PathTree#everyTime}.
     *
     * @param value its bytes as they stand in the text, never {@code null} (the literal)
     */
    void picked(int path, byte[] value);

    /** There is a value at the path with that index, of which only that is wanted. */
    void present(int path);
  }

  /** A longer value is passed over, as if it were not there. */
  static final int MAX_VALUE_BYTES = 64 * 1024;

  private static final int MAX_NAME_BYTES = 64;
  private static final int MAX_DEPTH = 8;
  private static final ByteSearch QUOTE_OR_ESCAPE = new ByteSearch('"', '\\');
  private static final byte[] NULL = {'n', 'u', 'l', 'l'};

  private enum State {
    VALUE,
    FIRST_ELEMENT,
    FIRST_NAME,
    NAME,
    IN_NAME,
    COLON,
    AFTER,
    IN_STRING,
    IN_SCALAR,
    IN_CONTAINER,
    DONE,
    BROKEN
  }

  private final PathTree root;
  private final Listener listener;
  private final byte[] @Nullable [] last = new byte[64] @Nullable [];

  private State state = State.VALUE;
  private final PathTree[] open = new PathTree[MAX_DEPTH];
  private final boolean[] openIsArray = new boolean[MAX_DEPTH];
  private int depth;

  /** Where the coming value lies; null off every path. */
  private @Nullable PathTree place;

  private boolean escaped;
  private boolean inInnerString;
  private int innerDepth;

  private boolean keeping;
  private boolean measuring;
  private byte[] kept = new byte[256];
  private int keptLength;

  private final byte[] name = new byte[MAX_NAME_BYTES];
  private int nameLength;

  private long present;
  private long textBytes;
  private long innerStringBytes;

  public JsonPick(PathTree root, Listener listener) {
    this.root = root;
    this.listener = listener;
    this.place = root;
    Arrays.fill(open, root);
  }

  /** Starts over with the next text; remembers last values and the text bytes counted so far. */
  public void next() {
    state = State.VALUE;
    place = root;
    depth = 0;
    escaped = false;
    keeping = false;
    measuring = false;
    present = 0;
  }

  /** Whether the text had one whole value. */
  public boolean done() {
    return state == State.DONE;
  }

  /** Whether the text is no JSON. */
  public boolean broken() {
    return state == State.BROKEN;
  }

  /**
   * Whether the text, so far, had a value at the path with that index that was told or is wanted.
   */
  public boolean present(int path) {
    return (present & (1L << path)) != 0;
  }

  /** The bytes of all texts at paths that measure them, as written, since the beginning. */
  public long textBytes() {
    return textBytes;
  }

  public void read(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      at =
          switch (state) {
            case IN_NAME -> inName(bytes, at, to);
            case IN_STRING -> inString(bytes, at, to);
            case IN_SCALAR -> inScalar(bytes, at, to);
            case IN_CONTAINER -> inContainer(bytes, at, to);
            case VALUE, FIRST_ELEMENT, FIRST_NAME, NAME, COLON, AFTER -> between(bytes, at, to);
            case DONE, BROKEN -> to;
          };
    }
  }

  private int between(byte[] bytes, int at, int to) {
    byte character = bytes[at];
    if (character == ' ' || character == '\n' || character == '\r' || character == '\t') {
      return at + 1;
    }
    switch (state) {
      case FIRST_ELEMENT -> {
        if (character != ']') {
          return value(bytes, at, to);
        }
        close();
      }
      case VALUE -> {
        return value(bytes, at, to);
      }
      case FIRST_NAME, NAME -> {
        if (character == '"') {
          beginName();
        } else if (character == '}' && state == State.FIRST_NAME) {
          close();
        } else {
          state = State.BROKEN;
        }
      }
      case COLON -> state = character == ':' ? State.VALUE : State.BROKEN;
      case AFTER -> {
        boolean array = openIsArray[depth - 1];
        if (character == ',') {
          state = array ? State.VALUE : State.NAME;
          place = array ? open[depth - 1].element() : null;
        } else if (character == (array ? ']' : '}')) {
          close();
        } else {
          state = State.BROKEN;
        }
      }
      case IN_NAME, IN_STRING, IN_SCALAR, IN_CONTAINER, DONE, BROKEN ->
          throw new AssertionError(state);
    }
    return at + 1;
  }

  private void close() {
    depth--;
    state = depth == 0 ? State.DONE : State.AFTER;
  }

  /** Begins a value at its first byte, and reads on in it. */
  private int value(byte[] bytes, int at, int to) {
    PathTree node = place;
    PathTree.Want want = node == null ? PathTree.Want.NOTHING : node.want();
    keeping = want == PathTree.Want.VALUE;
    measuring = want == PathTree.Want.TEXT_BYTES;
    keptLength = 0;
    if (want == PathTree.Want.PRESENCE && node != null) {
      present |= 1L << node.index();
      listener.present(node.index());
    }
    escaped = false;
    return switch (bytes[at]) {
      case '"' -> {
        state = State.IN_STRING;
        keep(bytes, at, at + 1);
        yield inString(bytes, at + 1, to);
      }
      case '{' -> container(bytes, at, to, /* array= */ false);
      case '[' -> container(bytes, at, to, /* array= */ true);
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 't', 'f', 'n' -> {
        state = State.IN_SCALAR;
        yield inScalar(bytes, at, to);
      }
      default -> {
        state = State.BROKEN;
        yield to;
      }
    };
  }

  /** Steps into an object or an array if paths lead into it; else passes over it. */
  private int container(byte[] bytes, int at, int to, boolean array) {
    PathTree node = place;
    if (node != null && node.leadsOn() && !keeping && !measuring && depth < MAX_DEPTH) {
      open[depth] = node;
      openIsArray[depth] = array;
      depth++;
      state = array ? State.FIRST_ELEMENT : State.FIRST_NAME;
      place = node.element();
      return at + 1;
    }
    state = State.IN_CONTAINER;
    innerDepth = 1;
    inInnerString = false;
    innerStringBytes = 0;
    keep(bytes, at, at + 1);
    return inContainer(bytes, at + 1, to);
  }

  private void beginName() {
    state = State.IN_NAME;
    nameLength = 0;
    escaped = false;
  }

  private int inName(byte[] bytes, int from, int to) {
    int end = endOfString(bytes, from, to);
    if (end < to && nameLength == 0) {
      place = open[depth - 1].member(bytes, from, end);
    } else {
      int length = Math.min(end - from, MAX_NAME_BYTES - nameLength);
      System.arraycopy(bytes, from, name, nameLength, length);
      nameLength += length;
      place = open[depth - 1].member(name, 0, nameLength);
    }
    if (end == to) {
      return to;
    }
    int next = end + 1;
    if (next + 1 < to && bytes[next] == ':' && bytes[next + 1] > ' ') {
      return value(bytes, next + 1, to);
    }
    state = State.COLON;
    return next;
  }

  private int inString(byte[] bytes, int from, int to) {
    int end = endOfString(bytes, from, to);
    if (measuring) {
      textBytes += end - from;
    }
    if (end == to) {
      keep(bytes, from, to);
      return to;
    }
    keep(bytes, from, end + 1);
    return ended(bytes, end + 1, to);
  }

  /** The place of the closing quote; {@code to} if it is not among these bytes. */
  private int endOfString(byte[] bytes, int from, int to) {
    int at = from;
    if (escaped && at < to) {
      escaped = false;
      at++;
    }
    while (true) {
      at = QUOTE_OR_ESCAPE.first(bytes, at, to);
      if (at == to || bytes[at] == '"') {
        return at;
      }
      if (at + 1 == to) {
        escaped = true;
        return to;
      }
      at += 2;
    }
  }

  private int inScalar(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      switch (bytes[at]) {
        case ',', '}', ']', ' ', '\n', '\r', '\t' -> {
          keep(bytes, from, at);
          return ended(bytes, at, to);
        }
        default -> at++;
      }
    }
    keep(bytes, from, to);
    return to;
  }

  private int inContainer(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      if (inInnerString) {
        int end = endOfString(bytes, at, to);
        innerStringBytes += end - at;
        at = end;
        if (end < to) {
          inInnerString = false;
          textBytes += measuring ? innerStringBytes : 0;
          at++;
        }
        continue;
      }
      switch (bytes[at++]) {
        case '"' -> {
          inInnerString = true;
          innerStringBytes = 0;
        }
        case ':' -> textBytes -= measuring ? innerStringBytes : 0;
        case '{', '[' -> innerDepth++;
        case '}', ']' -> {
          innerDepth--;
          if (innerDepth == 0) {
            keep(bytes, from, at);
            return ended(bytes, at, to);
          }
        }
        default -> {}
      }
    }
    keep(bytes, from, to);
    return to;
  }

  private void keep(byte[] bytes, int from, int to) {
    if (!keeping) {
      return;
    }
    int length = keptLength + to - from;
    if (length > MAX_VALUE_BYTES) {
      keeping = false;
      return;
    }
    if (length > kept.length) {
      kept = Arrays.copyOf(kept, Math.max(length, 2 * kept.length));
    }
    System.arraycopy(bytes, from, kept, keptLength, to - from);
    keptLength = length;
  }

  /** The value has ended before {@code at}; in an object, goes on into the next name. */
  private int ended(byte[] bytes, int at, int to) {
    if (keeping) {
      tell();
    }
    if (depth == 0) {
      state = State.DONE;
      return at;
    }
    if (at + 1 < to && bytes[at] == ',' && bytes[at + 1] == '"' && !openIsArray[depth - 1]) {
      beginName();
      return at + 2;
    }
    state = State.AFTER;
    return at;
  }

  private void tell() {
    PathTree node = place;
    if (node == null || Arrays.equals(kept, 0, keptLength, NULL, 0, NULL.length)) {
      return;
    }
    int path = node.index();
    present |= 1L << path;
    byte[] before = last[path];
    if (node.everyTime()
        || before == null
        || !Arrays.equals(before, 0, before.length, kept, 0, keptLength)) {
      byte[] value = Arrays.copyOf(kept, keptLength);
      last[path] = value;
      listener.picked(path, value);
    }
  }
}
