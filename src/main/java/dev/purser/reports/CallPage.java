package dev.purser.reports;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the list of calls, newest first.
 *
 * @param items may be few or none although more follow: a page ends after a bounded search
 * @param before where the next page begins; null at the end
 */
public record CallPage(List<Call> items, @Nullable String before) {
  public CallPage {
    items = List.copyOf(items);
  }
}
