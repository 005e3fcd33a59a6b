package dev.purser.providers;

import dev.purser.providers.RequestFields.Element;
import dev.purser.providers.RequestFields.Field;
import dev.purser.wire.NormalForm;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tools that messages make available by their name: each time, the model may read the whole tool
 * again.
 *
 * @param bytes of all of them, as often as they are named
 * @param unknown whether one is not in the request
 */
record NamedTools(long bytes, boolean unknown) {
  private static final String BY_NAME = "tool_reference";
  private static final String BY_VALUE = "tool_definition";

  /**
   * Looks them up.
   *
   * @param names what names them
   * @param tools of the request
   */
  static NamedTools of(byte[] body, List<Element> names, List<Element> tools) {
    if (names.isEmpty()) {
      return new NamedTools(0, false);
    }
    Map<String, Long> sizes = sizes(body, tools);
    long bytes = 0;
    boolean unknown = false;
    for (Element name : names) {
      String type = name.text("type");
      if (BY_VALUE.equals(type)) {
        continue; // It is one of the tools, and counts as such.
      }
      String tool = name.text("name");
      Long size = BY_NAME.equals(type) && tool != null ? sizes.get(tool) : null;
      unknown |= size == null;
      bytes += size == null ? 0 : size;
    }
    return new NamedTools(bytes, unknown);
  }

  private static Map<String, Long> sizes(byte[] body, List<Element> tools) {
    Map<String, Long> sizes = new HashMap<>();
    for (Element tool : tools) {
      String name = tool.text("name");
      if (name != null) {
        Field self = tool.self();
        byte[] written = Arrays.copyOfRange(body, self.start(), self.close());
        sizes.merge(name, Math.max(written.length, NormalForm.bytes(written)), Math::max);
      }
    }
    return sizes;
  }
}
