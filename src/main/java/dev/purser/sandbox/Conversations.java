package dev.purser.sandbox;

import dev.purser.sandbox.PromptCache.Block;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The last responses, so that a request can name one as what came before it. Thread-safe. */
final class Conversations {
  private static final int MAX = 1000;

  private final Map<String, List<Block>> byResponse =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, List<Block>> eldest) {
          return size() > MAX;
        }
      };

  synchronized void remember(String responseId, List<Block> whole) {
    byResponse.put(responseId, List.copyOf(whole));
  }

  synchronized @Nullable List<Block> before(String responseId) {
    return byResponse.get(responseId);
  }
}
