package dev.purser.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A list as the API writes it.
 *
 * @param before the cursor that asks for the next, older items; null at the end
 */
record Page<T>(List<T> items, @Nullable String before) {
  /** A list that is all there is. */
  static <T> Page<T> whole(List<T> items) {
    return new Page<>(List.copyOf(items), null);
  }
}
