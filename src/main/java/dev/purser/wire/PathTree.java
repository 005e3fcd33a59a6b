package dev.purser.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The places of a JSON text that a reader wants, written as paths: {@code usage}, {@code
 * choices[].delta.role}, {@code delta.*} (any member that no other path names). Immutable.
 *
 * <p>A path says with its first character what is wanted there: a letter, the value whenever it
 * changes; {@code !} the value each time; {@code ?} only whether there is one; {@code +} how many
 * bytes the texts in it have; {@code -} nothing, where a {@code *} beside it would want it.
 */
public final class PathTree {
  public enum Want {
    VALUE,
    PRESENCE,
    TEXT_BYTES,
    NOTHING
  }

  private static final String ANY = "*";
  private static final String ELEMENT = "[]";

  private final String name;
  private final byte[] nameBytes;
  private PathTree[] members = {};
  private @Nullable PathTree element;
  private @Nullable PathTree any;
  private Want want = Want.NOTHING;
  private int index = -1;
  private boolean everyTime;

  private PathTree(String name) {
    this.name = name;
    this.nameBytes = name.getBytes(StandardCharsets.UTF_8);
  }

  /** The tree of these paths; a path's index is its position here, at most 63. */
  public static PathTree of(String... paths) {
    PathTree root = new PathTree("");
    for (int index = 0; index < paths.length; index++) {
      root.add(paths[index], index);
    }
    return root;
  }

  private void add(String path, int pathIndex) {
    Want wanted =
        switch (path.charAt(0)) {
          case '?' -> Want.PRESENCE;
          case '+' -> Want.TEXT_BYTES;
          case '-' -> Want.NOTHING;
          default -> Want.VALUE;
        };
    String steps = Character.isLetter(path.charAt(0)) ? path : path.substring(1);
    PathTree node = this;
    boolean inArray = false;
    for (String step : steps.replace(ELEMENT, "." + ELEMENT).split("\\.", -1)) {
      node = node.step(step);
      inArray |= step.equals(ELEMENT);
    }
    node.want = wanted;
    node.index = pathIndex;
    node.everyTime = inArray || path.charAt(0) == '!';
  }

  private PathTree step(String step) {
    if (step.equals(ELEMENT)) {
      if (element == null) {
        element = new PathTree(step);
      }
      return element;
    }
    if (step.equals(ANY)) {
      if (any == null) {
        any = new PathTree(step);
      }
      return any;
    }
    for (PathTree member : members) {
      if (member.name.equals(step)) {
        return member;
      }
    }
    PathTree member = new PathTree(step);
    members = Arrays.copyOf(members, members.length + 1);
    members[members.length - 1] = member;
    return member;
  }

  public Want want() {
    return want;
  }

  /** The position of the path that ends here; -1 if paths only lead through. */
  public int index() {
    return index;
  }

  /** Whether a value that repeats the last one is wanted too; always so inside an array. */
  public boolean everyTime() {
    return everyTime;
  }

  /** Whether paths lead further into an object or an array here. */
  public boolean leadsOn() {
    return members.length > 0 || element != null || any != null;
  }

  public @Nullable PathTree element() {
    return element;
  }

  /** The position of a member among those that paths lead to; -1 if none leads to it. */
  public int memberPosition(String memberName) {
    for (int position = 0; position < members.length; position++) {
      if (members[position].name.equals(memberName)) {
        return position;
      }
    }
    return -1;
  }

  public PathTree member(int position) {
    return members[position];
  }

  /** The member whose name, without escapes, is these bytes. */
  @Nullable PathTree member(byte[] bytes, int from, int to) {
    for (PathTree member : members) {
      byte[] candidate = member.nameBytes;
      if (candidate.length == to - from
          && candidate[0] == bytes[from]
          && Arrays.equals(candidate, 0, candidate.length, bytes, from, to)) {
        return member;
      }
    }
    return any;
  }
}
