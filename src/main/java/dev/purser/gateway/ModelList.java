package dev.purser.gateway;

import dev.purser.pricing.Provider;
import dev.purser.providers.ListedModel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The models that a space's provider keys can use, in each provider's own words: all on one page,
 * newest first. Answered by Purser from what the providers listed when the keys were verified.
 */
final class ModelList {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private ModelList() {}

  /**
   * @param auto what comes first; null if nothing does
   */
  static byte[] all(Provider provider, List<ListedModel> models, @Nullable ListedModel auto) {
    List<ListedModel> listed =
        Stream.concat(
                Stream.ofNullable(auto),
                models.stream().sorted(Comparator.comparing(ModelList::released).reversed()))
            .toList();
    ObjectNode page = MAPPER.createObjectNode();
    ArrayNode data = page.putArray("data");
    listed.forEach(model -> data.add(MAPPER.readTree(model.json())));
    switch (provider) {
      case ANTHROPIC -> {
        page.put("first_id", listed.isEmpty() ? null : listed.getFirst().model());
        page.put("last_id", listed.isEmpty() ? null : listed.getLast().model());
        page.put("has_more", false);
      }
      case OPENAI -> page.put("object", "list");
    }
    return MAPPER.writeValueAsBytes(page);
  }

  /**
   * The model of this name, or of several dated snapshots of this name the newest. Empty if no key
   * of the space can use it.
   */
  static Optional<byte[]> one(List<ListedModel> models, String name) {
    return find(models, name).map(listed -> listed.json().getBytes(StandardCharsets.UTF_8));
  }

  private static Optional<ListedModel> find(List<ListedModel> models, String name) {
    return models.stream()
        .filter(listed -> listed.model().equals(name))
        .findFirst()
        .or(() ->
            models.stream()
                .filter(listed -> isSnapshot(listed.model(), name))
                .max(Comparator.comparing(ModelList::released)));
  }

  /**
   * The choice that is left to Purser, as a model: all that the provider says of the one that it
   * stands for now.
   *
   * @param model that it stands for
   */
  static ListedModel auto(Provider provider, List<ListedModel> models, String model) {
    Optional<ListedModel> target = find(models, model);
    ObjectNode entry =
        target.isPresent()
            ? (ObjectNode) MAPPER.readTree(target.get().json())
            : MAPPER.createObjectNode();
    entry.put("id", Judgement.AUTO);
    switch (provider) {
      case ANTHROPIC -> {
        entry.put("type", "model").put("display_name", "auto (" + model + ")");
        if (!entry.has("created_at")) {
          entry.put("created_at", Instant.EPOCH.toString());
        }
      }
      case OPENAI -> {
        entry.put("object", "model").put("owned_by", "purser");
        if (!entry.has("created")) {
          entry.put("created", 0);
        }
      }
    }
    return new ListedModel(Judgement.AUTO, null, null, MAPPER.writeValueAsString(entry));
  }

  /** Told by the date behind the name, in either provider's way of writing it. */
  private static boolean isSnapshot(String model, String name) {
    return model.startsWith(name)
        && model.substring(name.length()).matches("-20\\d\\d-?\\d\\d-?\\d\\d");
  }

  private static Instant released(ListedModel model) {
    Instant released = model.releasedAt();
    return released == null ? Instant.EPOCH : released;
  }
}
