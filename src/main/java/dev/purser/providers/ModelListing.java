package dev.purser.providers;

import dev.purser.pricing.Provider;
import dev.purser.text.PlainText;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One page of a provider's {@code GET /v1/models}.
 *
 * @param lastId what to ask for the next page after; null if this is the last
 */
record ModelListing(List<ListedModel> models, @Nullable String lastId) {
  private static final int MAX_NAME_LENGTH = 200;
  private static final int MAX_ENTRY = 16 * 1024;

  /** Reads a page; empty if it is none. */
  static Optional<ModelListing> read(Provider provider, byte[] body) {
    JsonNode page;
    try {
      page = JsonMapper.shared().readTree(body);
    } catch (JacksonException notJson) {
      return Optional.empty();
    }
    if (!page.path("data").isArray()) {
      return Optional.empty();
    }
    List<ListedModel> models = new ArrayList<>();
    for (JsonNode entry : page.path("data")) {
      String model = entry.path("id").asString("");
      boolean retired = entry.path("lifecycle").asString("").equals("retired");
      // Of what is not plain there, JSON escapes some itself: that stays.
      String json = PlainText.of(entry.toString(), MAX_ENTRY + 1);
      if (!model.isEmpty()
          && model.length() <= MAX_NAME_LENGTH
          && PlainText.is(model)
          && json.length() <= MAX_ENTRY
          && !retired) {
        models.add(
            new ListedModel(
                model,
                displayName(entry),
                switch (provider) {
                  case ANTHROPIC -> time(entry.path("created_at").asString(""));
                  case OPENAI -> seconds(entry.path("created"));
                },
                json));
      }
    }
    String lastId = page.path("last_id").asString("");
    boolean more = page.path("has_more").asBoolean(false) && !lastId.isEmpty();
    return Optional.of(new ModelListing(models, more ? lastId : null));
  }

  private static @Nullable String displayName(JsonNode entry) {
    String name = entry.path("display_name").asString("").strip();
    return name.isEmpty() || name.length() > MAX_NAME_LENGTH
        ? null
        : PlainText.of(name, MAX_NAME_LENGTH);
  }

  private static @Nullable Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException unknown) {
      return null;
    }
  }

  private static @Nullable Instant seconds(JsonNode number) {
    long seconds = number.asLong(0);
    // The year 9999 is the last that a database column's readers can write as a date.
    return seconds > 0 && seconds < 253_402_300_800L ? Instant.ofEpochSecond(seconds) : null;
  }
}
